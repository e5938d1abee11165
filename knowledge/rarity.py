"""Words by rarity and likeness: the soft vector space in which questions meet wordings.

A word counts by how rare it is. A word that shares most of its 4-grams with another (an inflection, a compound, a
misspelling
or a dialect spelling) counts as that word in part.
"""

from __future__ import annotations

import heapq
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import mul

from knowledge.language import grams

LIKE = 0.42
"""Least share of common 4-grams (Dice) from which two words count as alike."""
SHARPNESS = 1.4
"""Power of the share of common 4-grams by which a word alike counts."""
MOST_ALIKE = 14
"""Most words that one word counts as."""
ENOUGH = 150
"""Candidates after which common words choose no more."""
MOST_WORDS = 26
"""Words and marks of a question that are compared; of a longer one the weightiest."""
STORY = 0.6
"""Weight of words in sentences that ask nothing, beside those in the question itself."""
QUESTION_WEIGHT = 1.6
"""Weight of a question word such as «vem» or «när», which is no content word but tells what is asked for."""
CONCEPT_WEIGHT = 0.8
"""Weight of a concept («#konflikt») beside a word of the same rarity."""
QUESTION_WORDS = {
    "vem": "?vem",
    "vems": "?vem",
    "who": "?vem",
    "nar": "?nar",
    "when": "?nar",
    "varfor": "?varfor",
    "why": "?varfor",
    "where": "?var",
    "vart": "?var",
    "varifran": "?var",
    "lange": "?lange",
    "long": "?lange",
    "manga": "?manga",
    "many": "?manga",
    "mycket": "?mycket",
    "much": "?mycket",
    "hur": "?hur",
    "how": "?hur",
    "maste": "?maste",
    "must": "?maste",
    "vilka": "?vilka",
    "which": "?vilka",
    "skillnad": "?skillnad",
    "skiljer": "?skillnad",
    "jamfor": "?skillnad",
    "difference": "?skillnad",
    "compare": "?skillnad",
    "far": "?far",
    "allowed": "?far",
}

RarityState = tuple[dict[str, float], float, dict[str, list[str]], dict[str, int]]
"""Weight of every word, that of an unknown one, words by n-gram, number of n-grams of every word."""
SpaceState = tuple[list[str], bytes, bytes, bytes]
"""Vectors in compressed rows: the words; for every text where its row begins (u32); word numbers (u32), values
(f32)."""


class Rarity:
    """Weights of words by rarity, and which words are alike. Built from all texts that can be found."""

    def __init__(self, state: RarityState) -> None:
        self._weight, self._rarest, self._by_gram, self._size = state
        self.known = frozenset(self._weight)
        self._alike: dict[str, dict[str, float]] = {}

    @staticmethod
    def prepare(texts: Iterable[Sequence[str]]) -> RarityState:
        """Count words and their n-grams over all texts: plain values that can be kept."""
        counts: Counter[str] = Counter()
        total = 1
        for text in texts:
            counts.update(set(text))
            total += 1
        weight = {
            w: _factor(w) * math.log(total / (c + 0.5)) if w[0] != "?" else QUESTION_WEIGHT for w, c in counts.items()
        }
        by_gram: dict[str, list[str]] = {}
        size: dict[str, int] = {}
        for word in counts:
            if word[0] in "?#":
                continue
            own = set(grams(word))
            size[word] = len(own)
            for gram in own:
                by_gram.setdefault(gram, []).append(word)
        return weight, math.log(total / 1.5), by_gram, size

    def weight(self, word: str) -> float:
        """Rarity of a word; an unknown one counts as the rarest."""
        return self._weight.get(word, 0.0 if word[0] in "?#" else self._rarest)

    def vector(self, tokens: Sequence[str]) -> dict[str, float]:
        """Unit vector of the words' weights."""
        weights = {w: self.weight(w) for w in tokens}
        norm = math.sqrt(sum(v * v for v in weights.values())) or 1.0
        return {w: v / norm for w, v in weights.items()}

    def query(self, tokens: Sequence[str], focus: frozenset[str] = frozenset()) -> Query:
        """The words of a question, ready to be compared. With a focus, words outside it count less: they tell the story
        around the question."""
        weighed = {w: self.weight(w) * (1.0 if not focus or w in focus else STORY) for w in tokens}
        weights = (
            dict(heapq.nlargest(MOST_WORDS, weighed.items(), key=_second)) if len(weighed) > MOST_WORDS else weighed
        )
        norm = math.sqrt(sum(v * v for v in weights.values())) or 1.0
        return tuple((weight / norm, self.alike(word)) for word, weight in weights.items())

    def alike(self, word: str) -> dict[str, float]:
        """The known words that a word counts as, itself or alike, with how much (0 to 1)."""
        found = self._alike.get(word)
        if found is None:
            found = {word: 1.0} if word[0] in "?#" else self._compare(word)
            if len(self._alike) < 20_000:
                self._alike[word] = found
        return found

    def foreign(self, tokens: Sequence[str]) -> float:
        """Share of the words' weight that nothing known is like."""
        total = strange = 0.0
        for word in set(tokens):
            weight = self.weight(word)
            total += weight
            strange += weight * (1.0 - max(self.alike(word).values(), default=0.0))
        return strange / total if total else 0.0

    def _compare(self, word: str) -> dict[str, float]:
        own = set(grams(word))
        shared: Counter[str] = Counter()
        for gram in own:
            shared.update(self._by_gram.get(gram, ()))
        size, own_size = self._size, len(own)
        near = [
            (2 * common / (own_size + size[other]), other)
            for other, common in shared.items()
            if 2 * common >= LIKE * (own_size + size[other])
        ]
        near.sort(key=lambda item: (-item[0], item[1]))
        return {other: 1.0 if other == word else dice**SHARPNESS for dice, other in near[:MOST_ALIKE]}


