"""What authors write in a flow file, and the flow that is made of it. All frozen; texts are Swedish unless named
`_en`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from jinja2 import Template
from pydantic import Field

from dialogs.condition import Condition
from knowledge.authoring import Authored

Kind = Literal["yes_no", "one", "many", "number", "text", "place"]
Weight = Literal["hard", "condition", "soft"]
Value = str | int | float | tuple[str, ...]
"""An answer: `yes`, `no` or `unsure`; an option's value; several of them; a number; free text; a municipality id."""

YES_NO: tuple[str, ...] = ("yes", "no", "unsure")
SKIPPED = "skipped"
"""The answer to a skippable question that was passed over."""


class Option(Authored):
    """One thing to choose. `also` are other wordings of it, as people write them."""

    value: str
    label: str
    label_en: str = ""
    also: tuple[str, ...] = ()


class Clues(Authored):
    """Phrases that tell what an answer to this very question means, whatever word it begins with. `…` stands for up to
    four words, `*` for an ending. A statement without *ja* or *nej* is never taken as an answer by a clue alone: it is
    asked back. The keys are Swedish, since YAML takes an unquoted yes or no for true and false."""

    yes: tuple[str, ...] = Field(default=(), alias="ja")
    no: tuple[str, ...] = Field(default=(), alias="nej")


class Proposal(Authored):
    """What the first message may already have said: any of the words proposes the value, to be confirmed."""

    said: tuple[str, ...] = Field(min_length=1)
    value: str


class Question(Authored):
    """One question. In a criterion's question, *ja* means that the criterion is met.

    `again` asks it in other words; `why` are ids of quotes that tell why it is asked; `when` is a condition over
    earlier questions; `yes_means` and `no_means` complete «Menar du att …?»; `revision` is raised when a question has
    changed so much that an old answer no longer fits; `heading` is where a free-text answer stands in the document.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Kind = "yes_no"
    text: str = Field(min_length=1)
    text_en: str = ""
    again: str = ""
    again_en: str = ""
    help: str = ""
    help_en: str = ""
    why: tuple[str, ...] = ()
    when: str | None = None
    options: tuple[Option, ...] = ()
    skippable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    yes_means: str = ""
    no_means: str = ""
    clues: Clues = Clues()
    proposals: tuple[Proposal, ...] = ()
    heading: str = ""
    revision: int = 1


class FlowCriterion(Authored):
    """A criterion that a question of the same id decides. The weight is the project's own reading and is shown as
    such.

    `met`, `not_met` and `unknown` are the reasons given; `mend` says what could change a *no*. `applies_in` names the
    municipalities whose definition it is: where another one is chosen, a *no* counts as unsure, for `elsewhere` tells
    why. `optional`: when answers come as data, a missing one has no effect.
    """

    id: str
    title: str
    title_en: str = ""
    weight: Weight
    met: str
    met_en: str = ""
    not_met: str
    not_met_en: str = ""
    unknown: str
    unknown_en: str = ""
    mend: str = ""
    mend_en: str = ""
    optional: bool = False
    applies_in: tuple[str, ...] = ()
    elsewhere: str = ""
    elsewhere_en: str = ""


class Step(Authored):
    """Something to do next, with the quotes it rests on. `when` is a condition."""

    text: str
    text_en: str = ""
    when: str | None = None
    quotes: tuple[str, ...] = ()


class OutcomeRule(Authored):
    """An end of the flow: the first whose condition holds. `title` and `text` are Jinja2 templates; `rule` says in
    words when it comes out, for the picture and the outline of the flow."""

    id: str
    rule: str = ""
    title: str
    text: str
    when: str | None = None
    quotes: tuple[str, ...] = ()
    next: tuple[Step, ...] = ()
    title_en: str = ""
    text_en: str = ""


class Stop(Authored):
    """When the flow may end before all is asked, and how the rest is offered."""

    when: str
    offer: str
    offer_en: str = ""


class DocumentPlan(Authored):
    """A document made of the answers: its title, an introduction, and what stands at its end."""

    title: str
    intro: str
    missing: str
    closing: str = ""


class FlowFile(Authored):
    """A flow as its file holds it. `start` are wordings that begin it; `label` is the button that offers it.

    `openings` are shapes of messages that begin it, with slots in braces («{can} {us} {get} {iop}»); `slots` are the
    phrases of each slot, separated by commas, where `…` stands for one to three words and `*` for any letters.
    `unlike` are words with which a message begins nothing, as it asks about the rules.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    title_en: str = ""
    label: str
    version: str
    start: tuple[str, ...] = Field(min_length=1)
    openings: tuple[str, ...] = ()
    slots: dict[str, str] = Field(default_factory=dict)
    unlike: tuple[str, ...] = ()
    intro: str
    intro_en: str = ""
    questions: tuple[Question, ...] = Field(min_length=1)
    criteria: tuple[FlowCriterion, ...] = ()
    stop: Stop | None = None
    outcomes: tuple[OutcomeRule, ...] = Field(min_length=1)
    document: DocumentPlan | None = None
    disclaimer: str = ""
    disclaimer_en: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """A flow ready to run: what the file says, with its conditions and templates made beforehand. Two are the same only
    when they are one, so that what is found out about a flow can be kept."""

    spec: FlowFile
    hash: str
    """First twelve hexadecimal digits of the SHA-256 of the file: which version of the flow a verdict was given by."""
    file: str
    line: Callable[[tuple[int | str, ...]], int]
    index: Mapping[str, Question]
    position: Mapping[str, int]
    criteria: Mapping[str, FlowCriterion]
    weighing: tuple[tuple[str, Weight, tuple[str, ...]], ...]
    """(criterion id, weight, municipalities whose definition it is), for the verdict."""
    when: Mapping[str, Condition]
    """Question id -> condition, for those that have one."""
    stop: Condition | None
    rules: tuple[tuple[OutcomeRule, Condition | None], ...]
    steps: Mapping[str, tuple[tuple[Step, Condition | None], ...]]
    """Outcome id -> its next steps."""
    templates: Mapping[str, Template]
    """Template text -> compiled template, for texts that hold anything to fill in."""

    @property
    def id(self) -> str:
        """The flow's id."""
        return self.spec.id

    @property
    def title(self) -> str:
        """What the flow is called."""
        return self.spec.title

    @property
    def version(self) -> str:
        """The version its authors gave it."""
        return self.spec.version

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions in the order they may be asked."""
        return self.spec.questions

    def question(self, id: str) -> Question:
        """The question of an id."""
        return self.index[id]
