"""Concepts behind words: everyday and official words that mean the same to an asker share a mark such as
«#konflikt»."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from knowledge.language import words
from knowledge.model import Term

SHORTEST = 3
"""Shortest stem that a form ending in * may have."""
MOST_REMEMBERED = 4_000
"""Words whose concepts are kept at hand."""


class Concepts:
    """Finds the concepts in a text. A form is a word, a stem (ending in *), or several words in a row."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._exact: dict[str, set[str]] = {}
        self._stems: dict[str, set[str]] = {}
        self._phrases: dict[str, list[tuple[tuple[str, ...], bool, str]]] = {}
        self._seen: dict[str, tuple[str, ...]] = {}
        for term in terms:
            mark = f"#{term.id}"
            for form in term.forms:
                parts = tuple(words(form))
                stem = form.endswith("*")
                if len(parts) > 1:
                    self._phrases.setdefault(parts[0], []).append((parts, stem, mark))
                elif parts and stem and len(parts[0]) >= SHORTEST:
                    self._stems.setdefault(parts[0], set()).add(mark)
                elif parts:
                    self._exact.setdefault(parts[0], set()).add(mark)

    def of(self, tokens: Sequence[str]) -> list[str]:
        """The marks of all concepts in folded tokens, each once, in order."""
        found: dict[str, None] = {}
        for n, token in enumerate(tokens):
            for mark in self._word(token):
                found[mark] = None
            for parts, stem, mark in self._phrases.get(token, ()):
                if _follows(tokens[n + 1 : n + 2 * len(parts)], parts[1:], stem):
                    found[mark] = None
        return list(found)

    def _word(self, token: str) -> tuple[str, ...]:
        found = self._seen.get(token)
        if found is None:
            marks = list(self._exact.get(token, ()))
            for length in range(SHORTEST, len(token) + 1):
                marks += self._stems.get(token[:length], ())
            found = tuple(marks)
            if len(self._seen) < MOST_REMEMBERED:
                self._seen[token] = found
        return found


def _follows(tokens: Sequence[str], parts: Sequence[str], stem: bool) -> bool:
    """True when the parts come in order, each after at most one other word: «säger upp» is in «säger man upp»."""
    at = 0
    for n, part in enumerate(parts):
        last = stem and n == len(parts) - 1
        for gap in (0, 1):
            token = tokens[at + gap] if at + gap < len(tokens) else ""
            if token == part or (last and token.startswith(part)):
                at += gap + 1
                break
        else:
            return False
    return True
