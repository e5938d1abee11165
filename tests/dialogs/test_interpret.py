"""How answers are read: a table of wordings in different voices, and what must hold for all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.commands import read_command
from dialogs.interpret import Reading, read, read_yes_no
from dialogs.load import load_flows
from dialogs.model import Option, Question

IOP = load_flows()["iop"]
PLAIN = Question(id="plain", text="Är det så?")


def table() -> list[tuple[str, str | None, str]]:
    """(expected, question id, wording) for every line of readings.txt."""
    rows, expected, question = [], "", None
    for line in (Path(__file__).parent / "readings.txt").read_text(encoding="utf-8").splitlines():
        head = re.fullmatch(r"\[(.+?)\](?: /(\w+))?", line)
        if head:
            expected, question = head[1], head[2]
        elif line and not line.startswith("#"):
            rows.append((expected, question, line))
    return rows


def told(reading: Reading) -> str:
    """A reading as the table writes it."""
    if reading.manner == "answer":
        return str(reading.value)
    return f"confirm {reading.value}" if reading.manner == "confirm" else reading.manner


@pytest.mark.parametrize(("expected", "question", "wording"), table())
def test_wording_is_read_as_meant(expected: str, question: str | None, wording: str) -> None:
    asked = IOP.question(question) if question else PLAIN

    assert told(read(asked, wording)) == expected


def test_the_table_is_large() -> None:
    assert len(table()) > 600
