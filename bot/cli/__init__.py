"""The iopbot command. Each command imports what it needs, so that asking one question starts no web framework."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import operation

if TYPE_CHECKING:
    from bot.core.turn import Brain
    from bot.messages import Reply
    from bot.settings import Settings
    from knowledge.answer import Answerer

app = typer.Typer(
    name="iopbot",
    help="IOP-lotsen: answers questions about idéburet offentligt partnerskap with sourced, verbatim quotes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Json = Annotated[bool, typer.Option("--json", help="Write one JSON object a line (docs/commands.md).")]


def main() -> None:
    """Entry point: known errors become one clear message and exit code 1."""
    try:
        app()
    except _known_errors() as error:
        print(str(error), file=sys.stderr)
        sys.exit(1)
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get(str(error.name).split(".")[0])
        if extra is None:
            raise
        print(f"Tillägget {extra} är inte installerat. Kör: pip install 'iopbot[{extra}]'", file=sys.stderr)
        sys.exit(1)


_EXTRAS = {
    "aiohttp": "matrix",
    "asyncpg": "postgresql",
    "httpx": "teams",
    "jwt": "teams",
    "microsoft_teams": "teams",
    "nio": "matrix",
}
"""A library that not everybody needs -> the extra that brings it."""


def _known_errors() -> tuple[type[Exception], ...]:
    from bot.ports import BotError
    from knowledge.authoring import AuthoringError

    return (AuthoringError, BotError)


# ---- questions


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question; - reads one a line from standard input.")] = "-",
    as_json: Json = False,
    municipality: Annotated[str | None, typer.Option(help="Id of the municipality whose rules come first.")] = None,
) -> None:
    """Answer a question, or one a line from standard input."""
    settings = _settings()
    answerer = _answerer(settings)
    for line in _lines() if question == "-" else [question]:
        reply, elapsed = _ask(answerer, line, municipality or settings.municipality, settings)
        if as_json:
            _print_json(_as_json(reply) | {"elapsed_ms": elapsed})
        else:
            _show(reply)


def _lines() -> Iterator[str]:
    try:
        for line in sys.stdin:
            yield line.rstrip("\n")
    except UnicodeDecodeError:
        raise _usage("The input is no UTF-8.") from None


def _ask(answerer: Answerer, line: str, municipality: str | None, settings: Settings) -> tuple[Reply, float]:
    import time

    from bot.core.render import reply_of, says
    from bot.core.texts import PROBLEMS, filled
    from bot.messages import MAX_TEXT
    from knowledge.answer import Context

    started = time.perf_counter()
    if len(line) > MAX_TEXT:
        reply = says("no_answer", PROBLEMS["sv"]["too_long"], language="sv")
    else:
        answer = answerer.answer(line, Context(municipality))
        reply = reply_of(filled(answer, settings.contact, settings.retention_days), settings.public_url)
    return reply, round((time.perf_counter() - started) * 1000, 3)


def _as_json(reply: Reply) -> dict[str, Any]:
    return {
        "kind": reply.kind,
        "text": reply.text,
        "citations": [c.model_dump() for c in reply.citations],
        "topic": reply.topic,
        "confidence": reply.confidence,
        "suggestions": list(reply.suggestions),
    }


@app.command()
def chat(
    as_json: Json = False, municipality: Annotated[str | None, typer.Option(help="Id of the municipality.")] = None
) -> None:
    """Talk with the bot in the terminal; one conversation."""
    from bot.app.brain import brain_of
    from bot.channels.terminal import talk, talk_json

    (talk_json if as_json else talk)(_turner(brain_of(_settings(), municipality=municipality)))


def _turner(brain: Brain) -> Any:
    from datetime import UTC, datetime

    from bot.core.turn import turn
    from bot.messages import MAX_TEXT, Message

    state: list[str | None] = [None]

    def say(text: str, number: int) -> Reply:
        now = datetime.now(UTC)
        problem = "too_long" if len(text) > MAX_TEXT else None
        message = Message(
            channel="terminal",
            event=str(number),
            conversation="terminal",
            sender="terminal",
            text="" if problem else text,
            problem=problem,
            received=now,
        )
        result = turn(brain, message, state[0], now)
        state[0] = result.state
        return result.replies[-1]

    return say


@app.command()
def triage(
    answers: Annotated[
        str | None, typer.Option(help="A JSON file of criterion -> yes|no|unsure; - reads standard input.")
    ] = None,
    as_json: Json = False,
    municipality: Annotated[str | None, typer.Option(help="Id of the municipality whose criteria come first.")] = None,
) -> None:
    """Assess whether a plan suits an IOP: asks in the terminal, or reads the answers."""
    from bot.app.brain import brain_of

    settings = _settings()
    brain = brain_of(settings, municipality=municipality)
    if answers is None:
        from bot.channels.terminal import talk

        talk(_turner(brain), first="testa")
        return
    from datetime import UTC, datetime

    from bot.core.dialogue import UnknownAnswer

    given, today = _read_answers(answers), datetime.now(UTC).date()
    try:
        outcome = brain.dialogue.run_answers("iop", given, municipality or settings.municipality, today)
    except UnknownAnswer as error:
        raise _usage(str(error)) from None
    if as_json:
        _print_json(outcome.model_dump())
    else:
        _print_markdown(outcome.text)


def _read_answers(where: str) -> dict[str, str]:
    try:
        data = json.loads(sys.stdin.read() if where == "-" else Path(where).read_text(encoding="utf-8"))
    except OSError as error:
        raise _usage(f"The answers in {where} can't be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise _usage("The answers are no UTF-8.") from None
    except ValueError as error:
        raise _usage(f"The answers are no JSON: {error}") from None
    if not isinstance(data, dict):
        raise _usage("The answers must be one JSON object of criterion -> yes|no|unsure.")
    return data


def _usage(message: str) -> typer.Exit:
    print(message, file=sys.stderr)
    return typer.Exit(2)


# ---- content


@app.command()
def check() -> None:
    """Check all content: quotes, topics, coverage, flows. Exit 1 on faults."""
    from dialogs.check import check_flows
    from dialogs.load import load_flows
    from knowledge.check import check_knowledge
    from knowledge.load import load

    settings = _settings()
    knowledge = load(settings.knowledge_dirs)
    flows = load_flows(settings.dialog_dirs)
    faults = [*check_knowledge(knowledge, frozenset(flows)), *check_flows(flows, frozenset(knowledge.quotes))]
    for fault in faults:
        print(f"{fault.level}: {fault}")
    errors = sum(f.level == "error" for f in faults)
    wordings = sum(len(t.ask) + len(t.ask_en) for t in knowledge.topics.values())
    print(
        f"{len(knowledge.sources)} sources, {len(knowledge.quotes)} quotes, {len(knowledge.topics)} "
        f"topics, {wordings} wordings, "
        f"{len(flows)} flows: {errors} errors, {len(faults) - errors} warnings"
    )
    raise typer.Exit(1 if errors else 0)


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="Questions as JSON lines (tests/evaluation/).")],
    misses: Annotated[bool, typer.Option("--misses", help="Print every question that went wrong.")] = False,
) -> None:
    """Measure the answers to a set of questions."""
    import time

    from knowledge.evaluate import evaluate as measure
    from knowledge.evaluate import read_rows

    try:
        rows = read_rows(file)
    except OSError as error:
        raise _usage(f"The questions in {file} can't be read: {error.strerror}.") from None
    except ValueError as error:
        raise _usage(f"{file} holds no questions as JSON lines: {error}") from None
    print(measure(_answerer(_settings()), rows, time.perf_counter, misses))


@app.command()
def graph(
    flow: Annotated[str, typer.Argument(help="Id of the flow.")],
    svg: Annotated[Path | None, typer.Option(help="Draw it with Graphviz into this file.")] = None,
) -> None:
    """Print a dialog flow as Mermaid, or draw it as SVG."""
    from dialogs.graph import GraphError, mermaid, svg_of
    from dialogs.load import load_flows

    flows = load_flows(_settings().dialog_dirs)
    if flow not in flows:
        raise _usage(f"There is no flow {flow!r}. There are: {', '.join(flows)}.")
    if svg is None:
        print(mermaid(flows[flow]))
        return
    try:
        svg.write_text(svg_of(flows[flow]), encoding="utf-8")
    except (GraphError, OSError) as error:
        raise _usage(str(error)) from None


# ---- helpers


def _settings() -> Settings:
    from bot.settings import load_settings

    return load_settings()


def _answerer(settings: Settings) -> Answerer:
    import gc

    from knowledge.answer import Answerer
    from knowledge.load import load

    gc.disable()  # one short process that only builds up: collecting would cost a fifth of its time
    return Answerer(load(settings.knowledge_dirs, settings.cache_dir), settings.contact, settings.cache_dir)


def _print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)


def _print_markdown(text: str) -> None:
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))


def _show(reply: Reply) -> None:
    from bot.channels.terminal import show

    show(reply)


operation.register(app)
