"""A dialog inside a conversation: commands, answers, confirmations, reminders, and the reply that ends it.

`Dialogue.handle` returns None for what is neither a command nor an answer; the router then answers it from the
knowledge base and calls `remind`, or `unread` when nobody could read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from bot.core.asking import choices_of, confirm_choices, confirmation, help_blocks, places_in
from bot.core.render import citation, finished, reference
from bot.core.state import ConversationState
from bot.core.verdict import Told, outcome_reply
from bot.messages import (
    Block,
    Bullets,
    Choices,
    FlowStatus,
    Message,
    Outcome,
    Paragraph,
    Press,
    Progress,
    QuoteBlock,
    Reply,
    ReplyKind,
)
from dialogs import document, engine, resume
from dialogs.commands import Command, read_command
from dialogs.engine import Moved, Position, Session, replay
from dialogs.explain import asked, explain, harmless, name_of, shown, summary
from dialogs.interpret import Reading, clue_of, pressed, read, read_yes_no
from dialogs.model import YES_NO, Flow, Question, Value
from dialogs.phrases import say
from dialogs.start import proposals, starts
from dialogs.words import tokens
from knowledge.model import Knowledge

Turned = tuple[ConversationState, Reply]
PLAIN = frozenset({"ja", "nej", "vet inte", "yes", "no", "don't know", "dont know"})
AFTER_END = frozenset({"back", "change", "correct", "summary", "rest", "restart", "cancel", "resume"})


class UnknownAnswer(ValueError):
    """An answer given as data names a criterion or a value that does not exist; the message names it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one step works on."""

    state: ConversationState
    flow: Flow
    session: Session
    position: Position
    on: date | None = None

    @property
    def language(self) -> Literal["sv", "en"]:
        """The language that the bot speaks in this conversation."""
        return self.state.language


class Dialogue:
    """The dialogs of a bot. Holds no state of its own: everything is in ConversationState."""

    def __init__(
        self, flows: Mapping[str, Flow], knowledge: Knowledge, public_url: str = "", contact: str | None = None
    ) -> None:
        self.flows = flows
        self.knowledge = knowledge
        self.public_url = public_url
        self.contact = contact or ""

    # ---- what the router calls

    def starts(self, text: str) -> str | None:
        """The flow that a message asks to begin, or None."""
        return starts(self.flows, text)

    def titles(self) -> tuple[str, ...]:
        """The words that offer each flow; said back, they begin it."""
        return tuple(flow.spec.label for flow in self.flows.values())

    def is_open(self, state: ConversationState) -> bool:
        """Whether a dialog is open (paused counts), so that a question waits for its answer."""
        turn = self._turn(state)
        return turn is not None and turn.position.open is not None

    def start(
        self, flow_id: str, state: ConversationState, first_text: str = "", now: datetime | None = None
    ) -> Turned:
        """Begin a flow; what the first message already said is proposed as answers to confirm."""
        flow = self.flows[flow_id]
        session = engine.begin(flow, state.municipality, proposals(flow, first_text, self.knowledge.places))
        turn = self._at(state, flow, session, now.date() if now else None)
        spec = flow.spec
        intro = spec.intro_en if state.language == "en" and spec.intro_en else spec.intro
        return self._ask(turn, [Paragraph(text=intro, role="greeting")] if intro else [])

    def handle(self, state: ConversationState, message: Message, now: datetime | None = None) -> Turned | None:
        """Carry out a command or take an answer; None when the message is neither."""
        turn = self._turn(state, (now or message.received).date())
        if turn is None:
            return None
        session, moved = engine.migrate(turn.flow, turn.session)
        turn = self._at(turn.state, turn.flow, session, turn.on)
        done = self._press(turn, message.press) if message.press else self._said(turn, message.text)
        return _with_news(done, moved, state.language) if done and moved else done

    def resume_file(self, state: ConversationState) -> str | None:
        """The open or finished dialog as the text of a file to keep (JSON), or None when there is none."""
        turn = self._turn(state)
        return None if turn is None else resume.pack(turn.session)

    def resume_from(self, state: ConversationState, text: str, now: datetime) -> Turned:
        """Go on from a file that `resume_file` made; raises resume.ResumeError with a sentence for the person."""
        flow, session, moved = resume.unpack(text, self.flows)
        turn = self._at(state, flow, replace(session, place=state.municipality), now.date())
        done = self._ask(turn, [Paragraph(text=say("resume", turn.language))])
        return _with_news(done, moved, state.language) if moved else done

    def remind(self, state: ConversationState, reply: Reply) -> Reply:
        """The reply with the open question after it, and where the dialog stands; as it is when no dialog is open."""
        turn = self._turn(state)
        if turn is None or turn.position.open is None:
            return reply
        status = self._status(turn)
        if turn.session.paused:
            note = Paragraph(text=say("paused", turn.language, flow=turn.flow.title), role="note")
            return finished(reply.model_copy(update={"blocks": (*reply.blocks, note), "flow": status}))
        blocks = (*reply.blocks, Paragraph(text=say("again", turn.language), role="note"), *self._question(turn))
        return finished(reply.model_copy(update={"blocks": blocks, "flow": status}))

    def unread(self, state: ConversationState, message: Message) -> Turned:
        """Ask again in other words; after two tries list the choices plainly. To a question that takes free text, what
        nobody could answer is the answer."""
        turn = self._turn(state, message.received.date())
        if turn is None or turn.position.open is None:
            raise ValueError("no dialog is open")
        question = turn.flow.question(turn.position.open)
        if question.kind == "text" and tokens(message.text):
            return self._give(turn, question, Reading("answer", message.text.strip()), message.text)
        return self._again(turn, question)

    def run_answers(
        self, flow_id: str, answers: Mapping[str, str], municipality: str | None = None, on: date | None = None
    ) -> Outcome:
        """The outcome of answers given as data; a missing one counts as unsure. Raises UnknownAnswer."""
        flow = self.flows[flow_id]
        for id, value in answers.items():
            if id not in flow.criteria:
                raise UnknownAnswer(f"unknown criterion {id!r}; the criteria are {', '.join(flow.criteria)}")
            if value not in YES_NO:
                raise UnknownAnswer(f"{id}: unknown value {value!r}; use yes, no or unsure")
        session = replace(engine.begin(flow, municipality), rest=True)
        for id, criterion in flow.criteria.items():
            if id in answers or not criterion.optional:
                session = engine.give(flow, session, id, answers.get(id, "unsure"))
        values = {id: a.value for id, a in session.answers.items()}
        position = Position(
            tuple(values), None, engine.outcome_of(flow, values, municipality), False, len(values), values,
            engine.effective_answers(flow, values, municipality),
        )  # fmt: skip
        turn = Turn(ConversationState(municipality=municipality), flow, session, position, on)
        outcome = self._end(turn, []).outcome
        assert outcome is not None
        return outcome

    # ---- where it stands

    def _turn(self, state: ConversationState, on: date | None = None) -> Turn | None:
        if not state.dialog or state.dialog.get("flow") not in self.flows:
            return None
        flow = self.flows[state.dialog["flow"]]
        try:
            session = engine.restore(state.dialog)
        except (KeyError, TypeError, ValueError):
            return None
        if session.hash != flow.hash:
            known = {
                q: a for q, a in session.answers.items() if q in flow.index and engine.fits(flow.index[q], a.value)
            }
            position = replay(flow, replace(session, answers=known, place=state.municipality))
            return Turn(state, flow, replace(session, place=state.municipality), position, on)
        return self._at(state, flow, replace(session, place=state.municipality), on)

    def _at(self, state: ConversationState, flow: Flow, session: Session, on: date | None = None) -> Turn:
        return Turn(state, flow, session, replay(flow, session), on)

    def _moved(self, turn: Turn, session: Session) -> Turn:
        return self._at(turn.state, turn.flow, session, turn.on)

    def _saved(self, turn: Turn) -> ConversationState:
        return turn.state.model_copy(update={"dialog": engine.dump(turn.session), "municipality": turn.session.place})

    def _status(self, turn: Turn) -> FlowStatus:
        position = turn.position
        answered = len(position.path) - (position.open is not None and position.open in position.path)
        return FlowStatus(
            id=turn.flow.id, version=turn.flow.version, hash=turn.flow.hash, question=position.open, answered=answered,
            total=max(position.total, answered),
        )  # fmt: skip

    # ---- what was said

    def _said(self, turn: Turn, text: str) -> Turned | None:
        command = read_command(text)
        if command and command.name == "correct":
            done = self._correct(turn, command.to)
            if done:
                return done
            command = None
        if turn.position.open is None:
            return self._after_end(turn, command, text)
        if command:
            return self._command(turn, command)
        question = turn.flow.question(turn.position.open)
        if turn.session.pending is not None:
            done = self._confirmed(turn, question, text)
            if done:
                return done
        if question.kind == "place":
            return self._place(turn, question, text)
        return self._take(turn, question, read(question, text), text)

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
        return self._ask(turn, [Paragraph(text=note)], "command")

    def _take(self, turn: Turn, question: Question, reading: Reading, text: str) -> Turned | None:
        if reading.manner == "answer":
            return self._give(turn, question, reading, text)
        if reading.manner == "confirm":
            session = replace(turn.session, pending=(reading.value, harmless(text)), paused=False)
            return self._ask(self._moved(turn, session), [])
        return self._again(turn, question) if reading.manner == "unclear" else None

    def _confirmed(self, turn: Turn, question: Question, text: str) -> Turned | None:
        """Yes or no to «Menar du att …?»; anything else is read as an answer to the question itself."""
        assert turn.session.pending is not None
        value, remark = turn.session.pending
        reading = read_yes_no(text)
        clue = clue_of(question, tokens(text))
        if reading.manner != "answer" or (clue and reading.value == "yes" and clue != value):
            return None
        if reading.value == "yes":
            return self._give(turn, question, Reading("answer", value, remark), text)
        if reading.value == "unsure" or (clue and clue != value):
            return self._give(turn, question, Reading("answer", clue or "unsure", remark), text)
        session = engine.missed(turn.session)
        return self._ask(self._moved(turn, session), [Paragraph(text=say("denied", turn.language))])

    def _place(self, turn: Turn, question: Question, text: str) -> Turned | None:
        """A municipality proposed from the first message: yes, no, or another one named."""
        named = places_in(text, self.knowledge.places)
        reading = read_yes_no(text)
        if len(named) == 1:
            return self._give(turn, question, Reading("answer", named[0]), text)
        if reading.manner == "answer":
            value: Value = turn.session.proposals[question.id][0] if reading.value == "yes" else "no"
            return self._give(turn, question, Reading("answer", value), text)
        return self._again(turn, question) if reading.manner in ("unclear", "confirm") else None

    def _give(self, turn: Turn, question: Question, reading: Reading, text: str) -> Turned:
        editing = turn.session.editing is not None
        session = engine.give(turn.flow, turn.session, question.id, reading.value, reading.remark)
        after = self._moved(turn, session)
        value = shown(question, reading.value, turn.language)
        notes: list[Block] = []
        if question.kind == "place":
            pass
        elif editing:
            notes.append(Paragraph(text=say("changed", turn.language, value=value)))
            notes += self._fallen(turn, after)
        elif question.kind == "yes_no" and text.strip(" .!").casefold() not in PLAIN:
            key = "noted_remark" if reading.remark else "noted"
            notes.append(Paragraph(text=say(key, turn.language, value=value)))
        elif question.kind in ("one", "many", "number"):
            notes.append(Paragraph(text=say("noted", turn.language, value=value)))
        return self._ask(after, notes)

    def _fallen(self, before: Turn, after: Turn) -> list[Block]:
        gone = engine.fallen(before.flow, before.session, after.session)
        if not gone:
            return []
        names = ", ".join(f"«{name_of(before.flow, before.flow.question(q), before.language)}»" for q in gone)
        return [Paragraph(text=say("fallen", before.language, names=names))]

    def _again(self, turn: Turn, question: Question) -> Turned:
        after = self._moved(turn, engine.missed(turn.session))
        labels = ", ".join(c.label for c in choices_of(question, turn.language))
        key = "unread" if after.session.tries < 2 or not labels else "unread_plain"
        return self._ask(after, [Paragraph(text=say(key, turn.language, choices=labels))])

    # ---- commands

    def _after_end(self, turn: Turn, command: Command | None, text: str) -> Turned | None:
        """After a verdict: change, back, summary, the rest, start over; «ja» to the offer just made."""
        if command and command.name in AFTER_END:
            return self._command(turn, command)
        if turn.session.offered and not command:
            reading = read_yes_no(text)
            if reading.manner == "answer" and reading.value == "yes" and not reading.remark:
                return self._command(turn, Command("rest"))
            if reading.manner == "answer" and reading.value == "no" and not reading.remark:
                after = self._moved(turn, replace(turn.session, offered=False))
                return self._tell(after, [Paragraph(text=say("rest_no", turn.language))], "command")
        return None

    def _command(self, turn: Turn, command: Command) -> Turned | None:
        language, session = turn.language, turn.session
        match command.name:
            case "back":
                return self._back(turn)
            case "change":
                return self._change(turn, command)
            case "summary":
                return self._summary(turn)
            case "pause":
                after = self._moved(turn, replace(session, paused=True))
                return self._ask(after, [Paragraph(text=say("pause", language))], "command")
            case "cancel":
                note = Paragraph(text=say("cancel", language, flow=turn.flow.title), role="lead")
                reply = finished(Reply(kind="command", text="", blocks=(note,), language=language))
                return turn.state.model_copy(update={"dialog": None}), reply
            case "restart":
                fresh = engine.begin(turn.flow, session.place, session.proposals)
                return self._ask(self._moved(turn, fresh), [Paragraph(text=say("restart", language))])
            case "rest" | "resume":
                return self._resume(turn, command)
            case "why":
                return self._why(turn)
            case "explain" | "choices":
                return self._explain(turn)
            case "where":
                status = self._status(turn)
                told = say("where", language, answered=status.answered, total=status.total)
                return self._ask(turn, [Paragraph(text=told)], "command")
        return None

    def _resume(self, turn: Turn, command: Command) -> Turned | None:
        if turn.position.open is None:
            if not turn.position.early:
                return None
            after = self._moved(turn, engine.go_on(turn.session))
            return self._ask(after, [Paragraph(text=say("rest", turn.language))])
        after = self._moved(turn, replace(turn.session, paused=False))
        return self._ask(after, [Paragraph(text=say("resume", turn.language))])

    def _back(self, turn: Turn) -> Turned:
        before = engine.back(turn.flow, turn.session)
        if before is None:
            return self._ask(turn, [Paragraph(text=say("back_none", turn.language))], "command")
        undone = len(before.past) < len(turn.session.past)
        key = "back" if undone else "denied" if turn.session.pending else "back_edit"
        return self._ask(self._moved(turn, before), [Paragraph(text=say(key, turn.language))])

    def _change(self, turn: Turn, command: Command) -> Turned:
        language = turn.language
        if not command.number:
            return self._summary(turn, "change_which")
        session = engine.edit(turn.flow, turn.session, command.number)
        if session is None or session.editing is None:
            note = Paragraph(text=say("change_none", language, number=command.number))
            return self._tell_or_ask(turn, [note], "command")
        question = turn.flow.question(session.editing)
        after = self._moved(turn, session)
        reading = read(question, command.to) if command.to else None
        if reading and reading.manner == "answer":
            return self._give(after, question, reading, command.to)
        value = shown(question, session.answers[question.id].value, language)
        return self._ask(after, [Paragraph(text=say("change", language, number=command.number, value=value))])

    def _correct(self, turn: Turn, to: str) -> Turned | None:
        """«Jag menade nej»: the open confirmation, or else the last answer, becomes what was meant."""
        reading = read_yes_no(to)
        if reading.manner != "answer" or reading.remark:
            return None
        opened = turn.position.open
        if turn.session.pending is not None and opened:
            return self._give(turn, turn.flow.question(opened), reading, to)
        if not turn.session.past:
            return None
        last = turn.flow.question(turn.session.past[-1].question)
        if last.kind != "yes_no":
            return None
        return self._give(self._moved(turn, replace(turn.session, editing=last.id)), last, reading, to)

    def _summary(self, turn: Turn, lead: str = "summary") -> Turned:
        lines = summary(
            turn.flow, replay(turn.flow, replace(turn.session, editing=None)), turn.session.answers, turn.language
        )
        if not lines:
            return self._tell_or_ask(turn, [Paragraph(text=say("nothing_yet", turn.language))], "command")
        blocks: list[Block] = [
            Paragraph(text=say(lead, turn.language), role="lead"),
            Bullets(items=lines, ordered=True),
        ]
        return self._tell_or_ask(turn, blocks, "command")

    def _why(self, turn: Turn) -> Turned:
        question = turn.flow.question(turn.position.open or "")
        quotes = [self.knowledge.quotes[q] for q in question.why]
        key = "why" if quotes else "why_project"
        blocks: list[Block] = [Paragraph(text=say(key, turn.language), role="lead")]
        blocks += [QuoteBlock(citation=citation(q, n, self.public_url)) for n, q in enumerate(quotes, 1)]
        return self._ask(turn, blocks, "answer" if quotes else "command")

    def _explain(self, turn: Turn) -> Turned:
        """The question in other words, with its help."""
        session = replace(turn.session, tries=max(turn.session.tries, 1), pending=None)
        return self._ask(self._moved(turn, session), [])

    # ---- replies

    def _tell_or_ask(self, turn: Turn, blocks: list[Block], kind: ReplyKind) -> Turned:
        return self._ask(turn, blocks, kind) if turn.position.open else self._tell(turn, blocks, kind)

    def _tell(self, turn: Turn, blocks: list[Block], kind: ReplyKind) -> Turned:
        reply = Reply(kind=kind, text="", blocks=tuple(blocks), language=turn.language, flow=self._status(turn))
        return self._saved(turn), finished(reply)

    def _ask(self, turn: Turn, before: list[Block], kind: ReplyKind = "question") -> Turned:
        """The open question after some blocks, or the outcome when nothing is left to ask."""
        if turn.position.open is None:
            if turn.position.early:
                turn = self._moved(turn, replace(turn.session, offered=True))
            return self._saved(turn), self._end(turn, before)
        blocks = (*before, *self._question(turn))
        reply = Reply(
            kind=kind, text="", blocks=blocks, language=turn.language, flow=self._status(turn), confidence=1.0
        )
        return self._saved(turn), finished(reply)

    def _question(self, turn: Turn) -> list[Block]:
        """Question, help, choices and progress; a reading that waits is asked back instead."""
        assert turn.position.open is not None
        question, language, session = turn.flow.question(turn.position.open), turn.language, turn.session
        status = self._status(turn)
        number = turn.position.number(question.id)
        if session.pending is not None:
            text, choices = confirmation(question, session.pending[0], language), confirm_choices(language)
            about: list[Block] = []
        else:
            text, choices = self._wording(turn, question), choices_of(question, language)
            about = help_blocks(question, language)
        line = say("question", language, number=number, total=max(status.total, number), text=text)
        blocks: list[Block] = [Paragraph(text=line, role="question"), *about]
        if choices:
            many = question.kind == "many" and session.pending is None
            blocks.append(
                Choices(choices=choices, flow=turn.flow.id, question=question.id, answered=status.answered, many=many)
            )
        return [*blocks, Progress(answered=status.answered, total=status.total)]

    def _wording(self, turn: Turn, question: Question) -> str:
        language, session = turn.language, turn.session
        text = asked(question, language)
        if session.tries:
            text = (question.again_en if language == "en" else question.again) or text
        if question.id in session.proposals and question.id not in session.answers:
            value, words = session.proposals[question.id]
            name = self.knowledge.places.get(value, words) if question.kind == "place" else harmless(words)
            return f"{say('said_place' if question.kind == 'place' else 'said', language, words=name)} {text}"
        return text

    def _end(self, turn: Turn, before: list[Block]) -> Reply:
        flow, language = turn.flow, turn.language
        verdict = explain(
            flow, turn.position, turn.session.answers, self.knowledge.places, turn.session.place, language
        )
        told = Told(flow, self.knowledge, turn.session.place, language, self.public_url, self.contact, turn.on)
        stop = flow.spec.stop
        offer = ""
        if turn.position.early and stop:
            offer = stop.offer_en if language == "en" and stop.offer_en else stop.offer
        made = document.draft(flow, turn.position, self._cited, turn.on)
        details = summary(flow, turn.position, turn.session.answers, language) if made else ()
        written = document.markdown(made) if made else None
        reply = outcome_reply(told, verdict, self._status(turn), offer, written, details)
        return finished(reply.model_copy(update={"blocks": (*before, *reply.blocks)})) if before else reply

    def _cited(self, id: str) -> document.Cited:
        shown_as = citation(self.knowledge.quotes[id], 1, self.public_url)
        return document.Cited(shown_as.quote, reference(shown_as))


def _with_news(done: Turned, moved: Moved, language: Literal["sv", "en"]) -> Turned:
    """What a new version of the flow changed, told before anything else."""
    state, reply = done
    parts = [say("moved", language, version=moved.version)]
    if moved.again:
        parts.append(say("moved_again" if len(moved.again) == 1 else "moved_agains", language, count=len(moved.again)))
    news = Paragraph(text=" ".join(parts), role="note")
    return state, finished(reply.model_copy(update={"blocks": (news, *reply.blocks)}))
