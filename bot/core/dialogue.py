"""A dialog inside a conversation: answers, confirmations, buttons, reminders.

`Dialogue.handle` returns None for what is neither a command nor an answer; the router then answers it from the
knowledge base and calls `remind`, or `unread` when nobody could read it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from bot.core import mask
from bot.core.asker import Asker, Turn, Turned
from bot.core.beside import later
from bot.core.given import UnknownAnswer, outcome_of_answers
from bot.core.render import finished
from bot.core.state import ConversationState
from bot.core.steer import carry_out, correct, title_of
from bot.messages import Language, Message, Outcome, Paragraph, Press, Reply
from dialogs import engine, resume, saved
from dialogs.clues import clue_of
from dialogs.commands import Command, read_command
from dialogs.explain import harmless
from dialogs.interpret import pressed, read
from dialogs.model import Flow, Question, Value
from dialogs.phrases import say
from dialogs.reading import Reading
from dialogs.saved import Moved
from dialogs.start import proposals, starts
from dialogs.words import phrase_key, table, tokens
from dialogs.yes_no import read_yes_no
from knowledge.language import words
from knowledge.model import Knowledge
from knowledge.places import place_names

__all__ = ["Dialogue", "UnknownAnswer"]
AFTER_END = frozenset(
    {"back", "change", "correct", "summary", "rest", "restart", "cancel", "resume", "result", "next", "regret"}
)
DECLINING = table(
    "nej tack, nä tack, jag vill inte, vi vill inte, vill inte, nej jag vill inte, nej vi vill inte, jag orkar inte, "
    "orkar inte, no thanks, no thank you, i dont want to"
)
"""Said to a question these may decline it as well as deny it."""
MEANT = re.compile(r"\bmenar (ja|nej|vet inte)[.!]*$")
"""«Va? Nej, jag menar ja», after the end."""
TURNING = table("men, fast, tvärtom, dock, but, although, inte")
"""Words that turn a yes to «Menar du att …?»."""
THE_REST = frozenset({"resten", "resterande", "återstående", "övriga", "rest", "remaining"})


class Dialogue:
    """The dialogs of a bot. Holds no state of its own: everything is in ConversationState."""

    def __init__(
        self, flows: Mapping[str, Flow], knowledge: Knowledge, public_url: str = "", contact: str | None = None
    ) -> None:
        self.flows = flows
        self.asker = Asker(flows, knowledge, public_url, contact or "")
        self._names = place_names(knowledge.places)

    # ---- what the router calls

    def starts(self, text: str) -> str | None:
        """The flow that a message asks to begin, or None."""
        return starts(self.asker.flows, text)

    def titles(self) -> tuple[str, ...]:
        """The words that offer each flow; said back, they begin it."""
        return tuple(flow.spec.label for flow in self.asker.flows.values())

    def names(self, language: Language) -> dict[str, str]:
        """What each of those words is called in a language."""
        specs = [flow.spec for flow in self.asker.flows.values()]
        return {s.label: s.title_en if language == "en" and s.title_en else s.label for s in specs}

    def is_open(self, state: ConversationState) -> bool:
        """Whether a dialog is open (paused counts), so that a question waits for its answer."""
        turn = self.asker.turn_of(state)
        return turn is not None and turn.position.open is not None

    def asks_place(self, state: ConversationState) -> bool:
        """Whether the open question is about the municipality."""
        turn = self.asker.turn_of(state)
        return bool(turn and turn.position.open and turn.flow.question(turn.position.open).kind == "place")

    def placed(self, state: ConversationState, place: str) -> ConversationState:
        """The state with another municipality, also where the open dialog has asked for it."""
        state = state.model_copy(update={"municipality": place})
        turn = self.asker.turn_of(state)
        if turn is None:
            return state
        answers = turn.session.answers
        asked = [q.id for q in turn.flow.questions if q.kind == "place" and q.id in answers]
        changed = {id: replace(answers[id], value=place) for id in asked}
        proposed = {id: (place, words) for id, (_, words) in turn.session.proposals.items() if id in asked}
        session = replace(
            turn.session, answers={**answers, **changed}, proposals={**turn.session.proposals, **proposed}, place=place
        )
        return self.asker.saved(self.asker.moved(turn, session))

    def start(
        self, flow_id: str, state: ConversationState, first_text: str = "", now: datetime | None = None
    ) -> Turned:
        """Begin a flow; what the first message already said is proposed as answers to confirm."""
        flow = self.asker.flows[flow_id]
        session = engine.begin(flow, state.municipality, proposals(flow, first_text, self._places_in))
        turn = self.asker.at(state, flow, session, now.date() if now else None)
        spec = flow.spec
        intro = spec.intro_en if state.language == "en" and spec.intro_en else spec.intro
        return self.asker.ask(turn, [Paragraph(text=intro, role="greeting")] if intro else [])

    def handle(self, state: ConversationState, message: Message, now: datetime | None = None) -> Turned | None:
        """Carry out a command or take an answer; None when the message is neither."""
        turn = self.asker.turn_of(state, (now or message.received).date())
        if turn is None:
            return None
        session, moved = saved.migrate(turn.flow, turn.session)
        turn = self.asker.at(turn.state, turn.flow, session, turn.on)
        done = self._press(turn, message.press) if message.press else self._said(turn, message.text)
        return _with_news(done, moved, state.language) if done and moved else done

    def verdict(self, state: ConversationState, now: datetime) -> Reply | None:
        """The whole verdict of a finished dialog, or None when none is finished."""
        turn = self.asker.turn_of(state, now.date())
        return None if turn is None or turn.position.open else self.asker.end(turn, [])

    def resume_file(self, state: ConversationState) -> str | None:
        """The open or finished dialog as the text of a file to keep (JSON), or None when there is none."""
        turn = self.asker.turn_of(state)
        return None if turn is None else resume.pack(turn.session)

    def resume_from(self, state: ConversationState, text: str, now: datetime) -> Turned:
        """Go on from a file that `resume_file` made; raises resume.ResumeError with a sentence for the person."""
        flow, session, moved = resume.unpack(text, self.asker.flows)
        turn = self.asker.at(state, flow, replace(session, place=state.municipality), now.date())
        done = self.asker.ask(turn, [Paragraph(text=say("resume", turn.language))])
        return _with_news(done, moved, state.language) if moved else done

    def remind(self, state: ConversationState, reply: Reply) -> Reply:
        """The reply with the open question after it, and where the dialog stands; as it is when no dialog is open."""
        turn = self.asker.turn_of(state)
        if turn is None or turn.position.open is None:
            return reply
        status = self.asker.status(turn)
        begins = tuple(s for s in reply.suggestions if self.starts(s) is None)
        reply = reply.model_copy(update={"suggestions": begins})
        if turn.session.paused:
            note = Paragraph(text=say("paused", turn.language, flow=title_of(turn)), role="note")
            return finished(reply.model_copy(update={"blocks": (*reply.blocks, note), "flow": status}))
        blocks = (
            *reply.blocks,
            Paragraph(text=say("again", turn.language), role="note"),
            *self.asker.question_blocks(turn),
        )
        return finished(reply.model_copy(update={"blocks": blocks, "flow": status}))

    def unread(self, state: ConversationState, message: Message) -> Turned:
        """Ask again in other words; after two tries list the choices plainly. To a question that takes free text, what
        nobody could answer is the answer."""
        turn = self.asker.turn_of(state, message.received.date())
        if turn is None or turn.position.open is None:
            raise ValueError("no dialog is open")
        question = turn.flow.question(turn.position.open)
        if question.kind == "text" and tokens(message.text):
            return self.asker.give(turn, question, Reading("answer", message.text.strip()), message.text)
        kept = later(turn, message.text)
        if kept:
            return self.asker.ask(self.asker.moved(turn, kept), [Paragraph(text=say("kept", turn.language))])
        return self.asker.again(turn, question)

    def run_answers(
        self, flow_id: str, answers: Mapping[str, str], municipality: str | None = None, on: date | None = None
    ) -> Outcome:
        """The outcome of answers given as data; a missing one counts as unsure. Raises UnknownAnswer."""
        return outcome_of_answers(self.asker, flow_id, answers, municipality, on)

    # ---- what was said

    def _said(self, turn: Turn, text: str) -> Turned | None:
        command = read_command(text)
        if command and command.name == "correct":
            done = correct(self.asker, turn, command.to)
            if done:
                return done
            command = None
        if turn.position.open is None:
            return self._after_end(turn, command, text)
        question = turn.flow.question(turn.position.open)
        if command and command.name == "back" and turn.session.pending is not None and agrees(text):
            return self._confirmed(turn, question, "ja")
        done = carry_out(self.asker, turn, command) if command else None
        if done:
            return done
        if turn.session.pending is not None:
            done = self._confirmed(turn, question, text)
            if done:
                return done
        if question.kind == "place":
            return self._place(turn, question, text)
        reading = self._proposed(turn, question, read(question, text), text)
        return self._take(turn, question, reading, text) or self._begun(turn, text)

    def _proposed(self, turn: Turn, question: Question, reading: Reading, text: str) -> Reading:
        """A yes to an option that the first message named («Du skrev «pratat med kommunen»»)."""
        proposed = turn.session.proposals.get(question.id)
        if question.kind != "one" or proposed is None or reading.manner not in ("unclear", "other"):
            return reading
        return Reading("answer", proposed[0]) if read_yes_no(text) == Reading("answer", "yes") else reading

    def _begun(self, turn: Turn, text: str) -> Turned | None:
        """Asking for a flow in the middle of one: it goes on, and how to leave it is told."""
        wanted = starts(self.flows, text)
        if wanted is None:
            return None
        title, other = turn.flow.title, self.flows[wanted].title
        key = "already" if wanted == turn.flow.id else "other_flow"
        return self.asker.ask(turn, [Paragraph(text=say(key, turn.language, flow=title, other=other))], "command")

    def _press(self, turn: Turn, press: Press) -> Turned | None:
        opened = turn.position.open
        if press.question is None:
            return self._said(turn, press.value)
        if press.flow not in (None, turn.flow.id) or opened is None or press.question != opened:
            return self._old_press(turn, press)
        question = turn.flow.question(opened)
        if press.value.startswith("confirm:"):
            return self._confirmed(turn, question, "ja" if press.value == "confirm:yes" else "nej")
        if question.kind == "place":
            return self._place(turn, question, {"yes": "ja", "no": "nej"}.get(press.value, press.value))
        return self._take(turn, question, pressed(question, press.value), press.value)

    def _old_press(self, turn: Turn, press: Press) -> Turned | None:
        """A button of an earlier card changes nothing; the person is told how to change that answer."""
        if press.flow not in (None, turn.flow.id) or turn.position.open is None:
            return None
        path = turn.position.path
        if press.question in path:
            note = say("old_press", turn.language, number=path.index(press.question) + 1)
        else:
            note = say("old_press_other", turn.language)
        return self.asker.ask(turn, [Paragraph(text=note)], "command")

    def _take(self, turn: Turn, question: Question, reading: Reading, text: str) -> Turned | None:
        if reading.manner == "answer" and not self._doubtful(turn, question, reading, text):
            return self.asker.give(turn, question, reading, text)
        if reading.manner in ("answer", "confirm"):
            remark = "" if reading.idle else mask.mask(harmless(text))
            session = replace(turn.session, pending=(reading.value, remark), paused=False)
            note = [Paragraph(text=say("declined", turn.language))] if phrase_key(text) in DECLINING else []
            return self.asker.ask(self.asker.moved(turn, session), [*note])
        return self.asker.again(turn, question) if reading.manner == "unclear" else None

    def _doubtful(self, turn: Turn, question: Question, reading: Reading, text: str) -> bool:
        """Whether a no that would end the dialog may be meant for something else: it declines, or tells of another
        question («nej, de lägger sig inte i»)."""
        criterion = turn.flow.criteria.get(question.id)
        if reading.value != "no" or criterion is None or criterion.weight != "hard":
            return False
        if phrase_key(text) in DECLINING:
            return True
        return bool(reading.remark) and not clue_of(question, tokens(text)) and later(turn, reading.remark) is not None

    def _confirmed(self, turn: Turn, question: Question, text: str) -> Turned | None:
        """Yes or no to «Menar du att …?»; anything else is read as an answer to the question itself."""
        assert turn.session.pending is not None
        value, remark = turn.session.pending
        reading = read_yes_no(text)
        clue = clue_of(question, tokens(text))
        if reading.manner != "answer" or (clue and reading.value == "yes" and clue != value):
            return None
        if reading.value == "yes" and TURNING & set(phrase_key(reading.remark).split()):
            return self.asker.again(turn, question)
        if reading.value == "yes":
            return self.asker.give(turn, question, Reading("answer", value, remark), text)
        if reading.value == "unsure" or (clue and clue != value):
            return self.asker.give(turn, question, Reading("answer", clue or "unsure", remark), text)
        session = engine.missed(turn.session)
        return self.asker.ask(self.asker.moved(turn, session), [Paragraph(text=say("denied", turn.language))])

    def _place(self, turn: Turn, question: Question, text: str) -> Turned | None:
        """A municipality proposed from the first message: yes, no, or another one named."""
        named = list(self._places_in(text) or self._places_in(f"{text} kommun" if len(words(text)) < 4 else ""))
        reading = read_yes_no(text)
        if len(named) == 1:
            return self.asker.give(turn, question, Reading("answer", named[0]), text)
        if reading.manner == "answer":
            value: Value = turn.session.proposals[question.id][0] if reading.value == "yes" else "no"
            return self.asker.give(turn, question, Reading("answer", value), text)
        return self.asker.again(turn, question) if reading.manner in ("unclear", "confirm") else None

    def _places_in(self, text: str) -> dict[str, str]:
        """The municipalities that a text names, their names by id."""
        return {id: self.asker.knowledge.places[id] for id, _, _ in self._names.find(words(text))}

    def _after_end(self, turn: Turn, command: Command | None, text: str) -> Turned | None:
        """After a verdict: change, back, summary, the rest, start over; «ja» to the offer just made."""
        if command and command.name in AFTER_END:
            return carry_out(self.asker, turn, command)
        if command and command.name == "why" and turn.state.last_topic is None:
            reasons = self.asker.reasons(turn)
            return (self.asker.saved(turn), reasons) if reasons else carry_out(self.asker, turn, Command("result"))
        meant = MEANT.search(text.casefold())
        if meant:
            return correct(self.asker, turn, meant[1])
        found = tokens(text)
        if turn.position.early and THE_REST & set(found) and len(found) < 8 and "?" not in text:
            return carry_out(self.asker, turn, Command("rest"))
        if turn.session.offered and not command:
            reading = read_yes_no(text)
            if reading.manner in ("answer", "confirm") and reading.value == "yes" and len(found) < 5:
                return carry_out(self.asker, turn, Command("rest"))
            if reading.manner == "answer" and reading.value == "no" and len(found) < 5:
                after = self.asker.moved(turn, replace(turn.session, offered=False))
                return self.asker.tell(after, [Paragraph(text=say("rest_no", turn.language))], "command")
        return None


def agrees(text: str) -> bool:
    """Whether a message begins with a yes, whatever follows: «ja ändra den»."""
    return bool(tokens(text)) and tokens(text)[0] in ("ja", "jo", "japp", "yes", "ok", "okej")


def _with_news(done: Turned, moved: Moved, language: Language) -> Turned:
    """What a new version of the flow changed, told before anything else."""
    state, reply = done
    parts = [say("moved", language, version=moved.version)]
    if moved.again:
        parts.append(say("moved_again" if len(moved.again) == 1 else "moved_agains", language, count=len(moved.again)))
    news = Paragraph(text=" ".join(parts), role="note")
    return state, finished(reply.model_copy(update={"blocks": (news, *reply.blocks)}))
