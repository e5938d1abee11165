"""Shapes of messages that ask to begin a flow: «{can} {us} {get} {iop} {for?}», with the words of each slot beside."""

from __future__ import annotations

import re
from functools import lru_cache

from dialogs.words import folded, tokens

SLOT = re.compile(r"\{(?P<name>[a-z_]+)(?P<optional>\??)\}")
"""A slot in a shape; with a question mark it may be left out."""
SOME_WORDS = r"\S+(?: \S+){0,2}"
"""What `…` stands for: one to three words."""


class UnknownSlot(ValueError):
    """A shape names a slot that the flow does not have; the message is its name."""


@lru_cache(maxsize=64)
def shapes(openings: tuple[str, ...], slots: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str], ...]:
    """The shapes as patterns for a whole line of folded words. Raises UnknownSlot."""
    known = {name: "|".join(sorted(map(_phrase, listed.split(",")), key=len, reverse=True)) for name, listed in slots}
    return tuple(_shape(opening, known) for opening in openings)


def _shape(opening: str, known: dict[str, str]) -> re.Pattern[str]:
    """One shape; every part brings the space before it, so that an optional one leaves none behind."""
    parts: list[str] = []
    at = 0
    for found in SLOT.finditer(opening):
        parts += [rf"(?: {_phrase(opening[at : found.start()])})"] if opening[at : found.start()].strip() else []
        if found["name"] not in known:
            raise UnknownSlot(found["name"])
        parts.append(f"(?: (?:{known[found['name']]})){found['optional']}")
        at = found.end()
    parts += [rf"(?: {_phrase(opening[at:])})"] if opening[at:].strip() else []
    return re.compile("".join(parts))


def _phrase(text: str) -> str:
    """A phrase as a pattern over folded words: `…` is one to three words, `*` any letters of a word."""
    out = []
    for word in text.split():
        if word == "…":
            out.append(SOME_WORDS)
        else:
            plain = [folded(" ".join(tokens(part))) for part in word.split("*")]
            out.append(r"\S*".join(plain))
    return " ".join(out)


def opens(line: str, openings: tuple[str, ...], slots: tuple[tuple[str, str], ...]) -> bool:
    """Whether a line of folded words has one of the shapes."""
    return any(shape.fullmatch(f" {line}") for shape in shapes(openings, slots))
