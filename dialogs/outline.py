"""A flow as a nested outline, for people who cannot see the picture, and for everybody on a phone."""

from __future__ import annotations

from dataclasses import dataclass

from dialogs.explain import shown
from dialogs.explore import explore, sample_answers
from dialogs.model import Flow, Question


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the outline. `kind` is flow, question, help, answer, criterion, outcome, rule or step."""

    kind: str
    text: str
    children: tuple[Item, ...] = ()
    id: str = ""
    """Of a question or an outcome."""


def outline(flow: Flow) -> Item:
    """The flow: its questions in order, each with its answers and where they lead, then its outcomes."""
    found = explore(flow)
    leads: dict[tuple[str, str], set[str]] = {}
    for question, value, target in found.edges | found.stops:
        leads.setdefault((question, value), set()).add(target)
    questions = tuple(_question(flow, q, leads) for q in _asked(flow))
    outcomes = tuple(
        Item(
            "outcome",
            plain_title(flow, rule.id),
            tuple(_rule(rule.rule) + [Item("step", s.text) for s in rule.next]),
            rule.id,
        )
        for rule, _ in flow.rules
    )
    return Item("flow", flow.title, (*questions, *outcomes))


def plain_title(flow: Flow, outcome: str) -> str:
    """An outcome's title without template marks."""
    title = next(r.title for r, _ in flow.rules if r.id == outcome)
    return title if "{" not in title else outcome


def _asked(flow: Flow) -> list[Question]:
    return [q for q in flow.questions if q.kind != "place"]


def _rule(text: str) -> list[Item]:
    return [Item("rule", text)] if text else []


def _question(flow: Flow, question: Question, leads: dict[tuple[str, str], set[str]]) -> Item:
    children = [Item("help", question.help)] if question.help else []
    criterion = flow.criteria.get(question.id)
    if criterion:
        weight = {"hard": "avgörande", "condition": "villkor", "soft": "mindre tungt"}[criterion.weight]
        children.append(Item("criterion", f"{criterion.title} (väger: {weight}, enligt projektets läsning)"))
    if question.kind in ("yes_no", "one", "many"):
        values = sample_answers(flow, question) if question.kind != "many" else [(o.value,) for o in question.options]
        for value in values:
            named = "+".join(value) if isinstance(value, tuple) else str(value)
            targets = leads.get((question.id, named), set())
            children.append(Item("answer", f"{shown(question, value).capitalize()}: {_where(flow, targets)}"))
    else:
        children.append(Item("answer", "Svaras fritt, eller hoppas över"))
    return Item("question", question.text, tuple(children), question.id)


def _where(flow: Flow, targets: set[str]) -> str:
    """Where an answer leads, in words."""
    numbers = {q.id: n for n, q in enumerate(_asked(flow), 1)}
    nexts = sorted(numbers[t] for t in targets if t in numbers)
    ends = [rule.id for rule, _ in flow.rules if rule.id in targets]
    parts = [f"vidare till fråga {' eller '.join(map(str, nexts))}"] if nexts else []
    if len(ends) == 1:
        parts.append(f"slut: {plain_title(flow, ends[0])}")
    elif ends:
        parts.append("slut: bedömning")
    return ", eller ".join(parts) if parts else "slut"
