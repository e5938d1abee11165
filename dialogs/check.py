"""What is wrong with a flow before anybody meets it: unreachable questions, conditions that never change, unknown
quotes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from jinja2 import TemplateError

from dialogs.condition import Condition
from dialogs.engine import Position, effective_answers
from dialogs.explain import explain
from dialogs.explore import Explored, explore
from dialogs.model import SKIPPED, YES_NO, Flow, Question
from dialogs.opening import UnknownSlot, shapes
from knowledge.authoring import Fault

Place = tuple[int | str, ...]


def check_flows(flows: Mapping[str, Flow], known_quote_ids: Collection[str]) -> list[Fault]:
    """Every fault of every flow, in the order of the files."""
    faults: list[Fault] = []
    for flow in flows.values():
        faults += _Check(flow, frozenset(known_quote_ids)).run()
    return faults + _shared_wordings(flows)


class _Check:
    def __init__(self, flow: Flow, known: frozenset[str]) -> None:
        self.flow, self.known = flow, known
        self.faults: list[Fault] = []

    def run(self) -> list[Fault]:
        """All checks; walking the flow comes last and only when its conditions make sense."""
        self._quotes()
        self._openings()
        self._conditions()
        self._texts()
        if not any(f.level == "error" for f in self.faults):
            found = explore(self.flow)
            self._reach(found)
            self._truths(found)
            self._templates(found)
        return sorted(self.faults, key=lambda f: f.line)

    def _fault(self, at: Place, cause: str, remedy: str, level: str = "error") -> None:
        self.faults.append(Fault(self.flow.file, self.flow.line(at), cause, remedy, level))

    def _quotes(self) -> None:
        spec = self.flow.spec
        cited: list[tuple[Place, str]] = [
            (("questions", n, "why", m), id) for n, q in enumerate(spec.questions) for m, id in enumerate(q.why)
        ]
        for n, rule in enumerate(spec.outcomes):
            cited += [(("outcomes", n, "quotes", m), id) for m, id in enumerate(rule.quotes)]
            for k, step in enumerate(rule.next):
                cited += [(("outcomes", n, "next", k, "quotes", m), id) for m, id in enumerate(step.quotes)]
        for at, id in cited:
            if id not in self.known:
                self._fault(
                    at, f"There is no quote {id!r}.", "Use an id from knowledge/content/quotes, or add the quote."
                )

    def _openings(self) -> None:
        spec = self.flow.spec
        for n, opening in enumerate(spec.openings):
            try:
                shapes((opening,), tuple(spec.slots.items()))
            except UnknownSlot as error:
                self._fault(("openings", n), f"There is no slot {str(error)!r}.", "Add it under slots, or correct it.")

    def _all_conditions(self) -> Iterable[tuple[Place, Condition, int]]:
        """(where, condition, position of the first question that it must not look at)."""
        last = len(self.flow.questions)
        for n, question in enumerate(self.flow.questions):
            if question.id in self.flow.when:
                yield ("questions", n, "when"), self.flow.when[question.id], n
        if self.flow.stop:
            yield ("stop", "when"), self.flow.stop, last
        for n, (rule, condition) in enumerate(self.flow.rules):
            if condition:
                yield ("outcomes", n, "when"), condition, last
            for k, (_, inner) in enumerate(self.flow.steps[rule.id]):
                if inner:
                    yield ("outcomes", n, "next", k, "when"), inner, last

    def _conditions(self) -> None:
        for at, condition, before in self._all_conditions():
            for name in sorted(condition.names):
                place = self.flow.position.get(name)
                if place is None:
                    self._fault(at, f"The condition looks at {name!r}, which is no question.", "Correct the name.")
                elif place >= before:
                    self._fault(at, f"The condition looks at {name!r}, which is asked later.", "Move the question up.")
            for name, value in sorted(condition.values):
                question = self.flow.index.get(name)
                if question and value not in _values(question):
                    cause = f"{name!r} never has the value {value!r}."
                    self._fault(at, cause, f"Its values are {', '.join(_values(question))}.")
            if condition.groups and not self.flow.criteria:
                self._fault(
                    at, "The condition counts criteria, and the flow has none.", "Add criteria, or compare answers."
                )

    def _texts(self) -> None:
        spec = self.flow.spec
        for n, question in enumerate(spec.questions):
            if question.kind == "yes_no" and not (question.yes_means and question.no_means):
                self._fault(
                    ("questions", n), f"{question.id}: yes_means or no_means is missing.", "Complete «Menar du …?»."
                )
            if spec.document and question.kind == "text" and not question.heading:
                self._fault(("questions", n), f"{question.id}: a heading for the document is missing.", "Add heading.")
        for n, criterion in enumerate(spec.criteria):
            if criterion.applies_in and not criterion.elsewhere:
                self._fault(("criteria", n), f"{criterion.id}: elsewhere is missing.", "Say whose definition it is.")
        counted = {g for _, condition, _ in self._all_conditions() for g in condition.groups}
        named = {x for _, condition, _ in self._all_conditions() for x in condition.names}
        for n, criterion in enumerate(spec.criteria):
            if not counted & {criterion.weight, "criteria"} and criterion.id not in named:
                cause = f"The criterion {criterion.id!r} has no say in any outcome."
                self._fault(("criteria", n), cause, "Count its weight in a condition.")

    def _reach(self, found: Explored) -> None:
        for n, question in enumerate(self.flow.questions):
            if question.id not in found.asked:
                self._fault(
                    ("questions", n), f"The question {question.id!r} is never reached.", "Correct its condition."
                )
        for n, (rule, _) in enumerate(self.flow.rules):
            if rule.id not in found.outcomes:
                self._fault(("outcomes", n), f"The outcome {rule.id!r} is never reached.", "Correct its condition.")
        if found.dead_ends:
            cause = f"On {found.dead_ends} ways no outcome's condition holds."
            self._fault(("outcomes",), cause, "Write the last outcome without a condition.")

    def _truths(self, found: Explored) -> None:
        for at, condition, _ in self._all_conditions():
            seen = found.truths.get(id(condition), set())
            if len(seen) == 1:
                always = "true" if True in seen else "false"
                remedy = "Remove the condition." if True in seen else "Correct it, or remove what depends on it."
                self._fault(at, f"The condition «{condition.text}» is always {always}.", remedy)

    def _templates(self, found: Explored) -> None:
        """Every outcome's templates are filled in once, so that a name that does not exist is found here."""
        for n, (rule, _) in enumerate(self.flow.rules):
            if rule.id not in found.ends:
                continue
            answers, place = found.ends[rule.id]
            effective = effective_answers(self.flow, answers, place)
            position = Position(tuple(answers), None, rule.id, False, len(answers), answers, effective)
            for language in ("sv", "en"):
                try:
                    verdict = explain(self.flow, position, {}, {}, place, "en" if language == "en" else "sv")
                except TemplateError as error:
                    self._fault(
                        ("outcomes", n, "text"), f"{rule.id}: {error}.", "docs/flows.md lists what templates may use."
                    )
                    break
                if not verdict.title or not verdict.text:
                    self._fault(
                        ("outcomes", n), f"{rule.id}: title or text comes out empty.", "Write one for every case."
                    )


def _values(question: Question) -> tuple[str, ...]:
    if question.kind == "yes_no":
        return YES_NO
    return (*(o.value for o in question.options), SKIPPED)


def _shared_wordings(flows: Mapping[str, Flow]) -> list[Fault]:
    owner: dict[str, str] = {}
    faults = []
    for flow in flows.values():
        for n, wording in enumerate(flow.spec.start):
            first = owner.setdefault(wording.casefold(), flow.id)
            if first != flow.id:
                cause = f"«{wording}» begins the flow {first!r} too."
                faults.append(Fault(flow.file, flow.line(("start", n)), cause, "Keep it in one of them."))
    return faults
