"""From a question to a tiered, sourced answer: the one function that every channel's answers come from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from knowledge.compose import of_one, of_several, of_speakers, within
from knowledge.language import fold, is_english
from knowledge.match import Match, Matcher
from knowledge.model import FEW, Knowledge, Quote, Topic, Variant
from knowledge.parts import parts_of

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
SURE_OF_TWO, SURE_OF_MORE = 0.85, 0.75
"""Confidence from which a question is answered as one of two, which are often one asked twice, or as one of more."""
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
class Part:
    """The answer to one of several questions. `title` is the question in Swedish, empty in an English answer."""

    title: str
    lead: str
    quotes: tuple[Quote, ...]


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
    parts: tuple[Part, ...] = ()
    """The answers to each of several questions, in whose order `quotes` are; empty for one question."""


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
        several = self._several(question, language, match)
        if several:
            return several
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
        variant = _variant(topic, match)
        if len(match.speakers) > 1:
            lead, quotes = _lead(topic, language), of_speakers(topic, match)
            own = len(quotes)
        elif variant:
            lead, quotes, own = _lead(variant, language), within(variant.quotes, FEW), len(variant.quotes)
        else:
            lead = _lead(topic, language)
            quotes, own = of_one(topic, match, asks_for_several(question, match))
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

    def _several(self, question: str, language: Language, whole: Match) -> Answer | None:
        """The answer to a message that asks several things; None when it is one, or not each is surely answered."""
        first, asked = whole.ranked[0].topic, parts_of(question)
        if first.form != "fact" and whole.confidence >= SURE_OF_TWO:
            return None  # it has what was asked side by side
        sure = SURE_OF_TWO if len(asked) == 2 else SURE_OF_MORE
        found: dict[str, Match] = {}
        left_over = False
        for part in asked:
            match = self._matcher.match(part, next(iter(whole.places), None))
            topic = match.ranked[0].topic if match.ranked else None
            least = {"answer": sure, "unanswered": SURE}.get(topic.kind) if topic else None
            if topic and least is not None and match.confidence >= least:
                found.setdefault(topic.id, match)
            else:
                left_over = True
        if len(found) < 2:
            return None
        topics = [m.ranked[0].topic for m in found.values()]
        said = [_variant(topic, m) or topic for topic, m in zip(topics, found.values(), strict=True)]
        titles = [topic.title if language == "sv" else "" for topic in topics]
        quotes_of = of_several([s.quotes for s in said])
        parts = tuple(Part(t, _lead(s, language), q) for t, s, q in zip(titles, said, quotes_of, strict=True))
        quotes = tuple(quote for part in parts for quote in part.quotes)
        return Answer(
            "answer" if any(topic.kind == "answer" for topic in topics) else "no_answer",
            language,
            _IN_TURN[language],
            quotes,
            (*self._place_remarks(first, quotes, whole, language), *([_LEFT_OVER[language]] if left_over else [])),
            first if first.id in found else topics[0],
            min(m.confidence for m in found.values()),
            self._suggestions(question, first, whole),
            own=len(quotes),
            parts=parts,
        )

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
            within(topic.quotes, FEW),
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


def _variant(topic: Topic, match: Match) -> Variant | None:
    """What the topic answers in the municipality that is named or chosen."""
    return next((topic.variants[p] for p in match.places if p in topic.variants), None)


def _lead(said: Topic | Variant, language: Language) -> str:
    return said.lead_en if language == "en" and said.lead_en else said.lead


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
_IN_TURN = {"sv": "Jag svarar på en sak i taget.", "en": "I answer one thing at a time."}
_LEFT_OVER = {
    "sv": "En del av det du frågar hittar jag inget säkert svar på. Fråga gärna om det för sig.",
    "en": "To a part of what you ask I find no sure answer. Please ask that by itself.",
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
