"""Read flow files into flows that are ready to run; everything that can be made beforehand is made here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from dialogs.condition import Condition, ConditionError, compile_condition
from dialogs.model import Flow, FlowFile, OutcomeRule, Step
from knowledge.authoring import AuthoringError, Document, Fault, Location, read_folder

FLOWS = Path(__file__).parent / "flows"
"""The project's own flows; an operator's folders of the same shape are loaded after them."""


def load_flows(folders: Iterable[Path] = ()) -> dict[str, Flow]:
    """Every flow by id, the project's own first; raises AuthoringError with every fault found.

    A flow in an operator's folder takes the place of one with the same id."""
    faults: list[Fault] = []
    flows: dict[str, Flow] = {}
    for folder in (FLOWS, *folders):
        if not folder.is_dir():
            faults.append(Fault(str(folder), 1, "The folder does not exist.", "Correct IOPBOT_DIALOGS."))
            continue
        try:
            flows |= _folder(folder)
        except AuthoringError as error:
            faults += error.faults
    if faults:
        raise AuthoringError(faults)
    return flows


def _folder(folder: Path) -> dict[str, Flow]:
    faults: list[Fault] = []
    flows: dict[str, Flow] = {}
    for document in read_folder(folder):
        try:
            flow = _flow(document)
        except AuthoringError as error:
            faults += error.faults
            continue
        if flow.id in flows:
            faults.append(
                document.fault(["id"], f"The flow id {flow.id!r} is used twice.", "Give one of them another id.")
            )
        flows[flow.id] = flow
    if faults:
        raise AuthoringError(faults)
    return flows


def _flow(document: Document) -> Flow:
    spec = document.parse(FlowFile)
    made = _Maker(document, spec)
    flow = made.flow()
    if made.faults:
        raise AuthoringError(made.faults)
    return flow


class _Maker:
    """Compiles what a file holds; gathers faults, so that an author sees them all at once."""

    def __init__(self, document: Document, spec: FlowFile) -> None:
        self.document = document
        self.spec = spec
        self.faults: list[Fault] = []
        self.templates: dict[str, Template] = {}
        self.environment = SandboxedEnvironment(
            undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
        )

    def flow(self) -> Flow:
        """The finished flow; look at `faults` before using it."""
        spec = self.spec
        self._unique()
        self._shapes()
        conditions = {
            q.id: c
            for n, q in enumerate(spec.questions)
            if (c := self._condition(["questions", n, "when"], q.when)) is not None
        }
        stop = self._condition(["stop", "when"], spec.stop.when if spec.stop else None)
        rules = tuple(
            (rule, self._condition(["outcomes", n, "when"], rule.when)) for n, rule in enumerate(spec.outcomes)
        )
        steps = {rule.id: self._steps(n, rule) for n, rule in enumerate(spec.outcomes)}
        self._texts()
        raw = self.document.path.read_bytes().replace(b"\r\n", b"\n")
        return Flow(
            spec=spec, hash=hashlib.sha256(raw).hexdigest()[:12], file=self.document.name, line=self.document.line,
            index={q.id: q for q in spec.questions}, position={q.id: n for n, q in enumerate(spec.questions)},
            criteria={c.id: c for c in spec.criteria},
            weighing=tuple((c.id, c.weight, c.applies_in) for c in spec.criteria),
            when=conditions, stop=stop, rules=rules, steps=steps,
            templates=self.templates,
        )  # fmt: skip

    def _fault(self, at: Location, cause: str, remedy: str) -> None:
        self.faults.append(self.document.fault(at, cause, remedy))

    def _unique(self) -> None:
        for what, ids in (
            ("questions", [q.id for q in self.spec.questions]),
            ("criteria", [c.id for c in self.spec.criteria]),
            ("outcomes", [o.id for o in self.spec.outcomes]),
        ):
            for n, id in enumerate(ids):
                if id in ids[:n]:
                    self._fault(
                        [what, n, "id"], f"The id {id!r} is used twice among {what}.", "Ids are unique within a flow."
                    )

    def _shapes(self) -> None:
        """What the model cannot say: options where there is something to choose, criteria with a question."""
        known = {q.id: q for q in self.spec.questions}
        for n, question in enumerate(self.spec.questions):
            choosing = question.kind in ("one", "many")
            if choosing != bool(question.options):
                cause = (
                    f"{question.id}: a question of kind {question.kind} {'needs' if choosing else 'has no'} options."
                )
                self._fault(["questions", n], cause, "Correct kind or options.")
            values = [o.value for o in question.options]
            if len(values) != len(set(values)):
                self._fault(
                    ["questions", n, "options"],
                    f"{question.id}: an option's value is used twice.",
                    "Values are unique.",
                )
        for n, criterion in enumerate(self.spec.criteria):
            asked = known.get(criterion.id)
            if asked is None or asked.kind != "yes_no":
                cause = f"The criterion {criterion.id!r} has no yes/no question of the same id."
                self._fault(["criteria", n, "id"], cause, "Write the question, or correct the id.")

    def _condition(self, at: Location, text: str | None) -> Condition | None:
        if text is None:
            return None
        try:
            return compile_condition(text)
        except ConditionError as error:
            self._fault(at, f"Condition: {error}.", "docs/flows.md tells what a condition may hold.")
            return None

    def _steps(self, number: int, rule: OutcomeRule) -> tuple[tuple[Step, Condition | None], ...]:
        return tuple(
            (step, self._condition(["outcomes", number, "next", n, "when"], step.when))
            for n, step in enumerate(rule.next)
        )

    def _texts(self) -> None:
        for n, rule in enumerate(self.spec.outcomes):
            for key in ("title", "text", "title_en", "text_en"):
                self._template(["outcomes", n, key], getattr(rule, key))
            for m, step in enumerate(rule.next):
                self._template(["outcomes", n, "next", m, "text"], step.text)
                self._template(["outcomes", n, "next", m, "text_en"], step.text_en)

    def _template(self, at: Location, text: str) -> None:
        if "{" not in text or text in self.templates:
            return
        try:
            self.templates[text] = self.environment.from_string(text)
        except TemplateError as error:
            self._fault(at, f"Template: {error}.", "docs/flows.md tells what a template may use.")


def render(flow: Flow, text: str, values: Mapping[str, object]) -> str:
    """Fill a template of the flow; raises jinja2.UndefinedError when it names what does not exist."""
    template = flow.templates.get(text)
    return (template.render(values) if template else text).strip()
