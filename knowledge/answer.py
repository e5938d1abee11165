"""From a question to a tiered, sourced answer: the one function that every channel's answers come from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from knowledge.language import content_words, fold, is_english
from knowledge.match import Match, Matcher
from knowledge.model import FEW, MANY, Knowledge, Quote, Topic

Tier = Literal["answer", "related", "clarify", "no_answer", "small_talk"]
Language = Literal["sv", "en"]

SURE = 0.5
"""Confidence from which a topic is given as the answer."""
SETTLED = 0.65
"""Confidence below which the question of a story is looked at by itself."""
NEAR = 0.15
"""Confidence from which the nearest topic is shown as related."""
SILENT = 0.45
"""Share from which a topic that the sources do not answer is told as such; below it the nearest answers are shown."""
CLEAR = 0.6
"""Share of likelihood from which only the best topic is quoted; below it the neighbours' best quotes stand beside."""
DOUBTFUL = 0.35
"""Share below which the best topic gives one quote only, to make room for two neighbours."""
_ASKS = r"(?:hur|vad|vem|vilk\w+|nar|var|varfor|far|kan|maste|ar|how|what|who|which|when|where|can|must)\b"
_PART = re.compile(
    rf",? (?:och|samt|and|dels) (?={_ASKS})|, (?=(?:hur|vad|vem|vilk\w+|nar|varfor|how|what|who)\b)|: (?={_ASKS})"
)
TRY = "Testa om vår idé passar för ett IOP"
"""Suggestion that starts the eligibility dialog."""
_PLAN = re.compile(
    r"\b(?:vi|jag) (?:vill|tankte|tanker|skulle vilja|planerar|funderar|har en ide|driver|har startat|ska starta)\b"
    r"|\b(?:var|vart) (?:ide|plan|projekt|verksamhet)\b"
    r"|\b(?:we|i) (?:want|plan|would like) to\b|\bour (?:idea|plan|project)\b"
)
_SEVERAL = re.compile(
    r"\b(?:jamfor\w*|skillnad\w*|skilj\w*|skiftar|lista\w*|rada upp|rakna upp|samtliga|alla|vilka"
    r" (?:\w+ )?(?:tva|tre|fyra|fem|sex|sju|atta|nio)"
    r"|(?:tva|tre|fyra|fem|sex|sju|atta|nio) (?:saker|fragor|punkter|steg|kriteri\w*|villkor\w*"
    r"|delar)|respektive|bade|dels|oversikt\w*|sammanstall\w*"
    r"|compare\w*|difference\w*|differ|list|all|both|versus|vs)\b"
)


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the conversation: the chosen municipality (id)."""

    municipality: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it is drawn. `quotes` best first; `lead` and `remarks` are plain sentences in `language`;
    `options` are the topics to choose between when the tier is `clarify`."""

    tier: Tier
    language: Language
    lead: str
    quotes: tuple[Quote, ...] = ()
    remarks: tuple[str, ...] = ()
    topic: Topic | None = None
    confidence: float = 0.0
    suggestions: tuple[str, ...] = ()
    options: tuple[Topic, ...] = ()
    own: int = 6
    """How many of the quotes are the topic's own; those after them come from neighbouring topics."""


