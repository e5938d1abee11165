"""Commands for those who operate the bot: run, doctor, erase, export, report, backup."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.core.report import Report
    from bot.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (run, doctor, erase, export, report, backup):
        app.command()(command)
    for name, help, parts in (
        ("matrix", "What is done once for Matrix.", {"login": matrix_login}),
        ("teams", "What is done once for Microsoft Teams.", {"package": teams_package}),
    ):
        group = typer.Typer(help=help, no_args_is_help=True)
        group.callback()(_group)  # with a callback a group of one command keeps the command's name
        for part, function in parts.items():
            group.command(part)(function)
        app.add_typer(group, name=name)


def _group() -> None:
    """Nothing of its own."""


def run() -> None:
    """Start the bot: the chat page and every channel that is configured."""
    from bot.app.run import run as start

    asyncio.run(start(_settings(), lambda line: print(line, flush=True)))


def doctor() -> None:
    """Check settings, database, content and each channel's reach and credentials; exit 1 when something is wrong."""
    from bot.app.doctor import doctor as examine

    found = asyncio.run(examine(_settings()))
    for part in found:
        print(f"{'ok ' if part.ok else 'FEL'} {part.name}: {part.detail}")
    raise typer.Exit(0 if all(part.ok for part in found) else 1)


def erase(
    person: Annotated[str, typer.Argument(help="«channel:id» of the person, or the key from an export.")],
) -> None:
    """Erase everything that is held of a person."""
    from bot.app.admin import erase as erase_person

    print(f"{asyncio.run(erase_person(_settings(), person))} rader raderade.")


def export(person: Annotated[str, typer.Argument(help="«channel:id» of the person.")]) -> None:
    """Write everything that is held of a person, as JSON."""
    from bot.app.admin import export as export_person

    print(json.dumps(asyncio.run(export_person(_settings(), person)), ensure_ascii=False, indent=2, default=str))


def report(
    days: Annotated[int | None, typer.Option(help="How many days back; all that is kept unless told.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write comma-separated values.")] = False,
) -> None:
    """List questions without an answer, grouped by likeness, and what people thought of the answers."""
    from bot.app.admin import report as make

    made = asyncio.run(make(_settings(), days))
    if not as_csv:
        _show(made)
        return
    from bot.core.report import as_csv as table_of

    sys.stdout.write(table_of(made))


def backup(file: Annotated[Path, typer.Argument(help="A new file to copy the SQLite database into.")]) -> None:
    """Copy the SQLite database while the bot runs."""
    from bot.app.admin import backup as copy

    copy(_settings(), file)
    print(f"Databasen är kopierad till {file}.")


def matrix_login(
    new_identity: Annotated[
        bool, typer.Option("--new-identity", help="Give the account new keys for cross-signing.")
    ] = False,
) -> None:
    """Sign in to Matrix by hand, and keep the session for the bot."""
    from getpass import getpass

    from bot.app.matrix import matrix_login as sign_in

    asyncio.run(sign_in(_settings(), getpass, lambda line: print(line, flush=True), new_identity))


def teams_package(file: Annotated[Path, typer.Argument(help="The zip to write, for upload in Teams.")]) -> None:
    """Write the app package for Teams."""
    from bot.app.teams_package import teams_package as write

    write(_settings(), file)
    print(f"Apppaketet är skrivet till {file}.")


def _settings() -> Settings:
    from bot.settings import load_settings

    return load_settings()


def _show(made: Report) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    questions = Table(title=f"Frågor utan svar sedan {made.since}", title_justify="left")
    for name in ("Antal", "Fråga", "Ämne", "Senast"):
        questions.add_column(name)
    for group in made.unanswered:
        questions.add_row(str(group.count), escape(group.text), group.topic or "", str(group.last))
    opinions = Table(title="Synpunkter", title_justify="left")
    for name in ("Ämne", "👍", "👎", "Kommentarer"):
        opinions.add_column(name)
    for opinion in made.opinions:
        opinions.add_row(opinion.topic or "", str(opinion.up), str(opinion.down), escape("; ".join(opinion.comments)))
    console.print(questions)
    console.print(opinions)
