"""The closed little language in which flows say when: and, or, not, comparisons, counts. No code.

    goal = service                      an answer is this           money != yes      it is given and is not this
    goal in (service, grant)            one of these                marks has plan    an answer with several holds this
    years >= 3                          a number                    answered(goal)    it has been answered
    count(hard = no) >= 1               how many of a group are so; a group is hard, condition, soft, criteria
    count(marks) >= 2                   how many were picked in an answer with several

A comparison with something unanswered is false. Counts look at criteria as the verdict counts them.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

TOKEN = re.compile(r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)|(?P<op>>=|<=|!=|=|<|>|\(|\)|,))")
OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
GROUPS = ("hard", "condition", "soft", "criteria")


class ConditionError(ValueError):
    """A condition that cannot be read; the message says where."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a condition looks at: the answers by question id, and the criteria's effective answers by weight."""

    answers: Mapping[str, object]
    weights: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """`hard`, `condition`, `soft`, `criteria` -> the effective answers (`yes`, `no`, `unsure`) of those answered."""


Test = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition: `test(facts)`. `names` are the questions and `groups` the groups that it looks at; `values`
    are the words that answers are compared with, by question."""

    text: str
    test: Test
    names: frozenset[str]
    groups: frozenset[str]
    values: frozenset[tuple[str, str]] = frozenset()
    counts: frozenset[tuple[str, str, str, float]] = frozenset()
    """(group, `=` or `!=`, value, number): what it counts, and the number that the count is compared with."""


def compile_condition(text: str) -> Condition:
    """Read a condition; raises ConditionError."""
    parser = _Parser(text)
    test = parser.either()
    if parser.peek():
        raise ConditionError(f"unexpected {parser.peek()!r} in «{text}»")
    return Condition(
        text,
        test,
        frozenset(parser.names),
        frozenset(parser.groups),
        frozenset(parser.compared),
        frozenset(parser.counted),
    )


class _Parser:
    """Recursive descent over the tokens: or, and, not, comparison."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[str] = []
        self.at = 0
        self.names: set[str] = set()
        self.groups: set[str] = set()
        self.compared: set[tuple[str, str]] = set()
        self.counted: set[tuple[str, str, str, float]] = set()
        place = 0
        while text[place:].strip():
            match = TOKEN.match(text, place)
            if not match:
                raise ConditionError(f"cannot read «{text[place:].strip()}» in «{text}»")
            self.tokens.append(match.group().strip())
            place = match.end()

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.peek()
        if not token or (expected and token not in expected):
            raise ConditionError(
                f"expected {' or '.join(expected) or 'more'} instead of {token or 'the end'!r} in «{self.text}»"
            )
        self.at += 1
        return token

    def either(self) -> Test:
        parts = [self.both()]
        while self.peek() == "or":
            self.take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else lambda facts: any(part(facts) for part in parts)

    def both(self) -> Test:
        parts = [self.single()]
        while self.peek() == "and":
            self.take()
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else lambda facts: all(part(facts) for part in parts)

    def single(self) -> Test:
        token = self.take()
        if token == "not":  # noqa: S105 - a word of the language, no secret
            inner = self.single()
            return lambda facts: not inner(facts)
        if token == "(":  # noqa: S105
            inner = self.either()
            self.take(")")
            return inner
        if not re.match(r"[A-Za-z_]", token):
            raise ConditionError(f"expected a name instead of {token!r} in «{self.text}»")
        if token == "answered":  # noqa: S105
            return self.answered()
        return self.count() if token == "count" else self.comparison(token)  # noqa: S105

    def name(self) -> str:
        token = self.take()
        if not re.match(r"[A-Za-z_]", token):
            raise ConditionError(f"expected a name instead of {token!r} in «{self.text}»")
        return token

    def answered(self) -> Test:
        self.take("(")
        name = self.name()
        self.take(")")
        self.names.add(name)
        return lambda facts: name in facts.answers

    def count(self) -> Test:
        self.take("(")
        what = self.name()
        op, value = "", ""
        if self.peek() in ("=", "!="):
            op, value = self.take(), self.name()
        self.take(")")
        compare, number = OPERATORS[self.take(*OPERATORS)], self.number()
        if not op:
            self.names.add(what)
            return lambda facts: compare(_size(facts.answers.get(what)), number)
        if what not in GROUPS:
            raise ConditionError(f"there is no group {what!r} to count in «{self.text}»; use {', '.join(GROUPS)}")
        self.groups.add(what)
        self.counted.add((what, op, value, number))
        if op == "=":
            return lambda facts: compare(facts.weights.get(what, ()).count(value), number)
        return lambda facts: compare(sum(v != value for v in facts.weights.get(what, ())), number)

    def number(self) -> float:
        token = self.take()
        try:
            return float(token)
        except ValueError:
            raise ConditionError(f"expected a number instead of {token!r} in «{self.text}»") from None

    def comparison(self, name: str) -> Test:
        self.names.add(name)
        op = self.take("=", "!=", "<", "<=", ">", ">=", "in", "has")
        if op == "in":
            values = self.values()
            self.compared |= {(name, value) for value in values}
            return lambda facts: facts.answers.get(name) in values
        if op == "has":
            wanted = self.name()
            self.compared.add((name, wanted))
            return lambda facts: _holds(facts.answers.get(name), wanted)
        token = self.take()
        if op in ("=", "!=") and re.match(r"[A-Za-z_]", token):
            same = op == "="
            self.compared.add((name, token))
            return lambda facts: name in facts.answers and (facts.answers[name] == token) is same
        try:
            limit = float(token)
        except ValueError:
            raise ConditionError(f"expected a number instead of {token!r} in «{self.text}»") from None
        compare = OPERATORS[op]
        return lambda facts: _compared(facts.answers.get(name), compare, limit)

    def values(self) -> frozenset[str]:
        self.take("(")
        found = {self.name()}
        while self.peek() == ",":
            self.take()
            found.add(self.name())
        self.take(")")
        return frozenset(found)


def _size(value: object) -> int:
    return len(value) if isinstance(value, (tuple, list)) else 0


def _holds(value: object, wanted: str) -> bool:
    return isinstance(value, (tuple, list)) and wanted in value


def _compared(value: object, compare: Callable[[float, float], bool], limit: float) -> bool:
    return isinstance(value, (int, float)) and compare(float(value), limit)
