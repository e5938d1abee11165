"""docs/commands.md has a section for every command, which names each of its options and arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from bot import cli
from tests.docs.pages import page, section


def commands(command: Any, path: str = "iopbot") -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its full name."""
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name, child in sorted(command.commands.items()):
        if not child.hidden:
            yield from commands(child, f"{path} {name}")


ALL = dict(commands(typer.main.get_command(cli.app)))


@pytest.mark.parametrize("name", ALL)
def test_the_command_and_its_options_are_told(name: str) -> None:
    told = section(page("docs/commands.md"), f"`{name}`")
    assert told, f"docs/commands.md has no section with the heading `{name}`"

    for parameter in ALL[name].params:
        if getattr(parameter, "hidden", False) or parameter.name == "help":
            continue
        shown = [o for o in (*parameter.opts, *parameter.secondary_opts) if o.startswith("--")] or [
            (parameter.metavar or parameter.name).upper()
        ]
        for option in shown:
            assert f"`{option}" in told, f"{name}: {option} is not in docs/commands.md"


def test_no_command_is_told_that_does_not_exist() -> None:
    told = re.findall(r"^#+ `(iopbot [^`]+)`$", page("docs/commands.md"), re.MULTILINE)

    assert sorted(told) == sorted(ALL)


def test_every_command_says_in_its_help_what_it_does() -> None:
    assert not [name for name, command in ALL.items() if not command.help]
