"""Why a dialog ended as it did: what each criterion came to, the outcome's texts, what to do next, and a summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dialogs.engine import Answer, Position, facts_of
from dialogs.load import render
from dialogs.model import SKIPPED, Flow, FlowCriterion, Question, Value, Weight
from dialogs.phrases import say

Finding = Literal["met", "not_met", "unknown"]
Language = Literal["sv", "en"]
FINDINGS: dict[str, Finding] = {"yes": "met", "no": "not_met", "unsure": "unknown"}
WORDS: dict[str, dict[str, str]] = {
    "sv": {"yes": "ja", "no": "nej", "unsure": "vet inte", SKIPPED: "hoppades över", "none": "inget av dem"},
    "en": {"yes": "yes", "no": "no", "unsure": "don't know", SKIPPED: "skipped", "none": "none of them"},
}
HARMLESS = str.maketrans(
    {"<": "‹", ">": "›", "`": "'", "*": "∗", "[": "(", "]": ")", "|": "¦", "\\": "/", "_": "‗", "#": "＃"}
)


def harmless(text: str, limit: int = 300) -> str:
    """A person's own words, safe in plain text, Markdown and HTML alike: markup characters become look-alikes."""
    line = " ".join(text.split()).translate(HARMLESS)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class CriterionFinding:
    """How one criterion came out. `answer` is what was said, `finding` what it counts as; `answered` is False when it
    was never asked; `elsewhere` says that a *no* counts as unsure, since the definition is another municipality's."""

    id: str
    title: str
    weight: Weight
    answer: Literal["yes", "no", "unsure"]
    finding: Finding
    reason: str
    mend: str
    answered: bool
    elsewhere: bool
    remark: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something to do next, and the ids of the quotes it rests on."""

    text: str
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome told: title, text (plain, paragraphs apart by an empty line), findings, next steps, ids of quotes."""

    outcome: str
    title: str
    text: str
    findings: tuple[CriterionFinding, ...]
    next: tuple[NextStep, ...]
    quotes: tuple[str, ...]


def explain(
    flow: Flow,
    position: Position,
    answers: Mapping[str, Answer],
    places: Mapping[str, str],
    place: str | None,
    language: Language,
) -> Verdict:
    """Tell the outcome of a position; `places` are names of municipalities by id."""
    rule = next(r for r, _ in flow.rules if r.id == position.outcome)
    findings = tuple(_finding(flow, criterion, position, answers, place, language) for criterion in flow.spec.criteria)
    values = template_values(flow, position, findings, places, place)
    facts = facts_of(flow, position.answers, place)
    english = language == "en"
    steps = tuple(
        NextStep(render(flow, step.text_en if english and step.text_en else step.text, values), step.quotes)
        for step, condition in flow.steps[rule.id]
        if condition is None or condition.test(facts)
    )
    title = render(flow, rule.title_en if english and rule.title_en else rule.title, values)
    text = render(flow, rule.text_en if english and rule.text_en else rule.text, values)
    quotes = tuple(dict.fromkeys((*rule.quotes, *(q for s in steps for q in s.quotes))))
    return Verdict(rule.id, title, text, findings, steps, quotes)


def _finding(
    flow: Flow,
    criterion: FlowCriterion,
    position: Position,
    answers: Mapping[str, Answer],
    place: str | None,
    language: Language,
) -> CriterionFinding:
    said = position.answers.get(criterion.id)
    effective = position.effective.get(criterion.id, "unsure")
    elsewhere = said == "no" and effective == "unsure"
    finding = FINDINGS[effective]
    english = language == "en"
    reason = _in(criterion, finding, english)
    if elsewhere:
        reason = _in(criterion, "elsewhere", english)
    elif said is None:
        reason = say("not_asked", language)
    remark = answers[criterion.id].remark if criterion.id in answers and said is not None else ""
    title = criterion.title_en if language == "en" and criterion.title_en else criterion.title
    told: Literal["yes", "no", "unsure"] = "yes" if said == "yes" else "no" if said == "no" else "unsure"
    return CriterionFinding(
        criterion.id,
        title,
        criterion.weight,
        told,
        finding,
        reason,
        _in(criterion, "mend", english),
        said is not None,
        elsewhere,
        remark,
    )


def _in(criterion: FlowCriterion, key: str, english: bool) -> str:
    """One of the criterion's texts in the language, Swedish when there is no English one."""
    swedish, translated = str(getattr(criterion, key)), str(getattr(criterion, f"{key}_en"))
    return translated if english and translated else swedish


def template_values(
    flow: Flow, position: Position, findings: tuple[CriterionFinding, ...], places: Mapping[str, str], place: str | None
) -> dict[str, object]:
    """What a template may use: `answers` (question id -> words), `picked` (id -> values), findings by kind, `place`."""
    by_kind = {kind: [f for f in findings if f.finding == kind and f.answered] for kind in FINDINGS.values()}
    return {
        "answers": {q.id: shown(q, position.answers[q.id]) if q.id in position.answers else "" for q in flow.questions},
        "picked": {q.id: position.answers.get(q.id, "") for q in flow.questions if q.kind != "text"},
        "met": by_kind["met"],
        "not_met": by_kind["not_met"],
        "unknown": by_kind["unknown"],
        "early": position.early,
        "place": places.get(place, place) if place else "",
        "place_id": place or "",
    }


def shown(question: Question, value: Value, language: Language = "sv") -> str:
    """An answer in words, harmless in Markdown and HTML."""
    words = WORDS[language]
    if isinstance(value, str) and value == SKIPPED:
        return words[SKIPPED]
    if question.kind == "yes_no":
        return words.get(str(value), str(value))
    if isinstance(value, tuple):
        return ", ".join(_label(question, v, language) for v in value) or words["none"]
    if question.kind == "one":
        return _label(question, str(value), language)
    return harmless(str(value))


def _label(question: Question, value: str, language: Language) -> str:
    option = next((o for o in question.options if o.value == value), None)
    if option is None:
        return harmless(value)
    return option.label_en if language == "en" and option.label_en else option.label


def asked(question: Question, language: Language = "sv") -> str:
    """The question's words in the language, Swedish when there are no English ones."""
    return question.text_en if language == "en" and question.text_en else question.text


def summary(
    flow: Flow,
    position: Position,
    answers: Mapping[str, Answer],
    language: Language = "sv",
    places: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """One line for each answered question: what it is about, the answer, and the remark made beside it. `places` are
    the names of municipalities by id."""
    lines = []
    for id in position.path:
        question = flow.question(id)
        remark = harmless(answers[id].remark)
        value = position.answers[id]
        known = (places or {}).get(str(value)) if question.kind == "place" else None
        said = known or shown(question, value, language)
        lines.append(
            f"{name_of(flow, question, language)}: {said}" + (f" («{remark}»)" if remark and remark != said else "")
        )
    return tuple(lines)


def name_of(flow: Flow, question: Question, language: Language = "sv") -> str:
    """What a question is about, in few words: its criterion's title, its heading, or the question itself."""
    criterion = flow.criteria.get(question.id)
    if criterion:
        return criterion.title_en if language == "en" and criterion.title_en else criterion.title
    return question.heading or asked(question, language)
