"""Matrix messages: the formatted body, and the plain one of clients that show no HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tests.acceptance.reading.content import (
    Content,
    Item,
    Kind,
    Linked,
    Quoted,
    lines,
    numbers_in,
    passage_of,
    path_of,
    reference_of,
    strength_of,
)
from tests.acceptance.reading.tree import Element, tree

Json = dict[str, Any]

_LEADS = ("Du kan också fråga (svara med siffran):", "You can also ask (answer with the number):")
_PROGRESS = re.compile(r"^\(\d+ (?:av ungefär|of about) \d+ [a-zå ]+\)$")
_EMOJI = re.compile(r"^(?:✅|❌|🤷) ")
_POINT = re.compile(r"^(?:• |\d+\. )")
_SOURCE = re.compile(r"^— \[(?P<number>\d+)\] (?P<reference>.+) · (?P<strength>[^·]+)$")


def read(contents: Sequence[Json], taps: int = 0) -> Content:
    """The formatted bodies of the messages that make up a reply; `taps` is to how many options the bot has set a
    reaction, which is how people see that the last list is one of options."""
    blocks = [element for content in contents for element in tree(content["formatted_body"]).elements]
    suggestions: tuple[str, ...] = ()
    if len(blocks) > 1 and blocks[-2].text in _LEADS:
        suggestions = tuple(item.text for item in blocks[-1].elements)
        del blocks[-2:]
    progress = next((numbers_in(block.text) for block in blocks if _PROGRESS.match(block.text)), None)
    blocks = [block for block in blocks if not _PROGRESS.match(block.text)]
    return Content(tuple(_elements(blocks, taps)), suggestions, progress)


def _elements(blocks: Sequence[Element], taps: int) -> Iterator[Item]:
    quote, options = "", [block for block in blocks if block.tag == "ol"][-1:]
    for block in blocks:
        match block.tag:
            case "blockquote":
                assert not quote, "a quote without its source"
                quote = block.text
            case "p" if quote:
                yield _source(block, quote)
                quote = ""
            case "p":
                link = [child for child in block.children if child != ""]
                if len(link) == 1 and isinstance(link[0], Element) and link[0].tag == "a":
                    yield Linked(link[0].text, path_of(link[0].attributes["href"]))
                else:
                    yield from lines("text", block.text)
            case "h4":
                yield from lines("heading", block.text)
            case "ul" | "ol":
                points = [item.text for item in block.elements]
                yield from _listed(points, [block] == options and len(points) == taps)
            case _:
                raise AssertionError(f"<{block.tag}> is not known")


def _source(block: Element, quote: str) -> Item:
    (link,) = block.all("a")
    reference = block.text.removeprefix(block.words("strong")).split(" · ")[0]
    number = int(block.words("strong").strip("[]"))
    return Quoted(
        number,
        quote,
        reference_of(reference.strip()),
        strength_of(block.words("em")),
        passage_of(link.attributes["href"]),
    )


def _listed(items: Iterable[str], options: bool) -> Iterator[Item]:
    kind: Kind = "choice" if options else "point"
    for item in items:
        yield from lines(kind, _EMOJI.sub("", item) if options else item)


# ---- without HTML


def read_plain(contents: Sequence[Json], taps: int = 0) -> Content:
    """The plain bodies. Headings are plain lines there."""
    blocks = [block for content in contents for block in content["body"].split("\n\n")]
    suggestions: tuple[str, ...] = ()
    if not blocks:
        return Content(())
    if blocks[-1].startswith(_LEADS):
        suggestions = tuple(_POINT.sub("", row) for row in blocks.pop().split("\n")[1:])
    progress = next((numbers_in(block) for block in blocks if _PROGRESS.match(block)), None)
    rows = [block.split("\n") for block in blocks if not _PROGRESS.match(block)]
    options = [block for block in rows if block[0].startswith("1. ") and len(block) == taps][-1:]
    return Content(tuple(item for block in rows for item in _plain(block, [block] == options)), suggestions, progress)


def _plain(rows: list[str], options: bool) -> Iterator[Item]:
    label, colon, url = rows[0].rpartition(": ")
    if rows[0].startswith(">"):
        yield from _plain_quote(rows)
    elif all(_POINT.match(row) for row in rows):
        yield from _listed([_POINT.sub("", row) for row in rows], options)
    elif len(rows) == 1 and colon and url.startswith("https://"):
        yield Linked(label, path_of(url))
    else:
        yield from lines("text", "\n".join(rows))


def _plain_quote(rows: list[str]) -> Iterator[Item]:
    at = next(n for n, row in enumerate(rows) if not row.startswith(">"))
    told = _SOURCE.match(rows[at])
    assert told, rows[at]
    words = "\n".join(row.removeprefix(">").removeprefix(" ") for row in rows[:at])
    passage = passage_of(rows[at + 1])
    yield Quoted(int(told["number"]), words, reference_of(told["reference"]), strength_of(told["strength"]), passage)
    for row in rows[at + 2 :]:
        yield from lines("text", row)
