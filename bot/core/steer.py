"""What a person says about the dialog itself, carried out: back, change, summary, pause, why do you ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.core import mask
from bot.core.asker import Asker, Turn, Turned
from bot.core.render import citation, finished
from bot.messages import Block, Bullets, Paragraph, QuoteBlock, Reply
from dialogs import engine
from dialogs.clues import clue_of
from dialogs.commands import Command, Name
from dialogs.engine import replay
from dialogs.explain import harmless, name_of, shown, summary
from dialogs.interpret import read
from dialogs.phrases import say
from dialogs.words import tokens
from dialogs.yes_no import read_yes_no


def carry_out(asker: Asker, turn: Turn, command: Command) -> Turned | None:
    """Carry out a command; None when it makes no sense where the dialog stands."""
    doing: dict[Name, Callable[[], Turned | None]] = {
        "back": lambda: _back(asker, turn, command.number or 1),
        "change": lambda: _change(asker, turn, command),
        "summary": lambda: _summary(asker, turn),
        "result": lambda: _summary(asker, turn) if turn.position.open else asker.ask(turn, []),
        "pause": lambda: _pause(asker, turn),
        "cancel": lambda: _cancel(turn),
        "restart": lambda: _restart(asker, turn),
        "rest": lambda: _resume(asker, turn),
        "resume": lambda: _resume(asker, turn),
        "why": lambda: _why(asker, turn),
        "explain": lambda: _explain(asker, turn),
        "choices": lambda: _explain(asker, turn),
        "where": lambda: _where(asker, turn),
        "next": lambda: _where(asker, turn) if turn.position.open else (asker.saved(turn), asker.next_steps(turn)),
        "regret": lambda: _regret(asker, turn, command.to),
    }
    return doing[command.name]() if command.name in doing else None


def _pause(asker: Asker, turn: Turn) -> Turned:
    after = asker.moved(turn, replace(turn.session, paused=True))
    return asker.ask(after, [Paragraph(text=say("pause", turn.language))], "command")


def _cancel(turn: Turn) -> Turned:
    note = Paragraph(text=say("cancel", turn.language, flow=title_of(turn)), role="lead")
    reply = finished(Reply(kind="command", text="", blocks=(note,), language=turn.language))
    return turn.state.model_copy(update={"dialog": None}), reply


def _restart(asker: Asker, turn: Turn) -> Turned:
    fresh = engine.begin(turn.flow, turn.session.place, turn.session.proposals)
    return asker.ask(asker.moved(turn, fresh), [Paragraph(text=say("restart", turn.language))])


def _where(asker: Asker, turn: Turn) -> Turned:
    status = asker.status(turn)
    told = say("where", turn.language, answered=status.answered, total=status.total)
    return asker.ask(turn, [Paragraph(text=told)], "command")


def title_of(turn: Turn) -> str:
    """The flow's title in the conversation's language."""
    return (turn.language == "en" and turn.flow.spec.title_en) or turn.flow.title


def _resume(asker: Asker, turn: Turn) -> Turned | None:
    if turn.position.open is None:
        if not turn.position.early:
            return None
        after = asker.moved(turn, engine.go_on(turn.session))
        return asker.ask(after, [Paragraph(text=say("rest", turn.language))])
    after = asker.moved(turn, replace(turn.session, paused=False))
    return asker.ask(after, [Paragraph(text=say("resume", turn.language))])


def _back(asker: Asker, turn: Turn, steps: int = 1) -> Turned:
    before = engine.back(turn.flow, turn.session)
    if before is None:
        return asker.ask(turn, [Paragraph(text=say("back_none", turn.language))], "command")
    undone = len(before.past) < len(turn.session.past)
    key = "back" if undone else "denied" if turn.session.pending else "back_edit"
    for _ in range(steps - 1):
        before = engine.back(turn.flow, before) or before
    count = len(turn.session.past) - len(before.past)
    note = say("back_several", turn.language, count=count) if count > 1 else say(key, turn.language)
    return asker.ask(asker.moved(turn, before), [Paragraph(text=note)])


def _regret(asker: Asker, turn: Turn, said: str) -> Turned | None:
    """«Nej vänta, det finns ett gym»: what contradicts an answer already given is asked back there; alone it only
    stops."""
    if not said:
        return asker.ask(turn, [Paragraph(text=say("regret", turn.language))], "command")
    path = replay(turn.flow, replace(turn.session, editing=None)).path
    for id in reversed(path):
        question = turn.flow.question(id)
        clue = clue_of(question, tokens(said))
        if question.kind == "yes_no" and clue and turn.session.answers[id].value != clue:
            session = engine.edit(turn.flow, turn.session, path.index(id) + 1)
            assert session is not None
            session = replace(session, pending=(clue, mask.mask(harmless(said))))
            return asker.ask(asker.moved(turn, session), [])
    return None


def _change(asker: Asker, turn: Turn, command: Command) -> Turned | None:
    language = turn.language
    number = command.number or (_named(turn, command.about) if command.about else 0)
    path = replay(turn.flow, replace(turn.session, editing=None)).path
    if command.to and number == len(path) + 1 and turn.position.open not in (None, *path):
        meant = turn.flow.question(turn.position.open or "")
        answer = read(meant, command.to)
        return asker.give(turn, meant, answer, command.to) if answer.manner == "answer" else None
    if not number:
        return None if command.about else _summary(asker, turn, "change_which")
    session = engine.edit(turn.flow, turn.session, number)
    if session is None or session.editing is None:
        note = Paragraph(text=say("change_none", language, number=number))
        return asker.tell_or_ask(turn, [note], "command")
    question = turn.flow.question(session.editing)
    after = asker.moved(turn, session)
    reading = read(question, command.to) if command.to else None
    if reading and reading.manner == "answer":
        return asker.give(after, question, reading, command.to)
    value = shown(question, session.answers[question.id].value, language)
    return asker.ask(after, [Paragraph(text=say("change", language, number=number, value=value))])


def _named(turn: Turn, about: str) -> int:
    """The number of the one answered or open question that the words are about, by the beginnings of its longer words;
    or 0."""
    wanted = {t[:5] for t in tokens(about) if len(t) > 3}
    path = list(replay(turn.flow, replace(turn.session, editing=None)).path)
    if turn.position.open and turn.position.open not in path:
        path.append(turn.position.open)
    scores = []
    for id in path:
        question = turn.flow.question(id)
        words = {t[:5] for t in tokens(f"{name_of(turn.flow, question)} {question.text}") if len(t) > 3}
        scores.append(len(wanted & words))
    best = max(scores, default=0)
    return scores.index(best) + 1 if best and scores.count(best) == 1 else 0


def correct(asker: Asker, turn: Turn, to: str) -> Turned | None:
    """«Jag menade nej»: the open confirmation, or else the last answer, becomes what was meant."""
    reading = read_yes_no(to)
    if reading.manner != "answer" or reading.remark:
        return None
    opened = turn.position.open
    if turn.session.pending is not None and opened:
        return asker.give(turn, turn.flow.question(opened), reading, to)
    if not turn.session.past:
        return None
    last = turn.flow.question(turn.session.past[-1].question)
    if last.kind != "yes_no":
        return None
    return asker.give(asker.moved(turn, replace(turn.session, editing=last.id)), last, reading, to)


def _summary(asker: Asker, turn: Turn, lead: str = "summary") -> Turned:
    lines = summary(
        turn.flow,
        replay(turn.flow, replace(turn.session, editing=None)),
        turn.session.answers,
        turn.language,
        asker.knowledge.places,
    )
    if not lines:
        return asker.tell_or_ask(turn, [Paragraph(text=say("nothing_yet", turn.language))], "command")
    blocks: list[Block] = [
        Paragraph(text=say(lead, turn.language), role="lead"),
        Bullets(items=lines, ordered=True),
    ]
    return asker.tell_or_ask(turn, blocks, "command")


def _why(asker: Asker, turn: Turn) -> Turned:
    question = turn.flow.question(turn.position.open or "")
    quotes = [asker.knowledge.quotes[q] for q in question.why]
    key = "why" if quotes else "why_project"
    blocks: list[Block] = [Paragraph(text=say(key, turn.language), role="lead")]
    blocks += [QuoteBlock(citation=citation(q, n, asker.public_url)) for n, q in enumerate(quotes, 1)]
    return asker.ask(turn, blocks, "answer" if quotes else "command")


def _explain(asker: Asker, turn: Turn) -> Turned:
    """The question in other words, with its help; asked once more, what the sources say about it."""
    if turn.session.tries and turn.session.pending is None and turn.flow.question(turn.position.open or "").why:
        return _why(asker, turn)
    session = replace(turn.session, tries=max(turn.session.tries, 1), pending=None)
    return asker.ask(asker.moved(turn, session), [])
