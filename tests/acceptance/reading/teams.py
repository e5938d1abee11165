"""Teams' messages: the text in Markdown with its native citations, and Adaptive Cards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any

from tests.acceptance.reading.content import (
    Content,
    Item,
    Line,
    Linked,
    Quoted,
    lines,
    numbers_in,
    passage_of,
    path_of,
    reference_of,
    strength_of,
)

Json = dict[str, Any]

_ESCAPED = re.compile(r"\\([\\`*_\[\]#~|.)+-])")
_POINT = re.compile(r"^(?:- |\d+\. )")
_CARD_POINT = re.compile(r"^(?:• |\d+\. )")
_LINK = re.compile(r"^\[(?P<label>(?:[^\]\\]|\\.)+)\]\((?P<url>[^)\s]+)\)$")
_SOURCE = re.compile(
    r"^\*\*(?P<number>\d+)\*\* – (?P<told>.+) · \[(?:Läs i källan|Read in the source)\]\((?P<url>\S+)\)$"
)
_CARD_SOURCE = re.compile(r"^\[?(?P<number>\d+)[\].] (?P<told>.+)$")
_PROGRESS = re.compile(r"^\d+ (?:av ungefär|of about) \d+ ")
_MORE = ("Fråga vidare", "Ask more")


def read(activities: Sequence[Json]) -> Content:
    """The messages that make up a reply, in order."""
    items: list[Item] = []
    suggestions: list[str] = []
    progress = None
    for activity in activities:
        if activity.get("text"):
            items += _message(activity)
        for attached in activity.get("attachments", ()):
            card = _Card(attached["content"])
            items += card.items
            suggestions += card.suggestions
            progress = card.progress or progress
    return Content(tuple(items), tuple(suggestions), progress)


# ---- the text


def _message(activity: Json) -> list[Item]:
    blocks = activity["text"].split("\n\n")
    items: list[Item] = []
    while blocks:
        block = blocks.pop(0)
        items += [_quote(block, blocks.pop(0))] if block.startswith("> ") else _block(block)
    quotes = [item for item in items if isinstance(item, Quoted)]
    for claim, quote in zip(_native(activity), quotes, strict=True):
        looks = claim["appearance"]
        assert (claim["position"], passage_of(looks["url"])) == (quote.number, quote.passage)
        assert " ".join(quote.words.split()).startswith(looks["abstract"].rstrip("… "))
    return _without_marks(items, quotes)


def _block(block: str) -> Iterator[Item]:
    rows = block.split("\n")
    if link := _LINK.match(block):
        yield Linked(_plain(link["label"]), path_of(link["url"]))
    elif block.startswith("**") and block.endswith("**"):
        yield from lines("heading", _plain(block[2:-2]))
    elif block.startswith("*") and block.endswith("*"):
        yield from lines("text", _plain(block[1:-1]))
    elif all(_POINT.match(row) for row in rows):
        for row in rows:
            yield from lines("point", _plain(_POINT.sub("", row)))
    else:
        yield from lines("text", _plain(block))


def _quote(block: str, source: str) -> Quoted:
    told = _SOURCE.match(source)
    assert told, source
    words = "\n".join(row.removeprefix("> ").removesuffix("  ") for row in block.split("\n"))
    return Quoted(int(told["number"]), _plain(words), *_reference(_plain(told["told"])), passage_of(told["url"]))


def _reference(told: str) -> tuple[str, str]:
    """The reference with the words of the other channels, and the strength."""
    reference, _, strength = told.rpartition(" · ")
    return reference_of(reference), strength_of(strength)


def _native(activity: Json) -> list[Json]:
    """Teams' own citations."""
    return [claim for entity in activity.get("entities", ()) for claim in entity.get("citation", ())]


def _without_marks(items: list[Item], quotes: list[Quoted]) -> list[Item]:
    """Where no sentence names a quote, Teams' citation marks for all of them end the first one; they are left out."""
    marks = "".join(f"[{q.number}]" for q in quotes)
    first = items[0]
    if quotes and isinstance(first, Line) and first.words.endswith(marks):
        items[0] = Line(first.kind, first.words.removesuffix(marks).rstrip())
    return items


def _plain(text: str) -> str:
    return unescape(_ESCAPED.sub(r"\1", text))


# ---- cards


class _Card:
    """A card's body read from top to bottom."""

    def __init__(self, card: Json) -> None:
        self.items: list[Item] = []
        self.suggestions: list[str] = []
        self.progress: tuple[int, int] | None = None
        # Follow-ups have a line before them, the options of a question back have not.
        self._only_buttons = all(element["type"] == "ActionSet" for element in card["body"])
        for element in card["body"]:
            getattr(self, "_" + element["type"].replace(".", "_").lower())(element)

    def _textblock(self, element: Json) -> None:
        self.items += lines("heading", _ESCAPED.sub(r"\1", element["text"]))

    def _richtextblock(self, element: Json) -> None:
        (run,) = element["inlines"]
        if opens := run.get("selectAction"):
            self.items.append(Linked(run["text"], path_of(opens["url"])))
        elif run.get("isSubtle") and run["text"] in _MORE:
            pass
        elif run.get("size") == "Small" and _PROGRESS.match(run["text"]):
            self.progress = numbers_in(run["text"])
        elif element.get("spacing") == "Small":
            self.items += lines("point", _CARD_POINT.sub("", run["text"]))
        else:
            self.items += lines("text", run["text"])

    def _container(self, element: Json) -> None:
        words, source, *more = [item["inlines"][0] for item in element["items"]]
        told = _CARD_SOURCE.match(source["text"])
        assert told, source["text"]
        passage = passage_of(more.pop()["selectAction"]["url"])
        self.items.append(Quoted(int(told["number"]), words["text"], *_reference(told["told"]), passage))
        for note in more:
            self.items += lines("text", note["text"])

    def _input_choiceset(self, element: Json) -> None:
        for choice in element["choices"]:
            self.items += lines("choice", choice["title"])

    def _actionset(self, element: Json) -> None:
        for action in element["actions"]:
            does = action.get("data", {}).get("iop", "")
            if action["type"] == "Action.OpenUrl":
                self.items.append(Linked(action["title"], path_of(action["url"])))
            elif does == "fraga" and not self._only_buttons:
                self.suggestions.append(action["title"])
            elif does == "fraga" or (does == "svar" and action["data"]["value"]):
                self.items += lines("choice", action["title"])
