"""Where a message goes: commands, the open dialog, follow-ups, or the knowledge base. Read top to bottom."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from bot.core import beside, mask
from bot.core.commands import Command, mended_place, read_command, stated_place
from bot.core.dialogue import Dialogue
from bot.core.follow import read_follow_up
from bot.core.followed import Followed
from bot.core.lean import says_nothing
from bot.core.manner import pictographs_only
from bot.core.render import finished, says
from bot.core.state import ConversationState
from bot.core.teller import Routed, Teller
from bot.core.texts import PROBLEMS, TEXTS
from bot.messages import Block, Bullets, Link, Message, Paragraph, Reply
from dialogs.commands import read_command as read_dialog_command
from dialogs.yes_no import read_yes_no
from knowledge.answer import Answer, Answerer
from knowledge.language import STOP_EN, STOP_SV, fold, is_english, words
from knowledge.model import Knowledge
from knowledge.places import Names, place_names

_BARE = frozenset(
    "ja nej ok okej jo japp nja mm aha jaha visst kanske yes no yep jada na nae stop stopp sluta avbryt tillbaka angra "
    "fortsatt sammanfatta vanta back wait continue".split()
) | {"vet inte", "vet ej", "i don't know", "don't know", "borja om"}
"""Answers and dialog commands when nothing is asked."""
_OF_DIALOGS = frozenset({"back", "change", "pause", "resume", "cancel", "restart", "summary"})
"""Commands that mean nothing without a dialog."""
_FAULT = frozenset("fel stammer wrong incorrect".split())
"""With these, what sounds like an answer or a command finds fault with the bot's."""
_MINE = re.compile(r"\b(?:min|mitt|mig|jag|my|me)\b", re.IGNORECASE)
_NEEDS_CONTEXT = frozenset({"short", "quote", "when", "again", "dates"})
"""Follow-ups that mean nothing without an answer before them."""


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
        self._dialogue = dialogue
        self._url = public_url
        self._contact = contact
        self._days = retention_days
        self._places = place_names(knowledge.places)
        everywhere = [(name, id) for id, name in knowledge.places.items()]
        self._names = Names(
            [*everywhere, *((a, i.id) for i in knowledge.issuers.values() if not i.place for a in i.aliases)]
        )
        self._teller = Teller(knowledge, answerer, public_url, contact, retention_days, self._names)
        self._followed = Followed(self._teller, self._names)

    def route(self, state: ConversationState, message: Message, now: datetime, own: bool = True) -> Routed:
        """The reply to one message, in the conversation's state; `own` is False when the words are the bot's, which
        tell nothing of the person's language."""
        text = message.text.strip()
        if message.problem:
            return self._problem(state, message.problem)
        if message.press:
            return self._pressed(state, message, now)
        if not text:
            return self._problem(state, "empty")
        if own and (not text.isascii() or len(text) > 3):
            state = state.model_copy(update={"language": _language(text, state)})
        command = read_command(text, self._places)
        if command:
            return self._command(state, command, message)
        return self._in_dialog(state, message, now) or self._outside_dialog(state, message, now)

    def _problem(self, state: ConversationState, problem: str) -> Routed:
        """What could not be taken, told; the open question of a dialog stands below."""
        told = says("command", PROBLEMS[state.language][problem], language=state.language)
        return Routed(state, self._dialogue.remind(state, told))

    # ---- dialogs

    def _pressed(self, state: ConversationState, message: Message, now: datetime) -> Routed:
        assert message.press is not None
        if message.press.flow is None:
            return self._picked(state, message, message.press.value, now)
        handled = self._dialogue.handle(state, message, now)
        if handled:
            return _ended(*handled)
        return Routed(state, says("command", TEXTS[state.language]["old_card"], language=state.language))

    def _picked(self, state: ConversationState, message: Message, text: str, now: datetime) -> Routed:
        """As if the person had written the text."""
        routed = self.route(state, message.model_copy(update={"press": None, "text": text}), now, own=False)
        return replace(routed, picked=routed.picked or text)

    def _in_dialog(self, state: ConversationState, message: Message, now: datetime) -> Routed | None:
        if state.dialog is None:
            return None
        moved = self._moved(state, message)
        if moved:
            return moved
        handled = self._dialogue.handle(state, message, now)
        if handled:
            return _ended(*handled)
        if not self._dialogue.is_open(state):
            return None
        state, asked = beside.split(self._dialogue.asker, state, message.text)
        if asked != message.text:
            message = message.model_copy(update={"text": asked})
            handled = self._dialogue.handle(state, message, now)  # «ja, men varför frågar du?»
            if handled:
                return _ended(*handled)
        aside = self._aside(state, message, now)
        if beside.only_tells(message.text, aside.reply):
            return Routed(*self._dialogue.unread(state, message))
        aside = beside.settled(self._dialogue.asker, aside)
        return Routed(aside.state, self._dialogue.remind(aside.state, aside.reply), aside.erase)

    def _moved(self, state: ConversationState, message: Message) -> Routed | None:
        """«Nej vi är i Eslöv», within a dialog: the municipality, and no answer to the open question."""
        if not self._dialogue.is_open(state) or self._dialogue.asks_place(state):
            return None
        place = mended_place(message.text, self._places)
        if place is None:
            return None
        located = self._located(self._dialogue.placed(state, place), place)
        return Routed(located.state, self._dialogue.remind(located.state, located.reply))

    def _aside(self, state: ConversationState, message: Message, now: datetime) -> Routed:
        place = stated_place(message.text, self._places)
        if place and not place[1]:
            return self._located(self._dialogue.placed(state, place[0]), place[0])
        return self._follow(state, message) or self._teller.answered(state, message.text)

    def _outside_dialog(self, state: ConversationState, message: Message, now: datetime) -> Routed:
        flow = self._dialogue.starts(message.text)
        if flow:
            return Routed(*self._dialogue.start(flow, self._with_place(state, message.text), message.text, now))
        mended = mended_place(message.text, self._places) if state.municipality else None
        if mended:
            return (self._follow(state, message) if state.shelf else None) or self._located(state, mended)
        place = stated_place(message.text, self._places)
        if place:
            state = state.model_copy(update={"municipality": place[0]})
            if not place[1]:
                return (self._follow(state, message) if state.shelf else None) or self._located(state, place[0])
        return (
            self._follow(state, message)
            or self._bare(state, message)
            or self._personal(state, message)
            or self._teller.answered(state, message.text)
        )

    def _bare(self, state: ConversationState, message: Message) -> Routed | None:
        """A yes, no, ok or dialog command to nothing that was asked, and a thumb alone."""
        if pictographs_only(message.text) and read_yes_no(message.text).value == "yes":
            return self._teller.said(state, "small_talk", "pleased")
        if says_nothing(message.text) and not state.shelf and not state.talk:
            return self._teller.said(state, "clarify", "whole")
        command = read_dialog_command(message.text)
        of_dialogs = command is not None and command.name in _OF_DIALOGS and not _FAULT & set(words(message.text))
        if not of_dialogs and not pictographs_only(message.text) and not _answers(message.text):
            return None
        texts = TEXTS[state.language]
        suggestions = state.suggestions or texts["start"].split("|")
        return Routed(
            state,
            says(
                "clarify",
                texts["bare_after" if state.shelf else "bare"],
                language=state.language,
                suggestions=suggestions,
            ),
        )

    def _follow(self, state: ConversationState, message: Message) -> Routed | None:
        follow = read_follow_up(message.text, self._names)
        if follow is None:
            return None
        if follow.name == "suggestion":
            n = int(follow.argument)
            if not 1 <= n <= len(state.suggestions):
                return None
            return self._picked(state, message, state.suggestions[n - 1], message.received)
        if follow.name == "next":
            return self._teller.which(state, "next", self._dialogue.titles(), self._dialogue.names(state.language))
        done = self._followed.carry_out(state, follow)
        if done is None and follow.name in _NEEDS_CONTEXT and not self._dialogue.is_open(state):
            if follow.name == "short":
                return self._teller.which(state, "explain_what", TEXTS[state.language]["start"].split("|"))
            return self._teller.said(state, "clarify", "whole")
        return done

    def _with_place(self, state: ConversationState, text: str) -> ConversationState:
        place = stated_place(text, self._places)
        return state.model_copy(update={"municipality": place[0]}) if place else state

    # ---- commands

    def _command(self, state: ConversationState, command: Command, message: Message) -> Routed:
        texts = TEXTS[state.language]
        if command.name == "erase":
            fresh = ConversationState(language=state.language)
            return Routed(fresh, says("command", texts["erased"], language=state.language), erase=True)
        if command.name == "municipality":
            return self._choose(state, command.argument or "", message)
        if command.name == "forget_municipality":
            forgotten = says("command", texts["no_place"], language=state.language)
            return Routed(state.model_copy(update={"municipality": None}), forgotten)
        if command.name == "language":
            state = state.model_copy(update={"language": command.argument})
            spoken = self._teller.said(state, "command", "language")
            return Routed(state, self._dialogue.remind(state, spoken.reply))
        if command.name == "sources":
            return Routed(state, self._sources(state))
        if command.name == "show_again":
            return Routed(state, says("command", texts["shown_again"], language=state.language), show_again=True)
        if command.name == "flows":
            titles = self._dialogue.titles()
            return Routed(state, says("command", texts["flows"], language=state.language, suggestions=titles))
        contact = self._contact or texts["somebody"]
        paragraphs = texts["help" if command.name == "help" else "about"].format(contact=contact, days=self._days)
        return Routed(
            state,
            says("command", *paragraphs.split("\n"), language=state.language, suggestions=texts["start"].split("|")),
        )

    def _choose(self, state: ConversationState, id: str, message: Message) -> Routed:
        """The command, which counts for the whole room."""
        if not message.may_configure:
            return Routed(state, says("command", TEXTS[state.language]["may_not"], language=state.language))
        located = self._located(state, id)
        return Routed(located.state, located.reply.model_copy(update={"municipality": id}))

    def _located(self, state: ConversationState, id: str) -> Routed:
        """Somebody said where they are: that counts for this conversation."""
        texts = TEXTS[state.language]
        name = self._knowledge.places[id]
        own = any(s.place == id for s in self._knowledge.sources.values() if s.kind == "guideline")
        told = any(q.issuer.place == id for q in self._knowledge.quotes.values())
        text = texts["place_own" if own else "place_told" if told else "place_none"].format(place=name)
        state = state.model_copy(update={"municipality": id})
        return Routed(state, says("command", text, language=state.language, suggestions=texts["start"].split("|")))

    def _sources(self, state: ConversationState) -> Reply:
        sources = self._knowledge.sources.values()
        undated = TEXTS[state.language]["undated"]
        items = tuple(f"{s.title} – {s.publisher} ({s.published or s.dated or undated})" for s in sources)
        blocks: list[Block] = [
            Paragraph(text=TEXTS[state.language]["sources"], role="lead"),
            Bullets(items=items, ordered=True),
        ]
        blocks.append(Link(label=TEXTS[state.language]["read"], url=f"{self._url}/kallor"))
        return finished(Reply(kind="command", text="", blocks=tuple(blocks), language=state.language))

    def _personal(self, state: ConversationState, message: Message) -> Routed | None:
        """Somebody wrote an identity number or the like: say that it is not needed, and never repeat it."""
        asks_for_address = "@" in message.text and not _MINE.search(message.text)
        if mask.mask(message.text) == message.text or asks_for_address:
            return None
        topic = self._knowledge.topics.get("prat-personuppgifter")
        if topic is None:
            return None
        return self._teller.drawn(
            state,
            Answer(
                "small_talk",
                state.language,
                topic.lead_en or topic.lead if state.language == "en" else topic.lead,
                topic=topic,
                confidence=1.0,
            ),
        )


def _ended(state: ConversationState, reply: Reply) -> Routed:
    """After a verdict «varför?» asks about it, and no longer about an answer given on the way."""
    if reply.kind == "outcome":
        state = state.model_copy(update={"last_topic": None, "shelf": ()})
    return Routed(state.model_copy(update={"talk": None}), reply)


def _answers(text: str) -> bool:
    """Whether a text is an answer and nothing more: «ja», «vet inte», «delvis», «tror inte det»."""
    if fold(text).strip(" .!") in _BARE:
        return True
    if "?" in text or _FAULT & set(words(text)):
        return False
    reading = read_yes_no(text)
    return reading.manner == "answer" and (not reading.remark or len(words(text)) < 5)


def _language(text: str, state: ConversationState) -> str:
    """English when the words are; an English conversation turns Swedish by words that are Swedish only."""
    found = words(text)
    if is_english(text):
        return "en"
    swedish = not text.isascii() or bool((STOP_SV - STOP_EN) & set(found))
    return state.language if len(found) < 3 or (state.language == "en" and not swedish) else "sv"
