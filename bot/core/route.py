"""Where a message goes: commands, the open dialog, follow-ups, or the knowledge base. Read top to bottom."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.core import mask
from bot.core.commands import Command, read_command, stated_place
from bot.core.dialogue import Dialogue
from bot.core.follow import FollowUp, read_follow_up
from bot.core.render import finished, quoted, reply_of, says
from bot.core.state import ConversationState
from bot.core.texts import PROBLEMS, TEXTS, filled
from bot.messages import Block, Bullets, Link, Message, Paragraph, Reply, reference
from knowledge.answer import Answer, Answerer, Context
from knowledge.language import fold, is_english, words
from knowledge.model import Knowledge, Quote, Topic
from knowledge.places import Names, issuer_names, place_names

_BARE = frozenset(
    "ja nej ok okej jo japp nja mm aha jaha visst kanske yes no yep jada na nae stop stopp sluta avbryt tillbaka angra "
    "fortsatt sammanfatta vanta back wait continue".split()
) | {"vet inte", "vet ej", "i don't know", "don't know", "borja om"}
"""Answers and dialog commands when nothing is asked."""


_REASON = re.compile(r"^Varför|skäl|argument", re.IGNORECASE)
"""Titles of topics that tell why."""


@dataclass(frozen=True, slots=True)
class Routed:
    """The new state and the reply; `erase` when the person wants everything gone, `show_again` for lost replies."""

    state: ConversationState
    reply: Reply
    erase: bool = False
    show_again: bool = False


class Router:
    """Routes messages. Holds no state of conversations."""

    def __init__(
        self,
        knowledge: Knowledge,
        answerer: Answerer,
        dialogue: Dialogue,
        public_url: str,
        contact: str | None,
        retention_days: int,
    ) -> None:
        self._knowledge = knowledge
        self._answerer = answerer
        self._dialogue = dialogue
        self._url = public_url
        self._operator_contact = contact
        self._contact = contact or TEXTS["sv"]["somebody"]
        self._days = retention_days
        self._places = place_names(knowledge.places)
        everywhere = [(name, id) for id, name in knowledge.places.items()]
        self._names = Names(
            [*everywhere, *((a, i.id) for i in knowledge.issuers.values() if not i.place for a in i.aliases)]
        )
        self._issuers = issuer_names(knowledge.issuers)
        self._quote_at = {f"{q.source.id}:{q.start}:{q.end}": q for q in knowledge.quotes.values()}

    def route(self, state: ConversationState, message: Message, now: datetime) -> Routed:
        """The reply to one message, in the conversation's state."""
        text = message.text.strip()
        if message.problem:
            return Routed(state, says("command", PROBLEMS[message.problem]))
        if message.press:
            return self._pressed(state, message, now)
        if not text:
            return Routed(state, says("command", PROBLEMS["empty"]))
        if not text.isascii() or len(text) > 3:
            state = state.model_copy(update={"language": _language(text, state)})
        command = read_command(text, self._places)
        if command:
            return self._command(state, command, message)
        return self._in_dialog(state, message, now) or self._outside_dialog(state, message, now)

    # ---- dialogs

    def _pressed(self, state: ConversationState, message: Message, now: datetime) -> Routed:
        assert message.press is not None
        if message.press.flow is None:
            return self.route(state, message.model_copy(update={"press": None, "text": message.press.value}), now)
        handled = self._dialogue.handle(state, message, now)
        if handled:
            return _ended(*handled)
        return Routed(state, says("command", TEXTS[state.language]["old_card"]))

    def _in_dialog(self, state: ConversationState, message: Message, now: datetime) -> Routed | None:
        if state.dialog is None:
            return None
        handled = self._dialogue.handle(state, message, now)
        if handled:
            return _ended(*handled)
        if not self._dialogue.is_open(state):
            return None
        aside = self._aside(state, message, now)
        if aside.reply.kind in ("no_answer", "clarify") and aside.reply.topic is None:
            return Routed(*self._dialogue.unread(state, message))
        return Routed(aside.state, self._dialogue.remind(aside.state, aside.reply), aside.erase)

    def _aside(self, state: ConversationState, message: Message, now: datetime) -> Routed:
        place = stated_place(message.text, self._places)
        if place and not place[1]:
            return self._command(state, Command("municipality", place[0]), message)
        return self._follow(state, message) or self._answered(state, message.text)

    def _outside_dialog(self, state: ConversationState, message: Message, now: datetime) -> Routed:
        flow = self._dialogue.starts(message.text)
        if flow:
            return Routed(*self._dialogue.start(flow, self._with_place(state, message.text), message.text, now))
        place = stated_place(message.text, self._places)
        if place:
            state = state.model_copy(update={"municipality": place[0]})
            if not place[1]:
                return self._command(state, Command("municipality", place[0]), message)
        return (
            self._follow(state, message)
            or self._bare(state, message)
            or self._personal(state, message)
            or self._answered(state, message.text)
        )

    def _bare(self, state: ConversationState, message: Message) -> Routed | None:
        """A yes, no or ok to nothing that was asked."""
        if fold(message.text).strip(" .!") not in _BARE:
            return None
        texts = TEXTS[state.language]
        return Routed(state, says("clarify", texts["bare"], suggestions=state.suggestions or texts["start"].split("|")))

    def _with_place(self, state: ConversationState, text: str) -> ConversationState:
        place = stated_place(text, self._places)
        return state.model_copy(update={"municipality": place[0]}) if place else state

    # ---- commands

    def _command(self, state: ConversationState, command: Command, message: Message) -> Routed:
        texts = TEXTS[state.language]
        if command.name == "erase":
            fresh = ConversationState(language=state.language)
            return Routed(fresh, says("command", texts["erased"]), erase=True)
        if command.name == "municipality":
            return self._choose(state, command.argument or "", message)
        if command.name == "forget_municipality":
            return Routed(state.model_copy(update={"municipality": None}), says("command", texts["no_place"]))
        if command.name == "sources":
            return Routed(state, self._sources(state))
        if command.name == "show_again":
            return Routed(state, says("command", texts["shown_again"]), show_again=True)
        if command.name == "flows":
            return Routed(state, says("command", texts["flows"], suggestions=self._dialogue.titles()))
        paragraphs = texts["help" if command.name == "help" else "about"].format(contact=self._contact, days=self._days)
        return Routed(
            state,
            says("command", *paragraphs.split("\n"), language=state.language, suggestions=texts["start"].split("|")),
        )

    def _choose(self, state: ConversationState, id: str, message: Message) -> Routed:
        texts = TEXTS[state.language]
        name = self._knowledge.places[id]
        if not message.may_configure:
            return Routed(state, says("command", texts["may_not"]))
        own = any(s.place == id for s in self._knowledge.sources.values() if s.kind == "guideline")
        told = any(q.issuer.place == id for q in self._knowledge.quotes.values())
        text = texts["place_own" if own else "place_told" if told else "place_none"].format(place=name)
        state = state.model_copy(update={"municipality": id})
        reply = says("command", text, suggestions=texts["start"].split("|"))
        return Routed(state, reply.model_copy(update={"municipality": id}))

    def _sources(self, state: ConversationState) -> Reply:
        sources = self._knowledge.sources.values()
        items = tuple(f"{s.title} – {s.publisher} ({s.published or s.dated or 'odaterad'})" for s in sources)
        blocks: list[Block] = [
            Paragraph(text=TEXTS[state.language]["sources"], role="lead"),
            Bullets(items=items, ordered=True),
        ]
        blocks.append(Link(label=TEXTS[state.language]["read"], url=f"{self._url}/kallor"))
        return finished(Reply(kind="command", text="", blocks=tuple(blocks), language=state.language))

    def _personal(self, state: ConversationState, message: Message) -> Routed | None:
        """Somebody wrote an identity number or the like: say that it is not needed, and never repeat it."""
        if mask.mask(message.text) == message.text or "@" in message.text:
            return None
        topic = self._knowledge.topics.get("prat-personuppgifter")
        if topic is None:
            return None
        return self._drawn(
            state,
            Answer(
                "small_talk",
                state.language,
                topic.lead_en or topic.lead if state.language == "en" else topic.lead,
                topic=topic,
                confidence=1.0,
            ),
        )

    # ---- questions

    def _answered(self, state: ConversationState, text: str, municipality: str | None = None) -> Routed:
        answer = self._answerer.answer(text, Context(municipality or state.municipality))
        return self._drawn(state, answer)

    def _drawn(self, state: ConversationState, answer: Answer) -> Routed:
        reply = reply_of(filled(answer, self._operator_contact, self._days), self._url)
        if answer.tier in ("answer", "related"):
            state = state.model_copy(
                update={
                    "last_topic": answer.topic.id if answer.topic else None,
                    "shelf": tuple(_key(q) for q in answer.quotes),
                    "suggestions": reply.suggestions,
                }
            )
        return Routed(state, reply)

    def _follow(self, state: ConversationState, message: Message) -> Routed | None:
        follow = read_follow_up(message.text, self._names)
        if follow is None:
            return None
        if follow.name == "suggestion":
            n = int(follow.argument)
            if 1 <= n <= len(state.suggestions):
                return self.route(
                    state, message.model_copy(update={"text": state.suggestions[n - 1]}), message.received
                )
            return None
        topic = self._knowledge.topics.get(state.last_topic or "")
        shelf = [self._quote_at[k] for k in state.shelf if k in self._quote_at]
        if topic is None or not shelf:
            return None
        handlers: dict[str, Callable[[], Routed | None]] = {
            "elsewhere": lambda: self._elsewhere(state, topic, follow),
            "why": lambda: self._why(state, topic, shelf),
            "more": lambda: self._more(state, topic, shelf),
            "who": lambda: self._who(state, topic, shelf),
            "source": lambda: self._context(state, topic, shelf[0], 1),
            "number": lambda: self._number(state, topic, shelf, int(follow.argument)),
        }
        return handlers[follow.name]()

    def _elsewhere(self, state: ConversationState, topic: Topic, follow: FollowUp) -> Routed:
        """The last question again, about another place or issuer."""
        kept = _without_names(topic.title, self._names)
        routed = self._answered(state, f"{kept} {follow.argument}", None)
        wanted = {id for id, _, _ in self._names.find(words(follow.argument))}
        speaks = self._speaks(routed.reply, wanted)
        if speaks and routed.reply.kind != "no_answer":
            return routed
        overview = self._answered(state, f"vad säger {follow.argument}", None)
        if speaks:
            return _nearest(routed, overview) if self._speaks(overview.reply, wanted) else routed
        return overview if self._speaks(overview.reply, wanted) or self._strays(routed.reply, wanted) else routed

    def _speaks(self, reply: Reply, wanted: set[str]) -> bool:
        return bool(wanted & self._spoken_for(reply)) and not self._strays(reply, wanted)

    def _strays(self, reply: Reply, wanted: set[str]) -> bool:
        """Whether a reply's topic is another place's: a quote from the wanted one may stand last in it all the same."""
        topic = self._knowledge.topics.get(reply.topic or "")
        named = {id for id, _, _ in self._names.find(words(topic.title))} if topic else set()
        return bool(named) and not named & wanted

    def _spoken_for(self, reply: Reply) -> set[str]:
        """Ids of the places and issuers that a reply speaks for."""
        quotes = [self._quote_at.get(f"{c.source}:{c.start}:{c.end}") for c in reply.citations]
        topic = self._knowledge.topics.get(reply.topic or "")
        own = {topic.place} if topic and topic.place else set()
        return own | {id for q in quotes if q for id in (q.issuer.id, q.issuer.place, q.source.place) if id}

    def _why(self, state: ConversationState, topic: Topic, shelf: list[Quote]) -> Routed:
        found = self._answerer.answer(f"varför {topic.title}", Context(state.municipality))
        if (
            found.tier == "answer"
            and found.topic
            and found.topic.id != topic.id
            and "varför" in found.topic.title.lower()
        ):
            return self._drawn(state, found)
        return self._context(state, topic, shelf[0], 1)

    def _more(self, state: ConversationState, topic: Topic, shelf: list[Quote]) -> Routed:
        shown = {q.id for q in shelf}
        fresh = [q for q in topic.quotes if q.id not in shown]
        for id in topic.related:
            other = self._knowledge.topics.get(id)
            fresh += [q for q in (other.quotes[:1] if other else ()) if q.id not in shown and q not in fresh]
        if not fresh:
            return self._context(state, topic, shelf[0], 1)
        lead = TEXTS[state.language]["more"]
        answer = Answer(
            "answer", state.language, lead, tuple(fresh[:3]), topic=topic, confidence=1.0, suggestions=state.suggestions
        )
        return self._drawn(state, answer)

    def _who(self, state: ConversationState, topic: Topic, shelf: list[Quote]) -> Routed:
        blocks = quoted(shelf, self._url)
        who = "; ".join(f"[{b.citation.number}] {reference(b.citation)}" for b in blocks if b.type == "quote")
        return self._drawn(
            state,
            Answer(
                "answer",
                state.language,
                f"{TEXTS[state.language]['who']} {who}.",
                tuple(shelf),
                topic=topic,
                confidence=1.0,
            ),
        )

    def _number(self, state: ConversationState, topic: Topic, shelf: list[Quote], n: int) -> Routed:
        if not 1 <= n <= len(shelf):
            return Routed(state, says("clarify", TEXTS[state.language]["no_number"].format(most=len(shelf))))
        return self._context(state, topic, shelf[n - 1], n)

    def _context(self, state: ConversationState, topic: Topic, quote: Quote, n: int) -> Routed:
        """The quote again, within the passage that it stands in."""
        source = quote.source
        around = next((p for p in source.passages if p.start <= quote.start and quote.end <= p.end), None)
        wider = (
            Quote(quote.id, source, around.start, around.end, quote.issuer, quote.strength, quote.note)
            if around
            else quote
        )
        lead = TEXTS[state.language]["context"].format(n=n, reference=reference(quoted([quote], self._url)[0].citation))  # type: ignore[union-attr]
        shown = wider if wider.end - wider.start <= 1200 else quote
        answer = Answer("answer", state.language, lead, (shown,), tuple(source.remarks), topic, 1.0, state.suggestions)
        reply = reply_of(answer, self._url)
        return Routed(state, reply)


def _ended(state: ConversationState, reply: Reply) -> Routed:
    """After a verdict «varför?» asks about it, and no longer about an answer given on the way."""
    if reply.kind == "outcome":
        state = state.model_copy(update={"last_topic": None, "shelf": ()})
    return Routed(state, reply)


def _nearest(routed: Routed, overview: Routed) -> Routed:
    """That the sources do not tell, and what they do tell of the place."""
    if overview.reply.kind != "answer" or routed.reply.blocks[0].type != "paragraph":
        return routed
    blocks = (routed.reply.blocks[0], *overview.reply.blocks)
    return Routed(overview.state, finished(overview.reply.model_copy(update={"kind": "related", "blocks": blocks})))


def _language(text: str, state: ConversationState) -> str:
    if is_english(text):
        return "en"
    return state.language if len(words(text)) < 3 else "sv"


def _key(quote: Quote) -> str:
    return f"{quote.source.id}:{quote.start}:{quote.end}"


def _without_names(title: str, names: Names) -> str:
    tokens = words(title)
    drop = {n for _, start, end in names.find(tokens) for n in range(start, end)}
    return " ".join(w for n, w in enumerate(tokens) if n not in drop)
