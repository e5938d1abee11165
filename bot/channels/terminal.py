"""The terminal: one conversation on standard input and output, readable or as JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from bot.messages import (
    STRENGTHS,
    Block,
    Bullets,
    Choices,
    Citation,
    Heading,
    Link,
    Paragraph,
    Progress,
    QuoteBlock,
    Reply,
    reference,
)

Say = Callable[[str, int], Reply]
"""Takes a text and its number in the conversation, returns the reply."""

_PROGRESS = {"sv": "av ungefär {total} frågor besvarade", "en": "of about {total} questions answered"}
_BYE = {"sv": "Hej då!", "en": "Goodbye!"}


def talk(say: Say, first: str | None = None) -> None:
    """Converse until the end of input; the person may answer with the number of a choice or a suggestion."""
    console = Console()
    console.print(
        "[bold]IOP-lotsen[/bold] är en automatisk tjänst som svarar med citat ur fem texter om IOP. Avsluta med Ctrl-D."
    )
    options: tuple[str, ...] = ()
    language = "sv"
    number = 0
    pending = first
    while True:
        if pending is None:
            try:
                text = console.input("\n[bold]> [/bold]").strip()
            except (EOFError, KeyboardInterrupt):
                console.print(f"\n{_BYE[language]}")
                return
        else:
            text, pending = pending, None
        number += 1
        if text.isdecimal() and len(text) < 4 and 1 <= int(text) <= len(options):
            text = options[int(text) - 1]
        reply = say(text, number)
        show(reply, console)
        language = reply.language
        options = () if reply.choices else reply.suggestions


def talk_json(say: Say) -> None:
    """A message a line in, one JSON object a line out, nothing unasked."""
    for number, line in enumerate(sys.stdin, 1):
        reply = say(line.rstrip("\n"), number)
        print(json.dumps(as_json(reply), ensure_ascii=False), flush=True)


def as_json(reply: Reply) -> dict[str, Any]:
    """The contract of `iopbot chat --json`."""
    return {
        "kind": reply.kind,
        "text": reply.text,
        "citations": [c.model_dump() for c in reply.citations],
        "choices": [c.label for c in reply.choices],
        "suggestions": list(reply.suggestions),
        "topic": reply.topic,
        "confidence": reply.confidence,
        "flow": reply.flow.model_dump() if reply.flow else None,
        "outcome": reply.outcome.outcome if reply.outcome else None,
    }


def show(reply: Reply, console: Console | None = None) -> None:
    """Draw a reply."""
    console = console or Console()
    console.print(Group(*(Padding(_drawn(block, reply.language), (0, 0, 1, 0)) for block in reply.blocks)))
    for n, suggestion in enumerate(reply.suggestions, 1):
        console.print(Text(f"  {n}. {suggestion}", style="cyan"))


def _drawn(block: Block, language: str) -> RenderableType:
    match block:
        case Paragraph():
            return Text(block.text, style="italic" if block.role == "note" else "bold" if block.role == "lead" else "")
        case Heading():
            return Text(block.text, style="bold underline")
        case Bullets():
            return Text("\n".join(f"{n}. {i}" if block.ordered else f"• {i}" for n, i in enumerate(block.items, 1)))
        case QuoteBlock():
            return _quote(block.citation, language)
        case Choices():
            return Text("\n".join(f"  {n}. {c.label}" for n, c in enumerate(block.choices, 1)), style="cyan")
        case Progress():
            return Text(f"({block.answered} {_PROGRESS[language].format(total=block.total)})", style="dim")
        case Link():
            return Text(f"{block.label}: {block.url}", style="blue")


def _quote(cited: Citation, language: str) -> RenderableType:
    body = Text(cited.quote)
    whose, strength = reference(cited, language), STRENGTHS[language][cited.strength]
    body.append(f"\n\n{whose}\n{strength} · {cited.url}", style="dim")
    if cited.note:
        body.append(f"\n{cited.note}", style="italic")
    return Panel(body, title=f"[{cited.number}]", title_align="left", border_style="dim")