def _factor(word: str) -> float:
    return CONCEPT_WEIGHT if word[0] == "#" else 1.0


Query = tuple[tuple[float, dict[str, float]], ...]
"""Every word of a question: its share of the unit vector, and the known words that it counts as."""


Word = tuple[float, dict[int, float]]
"""A word of a question within one space: its weight, and the numbers of the words alike with how much."""
Held = dict[int, list[tuple[int, float]]]
"""By the number of a word in the space: the words of the question that it is like, with how much."""


class Space:
    """Vectors of many texts, found by soft cosine. Kept in flat arrays: a tenth of the memory of objects."""

    def __init__(self, state: SpaceState) -> None:
        words, rows, numbers, values = state
        self._number = {word: n for n, word in enumerate(words)}
        self._rows, self._numbers, self._values = array("I", rows), array("I", numbers), array("f", values)
        self._texts, self._weights = _columns(len(words), self._rows, self._numbers, self._values)
        self._sizes = [len(column) for column in self._texts]

    @staticmethod
    def prepare(rarity: Rarity, texts: Iterable[Sequence[str]]) -> SpaceState:
        """Weigh every text: plain values that can be kept."""
        number: dict[str, int] = {}
        rows, numbers, values = array("I", [0]), array("I"), array("f")
        for tokens in texts:
            for word, value in rarity.vector(tokens).items():
                numbers.append(number.setdefault(word, len(number)))
                values.append(value)
            rows.append(len(numbers))
        return list(number), rows.tobytes(), numbers.tobytes(), values.tobytes()

    def near(self, query: Query, limit: int) -> list[tuple[int, float]]:
        """The texts nearest by soft cosine (0 to about 1), best first.

        Words that stand in few texts choose the candidates; the common ones are then counted for these alone, so that
        the cost does not grow with the commonest words.
        """
        words = sorted(self._words(query), key=self._size)
        total: dict[int, float] = {}
        common: list[Word] = []
        for word in words:
            if len(total) > ENOUGH and self._size(word) > ENOUGH:
                common.append(word)
                continue
            for key, product in self._best(word).items():
                total[key] = total.get(key, 0.0) + product
        if not common:
            return heapq.nlargest(limit, total.items(), key=_rank)
        chosen = heapq.nlargest(2 * limit, total.items(), key=_rank)
        held = _held(common)
        full = [(key, score + self._row(common, held, key)[0]) for key, score in chosen]
        return heapq.nlargest(limit, full, key=_rank)

    def cosines(self, query: Query, keys: Iterable[int]) -> dict[int, tuple[float, float]]:
        """For some texts (soft cosine, share of the question's weight that the text holds)."""
        words = self._words(query)
        total = sum(weight for weight, _ in query) or 1.0
        held = _held(words)
        return {key: (cosine, part / total) for key in keys for cosine, part in [self._row(words, held, key)]}

    def _words(self, query: Query) -> list[Word]:
        number = self._number
        return [(weight, {number[w]: share for w, share in alike.items() if w in number}) for weight, alike in query]

    def _row(self, words: Sequence[Word], held: Held, key: int) -> tuple[float, float]:
        """(soft cosine with one text, weight of the words that it holds)."""
        start, end = self._rows[key], self._rows[key + 1]
        best, most = [0.0] * len(words), [0.0] * len(words)
        for number, value in zip(self._numbers[start:end], self._values[start:end], strict=True):
            for n, share in held.get(number, ()):
                if share * value > best[n]:
                    best[n] = share * value
                if share > most[n]:
                    most[n] = share
        weights = [weight for weight, _ in words]
        return sum(map(mul, weights, best)), sum(map(mul, weights, most))

    def _size(self, word: Word) -> int:
        return sum(map(self._sizes.__getitem__, word[1]))

    def _best(self, word: Word) -> dict[int, float]:
        weight, alike = word
        best: dict[int, float] = {}
        for number, share in alike.items():
            factor = share * weight
            for key, value in zip(self._texts[number], self._weights[number], strict=True):
                product = factor * value
                if product > best.get(key, 0.0):
                    best[key] = product
        return best


def _held(words: Sequence[Word]) -> Held:
    out: Held = {}
    for n, (_, alike) in enumerate(words):
        for number, share in alike.items():
            out.setdefault(number, []).append((n, share))
    return out


def _columns(
    words: int, rows: array[int], numbers: array[int], values: array[float]
) -> tuple[list[array[int]], list[array[float]]]:
    """For every word the texts that hold it, and its values there."""
    texts: list[array[int]] = [array("I") for _ in range(words)]
    weights: list[array[float]] = [array("f") for _ in range(words)]
    for key in range(len(rows) - 1):
        for at in range(rows[key], rows[key + 1]):
            texts[numbers[at]].append(key)
            weights[numbers[at]].append(values[at])
    return texts, weights


def _second(item: tuple[str, float]) -> float:
    return item[1]


def _rank(item: tuple[int, float]) -> tuple[float, int]:
    """Highest first; equals in the order of the texts."""
    return item[1], -item[0]
