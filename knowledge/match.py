"""Which topic a question is about, and how sure that is.

Candidates come from BM25 over all wordings, over each topic's whole vocabulary and over the quotes themselves. They are
then scored by a soft cosine: words count by rarity, and a word that shares most of its 4-grams with another (an inflection,
a compound, a misspelling) counts in part.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.language import STOP_EN, STOP_SV, Speller, grams, words
from knowledge.model import Knowledge, Quote, Topic
from knowledge.places import issuer_names, place_names
from knowledge.search import Features, Hit, Index

CANDIDATES = 60


@dataclass(frozen=True, slots=True)
class Match:
    """The likeliest topic, how sure (0 to 1), the places named or chosen, the next topics, and a passage that
    the words of the question point at."""

    topic: Topic | None
    confidence: float
    places: tuple[str, ...] = ()
    others: tuple[Topic, ...] = ()
    extra: Quote | None = None
    signals: Signals | None = None


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a topic: every figure is 0 to 1.

    cosine: the nearest wording; second: the mean of the three nearest; bm25, whole, passage: BM25 scores relative to the best
    topic; coverage: share of the question's rarity-weighted words that the topic's vocabulary holds; foreign: share that no
    content holds; place: 1 when it is the named place's topic, 0 neither, -1 another's.
    """

    cosine: float = 0.0
    second: float = 0.0
    bm25: float = 0.0
    whole: float = 0.0
    passage: float = 0.0
    coverage: float = 0.0
    place: float = 0.0
    issuer: float = 0.0

    def score(self) -> float:
        """Rank of a topic among the candidates."""
        return (
            1.0 * self.cosine + 0.5 * self.second + 0.35 * self.bm25 + 0.5 * self.whole + 0.25 * self.passage
            + 0.3 * self.coverage + 0.35 * self.place + 0.2 * self.issuer
        )  # fmt: skip


