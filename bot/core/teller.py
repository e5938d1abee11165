"""From a question to a reply in a conversation: the answer drawn, and what the conversation remembers of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.lean import CERTAIN, Leaning
from bot.core.manner import asks, bare, scorns
from bot.core.render import finished, reply_of, says
from bot.core.state import ConversationState
from bot.core.texts import TEXTS, filled
from bot.messages import Block, Choice, Choices, Paragraph, Reply
from knowledge.answer import Answer, Answerer, Context
from knowledge.language import content_words, words
from knowledge.model import Knowledge, Quote
from knowledge.places import Names

CRISIS = frozenset({"ute-akut", "ute-vald", "ute-sjalvmord", "ute-barn-utsatt"})
"""Topics for somebody who needs help at once: nothing else is said beside, and the next message is read in their
light."""
COMPLAINT, ANGER = "prat-klagomal", "prat-ilsken"
COURTEOUS = frozenset(
    {"prat-halsning", "prat-tack", "prat-hejda", "prat-okej", "prat-mar", "prat-fraga", COMPLAINT, ANGER}
)
"""Small talk that nothing is asked about afterwards."""
PLAIN_TALK = frozenset({"prat-tack", "prat-hejda", "prat-radera", "prat-sparas", "prat-person"})
_RANK = {"answer": 3, "related": 2, "small_talk": 1, "clarify": 1, "no_answer": 0}
_HELPLINE = re.compile(r"\b112\b")
_NEAR = 0.05
"""Confidence from which the nearest topics to a short message are worth asking about."""
_SUBJECT = re.compile(r"^(?:ett |om )?(?:iop|idéburet offentligt partnerskap)[\s?!.]*$", re.IGNORECASE)
"""A message that only names the matter itself: what it is, is asked."""
_DONE = re.compile(
    r"(?:(?:tack(?: så mycket)?|ok(?:ej)?|bra|toppen|perfekt|super|thanks|thank you|great)\b[\s,.!]*)*"
    r"(?:(?:tack|thanks|thank you)(?: (?:så mycket|snälla|ändå))? (?:för|for) [^\W\d]+(?: [^\W\d]+)?[\s.!]*"
    r"|(?:(?:det|nu) var (?:nog )?(?:allt|det hela)|that(?:'s| is| was) all)\b(?:[\s,]+[^\W\d]+){0,4}[\s.!]*)",
    re.IGNORECASE,
)
"""«Tack, det var allt om IOP»: nothing more is asked."""
_DISPRAISE = re.compile(
    r"\b(?:inte|inget|ingen|inga|ej|knappast|not|no|never)\b.{0,20}\b(?:bra|hjälp|nöjd|toppen|good|help|great)",
    re.IGNORECASE,
)
"""«Inget bra svar»: small words are passed over in the search, so it would find the praise."""
_HERE = re.compile(r"\b(?:här )?(?:hos oss|i (?:vår|våran|min|den här) kommun)\b|\bhär(?=[\s?.!]*$)", re.IGNORECASE)
"""Where the person is, which a chosen municipality says by name."""


@dataclass(frozen=True, slots=True)
class Routed:
    """The new state and the reply; `erase` when the person wants everything gone, `show_again` for lost replies,
    `picked` is what a number or a button stood for, `missed` says that nothing answered the question."""

    state: ConversationState
    reply: Reply
    erase: bool = False
    show_again: bool = False
    picked: str = ""
    missed: bool = False


class Teller:
    """Answers from the knowledge base. Holds no state of conversations."""

    def __init__(
        self,
        knowledge: Knowledge,
        answerer: Answerer,
        public_url: str,
        contact: str | None,
        retention_days: int,
        names: Names,
    ) -> None:
        """`names` are those of places and issuers."""
        self.knowledge = knowledge
        self.answerer = answerer
        self.url = public_url
        self._contact = contact
        self._days = retention_days
        self._quote_at = {quote_key(q): q for q in knowledge.quotes.values()}
        self.leaning = Leaning(knowledge, answerer, names)

    def shelf(self, state: ConversationState) -> list[Quote]:
        """The quotes last shown."""
        return [self._quote_at[k] for k in state.shelf if k in self._quote_at]

    def quote_at(self, source: str, start: int, end: int) -> Quote | None:
        """The known quote at a place, or None."""
        return self._quote_at.get(f"{source}:{start}:{end}")

    def plainly(self, state: ConversationState, text: str) -> Routed:
        """The answer to a question, taken as it stands."""
        return self.drawn(state, self.answerer.answer(text, Context(state.municipality)))

    def answered(self, state: ConversationState, text: str) -> Routed:
        """The answer to a message. What is not sure is looked at again without greetings and the like, and in the
        light of what was talked of."""
        context = Context(state.municipality)
        tidy = bare(text)
        said = "tack" if _DONE.fullmatch(text.strip()) else tidy if asks(tidy) and len(words(tidy)) > 2 else text
        place = self.knowledge.places.get(state.municipality or "")
        if place and place.casefold() not in text.casefold():
            said = _HERE.sub(f"i {place}", said)
        answer = self.answerer.answer(_SUBJECT.sub("vad är ett IOP?", said.strip()), context)
        if answer.topic and answer.topic.id == "prat-tack" and _DISPRAISE.search(text):
            answer = self.answerer.answer("det hjälpte inte", context)
        if answer.tier != "answer" or answer.confidence < CERTAIN:
            answer = self._without_manner(text, answer, context)
            answer = self._still_in_crisis(state, text, answer)
        answer = self._in_context(state, bare(text), answer, context)
        answer = self._unless_scorn(text, answer)
        near = _near(bare(text), answer)
        if near:
            return replace(self.which(state, "near" if near[1:] else "near_one", near), missed=True)
        return self.drawn(state, _in_language(answer, state))

    def drawn(self, state: ConversationState, answer: Answer) -> Routed:
        """The answer as a reply; an answer from the sources becomes what follow-ups are about."""
        answer = filled(answer, self._contact, self._days)
        if _HELPLINE.search(answer.lead):  # whoever is told of 112 needs nothing beside
            answer = replace(answer, remarks=(), suggestions=())
        state, answer = _contact_once(state, answer)
        reply = reply_of(answer, self.url)
        topic = answer.topic.id if answer.topic else None
        talk = topic if answer.tier == "small_talk" and topic not in COURTEOUS else None
        state = state.model_copy(update={"talk": talk})
        if topic in CRISIS:
            return Routed(state.model_copy(update={"last_topic": topic, "shelf": ()}), reply)
        silent = answer.topic is not None and answer.topic.kind == "unanswered"
        if answer.tier in ("answer", "related") or silent:
            state = state.model_copy(
                update={
                    "last_topic": topic,
                    "shelf": tuple(quote_key(q) for q in answer.quotes),
                    "suggestions": reply.suggestions,
                    "sure": answer.tier != "related",
                    "shortened": False,
                }
            )
        return Routed(state, reply)

    def said(self, state: ConversationState, kind: str, key: str, **filled_in: object) -> Routed:
        """One of the bot's own sentences as the reply."""
        return Routed(state, says(kind, TEXTS[state.language][key].format(**filled_in), language=state.language))

    def which(
        self, state: ConversationState, key: str, options: Sequence[str], labels: Mapping[str, str] | None = None
    ) -> Routed:
        """Ask which of several things is meant; a number picks one. `labels` are what options are called, if not
        themselves."""
        options = tuple(dict.fromkeys(options))[:4]
        blocks: tuple[Block, ...] = (
            Paragraph(text=TEXTS[state.language][key], role="lead"),
            Choices(choices=tuple(Choice(value=o, label=(labels or {}).get(o, o)) for o in options)),
        )
        reply = Reply(kind="clarify", text="", blocks=blocks, language=state.language, suggestions=options)
        return Routed(state.model_copy(update={"suggestions": options}), finished(reply))

    # ---- second looks

    def _without_manner(self, text: str, answer: Answer, context: Context) -> Answer:
        tidy = bare(text)
        if tidy == text.strip() or (answer.tier == "small_talk" and not asks(tidy)):
            return answer
        again = self.answerer.answer(tidy, context)
        if again.tier == "small_talk" or (again.tier == "no_answer" and again.topic is None):
            return answer
        if answer.tier == "small_talk":
            return again
        return again if _RANK[again.tier] > _RANK[answer.tier] or answer.topic is None else answer

    def _still_in_crisis(self, state: ConversationState, text: str, answer: Answer) -> Answer:
        """After a cry for help, what is no clear question about something else is met with the same help."""
        topic = self.knowledge.topics.get(state.last_topic or "")
        if topic is None or topic.id not in CRISIS or (answer.topic and answer.topic.id in CRISIS | PLAIN_TALK):
            return answer
        known = answer.topic is not None and answer.topic.kind in ("answer", "unanswered")
        if known and answer.tier != "related" and asks(text):
            return answer
        lead = topic.lead_en if answer.language == "en" and topic.lead_en else topic.lead
        return Answer("no_answer", answer.language, lead, topic=topic, confidence=1.0)

    def _unless_scorn(self, text: str, answer: Answer) -> Answer:
        """Abuse alone is met as a complaint, whatever its other words are found in."""
        complaint = self.knowledge.topics.get(ANGER) or self.knowledge.topics.get(COMPLAINT)
        known = answer.topic is not None and (answer.topic.id in CRISIS or answer.topic.kind == "outside")
        if complaint is None or known or not scorns(text):
            return answer
        lead = complaint.lead_en if answer.language == "en" and complaint.lead_en else complaint.lead
        return Answer("small_talk", answer.language, lead, topic=complaint, confidence=1.0)

    def _in_context(self, state: ConversationState, text: str, answer: Answer, context: Context) -> Answer:
        """A short question that leaves out what was just talked of: «hur mycket totalt», «och från vem?»."""
        talked = self.knowledge.topics.get(state.talk or "")
        if talked and answer.tier != "small_talk" and self.leaning.leans_on_talk(text, answer):
            lead = talked.lead_en if answer.language == "en" and talked.lead_en else talked.lead
            return Answer("small_talk", answer.language, lead, topic=talked, confidence=1.0)
        last = self.knowledge.topics.get(state.last_topic or "")
        if last is None or last.id in CRISIS:
            return answer
        if not self.leaning.leans(text):
            return self.leaning.completed(text, answer, last, context)
        return self.leaning.answer(text, answer, last, self.shelf(state), context)


