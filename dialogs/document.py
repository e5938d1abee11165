"""The draft that a dialog of free-text answers ends in: headings, the person's own words, open questions, quotes
beside."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from dialogs.engine import Position
from dialogs.model import SKIPPED, Flow, Question

MARKS = re.compile(r"([\\`*_\[\]|~])")
LINE_MARKS = re.compile(r"^(\s*)([-+=#]|\d+(?=[.)]))")


@dataclass(frozen=True, slots=True)
class Cited:
    """A quote as a document shows it: the words, and who says them where."""

    text: str
    reference: str


@dataclass(frozen=True, slots=True)
class Section:
    """One heading: what was asked, what was answered (None: still open), and the quotes it rests on."""

    heading: str
    question: str
    answer: str | None
    quotes: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft to discuss. `trace` says by which version of the flow it was made, and when."""

    title: str
    intro: str
    missing: str
    closing: str
    trace: str
    sections: tuple[Section, ...]

    @property
    def open(self) -> tuple[str, ...]:
        """The headings that are still open."""
        return tuple(s.heading for s in self.sections if s.answer is None)


def draft(flow: Flow, position: Position, cite: Callable[[str], Cited], on: date | None = None) -> Draft | None:
    """The draft of the answers so far, or None when the flow makes no document. Unanswered questions are open."""
    plan = flow.spec.document
    if plan is None:
        return None
    quoted: set[str] = set()
    sections = tuple(_section(q, position, cite, quoted) for q in flow.questions if q.heading)
    when = f"{on.isoformat()}, " if on else ""
    trace = f"Gjort {when}med flödet {flow.id} {flow.version} ({flow.hash})."
    return Draft(plan.title, plan.intro, plan.missing, plan.closing, trace, sections)


def _section(question: Question, position: Position, cite: Callable[[str], Cited], quoted: set[str]) -> Section:
    """A quote stands once in the document, where it is first needed."""
    value = position.answers.get(question.id, SKIPPED)
    fresh = [id for id in question.why if id not in quoted]
    quoted.update(fresh)
    answer = None if value == SKIPPED else str(value)
    return Section(question.heading, question.text, answer, tuple(cite(id) for id in fresh))


def markdown(made: Draft) -> str:
    """The draft as Markdown; the person's words are escaped, so that they stay what they are."""
    lines = [f"# {made.title}", "", f"*{made.intro}*", ""]
    for section in made.sections:
        lines += [f"## {section.heading}", "", f"*{section.question}*", ""]
        lines += [f"**☐ {made.missing}**" if section.answer is None else escape(section.answer), ""]
        for cited in section.quotes:
            lines += [
                *(f"> {line}".rstrip() for line in cited.text.split("\n")),
                ">",
                f"> Källa: {cited.reference}",
                "",
            ]
    if made.open:
        lines += ["## Öppna frågor", "", *(f"- {heading}" for heading in made.open), ""]
    lines += [f"*{made.closing}*", ""] if made.closing else []
    return "\n".join([*lines, f"*{made.trace}*", ""])


def escape(text: str) -> str:
    """A person's words in Markdown: no markup, no HTML; line breaks are kept as paragraphs."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    lines = [LINE_MARKS.sub(r"\1\\\2", MARKS.sub(r"\\\1", line.strip())) for line in safe.splitlines()]
    return "\n\n".join(_number(line) for line in lines if line)


def _number(line: str) -> str:
    """«1. så» would begin a list: the dot is escaped, not the figure."""
    return re.sub(r"^\\(\d+)([.)])", r"\1\\\2", line)