class Answerer:
    """Answers questions from one knowledge base. Built once; `answer` is pure."""

    def __init__(self, knowledge: Knowledge, contact: str | None = None, cache: Path | None = None) -> None:
        """`contact` is whom to ask when the sources hold no answer (IOPBOT_CONTACT); `cache` a folder for what is
        prepared."""
        self._knowledge = knowledge
        self._matcher = Matcher(knowledge, cache)
        self._contact = contact
        quotes = knowledge.quotes.values()
        self._told_of = frozenset(p for q in quotes for p in (q.issuer.place, q.source.place) if p)

    def answer(self, question: str, context: Context = Context()) -> Answer:
        """The answer to a question as somebody typed it."""
        language: Language = "en" if is_english(question) else "sv"
        match = self._matcher.match(question, context.municipality, SETTLED)
        if not match.ranked or match.confidence < NEAR:
            return self._nothing(match, language)
        topic = match.ranked[0].topic
        if topic.kind == "small_talk":
            return Answer("small_talk", language, _lead(topic, language), topic=topic, confidence=match.confidence)
        if topic.kind == "outside":
            return self._outside(topic, language, match)
        if topic.kind == "unanswered":
            rest = tuple(c for c in match.ranked if c.topic.kind == "answer")
            if match.ranked[0].share >= SILENT or not rest:
                return self._unanswered(question, topic, language, match)
            match = replace(match, ranked=rest, confidence=min(match.confidence, SURE - 0.01))
        return self._sourced(question, match.ranked[0].topic, language, match)

    def _sourced(self, question: str, topic: Topic, language: Language, match: Match) -> Answer:
        sure = match.confidence >= SURE
        variant = next((topic.variants[p] for p in match.places if p in topic.variants), None)
        lead = (
            (variant.lead_en or variant.lead if language == "en" else variant.lead)
            if variant
            else _lead(topic, language)
        )
        if variant:
            quotes, own = _within(variant.quotes, FEW), len(variant.quotes)
        else:
            parts = self._parts(question, topic)
            quotes, own = _compose(topic, parts, match, asks_for_several(question, match))
            lead = " ".join([lead, *(_lead(part, language) for part in parts[:1])])
        if not sure:
            lead = _NEAREST[language].format(title=topic.title)
        return Answer(
            "answer" if sure else "related",
            language,
            lead,
            quotes,
            self._place_remarks(topic, quotes, match, language),
            topic,
            match.confidence,
            self._suggestions(question, topic, match),
            own=own,
        )

    def _parts(self, question: str, topic: Topic) -> list[Topic]:
        """The topic of every further part of a question such as «vem …, och hur …?»."""
        pieces = _PART.split(fold(question).strip(" ?"))
        if not 2 <= len(pieces) <= 4:
            return []
        found: list[Topic] = []
        for piece in pieces:
            if len(content_words(piece)) < 2:
                continue
            match = self._matcher.match(piece)
            best = match.ranked[0].topic if match.ranked and match.confidence >= SURE else None
            if best and best.kind == "answer" and best.id != topic.id and best.quotes:
                found.append(best)
        return found

    def _place_remarks(
        self, topic: Topic, quotes: Sequence[Quote], match: Match, language: Language
    ) -> tuple[str, ...]:
        asked = [p for p in match.places if p in self._knowledge.places]
        spoken_for = {q.issuer.place for q in quotes} | {q.source.place for q in quotes} | {topic.place}
        missing = [p for p in asked if p not in spoken_for]
        if not missing:
            return ()
        name = self._knowledge.places[missing[0]]
        words = _NOT_FROM if missing[0] in self._told_of else _NO_LOCAL
        return (words[language].format(place=name),)

    def _suggestions(self, question: str, topic: Topic, match: Match) -> tuple[str, ...]:
        ids = [*topic.related, *(c.topic.id for c in match.ranked[1:4] if c.topic.kind == "answer")]
        titles = [self._knowledge.topics[i].title for i in ids if i in self._knowledge.topics and i != topic.id]
        if topic.flow == "iop" or _PLAN.search(fold(question)):
            titles.insert(0, TRY)
        return tuple(dict.fromkeys(titles))[:3]

    def _unanswered(self, question: str, topic: Topic, language: Language, match: Match) -> Answer:
        remarks = (_ASK[language].format(contact=self._contact or _SOMEBODY[language]),)
        return Answer(
            "no_answer",
            language,
            _lead(topic, language),
            _within(topic.quotes, FEW),
            remarks,
            topic,
            match.confidence,
            self._suggestions(question, topic, match),
        )

    def _outside(self, topic: Topic, language: Language, match: Match) -> Answer:
        return Answer(
            "no_answer",
            language,
            _lead(topic, language),
            topic=topic,
            confidence=match.confidence,
            suggestions=_START[language],
        )

    def _nothing(self, match: Match, language: Language) -> Answer:
        remarks = (_ASK[language].format(contact=self._contact or _SOMEBODY[language]),)
        near = tuple(c.topic.title for c in match.ranked if c.topic.kind == "answer")[:2]
        return Answer(
            "no_answer", language, _NOTHING[language], (), remarks, None, match.confidence, near or _START[language]
        )