def quote_key(quote: Quote) -> str:
    """How the state remembers a quote."""
    return f"{quote.source.id}:{quote.start}:{quote.end}"


def _contact_once(state: ConversationState, answer: Answer) -> tuple[ConversationState, Answer]:
    """The address of whom to ask, with its reservations, is told in full once; then by name."""
    texts = TEXTS[answer.language]
    parts = (answer.lead, *answer.remarks)
    if not any(texts["somebody"] in part for part in parts):
        return state, answer
    if not state.told_contact:
        return state.model_copy(update={"told_contact": True}), answer
    lead, *remarks = (part.replace(texts["somebody"], texts["somebody_short"]) for part in parts)
    return state, replace(answer, lead=lead, remarks=tuple(remarks))


def _in_language(answer: Answer, state: ConversationState) -> Answer:
    """A short «thanks» in an English conversation is answered in English."""
    if state.language == "en" and answer.language == "sv" and answer.tier == "small_talk" and answer.topic:
        return replace(answer, language="en", lead=answer.topic.lead_en or answer.lead)
    return answer


def _near(text: str, answer: Answer) -> tuple[str, ...]:
    """Titles of topics near a short message which nothing answers: one of them may be meant."""
    plain = answer.tier == "no_answer" and answer.topic is None and answer.language == "sv"
    if not plain or len(words(text)) > 6 or answer.suggestions == tuple(TEXTS["sv"]["start"].split("|")):
        return ()
    if answer.confidence >= _NEAR:
        return answer.suggestions
    stems = {w[:5] for w in content_words(text) if len(w) > 3}
    return tuple(t for t in answer.suggestions if stems & {w[:5] for w in content_words(t)})
