"""Which topic a question is about, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rapidfuzz import fuzz

from knowledge.asked import Asked, Reader, marked
from knowledge.cache import kept_in, key_of
from knowledge.concepts import Concepts
from knowledge.language import words
from knowledge.model import Knowledge, Quote, Topic
from knowledge.rarity import Query, Rarity, RarityState
from knowledge.search import Features, Hit, Index
from knowledge.signals import Signals, issuer_fit, place_fit
from knowledge.space import Space, SpaceState, compared, highest, nearest
from knowledge.story import claimed, split

_IOP = "#iop"
"""The concept (terms/begrepp.yaml) by which a question says that it is about an IOP."""
_TO_THE_BOT = "#dig"
CANDIDATES = 42
"""Nearest wordings that are looked at."""
PROMISING = 16
"""Topics whose whole vocabulary is compared."""
KEPT = 5
"""Candidates that a match holds."""
IN_MEMORY = 2000
"""Quotes that are indexed in memory at every start, in a third of a second; more are indexed once, in the cache
folder."""
STORY_SHARE = 0.5
"""Power of the likelihood that the whole of a story gives a topic, beside that of its question alone."""
LEAST = 0.002
"""Likelihood of a topic that is no candidate."""
OF_THE_MATTER = 2.0
"""What it speaks against small talk, and against other matters, that a question is about an IOP and not said to the
bot."""
FROM_STORY = 1.0
"""What it speaks for a question that it ends a story of an organisation's own; 2.8 if it is about an IOP."""


Prepared = tuple[list[int], list[str], RarityState, SpaceState, SpaceState]
"""Owner of every wording, and its words in order of the alphabet; what Rarity and the
two Spaces (wordings, whole topics) are made of."""


Wordings = tuple[float, float, float]
"""Nearest, near and alike of the Signals."""
Ranked = tuple[float, int, Signals]
"""Score, number of the topic, what speaks for it."""


