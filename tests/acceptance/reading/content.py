"""What a reply says, whatever it looks like: the common form to which every channel's own drawing is read back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from bot.channels.teams import words as teams
from bot.channels.web import words as web
from bot.messages import STRENGTHS

Kind = Literal["text", "heading", "point", "choice"]

_POINTERS = re.compile(r"\s*\[(\d{1,3})((?:, \d{1,3}|\] \[\d{1,3})*)\]")
_TABLES = (
    *STRENGTHS.values(),
    web.SWEDISH.strength,
    web.ENGLISH.strength,
    teams.SWEDISH.strength,
    teams.ENGLISH.strength,
)
_STRENGTH_OF = {word.casefold(): name for table in _TABLES for name, word in table.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, a heading, a point of a list, or an option of the open question."""

    kind: Kind
    words: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote, letter for letter, with who says it and where, how strongly, and the passage that its link leads to."""

    number: int
    words: str
    reference: str
    strength: str
    passage: tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Linked:
    """A link of its own; `path` is without the public address."""

    label: str
    path: str


Item = Line | Quoted | Linked


@dataclass(frozen=True, slots=True)
class Content:
    """Everything in the order in which it is read, then what is proposed as next question, and how far the dialog
    is."""

    items: tuple[Item, ...]
    suggestions: tuple[str, ...] = ()
    progress: tuple[int, int] | None = None

    @property
    def quotes(self) -> tuple[Quoted, ...]:
        return tuple(item for item in self.items if isinstance(item, Quoted))

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(item.words for item in self.items if isinstance(item, Line) and item.kind == "choice")


def lines(kind: Kind, text: str) -> Iterator[Line]:
    """A text as its paragraphs, with white space as one space and pointers to quotes as «[1][2]»."""
    for paragraph in re.split(r"\n[ \t]*\n", text):
        words = " ".join(_POINTERS.sub(_pointed, paragraph).split())
        if words:
            yield Line(kind, words)


def _pointed(found: re.Match[str]) -> str:
    return " " + "".join(f"[{number}]" for number in re.findall(r"\d+", found[0]))


def strength_of(words: str) -> str:
    """The strength that a channel's words mean."""
    return _STRENGTH_OF[words.strip().casefold()]


def reference_of(words: str) -> str:
    """A reference with the words and quotation marks that the terminal has in Swedish."""
    words = re.sub(r", (?:avsnittet|section) [”«](.+)[”»]$", r", avsnittet «\1»", words)
    words = re.sub(r" \(undated(?=[,)])", " (odaterad", words)
    return words.replace(", reported by ", ", återgivet av ")


def passage_of(url: str) -> tuple[str, int, int]:
    """Source, start and end of the passage that a link leads to."""
    parts = urlsplit(url)
    asked = parse_qs(parts.query)
    assert parts.path.startswith("/kallor/"), url
    assert parts.fragment == "citat", url
    return parts.path.removeprefix("/kallor/"), int(asked["fran"][0]), int(asked["till"][0])


def path_of(url: str) -> str:
    """An address without the public one before it."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")


def numbers_in(text: str) -> tuple[int, int]:
    """The two numbers of a line that tells how far the dialog is."""
    first, second = map(int, re.findall(r"\d+", text))
    return first, second
