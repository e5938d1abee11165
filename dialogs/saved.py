"""A session as plain JSON values and back, and what becomes of it under another version of its flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from dialogs.engine import Answer, Session, Undo
from dialogs.model import SKIPPED, YES_NO, Flow, Question, Value


def dump(session: Session) -> dict[str, Any]:
    """The session as plain JSON values."""
    return {
        "flow": session.flow,
        "hash": session.hash,
        "version": session.version,
        "answers": [[q, _plain(a.value), a.remark, a.revision] for q, a in session.answers.items()],
        "editing": session.editing,
        "tries": session.tries,
        "paused": session.paused,
        "rest": session.rest,
        "offered": session.offered,
        "pending": list(_pair(session.pending)) if session.pending else None,
        "proposals": {q: list(p) for q, p in session.proposals.items()},
        "place": session.place,
        "past": [_undo(u) for u in session.past],
    }


def _undo(undo: Undo) -> list[Any]:
    old = [_plain(undo.old.value), undo.old.remark, undo.old.revision] if undo.old else None
    pending = list(_pair(undo.pending)) if undo.pending else None
    return [undo.question, old, undo.editing, undo.tries, undo.rest, pending, undo.place]


def restore(data: Mapping[str, Any]) -> Session:
    """The session that `dump` wrote; raises KeyError, TypeError, ValueError or OverflowError when it is something
    else."""
    return Session(
        flow=data["flow"], hash=data["hash"], version=data["version"],
        answers=MappingProxyType({q: Answer(_value(v), r, int(n)) for q, v, r, n in data["answers"]}),
        editing=data["editing"], tries=int(data["tries"]), paused=bool(data["paused"]), rest=bool(data["rest"]),
        offered=bool(data["offered"]), pending=_pending(data["pending"]),
        proposals=MappingProxyType({q: (str(p[0]), str(p[1])) for q, p in data["proposals"].items()}),
        place=data["place"],
        past=tuple(
            Undo(q, Answer(_value(old[0]), old[1], int(old[2])) if old else None, editing, int(tries), bool(rest),
                 _pending(pending), place)
            for q, old, editing, tries, rest, pending, place in data["past"]
        ),
    )  # fmt: skip


def _plain(value: Value) -> str | int | float | list[str]:
    return list(value) if isinstance(value, tuple) else value


def _value(value: str | float | list[str]) -> Value:
    return tuple(str(v) for v in value) if isinstance(value, list) else value


def _pair(pending: tuple[Value, str]) -> tuple[object, str]:
    return _plain(pending[0]), pending[1]


def _pending(data: list[Any] | None) -> tuple[Value, str] | None:
    return (_value(data[0]), str(data[1])) if data else None


@dataclass(frozen=True, slots=True)
class Moved:
    """What changed when a session went over to another version: the questions to be answered `again`, how many answered
    ones are `gone`, and the `version` that counts now."""

    again: tuple[str, ...]
    gone: int
    version: str


def migrate(flow: Flow, session: Session) -> tuple[Session, Moved | None]:
    """Take a session begun under another version of the flow along: answers that still fit are kept."""
    if session.hash == flow.hash:
        return session, None
    kept: dict[str, Answer] = {}
    again: list[str] = []
    gone = 0
    for id, answer in session.answers.items():
        question = flow.index.get(id)
        if question is None:
            gone += 1
        elif answer.revision == question.revision and fits(question, answer.value):
            kept[id] = answer
        else:
            again.append(id)
    past = tuple(
        u for u in session.past if u.question in kept and (u.old is None or fits(flow.index[u.question], u.old.value))
    )
    editing = session.editing if session.editing in kept else None
    moved = replace(
        session,
        hash=flow.hash,
        version=flow.version,
        answers=MappingProxyType(kept),
        editing=editing,
        pending=None,
        past=past,
    )
    return moved, Moved(tuple(again), gone, flow.version)


def fits(question: Question, value: Value) -> bool:
    """Whether a value can be an answer to the question."""
    if value == SKIPPED:
        return question.skippable or question.kind in ("text", "number")
    if question.kind == "yes_no":
        return value in YES_NO
    options = {o.value for o in question.options}
    if question.kind == "one":
        return value in options
    if question.kind == "many":
        return isinstance(value, tuple) and set(value) <= options
    if question.kind == "number":
        return isinstance(value, (int, float)) and _within(question, value)
    return isinstance(value, str)


def _within(question: Question, value: float) -> bool:
    return (question.minimum is None or value >= question.minimum) and (
        question.maximum is None or value <= question.maximum
    )