def _lead(topic: Topic, language: Language) -> str:
    return topic.lead_en if language == "en" and topic.lead_en else topic.lead


def _compose(topic: Topic, parts: Sequence[Topic], match: Match, several: bool) -> tuple[tuple[Quote, ...], int]:
    """The quotes of an answer, and how many of them are the topic's own.

    In doubt the best quotes of the neighbouring topics stand beside; a question in several parts gets the best quote
    for each part.
    """
    limit = MANY if len(parts) > 1 or (several and topic.form != "fact") else FEW
    share = match.ranked[0].share
    own = _within(topic.quotes, limit)
    if (parts or share < CLEAR) and (not several or topic.form == "fact"):
        own = own[: 1 if share < DOUBTFUL else 2]
    beside = [part.quotes[0] for part in parts]
    if not (several and topic.form == "list"):
        beside += _neighbours(match) if share < CLEAR else [match.extra] if match.extra else []
    return _within([*own, *beside], limit), len(own)


def asks_for_several(question: str, match: Match) -> bool:
    """True when a list, a comparison or several things are asked for, so that more may be quoted."""
    folded = fold(question)
    return (
        bool(_SEVERAL.search(folded))
        or len(match.named) > 1
        or folded.count("?") > 1
        or " och hur " in folded
        or " och vad " in folded
    )


def _neighbours(match: Match) -> list[Quote]:
    """The best quote of each next candidate, in doubt which topic is meant."""
    return [c.topic.quotes[0] for c in match.ranked[1:4] if c.topic.kind == "answer" and c.topic.quotes]


def _overlaps(a: Quote, b: Quote) -> bool:
    return a.source.id == b.source.id and a.start < b.end and b.start < a.end


def _within(quotes: Sequence[Quote], limit: tuple[int, int]) -> tuple[Quote, ...]:
    """As many as the limit allows; one that is too long is passed over for a shorter one."""
    most, chars = limit
    kept: list[Quote] = []
    for quote in quotes:
        if any(_overlaps(quote, other) for other in kept):
            continue
        if len(kept) < most and (not kept or sum(len(q.text) for q in kept) + len(quote.text) <= chars):
            kept.append(quote)
    return tuple(kept)


_NEAREST = {
    "sv": "Jag är inte säker på att det här svarar på din fråga. Närmast i källorna finns: {title}",
    "en": "I am not sure that this answers your question. The nearest I find in the sources: {title}",
}
_NO_LOCAL = {
    "sv": "Källorna har inga egna regler för {place}. Citaten ovan är andras; fråga kommunen vad som gäller där.",
    "en": "The sources hold no rules of {place}'s own. The quotes above are others'; ask the municipality.",
}
_NOT_FROM = {
    "sv": "Citaten ovan kommer inte från {place}; fråga kommunen vad som gäller där.",
    "en": "The quotes above do not come from {place}; ask the municipality what applies there.",
}
_ASK = {"sv": "Fråga gärna {contact}.", "en": "Please ask {contact}."}
_SOMEBODY = {
    "sv": "kommunen, eller Forums kansli (kansli@socialforum.se; uppgiften är odaterad och kan vara inaktuell)",
    "en": "the municipality, or Forum's office (kansli@socialforum.se; the address is undated and may be out of date)",
}
_NOTHING = {
    "sv": "Det framgår inte av mina källor, så jag vill inte gissa. Prova gärna att fråga på ett annat sätt.",
    "en": "My sources do not say, and I do not want to guess. Please try asking in another way.",
}
_START: dict[Language, tuple[str, ...]] = {
    "sv": ("Vad är ett IOP?", "Är IOP tillåtet?", "Passar vår idé för ett IOP?"),
    "en": ("What is an IOP?", "Is an IOP legal?", "Passar vår idé för ett IOP?"),
}
