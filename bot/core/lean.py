"""Short questions that lean on the answer before: «hur länge?», «vad kostade det?», «vem driver det?».

What was talked of decides: a question that names nothing itself is answered from the last answer's quotes, from what
the sources say of the same example or place, or with the same answer again; never with another place's facts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from bot.core.texts import TEXTS
from knowledge.answer import Answer, Answerer, Context, Tier
from knowledge.language import fold, is_english, words
from knowledge.model import Knowledge, Quote, Topic
from knowledge.places import Names

Facet = Literal["year", "span", "sum", "count"]
LONGEST = 9
"""Words of the longest question that leans."""
CERTAIN = 0.8
"""Confidence from which an answer is taken without a second look."""
SILENT = 0.6
"""Confidence from which it is told that the sources do not say."""
_NAME = re.compile(r"(?<=\s)[A-ZÅÄÖ]\w{3,}")
_NO_NAMES = frozenset({"iop"})
_EMPTY = frozenset(
    "hur manga mycket lange ofta stor stort stora gammal vem vilka vilken vilket vad nar var varfor fran till med av "
    "pa i for och men det den de ar blir blev da how many much long often who which what when where why from to with "
    "of it is was then and but".split()
)
"""Words that ask but say nothing of what about."""
_LIGHT = frozenset("gor gjorde gjort vill ville har hade does do did".split())
"""Verbs that say nothing either: «vem gör det?»."""
_IT = frozenset("det den de dem dom dar detta denna dessa deras dess it they them that this there their".split())
"""Words that stand for what was talked of."""
_GLUE = (
    _EMPTY
    | _IT
    | frozenset(
        "dit har hos om at ur som eller sa ju nu just ens ocksa inte sig vara varit ha hade haft kan kunde ska skulle "
        "far fick finns fanns en ett nagon nagot nagra alla hela per egentligen typ ungefar exakt bara redan sin sitt "
        "sina under mellan efter fore ok okej jaha aha hm alltsa undrar va e a o an the does do did has have had are "
        "were in on at for by about so".split()
    )
)
_ASKING = frozenset(
    "hur vem vilka vad var nar varfor kan far ska maste finns ar how who what when where why can is".split()
)
"""First words of questions, folded."""
_SUMS = frozenset(
    "kosta kostar kostade kostat kostnad kostnaden kostnader pris pengar pengarna kronor kr krona summa summan "
    "summor belopp beloppet budget budgeten betala betalar betalade betalas betalat finansierar finansierade "
    "finansieras finansiering finansieringen andel andelen halften total totalt totala sammanlagt dyrt cost costs "
    "money sum amount pay pays paid fund funds funded price".split()
)
_MATTER = _SUMS | frozenset(
    "lange lang tid tiden manader pagar pagatt pagick loper galler gallde avtalstid avtalstiden tills slut "
    "slutar slutade tar tog hallit haller hall on last lasts long run months "
    "ar aret arets datum startade startar borjade borjar borja start year years started start ended begin "
    "began "
    "manga antal antalet deltagare many number participants "
    "del delar manad manaden arlig arligen bidrar lagger skjuter star part parter parterna partner partners driver "
    "drev drivs drivit medverkar medverkade deltar deltog ansvarar ansvarig ansvariga bakom inblandade samarbetar "
    "samarbetade ingar ingick beslutade beslutat bestamde bestamt bestammer skrev skrivit fram gor gjorde gjort ager "
    "stad staden ort orten kommun kommunen foreningen plats lokal lokalen ligger fler flera handlar verksamhet "
    "verksamheten syfte syftet mal malet malgrupp malgruppen innehall heter hette kallas namn namnet riktar vander "
    "hjalper stodjer far fick gick resultat resultatet resultaten funkade funkar fungerade fungerar effekt lyckades "
    "blev gav gett vill ville fortfarande kvar idag aktivt vet nu sen sedan stort stor mycket runs ran parties party "
    "involved municipality association purpose goal target group happen happened result results work worked called "
    "name still active get gets got came up invented created founded made kom hittade uppfann skapade "
    "grundade startat personer manniskor barn barnen ungdomar unga kvinnor aldre familjer medlemmar anstallda "
    "volontarer platser organisationer foreningar verksamheter stader people children members".split()
)
"""Words for what one asks of an example, a place or a rule."""
_OWN = re.compile(
    r"\b(?:iop\w*|partnerskap\w*|vi|jag|oss|mig|du|dig|ni|er|vår|våra|vårt|våran|min|mitt|mina|din|ditt|dina|we|us|our"
    r"|i|me|my|you|your)\b"
)
"""With these a question is about the matter as a whole, the person's own case or the bot."""
_FACTS: dict[Facet, re.Pattern[str]] = {
    "year": re.compile(r"(?<![\d(:/])(?:19|20)\d\d(?![\d):/])"),
    "span": re.compile(
        r"\b\w*årig\w*|\b(?:\d+|ett|två|tre|fyra|fem|tio|flera|många) (?:år|månader|veckor)\b|\btills vidare\b"
        r"|\blängre tid\b|\b(?:19|20)\d\d ?[-–] ?(?:(?:19|20)?\d\d)\b",
        re.IGNORECASE,
    ),
    "sum": re.compile(r"\bkronor\b|\bkr\b|\bmiljon\w*|\brabatter\w+", re.IGNORECASE),
    "count": re.compile(
        r"(?<![\d:])(?!(?:19|20)\d\d\b)\d{1,3} (?:IOP|person|deltag|ungdom|barn|familj|avtal|förening|organisation"
        r"|medlem|volontär|överenskommel|aktör|part|steg|kriteri)",
        re.IGNORECASE,
    ),
}  # fmt: skip
"""What a quote holds that tells a year, a span of time, a sum or a number."""
_ASKED: tuple[tuple[re.Pattern[str], Facet], ...] = (
    (
        re.compile(r"\b(?:hur länge|hur lång tid|hur många (?:år|månader)|avtalstid\w*|how long|how many years)\b"),
        "span",
    ),
    (re.compile(r"\b(?:vil\w+ år|vilket ar (?:var|startade|började|skrevs)|när|(?:what|which) year|when)\b"), "year"),
    (re.compile(r"\b(?:hur många|antal\w*|how many)\b"), "count"),
    (re.compile(r"\b(?:hur mycket|how much)\b"), "sum"),
)
_IN_GENERAL: dict[str, dict[Facet, str]] = {
    "sv": {"span": "hur länge gäller ett IOP", "sum": "hur mycket pengar handlar ett IOP om"},
    "en": {"span": "how long does an IOP last", "sum": "how much money is an IOP about"},
}
"""What «hur länge?» asks when nothing in particular was talked of."""
_OF_SOMEBODY = frozenset({"proposal", "petition"})
"""Kinds of sources that are about one matter of somebody's own."""


