"""What a person says about the dialog itself, carried out: back, change, summary, pause, why do you ask."""

from __future__ import annotations

from dataclasses import replace

from bot.core.asker import Asker, Turn, Turned
from bot.core.render import citation, finished
from bot.messages import Block, Bullets, Paragraph, QuoteBlock, Reply
from dialogs import engine
from dialogs.commands import Command
from dialogs.engine import replay
from dialogs.explain import name_of, shown, summary
from dialogs.interpret import read
from dialogs.phrases import say
from dialogs.words import tokens
from dialogs.yes_no import read_yes_no


def carry_out(asker: Asker, turn: Turn, command: Command) -> Turned | None:
    """Carry out a command; None when it makes no sense where the dialog stands."""
    language, session = turn.language, turn.session
    match command.name:
        case "back":
            return _back(asker, turn)
        case "change":
            return _change(asker, turn, command)
        case "summary":
            return _summary(asker, turn)
        case "result":
            return _summary(asker, turn) if turn.position.open else asker.ask(turn, [])
        case "pause":
            after = asker.moved(turn, replace(session, paused=True))
            return asker.ask(after, [Paragraph(text=say("pause", language))], "command")
        case "cancel":
            note = Paragraph(text=say("cancel", language, flow=turn.flow.title), role="lead")
            reply = finished(Reply(kind="command", text="", blocks=(note,), language=language))
            return turn.state.model_copy(update={"dialog": None}), reply
        case "restart":
            fresh = engine.begin(turn.flow, session.place, session.proposals)
            return asker.ask(asker.moved(turn, fresh), [Paragraph(text=say("restart", language))])
        case "rest" | "resume":
            return _resume(asker, turn, command)
        case "why":
            return _why(asker, turn)
        case "explain" | "choices":
            return _explain(asker, turn)
        case "where":
            status = asker.status(turn)
            told = say("where", language, answered=status.answered, total=status.total)
            return asker.ask(turn, [Paragraph(text=told)], "command")
    return None


def _resume(asker: Asker, turn: Turn, command: Command) -> Turned | None:
    if turn.position.open is None:
        if not turn.position.early:
            return None
        after = asker.moved(turn, engine.go_on(turn.session))
        return asker.ask(after, [Paragraph(text=say("rest", turn.language))])
    after = asker.moved(turn, replace(turn.session, paused=False))
    return asker.ask(after, [Paragraph(text=say("resume", turn.language))])


def _back(asker: Asker, turn: Turn) -> Turned:
    before = engine.back(turn.flow, turn.session)
    if before is None:
        return asker.ask(turn, [Paragraph(text=say("back_none", turn.language))], "command")
    undone = len(before.past) < len(turn.session.past)
    key = "back" if undone else "denied" if turn.session.pending else "back_edit"
    return asker.ask(asker.moved(turn, before), [Paragraph(text=say(key, turn.language))])


def _change(asker: Asker, turn: Turn, command: Command) -> Turned | None:
    language = turn.language
    number = command.number or (_named(turn, command.about) if command.about else 0)
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
    """The number of the one answered question that the words are about, by the beginnings of its longer words; or 0."""
    wanted = {t[:5] for t in tokens(about) if len(t) > 3}
    path = replay(turn.flow, replace(turn.session, editing=None)).path
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
    """The question in other words, with its help."""
    session = replace(turn.session, tries=max(turn.session.tries, 1), pending=None)
    return asker.ask(asker.moved(turn, session), [])
