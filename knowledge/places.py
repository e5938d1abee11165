"""Places and issuers that a text names: «i Malmö», «eslövs», «skr»."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from knowledge.language import fold, words
from knowledge.model import Issuer


class Names:
    """Finds names of one or several words, also with a genitive s, in folded tokens."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """`names` are pairs of (name as people write it, id)."""
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name, id in names:
            parts = tuple(words(name))
            if parts:
                self._by_first.setdefault(parts[0], []).append((parts, id))
        for candidates in self._by_first.values():
            candidates.sort(key=lambda c: -len(c[0]))

    def find(self, tokens: list[str]) -> list[tuple[str, int, int]]:
        """(id, start, end) of every name, longest first at each place."""
        found, n = [], 0
        while n < len(tokens):
            hit = self._at(tokens, n)
            if hit:
                found.append((hit[0], n, n + hit[1]))
                n += hit[1]
            else:
                n += 1
        return found

    def _at(self, tokens: list[str], n: int) -> tuple[str, int] | None:
        first = tokens[n]
        for key in (first, first[:-1] if first.endswith("s") else "", first[:-4] if first.endswith("sbor") else ""):
            for parts, id in self._by_first.get(key, ()) if key else ():
                rest = tokens[n + 1 : n + len(parts)]
                if len(parts) == 1 or (
                    all(a == b or a == b + "s" for a, b in zip(rest, parts[1:], strict=False))
                    and len(rest) == len(parts) - 1
                ):
                    return id, len(parts)
        return None


_ALSO_WORDS = frozenset(
    "ale are berg boden bracke ed eda flen habo hjo kil klippan mark mora nora orsa osby sala salem sater vara".split()
)
"""Names that are everyday words or surnames as well: found only before «kommun»."""


def place_names(places: Mapping[str, str]) -> Names:
    """Names of municipalities by id. A name that is also a word needs «kommun» after it."""
    return Names((f"{name} kommun" if fold(name) in _ALSO_WORDS else name, id) for id, name in places.items())


def issuer_names(issuers: Mapping[str, Issuer]) -> Names:
    """Issuers without a place of their own, by their aliases."""
    return Names((alias, i.id) for i in issuers.values() if not i.place for alias in i.aliases)
