"""The terminal's JSON: Markdown, with citations, choices and the dialog's standing beside it. The reference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.acceptance.reading.content import (
    Content,
    Item,
    Line,
    Linked,
    Quoted,
    lines,
    passage_of,
    path_of,
    reference_of,
    strength_of,
)

Json = dict[str, Any]

_POINT = re.compile(r"^(?:- |\d+\. )")
_LINK = re.compile(r"^\[(?P<label>[^\]]+)\]\((?P<url>[^)\s]+)\)$")
_SOURCE = re.compile(
    r"^— \*\*\[(?P<number>\d+)\]\*\* (?P<reference>.+) · \*(?P<strength>[^*]+)\* · "
    r"\[(?:läs i källan|read in the source)\]\((?P<url>\S+)\)$"
)
_ASKED = re.compile(r"^(?:Fråga|Question) \d+ ", re.MULTILINE)


def read(reply: Json) -> Content:
    """A line of `iopbot chat --json`."""
    items = [item for block in reply["text"].split("\n\n") for item in _block(block, reply)]
    flow = reply["flow"]
    asks = flow and flow["question"] and _ASKED.search(reply["text"])
    assert [item.words for item in items if isinstance(item, Line) and item.kind == "choice"] == reply["choices"]
    return Content(tuple(items), tuple(reply["suggestions"]), (flow["answered"], flow["total"]) if asks else None)


def _block(block: str, reply: Json) -> Iterator[Item]:
    rows = block.split("\n")
    if block.startswith(">"):
        yield from _quote([row[2:] for row in rows], reply)
    elif block.startswith("### "):
        yield from lines("heading", block[4:])
    elif link := _LINK.match(block):
        yield Linked(link["label"], path_of(link["url"]))
    elif all(_POINT.match(row) for row in rows):
        points = [_POINT.sub("", row) for row in rows]
        for point in points:
            yield from lines("choice" if points == reply["choices"] else "point", point)
    elif block.startswith("*") and block.endswith("*"):
        yield from lines("text", block[1:-1])
    else:
        yield from lines("text", block)


def _quote(rows: list[str], reply: Json) -> Iterator[Item]:
    at = next(n for n, row in enumerate(rows) if _SOURCE.match(row))
    told = _SOURCE.match(rows[at])
    assert told
    cited = reply["citations"][int(told["number"]) - 1]
    assert [row.rstrip() for row in cited["quote"].split("\n")] == rows[: at - 1]
    assert (cited["number"], cited["url"]) == (int(told["number"]), told["url"])
    passage = (cited["source"], cited["start"], cited["end"])
    assert passage_of(told["url"]) == passage
    strength = strength_of(told["strength"])
    assert strength == cited["strength"]
    yield Quoted(cited["number"], cited["quote"], reference_of(told["reference"]), strength, passage)
    for row in rows[at + 1 :]:
        yield from lines("text", row.strip("*"))
