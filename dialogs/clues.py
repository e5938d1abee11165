"""Phrases that tell what an answer to one particular question means, whatever word it begins with."""

from __future__ import annotations

from functools import lru_cache

from dialogs import words as w
from dialogs.model import Question

NEGATIONS = frozenset("inte ej icke aldrig knappast inga ingen inget ingenting utan not no".split())


@lru_cache(maxsize=4096)
def _parts(phrase: str) -> tuple[tuple[str, ...], ...]:
    """A phrase as runs of words; between two runs up to four other words may stand. A last `*` stays on its word."""
    parts = [w.tokens(p) for p in phrase.split("…")]
    if phrase.endswith("*"):
        parts[-1][-1] += "*"
    return tuple(tuple(p) for p in parts)


def clue_of(question: Question | None, found: list[str]) -> str:
    """`yes` or `no` when only clues of one kind stand in the message, otherwise an empty string."""
    if question is None or not (question.clues.yes or question.clues.no):
        return ""
    yes = any(stands(p, found) for p in question.clues.yes)
    no = any(stands(p, found) for p in question.clues.no)
    return "" if yes == no else "yes" if yes else "no"


def stands(phrase: str, found: list[str]) -> bool:
    """Whether a phrase stands among the words, and no *inte* or the like just before, within or after it."""
    parts = _parts(phrase)
    own = {word for part in parts for word in part}
    for start in range(len(found)):
        end = _ends(parts, found, start)
        if end and not NEGATIONS & (set(found[max(0, start - 2) : end + 1]) - own):
            return True
    return False


def _ends(parts: tuple[tuple[str, ...], ...], found: list[str], start: int) -> int:
    """Where the phrase ends when it begins at a place, or 0."""
    at = start
    for n, part in enumerate(parts):
        places = range(at, at + 1 if n == 0 else min(at + 5, len(found)))
        place = next((p for p in places if _same(part, found[p : p + len(part)])), None)
        if place is None:
            return 0
        at = place + len(part)
    return at


def _same(part: tuple[str, ...], words: list[str]) -> bool:
    if len(part) != len(words):
        return False
    return all(word.startswith(p[:-1]) if p.endswith("*") else word == p for p, word in zip(part, words, strict=True))
