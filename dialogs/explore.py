"""Every way through a flow: which answers lead where, and which conditions ever hold.

Ways that no condition can tell apart are walked once: what is remembered of a way is the answers that later conditions
look at, and the counts that they make. So the triage, with half a million combinations, takes
a moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from dialogs.condition import Condition, Facts
from dialogs.engine import facts_of
from dialogs.model import SKIPPED, YES_NO, Flow, Question, Value


@dataclass
class Explored:
    """What was found. `edges` are (question, answer, next question or outcome); `truths` what each condition was."""

    edges: set[tuple[str, str, str]] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    outcomes: set[str] = field(default_factory=set)
    stops: set[tuple[str, str, str]] = field(default_factory=set)
    """(question, answer, outcome) where the flow may end before all is asked."""
    truths: dict[int, set[bool]] = field(default_factory=dict)
    dead_ends: int = 0
    """Ways on which no outcome's condition holds."""
    ends: dict[str, tuple[dict[str, Value], str | None]] = field(default_factory=dict)
    """An example for each outcome: answers and place."""


@lru_cache(maxsize=32)
def explore(flow: Flow) -> Explored:
    """Walk every way through the flow up to where it may end, for every place that makes a difference. Do not change
    what is returned: it is kept."""
    found = Explored()
    for place in _places(flow):
        _Walk(flow, place, found).run()
    return found


def _places(flow: Flow) -> list[str | None]:
    """No place, which counts as the place of every definition, and one that no definition belongs to."""
    return [None, "elsewhere"] if any(c.applies_in for c in flow.criteria.values()) else [None]


def sample_answers(flow: Flow, question: Question) -> list[Value]:
    """Answers that stand for all: every value of a choice, and for the rest one of each kind that conditions tell."""
    if question.kind == "yes_no":
        return list(YES_NO)
    if question.kind == "one":
        return [*(o.value for o in question.options), *([SKIPPED] if question.skippable else [])]
    if question.kind == "many":
        every = tuple(o.value for o in question.options)
        return [(), *((o,) for o in every), every[:2], every]
    if question.kind == "number":
        low = question.minimum if question.minimum is not None else 0
        return [low, low + 1, low + 3, low + 10, SKIPPED]
    if question.kind == "place":
        return ["no"]
    return ["text", SKIPPED]


class _Walk:
    def __init__(self, flow: Flow, place: str | None, found: Explored) -> None:
        self.flow, self.place, self.found = flow, place, found
        conditions = [*flow.when.values(), *(c for _, c in flow.rules if c), *([flow.stop] if flow.stop else [])]
        conditions += [c for steps in flow.steps.values() for _, c in steps if c]
        self.looked_at = sorted({name for condition in conditions for name in condition.names})
        self.counted = sorted({count for condition in conditions for count in condition.counts})
        self.seen: set[tuple[object, ...]] = set()

    def run(self) -> None:
        """Walk from the beginning, without recursion: a flow can be long."""
        todo: list[tuple[int, dict[str, Value], tuple[str, str] | None]] = [(0, {}, None)]
        while todo:
            at, answers, came = todo.pop()
            todo += self._step(at, answers, came)

    def _step(
        self, at: int, answers: dict[str, Value], came: tuple[str, str] | None
    ) -> Iterator[tuple[int, dict[str, Value], tuple[str, str] | None]]:
        facts = self._facts(answers)
        at = self._next(at, facts)
        if at == len(self.flow.questions):
            self._end(answers, facts, came)
            return
        question = self.flow.questions[at]
        if came:
            self.found.edges.add((*came, question.id))
        mark = (at, self._remembered(answers, facts))
        if mark in self.seen:
            return
        self.seen.add(mark)
        self.found.asked.add(question.id)
        for value in sample_answers(self.flow, question):
            given = {**answers, question.id: value}
            step = (question.id, named(value))
            if self.flow.stop and self._holds(self.flow.stop, self._facts(given)):
                self._end(given, self._facts(given), step, stopped=True)
            else:
                yield at + 1, given, step

    def _next(self, at: int, facts: Facts) -> int:
        while at < len(self.flow.questions):
            condition = self.flow.when.get(self.flow.questions[at].id)
            if condition is None or self._holds(condition, facts):
                return at
            at += 1
        return at

    def _end(
        self, answers: dict[str, Value], facts: Facts, came: tuple[str, str] | None, stopped: bool = False
    ) -> None:
        outcome = next((r.id for r, c in self.flow.rules if c is None or self._holds(c, facts)), None)
        if outcome is None:
            self.found.dead_ends += 1
            return
        self.found.outcomes.add(outcome)
        self.found.ends.setdefault(outcome, (answers, self.place))
        for _, condition in self.flow.steps[outcome]:
            if condition:
                self._holds(condition, facts)
        if came:
            (self.found.stops if stopped else self.found.edges).add((*came, outcome))

    def _holds(self, condition: Condition, facts: Facts) -> bool:
        truth = condition.test(facts)
        self.found.truths.setdefault(id(condition), set()).add(truth)
        return truth

    def _facts(self, answers: Mapping[str, Value]) -> Facts:
        return facts_of(self.flow, answers, self.place)

    def _remembered(self, answers: Mapping[str, Value], facts: Facts) -> tuple[object, ...]:
        """What conditions can tell apart: the answers they look at, and their counts up to just above their numbers."""
        counts = []
        for group, op, value, number in self.counted:
            given = facts.weights.get(group, ())
            count = given.count(value) if op == "=" else len(given) - given.count(value)
            counts.append(min(count, int(number) + 1))
        return (tuple(answers.get(name) for name in self.looked_at), tuple(counts))


def named(value: Value) -> str:
    """An answer as edges and stops name it."""
    return "+".join(value) if isinstance(value, tuple) else str(value)