class Matcher:
    """Finds topics in one knowledge base. Built once, read-only afterwards."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._topics = list(knowledge.topics.values())
        self._quotes = list(knowledge.quotes.values())
        self._places = place_names(knowledge.places)
        self._issuers = issuer_names(knowledge.issuers)
        entries = [(n, text) for n, t in enumerate(self._topics) for text in (t.title, *t.ask, *t.ask_en)]
        self._owner = [n for n, _ in entries]
        tokens = [kept(words(text)) for _, text in entries]
        whole = self._vocabularies(tokens)
        self._weights = Rarity(tokens + whole)
        self._speller = Speller(self._weights.known)
        self._vectors = [self._weights.vector(t) for t in tokens]
        self._sets = [frozenset(w) for w in whole]
        self._by_wording = Index.build(" ".join(t) for t in tokens)
        self._by_topic = Index.build(" ".join(w) for w in whole)
        self._by_quote = Index.build(q.text for q in self._quotes)
        self._cited: dict[str, list[int]] = {}
        for n, topic in enumerate(self._topics):
            for quote in topic.quotes:
                self._cited.setdefault(quote.id, []).append(n)
        self._issuer_of = [frozenset(q.issuer.id for q in t.quotes) for t in self._topics]

    def _vocabularies(self, tokens: list[list[str]]) -> list[list[str]]:
        out: list[list[str]] = [[] for _ in self._topics]
        for owner, wording in zip(self._owner, tokens, strict=True):
            out[owner] += wording
        for topic, vocabulary in zip(self._topics, out, strict=True):
            for quote in topic.quotes:
                vocabulary += kept(words(quote.text))
            vocabulary += kept(words(topic.lead))
        return out

    def match(self, question: str, municipality: str | None = None) -> Match:
        """The likeliest topic for a question; the chosen municipality counts when the question names no place."""
        raw = words(question)[:300]
        mended = self._speller.mend(raw)
        named = tuple(dict.fromkeys(id for id, _, _ in self._places.find(mended)))
        issuers = frozenset(id for id, _, _ in self._issuers.find(mended))
        tokens = kept(mended)
        if not tokens:
            return Match(None, 0.0, named)
        places = named or ((municipality,) if municipality else ())
        signals = self._signals(tokens, places, issuers)
        ranked = sorted(signals, key=lambda n: -signals[n].score())
        if not ranked:
            return Match(None, 0.0, places)
        best = ranked[0]
        confidence = self._confidence(signals[best], [signals[n] for n in ranked[1:3]], tokens)
        return Match(
            self._topics[best], confidence, places, tuple(self._topics[n] for n in ranked[1:4]), self._extra(tokens), signals[best]
        )

    def rank(self, question: str) -> list[tuple[Topic, Signals]]:
        """All candidates with their signals, for measuring."""
        mended = self._speller.mend(words(question)[:300])
        named = tuple(dict.fromkeys(id for id, _, _ in self._places.find(mended)))
        signals = self._signals(kept(mended), named, frozenset(id for id, _, _ in self._issuers.find(mended)))
        return [(self._topics[n], s) for n, s in sorted(signals.items(), key=lambda i: -i[1].score())]

    def _signals(self, tokens: list[str], places: Sequence[str], issuers: frozenset[str]) -> dict[int, Signals]:
        features = Features.of_words(tokens)
        wordings = self._by_wording.search(features, CANDIDATES)
        whole = _relative(self._by_topic.search(features, 25))
        passages = self._topics_of(_relative(self._by_quote.search(features, 8)))
        bm25: dict[int, float] = {}
        for hit in wordings:
            bm25.setdefault(self._owner[hit.key], hit.score / wordings[0].score)
        soft = self._weights.soft(tokens)
        query = self._weights.vector(tokens)
        cosines: dict[int, list[float]] = {}
        for hit in wordings:
            cosines.setdefault(self._owner[hit.key], []).append(_cosine(soft, query, self._vectors[hit.key]))
        out = {}
        for n in {*bm25, *whole, *passages}:
            near = sorted(cosines.get(n, [0.0]), reverse=True)
            out[n] = Signals(
                cosine=near[0], second=sum(near[:3]) / 3, bm25=bm25.get(n, 0.0), whole=whole.get(n, 0.0),
                passage=passages.get(n, 0.0), coverage=self._weights.coverage(soft, tokens, self._sets[n]),
                place=_place(self._topics[n], places), issuer=1.0 if issuers & self._issuer_of[n] else 0.0,
            )  # fmt: skip
        return out

    def _topics_of(self, quotes: dict[int, float]) -> dict[int, float]:
        out: dict[int, float] = {}
        for key, score in quotes.items():
            for n in self._cited.get(self._quotes[key].id, ()):
                out[n] = max(out.get(n, 0.0), score)
        return out

    def _extra(self, tokens: list[str]) -> Quote | None:
        hits = self._by_quote.search(Features.of_words(tokens), 2)
        if not hits:
            return None
        return self._quotes[hits[0].key]

    def _confidence(self, best: Signals, others: list[Signals], tokens: list[str]) -> float:
        foreign = self._weights.foreign(tokens)
        raw = 5.0 * best.cosine + 2.0 * best.coverage + 1.0 * best.second - 3.0 * foreign - 2.8
        return 1 / (1 + math.exp(-raw))


class Rarity:
    """Weights of words by rarity, and which words are alike."""

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        documents = [set(t) for t in texts]
        counts = Counter(w for d in documents for w in d)
        total = len(documents) + 1
        self.known = frozenset(counts)
        self._weight = {w: math.log(total / (c + 0.5)) for w, c in counts.items()}
        self._rarest = math.log(total / 0.5)
        self._by_gram: dict[str, list[str]] = {}
        for word in counts:
            for gram in set(grams(word)):
                self._by_gram.setdefault(gram, []).append(word)
        self._alike: dict[str, dict[str, float]] = {}

    def weight(self, word: str) -> float:
        """Rarity of a word; of an unknown one, that of the rarest."""
        return self._weight.get(word, self._rarest)

    def vector(self, tokens: Sequence[str]) -> dict[str, float]:
        """Unit vector of the words' weights."""
        weights = {w: self.weight(w) for w in tokens}
        norm = math.sqrt(sum(v * v for v in weights.values())) or 1.0
        return {w: v / norm for w, v in weights.items()}

    def soft(self, tokens: Sequence[str]) -> dict[str, dict[str, float]]:
        """For every word the known words that it counts as, itself or alike, with how much alike (0 to 1)."""
        return {w: self._likeness(w) for w in set(tokens)}

    def coverage(self, soft: dict[str, dict[str, float]], tokens: Sequence[str], vocabulary: frozenset[str]) -> float:
        """Share of the words' weight that the vocabulary holds."""
        total = held = 0.0
        for word, alike in soft.items():
            weight = self.weight(word)
            total += weight
            held += weight * max((share for other, share in alike.items() if other in vocabulary), default=0.0)
        return held / total if total else 0.0

    def foreign(self, tokens: Sequence[str]) -> float:
        """Share of the words' weight that nothing known is like."""
        weights = {w: self.weight(w) for w in set(tokens)}
        total = sum(weights.values()) or 1.0
        return sum(v * (1 - max(self._likeness(w).values(), default=0.0)) for w, v in weights.items()) / total

    def _likeness(self, word: str) -> dict[str, float]:
        found = self._alike.get(word)
        if found is None:
            found = self._compare(word)
            if len(self._alike) < 20_000:
                self._alike[word] = found
        return found

    def _compare(self, word: str) -> dict[str, float]:
        own = set(grams(word))
        shared = Counter(other for gram in own for other in self._by_gram.get(gram, ()))
        out = {}
        for other, common in shared.most_common(40):
            dice = 2 * common / (len(own) + len(set(grams(other))))
            if dice >= 0.4:
                out[other] = 1.0 if other == word else 0.9 * dice
        return out


def kept(tokens: Sequence[str]) -> list[str]:
    """Without stop words; when nothing else is left, all of them."""
    rest = [w for w in tokens if w not in STOP_SV and w not in STOP_EN]
    return rest or list(tokens)


def _relative(hits: list[Hit]) -> dict[int, float]:
    return {h.key: h.score / hits[0].score for h in hits} if hits else {}


def _cosine(soft: dict[str, dict[str, float]], query: dict[str, float], vector: dict[str, float]) -> float:
    """Cosine of two unit vectors in which alike words count in part."""
    total = 0.0
    for word, alike in soft.items():
        total += query[word] * max((share * vector[other] for other, share in alike.items() if other in vector), default=0.0)
    return min(1.0, total)


def _place(topic: Topic, places: Sequence[str]) -> float:
    if not topic.place:
        return 0.0
    return 1.0 if topic.place in places else (-1.0 if places else -0.15)
