"""Where a dialog stands: found by replaying its answers. Every step takes a session and returns a new one.

Answers are kept by question; replay walks the questions in the flow's order, so an answer to a question that is no
longer asked lies dormant and comes back when the way to it opens again. Nothing that a person said is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from dialogs.condition import Facts
from dialogs.model import SKIPPED, YES_NO, Flow, Question, Value


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the value, the person's own words beside it, and the question's revision then."""

    value: Value
    remark: str = ""
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Undo:
    """What one answer changed: enough to restore the very state before it."""

    question: str
    old: Answer | None
    editing: str | None
    tries: int
    rest: bool
    pending: tuple[Value, str] | None
    place: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """One person's way through one flow.

    `editing` is the question opened by «ändra fråga N»; `rest` says that the person goes on after an early end;
    `pending` is a reading (value, remark) that waits to be confirmed; `proposals` are answers that the first message
    suggested, with its words; `place` is the municipality chosen; `past` is what «tillbaka» undoes.
    """

    flow: str
    hash: str
    version: str
    answers: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))
    editing: str | None = None
    tries: int = 0
    paused: bool = False
    rest: bool = False
    offered: bool = False
    pending: tuple[Value, str] | None = None
    proposals: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    place: str | None = None
    past: tuple[Undo, ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """Where the answers lead: the questions on the way that are answered, the open one or the outcome, how many in
    all."""

    path: tuple[str, ...]
    open: str | None
    outcome: str | None
    early: bool
    total: int
    answers: Mapping[str, Value]
    """The answers that count: those on the way."""
    effective: Mapping[str, str]
    """Criterion id -> how its answer counts in the verdict."""

    def number(self, question: str) -> int:
        """1-based number of a question on the way, as «Fråga N av ungefär M» shows it."""
        return self.path.index(question) + 1 if question in self.path else len(self.path) + 1


# ---- the one function ----------------------------------------------------------------------------------------------


def replay(flow: Flow, session: Session) -> Position:
    """Walk the flow with the session's answers and tell where they lead."""
    seen: dict[str, Value] = {}
    path: list[str] = []
    halted = False
    opened: str | None = None
    for question in flow.questions:
        if not is_asked(flow, question, seen, session):
            continue
        answer = session.answers.get(question.id)
        if answer is None:
            opened = question.id
            break
        seen[question.id] = answer.value
        path.append(question.id)
        if flow.stop and not session.rest and flow.stop.test(facts_of(flow, seen, session.place)):
            halted = True
            break
    effective = effective_answers(flow, seen, session.place)
    outcome = None if opened else outcome_of(flow, seen, session.place)
    left = 0 if halted else _left(flow, path, seen, session)
    early = halted and _left(flow, path, seen, session) > 0
    if session.editing in seen:
        opened, outcome, early = session.editing, None, False
    return Position(tuple(path), opened, outcome, early, len(path) + left, seen, effective)


def is_asked(flow: Flow, question: Question, seen: Mapping[str, Value], session: Session) -> bool:
    """Whether a question is asked after the answers seen. One about the place is asked only to confirm a proposal."""
    if question.kind == "place" and question.id not in session.proposals:
        return False
    condition = flow.when.get(question.id)
    return condition is None or condition.test(facts_of(flow, seen, session.place))


def _left(flow: Flow, path: list[str], seen: Mapping[str, Value], session: Session) -> int:
    """About how many questions remain: those whose condition holds or looks at something not yet answered."""
    count = 0
    start = flow.position[path[-1]] + 1 if path else 0
    for question in flow.questions[start:]:
        condition = flow.when.get(question.id)
        later = condition is not None and any(
            n not in seen and flow.position.get(n, -1) >= start for n in condition.names
        )
        count += later or is_asked(flow, question, seen, session)
    return count


def effective_answers(flow: Flow, answers: Mapping[str, Value], place: str | None) -> dict[str, str]:
    """How each criterion's answer counts: a *no* by another municipality's definition counts as unsure."""
    found: dict[str, str] = {}
    for id, _, applies_in in flow.weighing:
        value = answers.get(id)
        if value is not None:
            found[id] = "unsure" if value == "no" and applies_in and place and place not in applies_in else str(value)
    return found


def facts_of(flow: Flow, answers: Mapping[str, Value], place: str | None) -> Facts:
    """What conditions look at."""
    if not flow.weighing:
        return Facts(answers)
    weights: dict[str, list[str]] = {"hard": [], "condition": [], "soft": [], "criteria": []}
    for id, weight, applies_in in flow.weighing:
        value = answers.get(id)
        if value is not None:
            counts = "unsure" if value == "no" and applies_in and place and place not in applies_in else str(value)
            weights[weight].append(counts)
            weights["criteria"].append(counts)
    return Facts(answers, weights)


def outcome_of(flow: Flow, answers: Mapping[str, Value], place: str | None) -> str:
    """The first outcome whose condition holds."""
    facts = facts_of(flow, answers, place)
    return next(
        (rule.id for rule, condition in flow.rules if condition is None or condition.test(facts)), flow.rules[-1][0].id
    )


# ---- steps ---------------------------------------------------------------------------------------------------------


def begin(flow: Flow, place: str | None = None, proposals: Mapping[str, tuple[str, str]] | None = None) -> Session:
    """A new session of a flow."""
    return Session(flow.id, flow.hash, flow.version, proposals=MappingProxyType(dict(proposals or {})), place=place)


def give(flow: Flow, session: Session, question: str, value: Value, remark: str = "") -> Session:
    """Answer a question. The session before is kept in `past`."""
    undo = Undo(
        question,
        session.answers.get(question),
        session.editing,
        session.tries,
        session.rest,
        session.pending,
        session.place,
    )
    asked = flow.question(question)
    place = session.place
    if asked.kind == "place":
        place = str(value) if value not in YES_NO and value != SKIPPED else None
    answers = MappingProxyType({**session.answers, question: Answer(value, remark, asked.revision)})
    return replace(
        session, answers=answers, editing=None, tries=0, paused=False, offered=False, pending=None, place=place,
        past=(*session.past, undo),
    )  # fmt: skip


def back(flow: Flow, session: Session) -> Session | None:
    """Undo the last answer, or None when there is nothing to undo."""
    if session.pending is not None or session.editing is not None:
        return replace(session, pending=None, editing=None, tries=0)
    if not session.past:
        return None
    last = session.past[-1]
    answers = dict(session.answers)
    if last.old is None:
        answers.pop(last.question, None)
    else:
        answers[last.question] = last.old
    return replace(
        session, answers=MappingProxyType(answers), editing=last.editing, tries=last.tries, rest=last.rest,
        pending=last.pending, place=last.place, past=session.past[:-1], paused=False, offered=False,
    )  # fmt: skip


def edit(flow: Flow, session: Session, number: int) -> Session | None:
    """Open the question of a number again, or None when there is no such answered question."""
    path = replay(flow, replace(session, editing=None)).path
    if not 1 <= number <= len(path):
        return None
    return replace(session, editing=path[number - 1], tries=0, pending=None, paused=False, offered=False)


def go_on(session: Session) -> Session:
    """Go through the rest of the questions after an early end."""
    return replace(session, rest=True, offered=False, paused=False)


def missed(session: Session) -> Session:
    """Something was said that could not be read as an answer."""
    return replace(session, tries=session.tries + 1, pending=None)


def fallen(flow: Flow, before: Session, after: Session) -> tuple[str, ...]:
    """Questions that were answered and are no longer asked after a change."""
    now = replay(flow, replace(after, editing=None)).path
    return tuple(q for q in replay(flow, replace(before, editing=None)).path if q not in now)
