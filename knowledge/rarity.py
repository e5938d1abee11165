"""Words by rarity and likeness: the soft vector space in which questions meet wordings.

A word counts by how rare it is. A word that shares most of its 4-grams with another (an inflection, a compound, a
misspelling
or a dialect spelling) counts as that word in part.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Sequence

from knowledge.language import grams

LIKE = 0.42
"""Least share of common 4-grams (Dice) from which two words count as alike."""
SHARPNESS = 1.4
"""Power of the share of common 4-grams by which a word alike counts."""
MOST_ALIKE = 14
"""Most words that one word counts as."""
ENOUGH = 250
"""Candidates after which common words choose no more."""
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
SpaceState = tuple[list[dict[str, float]], dict[str, list[tuple[int, float]]]]
"""The vector of every text, and for every word the texts that hold it with its value there."""


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
        weights = {w: self.weight(w) * (1.0 if not focus or w in focus else STORY) for w in tokens}
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
        shared = Counter(other for gram in own for other in self._by_gram.get(gram, ()))
        out: dict[str, float] = {}
        for other, common in shared.most_common(MOST_ALIKE * 2):
            dice = 2 * common / (len(own) + self._size[other])
            if dice >= LIKE and len(out) < MOST_ALIKE:
                out[other] = 1.0 if other == word else dice**SHARPNESS
        return out


def _factor(word: str) -> float:
    return CONCEPT_WEIGHT if word[0] == "#" else 1.0


Query = tuple[tuple[float, dict[str, float]], ...]
"""Every word of a question: its share of the unit vector, and the known words that it counts as."""


class Space:
    """Vectors of many texts, found by soft cosine."""

    def __init__(self, state: SpaceState) -> None:
        self._vectors, self._postings = state

    @staticmethod
    def prepare(rarity: Rarity, texts: Iterable[Sequence[str]]) -> SpaceState:
        """Weigh every text: plain values that can be kept."""
        vectors = [rarity.vector(tokens) for tokens in texts]
        postings: dict[str, list[tuple[int, float]]] = {}
        for key, vector in enumerate(vectors):
            for word, value in vector.items():
                postings.setdefault(word, []).append((key, value))
        return vectors, postings

    def near(self, query: Query, limit: int) -> list[tuple[int, float]]:
        """The texts nearest by soft cosine (0 to about 1), best first.

        Words that stand in few texts choose the candidates; the common ones are then counted for these alone, so that
        the
        cost does not grow with the commonest words.
        """
        sized = sorted(((self._size(alike), n) for n, (_, alike) in enumerate(query)))
        total: dict[int, float] = {}
        common: list[tuple[float, dict[str, float]]] = []
        for size, n in sized:
            weight, alike = query[n]
            if len(total) > ENOUGH and size > ENOUGH:
                common.append((weight, alike))
                continue
            for key, product in self._best(weight, alike).items():
                total[key] = total.get(key, 0.0) + product
        if not common:
            return heapq.nlargest(limit, total.items(), key=_second)
        chosen = heapq.nlargest(3 * limit, total.items(), key=_second)
        full = [(key, score + sum(w * soft(a, self._vectors[key])[0] for w, a in common)) for key, score in chosen]
        return heapq.nlargest(limit, full, key=_second)

    def cosine(self, query: Query, key: int) -> tuple[float, float]:
        """(soft cosine with one text, share of the question's weight that the text holds)."""
        vector = self._vectors[key]
        cosine = held = total = 0.0
        for weight, alike in query:
            value, share = soft(alike, vector)
            cosine += weight * value
            held += weight * share
            total += weight
        return cosine, held / total if total else 0.0

    def _size(self, alike: dict[str, float]) -> int:
        return sum(len(self._postings.get(other, ())) for other in alike)

    def _best(self, weight: float, alike: dict[str, float]) -> dict[int, float]:
        best: dict[int, float] = {}
        for other, share in alike.items():
            factor = share * weight
            for key, value in self._postings.get(other, ()):
                product = factor * value
                if product > best.get(key, 0.0):
                    best[key] = product
        return best


def soft(alike: dict[str, float], vector: dict[str, float]) -> tuple[float, float]:
    """(largest product of likeness and value, largest likeness) among the words alike that a vector holds."""
    best = most = 0.0
    for other in alike.keys() & vector.keys():
        share = alike[other]
        best = max(best, share * vector[other])
        most = max(most, share)
    return best, most


def _second(item: tuple[int, float]) -> float:
    return item[1]