@dataclass(frozen=True, slots=True)
class Match:
    """How sure it is that the best topic answers (0 to 1), the candidates best first, each with its share of
    likelihood, the places named or chosen, and the quote that the words of the question themselves point at."""

    confidence: float
    ranked: tuple[Candidate, ...] = ()
    places: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    extra: Quote | None = None
    issuers: frozenset[str] = frozenset()

    @property
    def speakers(self) -> tuple[str, ...]:
        """Places and issuers that the question names: whose words it may ask for."""
        return (*self.named, *sorted(self.issuers))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A topic and its share (0 to 1) of the likelihood among all candidates."""

    topic: Topic
    share: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """The candidates of one question: by topic its share of the likelihood, best first; how sure the best is; the
    nearest quote; and what it was worked out from."""

    shares: dict[int, float]
    confidence: float
    quote: Quote | None
    asked: Asked
    ranked: Sequence[Ranked]


class Matcher:
    """Finds topics in one knowledge base. Built once, read-only afterwards."""

    def __init__(self, knowledge: Knowledge, cache: Path | None = None) -> None:
        """With a cache folder, what was prepared is kept there and read the next time, as long as the content is the
        same."""
        self._topics = list(knowledge.topics.values())
        self._quotes = list(knowledge.quotes.values())
        self._concepts = Concepts(knowledge.terms)
        kept_at = cache / "quotes" if cache and knowledge.fingerprint and len(self._quotes) > IN_MEMORY else None
        self._by_quote = Index.build((q.text for q in self._quotes), kept_at, key_of(knowledge.fingerprint))
        self._cited: dict[str, list[int]] = {}
        for n, topic in enumerate(self._topics):
            for quote in topic.quotes:
                self._cited.setdefault(quote.id, []).append(n)
        self._speakers = [frozenset(q.issuer.id for q in t.quotes) for t in self._topics]
        self._spoken_for = [frozenset(q.issuer.place for q in t.quotes if q.issuer.place) for t in self._topics]
        prepared: Prepared = kept_in(cache, knowledge.fingerprint, self._prepare, "search", apart=True)
        self._owner, self._letters, rarity, wordings, whole = prepared
        self._rarity = Rarity(rarity)
        self._wordings = Space(wordings)
        self._whole = Space(whole)
        self._reader = Reader(knowledge, self._concepts, (w for w in self._rarity.words if w[0] not in "?#"))

    def _prepare(self) -> Prepared:
        entries = [(n, words(text)) for n, t in enumerate(self._topics) for text in (t.title, *t.ask, *t.ask_en)]
        owner = [n for n, _ in entries]
        tokens = [marked(w, self._concepts) for _, w in entries]
        whole = self._vocabularies(owner, tokens)
        state = Rarity.prepare([*tokens, *whole])
        rarity = Rarity(state)
        return (
            owner,
            [" ".join(sorted(w)) for _, w in entries],
            state,
            Space.prepare(rarity, tokens),
            Space.prepare(rarity, whole),
        )

    def _vocabularies(self, owners: list[int], tokens: list[list[str]]) -> list[list[str]]:
        out: list[list[str]] = [[] for _ in self._topics]
        for owner, wording in zip(owners, tokens, strict=True):
            out[owner] += wording
        for n, topic in enumerate(self._topics):
            for text in (topic.lead, *(q.text for q in topic.quotes)):
                out[n] += marked(words(text), self._concepts)
        return out

    def match(self, question: str, municipality: str | None = None, sure: float = 0.0) -> Match:
        """The likeliest topic for a question; the chosen municipality counts when the question names no place. Below
        the confidence `sure` it is tried what a story asks when its question is looked at by itself."""
        asked = self._reader.take_apart(question, municipality)
        whole = self._weighed(asked)
        asks = claimed(question)
        if asks is None and not self._settles(whole, sure):
            story = split(question)
            asks = story.asks if story else None
        if asks is None:
            return self._match(whole, asked)
        part = replace(self._reader.take_apart(asks), places=asked.places, named=asked.named, issuers=asked.issuers)
        return self._match(self._together(whole, self._weighed(part, talk=False)), asked)

    def _weighed(self, asked: Asked, talk: bool = True) -> Weighed:
        """The candidates; without small talk unless `talk`."""
        hits = self._by_quote.search(Features.of_words(asked.words), 8)
        ranked = [r for r in self.rank(asked, hits) if talk or self._topics[r[1]].kind != "small_talk"]
        shares = {n: share for (_, n, _), share in zip(ranked, _shares([r[0] for r in ranked]), strict=True)}
        quote = self._quotes[hits[0].key] if hits else None
        return Weighed(shares, self._confidence(asked, ranked, shares), quote, asked, ranked)

    def _settles(self, weighed: Weighed, sure: float) -> bool:
        best = next(iter(weighed.shares), None)
        said = best is not None and self._topics[best].kind in ("answer", "small_talk")
        return said and weighed.confidence >= sure

    def _together(self, whole: Weighed, part: Weighed) -> Weighed:
        """The candidates of a story and of what it asks, each with both likelihoods; the question counts more."""
        both = {*whole.shares, *part.shares}
        if not part.ranked:
            return whole
        scores = {
            n: STORY_SHARE * math.log(max(whole.shares.get(n, 0.0), LEAST))
            + math.log(max(part.shares.get(n, 0.0), LEAST))
            for n in both
        }
        order = sorted(both, key=lambda n: (-scores[n], n))
        shares = dict(zip(order, _shares([scores[n] for n in order]), strict=True))
        own = self._confidence(part.asked, _led_by(order[0], part.ranked), part.shares, of_story=True)
        confidence = max(own, self._confidence(whole.asked, _led_by(order[0], whole.ranked), whole.shares))
        return Weighed(shares, confidence, part.quote, part.asked, part.ranked)

    def _match(self, weighed: Weighed, asked: Asked) -> Match:
        best = tuple(Candidate(self._topics[n], share) for n, share in list(weighed.shares.items())[:KEPT])
        return Match(weighed.confidence, best, asked.places, asked.named, weighed.quote, asked.issuers)

    def rank(self, asked: Asked, quotes: Sequence[Hit]) -> list[Ranked]:
        """Candidates as (score, number of the topic, signals), best first; `quotes` are the nearest quotes."""
        query = self._rarity.query(asked.tokens, asked.focus)
        found = self._whole.look_up(query)
        promising = self._promising(asked, self._by_wordings(asked, query), self._by_quotes(quotes), nearest(found, 7))
        about = _IOP in asked.tokens and _TO_THE_BOT not in asked.tokens
        ranked = []
        for n, (cosine, held) in compared(found, promising).items():
            signals = promising[n]._replace(whole=cosine, held=held)
            elsewhere = about and self._topics[n].kind in ("small_talk", "outside")
            ranked.append((signals.score() - (OF_THE_MATTER if elsewhere else 0.0), n, signals))
        return sorted(ranked, key=lambda c: (-c[0], c[1]))

    def _promising(
        self, asked: Asked, wordings: dict[int, Wordings], passages: dict[int, float], near_whole: Iterable[int]
    ) -> dict[int, Signals]:
        """The topics worth comparing as a whole, with what their wordings and quotes say."""
        found = {
            n: Signals(
                *wordings.get(n, (0.0, 0.0, 0.0)),
                passages.get(n, 0.0),
                place_fit(self._topics[n], self._spoken_for[n], asked.places),
                issuer_fit(self._speakers[n], asked.issuers),
            )
            for n in {*wordings, *passages, *near_whole}
        }
        best = highest({n: signals.score() for n, signals in found.items()}, PROMISING)
        return {n: found[n] for n in {*best, *near_whole}}

    def _by_wordings(self, asked: Asked, query: Query) -> dict[int, Wordings]:
        """What the nearest wordings say, by topic."""
        cosines: dict[int, list[float]] = {}
        letters: dict[int, float] = {}
        for key, cosine in self._wordings.near(query, CANDIDATES):
            n = self._owner[key]
            cosines.setdefault(n, []).append(cosine)
            letters[n] = max(letters.get(n, 0.0), fuzz.ratio(asked.letters, self._letters[key]) / 100)
        return {n: (near[0], sum(near[:3]) / 3, letters[n]) for n, near in cosines.items()}

    def _by_quotes(self, hits: Sequence[Hit]) -> dict[int, float]:
        """The topics that cite the nearest quotes, which come best first, with their score beside the best one's."""
        found: dict[int, float] = {}
        for hit in hits:
            for n in self._cited.get(self._quotes[hit.key].id, ()):
                found.setdefault(n, hit.score / hits[0].score)
        return found

    def _confidence(
        self, asked: Asked, ranked: Sequence[Ranked], shares: Mapping[int, float], of_story: bool = False
    ) -> float:
        """Likelihood that the question is one that the first topic answers, and not another matter altogether; 0
        without candidates.

        A logistic model, fitted on wordings kept out of the index; see docs/search.md.
        """
        if not ranked:
            return 0.0
        best = ranked[0][2]
        kinds = {n: self._topics[n].kind for _, n, _ in ranked}
        outside = sum(shares[n] for n, kind in kinds.items() if kind == "outside")
        silent = sum(shares[n] for n, kind in kinds.items() if kind == "unanswered")
        first = kinds[ranked[0][1]]
        if first == "unanswered":
            silent = 0.0
        elif first != "answer":
            outside = silent = 0.0
        about_iop = _IOP in asked.tokens or "iop" in asked.tokens
        number = len(set(asked.words))
        raw = (
            4.2 * best.whole
            + 2.6 * best.held
            + 3.7 * best.alike
            - 1.6 * self._rarity.foreign(asked.tokens)
            + (2.8 if about_iop else FROM_STORY if of_story else 0.0)
            - 12.9 * outside
            - 5.4 * silent
            - (2.6 if number < 2 else 1.4 if number == 2 else 0.0)
            - 1.9
        )
        return 1 / (1 + math.exp(-raw))


def _led_by(topic: int, ranked: Sequence[Ranked]) -> list[Ranked]:
    """The candidates with one of them first; none when it is not among them."""
    first = [r for r in ranked if r[1] == topic]
    return [*first, *(r for r in ranked if r[1] != topic)] if first else []


def _shares(scores: Sequence[float]) -> list[float]:
    """Softmax of scores that are sorted, best first."""
    powers = [math.exp(score - scores[0]) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]
