"""The soft vector space in which questions meet texts: tens of thousands of short wordings, or some hundred topics."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from knowledge.rarity import Alike, Query, Rarity, Word

ENOUGH = 150
"""Candidates after which common words choose no more; and texts from which a word is common."""
REMEMBERED = 100
"""Common words whose texts are kept at hand."""

SpaceState = tuple[bytes, bytes, bytes, bytes, bytes, bytes]
"""Vectors in compressed rows: where every text begins (u32), numbers of its words (u32), values (f32). The same in
compressed columns: where every word begins, numbers of its texts, values."""
Holding = dict[int, tuple[float, float]]
"""The texts that hold a word or one alike: how much it adds to a text's cosine, how much alike the likest there is."""


class Found(NamedTuple):
    """A word of a question: its share of the unit vector, the texts that hold it, in how many places its likes
    stand."""

    weight: float
    texts: Holding
    size: int


class Space:
    """Vectors of many texts, found by soft cosine. Kept in flat arrays: a tenth of the memory of objects."""

    def __init__(self, state: SpaceState) -> None:
        rows, words, values, columns, texts, weights = state
        self._rows, self._words, self._values = array("I", rows), array("I", words), array("f", values)
        self._columns, self._texts, self._weights = array("I", columns), array("I", texts), array("f", weights)
        self._remembered = lru_cache(REMEMBERED)(self._holding)

    @staticmethod
    def prepare(rarity: Rarity, texts: Iterable[Sequence[str]]) -> SpaceState:
        """Weigh every text: plain values that can be kept."""
        rows, words, values = array("I", [0]), array("I"), array("f")
        holding: list[list[tuple[int, float]]] = [[] for _ in rarity.words]
        for key, tokens in enumerate(texts):
            for word, value in rarity.vector(tokens).items():
                number = rarity.number[word]
                words.append(number)
                values.append(value)
                holding[number].append((key, value))
            rows.append(len(words))
        columns, keys, weights = array("I", [0]), array("I"), array("f")
        for column in holding:
            keys.extend(key for key, _ in column)
            weights.extend(value for _, value in column)
            columns.append(len(keys))
        by_text = rows.tobytes(), words.tobytes(), values.tobytes()
        return *by_text, columns.tobytes(), keys.tobytes(), weights.tobytes()

    def near(self, query: Query, limit: int) -> list[tuple[int, float]]:
        """The texts nearest by soft cosine (0 to about 1), best first; for many short texts.

        Words that stand in few texts themselves, however many hold words like them, choose the candidates; the common
        ones are then counted for these alone, so that the cost does not grow with the commonest words.
        """
        total: dict[int, float] = {}
        common: list[Word] = []
        for size, word in sorted([(self._own_size(word[1]), word) for word in query], key=itemgetter(0)):
            if len(total) > ENOUGH and size > ENOUGH:
                common.append(word)
            else:
                self._add(word, total)
        if common:
            total = self._with_common(common, highest(total, 2 * limit))
        return sorted(highest(total, limit).items(), key=lambda item: (-item[1], item[0]))

    def look_up(self, query: Query) -> list[Found]:
        """For every word of a question the texts that hold it; for few long texts.

        A common word stands in most of them whatever is asked, so its texts are gathered once and kept.
        """
        found = []
        for weight, alike in query:
            size = self._size(alike)
            found.append(Found(weight, (self._remembered if size > ENOUGH else self._holding)(alike), size))
        return found

    def _own_size(self, alike: Alike) -> int:
        """In how many texts a word stands, or if in none, the words alike."""
        return self._size(alike[:1] if alike and alike[0][1] == 1.0 else alike)

    def _size(self, alike: Alike) -> int:
        columns = self._columns
        return sum([columns[number + 1] - columns[number] for number, _ in alike])

    def _holding(self, alike: Alike) -> Holding:
        """The texts that hold a word or one alike, which come most alike first."""
        columns, texts, weights = self._columns, self._texts, self._weights
        holding: Holding = {}
        for number, share in alike:
            for at in range(columns[number], columns[number + 1]):
                key, value = texts[at], share * weights[at]
                if key not in holding:
                    holding[key] = value, share
                elif value > holding[key][0]:
                    holding[key] = value, holding[key][1]
        return holding

    def _add(self, word: Word, total: dict[int, float]) -> None:
        """Add to every text what the likest of its words contributes."""
        columns, texts, weights = self._columns, self._texts, self._weights
        weight, alike = word
        best: dict[int, float] = {}
        for number, share in alike:
            for at in range(columns[number], columns[number + 1]):
                key, value = texts[at], share * weights[at]
                if key not in best or value > best[key]:
                    best[key] = value
        for key, value in best.items():
            if key in total:
                total[key] += weight * value
            else:
                total[key] = weight * value

    def _with_common(self, common: Sequence[Word], total: dict[int, float]) -> dict[int, float]:
        """The texts with what common words add, read from their rows."""
        factors: dict[int, list[tuple[int, float]]] = {}
        for n, (weight, alike) in enumerate(common):
            for number, share in alike:
                factors.setdefault(number, []).append((n, weight * share))
        rows, words, values = self._rows, self._words, self._values
        full: dict[int, float] = {}
        for key, score in total.items():
            best: dict[int, float] = {}
            for at in range(rows[key], rows[key + 1]):
                number = words[at]
                if number in factors:
                    for n, factor in factors[number]:
                        product = factor * values[at]
                        if n not in best or product > best[n]:
                            best[n] = product
            full[key] = score + sum(best.values())
        return full


def nearest(found: Sequence[Found], limit: int) -> Iterable[int]:
    """The texts nearest by soft cosine, in no order, chosen as in `Space.near`."""
    total: dict[int, float] = {}
    common: list[Found] = []
    for word in sorted(found, key=itemgetter(2)):
        if len(total) > ENOUGH and word.size > ENOUGH:
            common.append(word)
            continue
        weight = word.weight
        for key, (value, _) in word.texts.items():
            if key in total:
                total[key] += weight * value
            else:
                total[key] = weight * value
    total = highest(total, 2 * limit)
    for weight, texts, _ in common:
        for key in total:
            if key in texts:
                total[key] += weight * texts[key][0]
    return highest(total, limit)


def compared(found: Sequence[Found], keys: Iterable[int]) -> dict[int, tuple[float, float]]:
    """For some texts (soft cosine, share of the question's weight that the text holds)."""
    whole = sum([word.weight for word in found]) or 1.0
    out: dict[int, tuple[float, float]] = {}
    for key in keys:
        cosine = held = 0.0
        for weight, texts, _ in found:
            if key in texts:
                value, share = texts[key]
                cosine += weight * value
                held += weight * share
        out[key] = cosine, held / whole
    return out


def highest(scores: dict[int, float], limit: int) -> dict[int, float]:
    """The highest scores, in no order; of equals those with the lowest keys."""
    if len(scores) <= limit:
        return scores
    least = sorted(scores.values())[-limit]
    kept = {key: score for key, score in scores.items() if score >= least}
    if len(kept) > limit:
        for key in sorted(key for key, score in kept.items() if score == least)[limit - len(kept) :]:
            del kept[key]
    return kept
