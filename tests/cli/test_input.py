"""What a command says of input that it cannot use: one sentence and exit status 2, never a traceback."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.channels.terminal import talk
from bot.cli import app
from bot.messages import Paragraph, Reply
from knowledge.cache import kept_in


def run(*arguments: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(app, arguments, input=given)


@pytest.fixture
def latin(tmp_path: Path) -> Path:
    """A file that is no UTF-8."""
    file = tmp_path / "latin.txt"
    file.write_bytes("Får vi söka?\n".encode("latin-1"))
    return file


def told(result: Result) -> str:
    assert (result.exit_code, type(result.exception)) == (2, SystemExit), result.exception
    return result.stderr


@pytest.mark.parametrize("command", [["triage", "--answers"], ["evaluate"]])
def test_a_file_that_is_not_there_or_not_readable_is_told(command: list[str], tmp_path: Path, latin: Path) -> None:
    assert "nofile" in told(run(*command, str(tmp_path / "nofile")))
    assert "can't be read" in told(run(*command, str(tmp_path)))
    assert told(run(*command, str(latin)))


def test_lines_that_are_no_questions_are_told(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "Vad är IOP?", "kind": "fact", "evidence": []}\n{"question": "Vad är IOP?"}\n')

    assert "question 2 lacks one of evidence, kind" in told(run("evaluate", str(file)))


def test_questions_that_are_no_utf8_are_told(latin: Path) -> None:
    assert told(run("ask", "-", given=latin.read_bytes())) == "The input is no UTF-8.\n"


def test_a_question_that_is_too_long_is_not_cut_but_told() -> None:
    long, short = "Är IOP tillåtet? " * 118, "Är IOP tillåtet? " * 117

    said = run("ask", "--json", "-", given=f"{long}\n{short}\n".encode())

    refused, answered = (json.loads(line) for line in said.stdout.splitlines())
    assert (refused["kind"], refused["citations"]) == ("no_answer", [])
    assert "2 000 tecken" in refused["text"]
    assert answered["kind"] == "answer"


def test_a_sign_that_looks_like_a_digit_picks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def say(text: str, _number: int) -> Reply:
        said.append(text)
        return Reply(kind="answer", text="Ja.", blocks=(Paragraph(text="Ja."),), suggestions=("Ett?", "Två?"))

    endless = "1" * 5000
    monkeypatch.setattr("sys.stdin", io.StringIO(f"²\n{endless}\n2\n"))
    talk(say, first="hej")

    assert said == ["hej", "²", endless, "Två?"]


@pytest.mark.parametrize("folder", ["file", "file/below"])
def test_a_cache_folder_that_is_none_costs_nothing_but_time(folder: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    assert kept_in(tmp_path / folder, "print", lambda: [1, 2], "numbers") == [1, 2]
