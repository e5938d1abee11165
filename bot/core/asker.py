"""Where a dialog stands in a conversation, and the reply for it: the open question, or the outcome at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.core import mask
from bot.core.asking import choices_of, confirm_choices, confirmation, help_blocks
from bot.core.render import citation, finished
from bot.core.state import ConversationState
from bot.core.verdict import Told, outcome_reply, reasons_reply, steps_reply
from bot.messages import Block, Choices, FlowStatus, Language, Paragraph, Progress, Reply, ReplyKind, reference
from dialogs import document, engine, saved
from dialogs.engine import Position, Session, replay
from dialogs.explain import Verdict, asked, explain, harmless, name_of, shown, summary
from dialogs.model import Flow, Question
from dialogs.phrases import say
from dialogs.reading import Reading
from dialogs.words import phrase_key
from knowledge.model import Knowledge

Turned = tuple[ConversationState, Reply]
PLAIN = frozenset({"ja", "nej", "vet inte", "yes", "no", "unsure", "don't know", "dont know"})
"""Answers that need no «Jag noterar»: written in full, or pressed."""

UNSURE_PLAIN = frozenset(phrase_key(t) for t in ("vet inte", "vet ej", "jag vet inte", "vi vet inte", "i don't know"))


@dataclass(frozen=True, slots=True)
class Turn:
    """What one step works on."""

    state: ConversationState
    flow: Flow
    session: Session
    position: Position
    on: date | None = None

    @property
    def language(self) -> Language:
        """The language that the bot speaks in this conversation."""
        return self.state.language


class Asker:
    """Asks, takes answers and ends. Every method takes a turn and gives what follows; nothing is kept here."""

    def __init__(self, flows: Mapping[str, Flow], knowledge: Knowledge, public_url: str, contact: str) -> None:
        self.flows = flows
        self.knowledge = knowledge
        self.public_url = public_url
        self.contact = contact

    def turn_of(self, state: ConversationState, on: date | None = None) -> Turn | None:
        if not state.dialog or state.dialog.get("flow") not in self.flows:
            return None
        flow = self.flows[state.dialog["flow"]]
        try:
            session = saved.restore(state.dialog)
        except (KeyError, TypeError, ValueError, OverflowError):
            return None
        if session.hash != flow.hash:
            known = {q: a for q, a in session.answers.items() if q in flow.index and saved.fits(flow.index[q], a.value)}
            position = replay(flow, replace(session, answers=known, place=state.municipality))
            return Turn(state, flow, replace(session, place=state.municipality), position, on)
        return self.at(state, flow, replace(session, place=state.municipality), on)

    def at(self, state: ConversationState, flow: Flow, session: Session, on: date | None = None) -> Turn:
        return Turn(state, flow, session, replay(flow, session), on)

    def moved(self, turn: Turn, session: Session) -> Turn:
        return self.at(turn.state, turn.flow, session, turn.on)

    def saved(self, turn: Turn) -> ConversationState:
        return turn.state.model_copy(update={"dialog": saved.dump(turn.session), "municipality": turn.session.place})

    def status(self, turn: Turn) -> FlowStatus:
        position = turn.position
        answered = len(position.path) - (position.open is not None and position.open in position.path)
        return FlowStatus(
            id=turn.flow.id, version=turn.flow.version, hash=turn.flow.hash, question=position.open, answered=answered,
            total=max(position.total, answered),
        )  # fmt: skip

    def give(self, turn: Turn, question: Question, reading: Reading, text: str) -> Turned:
        editing = turn.session.editing is not None
        given = _masked(reading.value) if question.kind == "text" and isinstance(reading.value, str) else reading.value
        session = engine.give(turn.flow, turn.session, question.id, given, mask.mask(reading.remark))
        after = self.moved(turn, session)
        value = shown(question, reading.value, turn.language)
        notes: list[Block] = []
        if question.kind == "place":
            pass
        elif editing:
            notes.append(Paragraph(text=say("changed", turn.language, value=value)))
            notes += self._fallen(turn, after)
        elif question.kind == "yes_no" and text.strip(" .!").casefold() not in PLAIN:
            key = "noted_remark" if reading.remark else "noted"
            if reading.value == "unsure" and phrase_key(text) not in UNSURE_PLAIN:
                key = "noted_unsure"
            notes.append(Paragraph(text=say(key, turn.language, value=value)))
        elif question.kind in ("one", "many", "number"):
            notes.append(Paragraph(text=say("noted", turn.language, value=value)))
        return self.ask(after, notes)

    def _fallen(self, before: Turn, after: Turn) -> list[Block]:
        gone = engine.fallen(before.flow, before.session, after.session)
        if not gone:
            return []
        names = ", ".join(f"«{name_of(before.flow, before.flow.question(q), before.language)}»" for q in gone)
        return [Paragraph(text=say("fallen", before.language, names=names))]

    def again(self, turn: Turn, question: Question) -> Turned:
        after = self.moved(turn, engine.missed(turn.session))
        language = turn.language
        labels = [c.label.lower() for c in choices_of(question, language)]
        told = f" {say('or', language)} ".join(filter(None, [", ".join(labels[:-1]), *labels[-1:]]))
        key = "unread" if after.session.tries < 2 or not labels else "unread_plain"
        if question.kind in ("one", "many"):
            key = "unread_option"
        return self.ask(after, [Paragraph(text=say(key, language, choices=told))])

    def tell_or_ask(self, turn: Turn, blocks: list[Block], kind: ReplyKind) -> Turned:
        return self.ask(turn, blocks, kind) if turn.position.open else self.tell(turn, blocks, kind)

    def tell(self, turn: Turn, blocks: list[Block], kind: ReplyKind) -> Turned:
        reply = Reply(kind=kind, text="", blocks=tuple(blocks), language=turn.language, flow=self.status(turn))
        return self.saved(turn), finished(reply)

    def ask(self, turn: Turn, before: list[Block], kind: ReplyKind = "question") -> Turned:
        """The open question after some blocks, or the outcome when nothing is left to ask."""
        if turn.position.open is None:
            if turn.position.early:
                turn = self.moved(turn, replace(turn.session, offered=True))
            return self.saved(turn), self.end(turn, before)
        blocks = (*before, *self.question_blocks(turn))
        reply = Reply(kind=kind, text="", blocks=blocks, language=turn.language, flow=self.status(turn), confidence=1.0)
        return self.saved(turn), finished(reply)

    def question_blocks(self, turn: Turn) -> list[Block]:
        """Question, help, choices and progress; a reading that waits is asked back instead."""
        assert turn.position.open is not None
        question, language, session = turn.flow.question(turn.position.open), turn.language, turn.session
        status = self.status(turn)
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

    def end(self, turn: Turn, before: list[Block]) -> Reply:
        flow, language = turn.flow, turn.language
        told, verdict = self._judged(turn)
        stop = flow.spec.stop
        offer = ""
        if turn.position.early and stop:
            offer = stop.offer_en if language == "en" and stop.offer_en else stop.offer
        made = document.draft(flow, turn.position, self._cited, turn.on)
        details = summary(flow, turn.position, turn.session.answers, language, self.knowledge.places) if made else ()
        written = document.markdown(made) if made else None
        reply = outcome_reply(told, verdict, self.status(turn), offer, written, details)
        return finished(reply.model_copy(update={"blocks": (*before, *reply.blocks)})) if before else reply

    def next_steps(self, turn: Turn) -> Reply:
        """After the end: only what to do next, with the quotes that the steps rest on."""
        return steps_reply(*self._judged(turn), self.status(turn))

    def reasons(self, turn: Turn) -> Reply | None:
        """After the end: only why it came out so; None when the dialog weighs nothing."""
        return reasons_reply(*self._judged(turn), self.status(turn))

    def _judged(self, turn: Turn) -> tuple[Told, Verdict]:
        """The outcome, and what it is told with."""
        flow, language, place = turn.flow, turn.language, turn.session.place
        verdict = explain(flow, turn.position, turn.session.answers, self.knowledge.places, place, language)
        return Told(flow, self.knowledge, place, language, self.public_url, self.contact, turn.on), verdict

    def _cited(self, id: str) -> document.Cited:
        shown_as = citation(self.knowledge.quotes[id], 1, self.public_url)
        return document.Cited(shown_as.quote, reference(shown_as))


def _masked(text: str) -> str:
    """An answer for a draft without addresses and personal numbers; a sum of money alone is left as it is."""
    masked = mask.mask(text)
    telling = any(word in masked and word not in text for word in (mask.EMAIL, mask.PERSON, mask.PHONE))
    return masked if telling else text