class Leaning:
    """Answers short questions in the light of the topic last talked of. Holds no state of conversations."""

    def __init__(self, knowledge: Knowledge, answerer: Answerer, names: Names) -> None:
        """`names` are those of places and issuers."""
        self._knowledge = knowledge
        self._answerer = answerer
        self._names = names
        titles = [t.title for t in knowledge.topics.values()]
        known = {_stem(n) for title in titles for n in _NAME.findall(f" {title[:1].lower()}{title[1:]}")}
        known |= {_stem(n) for e in knowledge.examples.values() for n in _NAME.findall(f" {e.name}")}
        self._known = frozenset(known - _NO_NAMES)

    def leans(self, text: str) -> bool:
        """Whether a question says nothing of what it is about, or only asks for a matter of what was talked of."""
        found = words(text)
        if not found or len(found) > LONGEST or self._names.find(found) or _OWN.search(text.casefold()):
            return False
        if any(_stem(w) in self._known for w in found):
            return False
        return all(w in _GLUE or w in _MATTER for w in found)

    def leans_on_talk(self, text: str, plain: Answer) -> bool:
        """Whether a few words go on with what was said of the bot: «hur länge?», «kan kommunen se det?»."""
        found = words(text)
        if _OWN.search(text.casefold()) or self._names.find(found):
            return False
        weak = plain.tier != "answer" or plain.confidence < CERTAIN
        return self.leans(text) or (weak and len(found) < 6 and bool(_IT & set(found)) and _asking(found))

    def answer(self, text: str, plain: Answer, last: Topic, shelf: Sequence[Quote], context: Context) -> Answer:
        """The answer to a question that leans; `plain` is what the question by itself would get."""
        said = self._said_of(last)
        if not said and self._stands(text, plain, last):
            return plain
        facet = _facet(text)
        facts = told_in(shelf, facet)
        kin = None if facts else self._of_kin(text, last, said, facet, context)
        if kin:
            return kin
        facts = facts or self._facts(facet, last, said)
        if facts:
            tier: Tier = "related" if facet == "count" and says_nothing(text) else "answer"
            return Answer(tier, plain.language, TEXTS[plain.language]["facts"], facts[:2], (), last, 1.0)
        general = "" if said else _in_general(text, facet, plain.language)
        if general:
            found = self._answerer.answer(general, context)
            if self._stands(general, found, last, 0.0):
                return found
        return self._same("unsaid" if facet else "same", last, shelf, plain, context)

    def completed(self, text: str, plain: Answer, last: Topic, context: Context) -> Answer:
        """The answer to a few words that are found weakly by themselves, read after the last question («och från
        kommunen?»), if its topic is kin."""
        outside = plain.topic is not None and plain.topic.kind == "outside"
        weak = plain.tier in ("related", "no_answer") or (plain.tier == "small_talk" and plain.confidence < CERTAIN)
        if not _elliptic(text) or outside or not weak or (plain.tier == "small_talk" and _OWN.search(text.casefold())):
            return plain
        found = self._answerer.answer(f"{last.title.rstrip('?')} {text}", context)
        if found.tier != "answer" or found.topic is None or found.confidence < plain.confidence:
            return plain
        return found if found.topic.id != last.id and self._kin(found.topic, last) else plain

    def of_the_same(self, topic: Topic, quotes: Sequence[Quote]) -> list[Quote]:
        """Those of the quotes that are about the same thing by name or place, its own place's words first; all of them
        when the topic is about the matter in general."""
        said = self._said_of(topic)
        if not said:
            return list(quotes)
        same = [t for t in self._knowledge.topics.values() if t.id == topic.id or self._said_of(t) == said]
        own = {q.id for t in same for q in t.quotes}
        placed = {q.id for q in quotes if topic.place and topic.place in (q.issuer.place, q.source.place)}
        return sorted((q for q in quotes if q.id in own | placed), key=lambda q: q.id not in placed)

    def _stands(self, text: str, plain: Answer, last: Topic, sure: float = CERTAIN) -> bool:
        """Whether what was found without the context is surely enough about the matter in general."""
        topic = plain.topic
        if topic is None or says_nothing(text) or self._said_of(topic) - self._said_of(last):
            return False
        if topic.kind == "unanswered":
            return plain.confidence >= SILENT
        return plain.tier == "answer" and plain.confidence >= sure

    def _said_of(self, topic: Topic) -> frozenset[str]:
        """The example, place, proposal or other thing by name that a topic is about; empty when it is about the
        matter."""
        named = {_stem(n) for n in _NAME.findall(f" {topic.title}")} & self._known
        sources = {q.source.id: q.source for q in topic.quotes}
        own = {id for id, source in sources.items() if len(sources) == 1 and source.kind in _OF_SOMEBODY}
        return frozenset(named | own | ({topic.place} if topic.place else set()))

    def _subject(self, topic: Topic) -> str:
        """The names of what a topic is about, to be put to a question."""
        named = [n for n in _NAME.findall(f" {topic.title.partition('(')[0]}") if _stem(n) in self._known]
        place = self._knowledge.places.get(topic.place or "", "")
        if place and _stem(place) not in {_stem(n) for n in named}:
            named.append(place)
        return " ".join(named) or next((q.issuer.name for q in topic.quotes), "")

    def _of_kin(
        self, text: str, last: Topic, said: frozenset[str], facet: Facet | None, context: Context
    ) -> Answer | None:
        """What a topic about the same thing answers to the question with that thing's name, or with the last title."""
        tries = [f"{text} {self._subject(last)}"] if said else []
        for question in (*tries, f"{last.title.rstrip('?')} {text}"):
            found = self._answerer.answer(question, context)
            topic = found.topic
            if topic is None or topic.id == last.id:
                continue
            if not self._kin(topic, last) or (says_nothing(text) and not _beside(topic, last)):
                continue
            if topic.kind == "unanswered" and found.confidence >= SILENT and _asks_for(topic.title, facet):
                return found
            own = found.quotes[: found.own]
            if found.tier == "answer" and (facet is None or told_in(own, facet)):
                return replace(found, quotes=own)
        return None

    def _kin(self, topic: Topic, last: Topic) -> bool:
        """Whether two topics are about the same: neither is about somebody or some place that the other is not."""
        ours, theirs = self._said_of(last), self._said_of(topic)
        if ours and theirs:
            return bool(ours & theirs) and (
                ours == theirs or ((ours < theirs or theirs < ours) and _beside(topic, last))
            )
        return not theirs - ours and _beside(topic, last)

    def _facts(self, facet: Facet | None, last: Topic, said: frozenset[str]) -> tuple[Quote, ...]:
        """Quotes that hold a year, a span, a sum or a number: of the last topic, or of others about the same thing."""
        same = (t for t in self._knowledge.topics.values() if said and self._said_of(t) == said and self._kin(t, last))
        of_same = dict.fromkeys(q for topic in same for q in topic.quotes)
        return told_in(last.quotes, facet) or told_in(tuple(of_same), facet)

    def _same(self, key: str, last: Topic, shelf: Sequence[Quote], plain: Answer, context: Context) -> Answer:
        """The last topic's answer once more, said to be the nearest."""
        told = last.variants.get(context.municipality or "") or last
        lead = told.lead_en if plain.language == "en" and told.lead_en else told.lead
        own = {q.id for q in told.quotes}
        quotes = tuple(q for q in shelf if q.id in own) or told.quotes[:2]
        return Answer("related", plain.language, TEXTS[plain.language][key].format(lead=lead), quotes, (), last, 0.5)


