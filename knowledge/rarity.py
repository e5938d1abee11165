"""Words by rarity and likeness.

A word counts by how rare it is. A word that shares most of its 4-grams with another (an inflection, a compound, a
misspelling or a dialect spelling) counts as that word in part.
"""

from __future__ import annotations

import heapq
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import itemgetter

from knowledge.language import grams

LIKE = 0.42
"""Least share of common 4-grams (Dice) from which two words count as alike."""
SHARPNESS = 1.4
"""Power of the share of common 4-grams by which a word alike counts."""
MOST_ALIKE = 14
"""Most words that one word counts as."""
MOST_REMEMBERED = 4_000
"""Words whose likes are kept at hand."""
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

RarityState = tuple[list[str], float, bytes, bytes, list[str], bytes, bytes]
"""The words in order; weight of an unknown one; of every word its weight (f64) and number of n-grams (u32). The
n-grams; where the words of each begin (u32), numbers of words (u32)."""
Alike = tuple[tuple[int, float], ...]
"""The known words that a word counts as, itself or alike: their numbers, most alike first, with how much (0 to 1)."""
Word = tuple[float, Alike]
"""A word of a question: its share of the unit vector, and what it counts as."""
Query = tuple[Word, ...]
"""The words of a question, ready to be compared."""
_NONE = array("I")


class Rarity:
    """Weights of words by rarity, and which words are alike. Built from all texts that can be found."""

    def __init__(self, state: RarityState) -> None:
        self.words, self._rarest, weights, sizes, every_gram, starts, numbers = state
        self.number = {word: n for n, word in enumerate(self.words)}
        self._weights, self._sizes = array("d", weights), array("I", sizes)
        self._grams = {gram: n for n, gram in enumerate(every_gram)}
        self._starts, self._numbers = array("I", starts), array("I", numbers)
        self._alike: dict[str, Alike] = {}

    @staticmethod
    def prepare(texts: Iterable[Sequence[str]]) -> RarityState:
        """Count words and their n-grams over all texts: plain values that can be kept."""
        counts: Counter[str] = Counter()
        total = 1
        for text in texts:
            counts.update(set(text))
            total += 1
        words = sorted(counts)
        by_gram: dict[str, list[int]] = {}
        sizes = array("I")
        for n, word in enumerate(words):
            own = set(grams(word)) if word[0] not in "?#" else set()
            sizes.append(len(own))
            for gram in own:
                by_gram.setdefault(gram, []).append(n)
        starts, numbers = array("I", [0]), array("I")
        for found in by_gram.values():
            numbers.extend(found)
            starts.append(len(numbers))
        weights = array("d", [_weight(word, counts[word], total) for word in words])
        rarest = math.log(total / 1.5)
        return words, rarest, weights.tobytes(), sizes.tobytes(), list(by_gram), starts.tobytes(), numbers.tobytes()

    def weight(self, word: str) -> float:
        """Rarity of a word; an unknown one counts as the rarest."""
        n = self.number.get(word)
        if n is not None:
            return self._weights[n]
        return 0.0 if word[0] in "?#" else self._rarest

    def vector(self, tokens: Sequence[str]) -> dict[str, float]:
        """Unit vector of the words' weights."""
        weights = {w: self.weight(w) for w in tokens}
        norm = math.sqrt(sum(v * v for v in weights.values())) or 1.0
        return {w: v / norm for w, v in weights.items()}

    def query(self, tokens: Sequence[str], focus: frozenset[str] = frozenset()) -> Query:
        """The words of a question, ready to be compared. With a focus, words outside it count less: they tell the story
        around the question."""
        weights = {w: self.weight(w) * (1.0 if not focus or w in focus else STORY) for w in tokens}
        if len(weights) > MOST_WORDS:
            weights = dict(heapq.nlargest(MOST_WORDS, weights.items(), key=itemgetter(1)))
        norm = math.sqrt(sum(v * v for v in weights.values())) or 1.0
        return tuple((weight / norm, self.alike(word)) for word, weight in weights.items())

    def alike(self, word: str) -> Alike:
        """The known words that a word counts as."""
        found = self._alike.get(word)
        if found is None:
            found = self._marked(word) if word[0] in "?#" else self._compare(word)
            if len(self._alike) < MOST_REMEMBERED:
                self._alike[word] = found
        return found

    def foreign(self, tokens: Sequence[str]) -> float:
        """Share of the words' weight that nothing known is like."""
        total = strange = 0.0
        for word in set(tokens):
            weight = self.weight(word)
            total += weight
            alike = self.alike(word)
            strange += weight * ((1.0 - alike[0][1]) if alike else 1.0)
        return strange / total if total else 0.0

    def _marked(self, mark: str) -> Alike:
        return ((self.number[mark], 1.0),) if mark in self.number else ()

    def _compare(self, word: str) -> Alike:
        own = set(grams(word))
        shared = Counter(chain.from_iterable(self._words_with(gram) for gram in own))
        size, own_size = self._sizes, len(own)
        # A word with c common n-grams has at least c itself, so that 2c >= LIKE * (own_size + c).
        least = LIKE * own_size / (2 - LIKE)
        near = [
            (-2 * common / (own_size + size[other]), other)
            for other, common in shared.items()
            if common >= least and 2 * common >= LIKE * (own_size + size[other])
        ]
        near.sort()
        return tuple((other, (-dice) ** SHARPNESS) for dice, other in near[:MOST_ALIKE])

    def _words_with(self, gram: str) -> array[int]:
        n = self._grams.get(gram)
        return self._numbers[self._starts[n] : self._starts[n + 1]] if n is not None else _NONE


def _weight(word: str, count: int, total: int) -> float:
    if word[0] == "?":
        return QUESTION_WEIGHT
    return (CONCEPT_WEIGHT if word[0] == "#" else 1.0) * math.log(total / (count + 0.5))