def told_in(quotes: Sequence[Quote], facet: Facet | None) -> tuple[Quote, ...]:
    """Those of the quotes that tell a year, a span, a sum or a number; none when nothing of the kind is asked."""
    return () if facet is None else tuple(q for q in quotes if _FACTS[facet].search(q.text))


def _asking(found: Sequence[str]) -> bool:
    return found[0] in _ASKING


def _beside(topic: Topic, last: Topic) -> bool:
    """Whether two topics are related or share a quote."""
    shared = {q.id for q in topic.quotes} & {q.id for q in last.quotes}
    return topic.id in last.related or last.id in topic.related or bool(shared)


def says_nothing(text: str) -> bool:
    """Whether a question does not say what it is about: «hur många?», «vem då?»."""
    found = set(words(text))
    return bool(found) and found <= _EMPTY | (_LIGHT if found & _IT else frozenset())


def _elliptic(text: str) -> bool:
    """Whether a message is too short to be a whole question."""
    found = words(text)
    return len(found) < 4 or (len(found) < 6 and found[0] in ("och", "men", "and", "but", "per"))


def _facet(text: str) -> Facet | None:
    """What kind of fact is asked for, if it is one that shows in a text."""
    line = " ".join(text.casefold().split())
    asked: Facet | None = next((facet for pattern, facet in _ASKED if pattern.search(line)), None)
    if asked or line.startswith(("vem", "who")):
        return asked
    return "sum" if any(w in _SUMS for w in words(text)) else None


def _asks_for(title: str, facet: Facet | None) -> bool:
    """Whether a question asks for a kind of fact, among other things."""
    patterns = [pattern for pattern, asked in _ASKED if asked == facet]
    sums = facet == "sum" and bool(_SUMS & set(words(title)))
    return facet is None or sums or any(pattern.search(title.casefold()) for pattern in patterns)


def _in_general(text: str, facet: Facet | None, language: str) -> str:
    """The question about an IOP as such: «vad kostar det?» with the matter itself for what stands for it; empty when
    the words ask nothing that could be found."""
    if says_nothing(text):
        return _IN_GENERAL[language].get(facet, "") if facet else ""
    found = words(text)
    at = next((n for n, w in enumerate(found) if w in _IT), None)
    iop = ["an", "iop"] if is_english(text) else ["ett", "iop"]
    return " ".join([*found, *iop] if at is None else [*found[:at], *iop, *found[at + 1 :]])


def _stem(name: str) -> str:
    """A name as it is compared: folded, without a genitive s."""
    return fold(name).rstrip("s")
