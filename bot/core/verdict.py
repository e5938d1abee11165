"""From a verdict of `dialogs` to what people and programs get: typed blocks, and the Outcome of the JSON contract."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.core.render import citation, finished
from bot.core.voice import voice
from bot.messages import (
    STRENGTHS,
    Block,
    Bullets,
    Citation,
    CriterionResult,
    FlowStatus,
    Heading,
    Language,
    Outcome,
    Paragraph,
    QuoteBlock,
    Reply,
)
from dialogs.explain import CriterionFinding, Verdict, harmless
from dialogs.model import Flow
from dialogs.phrases import say
from knowledge.model import Knowledge, Quote


@dataclass
class Numbered:
    """Quotes in the order in which they are first referred to; each gets one number."""

    public_url: str
    numbers: dict[str, int] = field(default_factory=dict)
    quotes: list[Quote] = field(default_factory=list)

    def refer(self, quotes: Iterable[Quote]) -> str:
        """« [1, 2]» for the quotes; an empty string for none."""
        for quote in quotes:
            if quote.id not in self.numbers:
                self.numbers[quote.id] = len(self.quotes) + 1
                self.quotes.append(quote)
        found = sorted(self.numbers[q.id] for q in quotes)
        return f" [{', '.join(map(str, found))}]" if found else ""

    def blocks(self) -> list[Block]:
        """The quotes with their numbers."""
        return [QuoteBlock(citation=citation(q, n, self.public_url)) for n, q in enumerate(self.quotes, 1)]


@dataclass(frozen=True, slots=True)
class Told:
    """What a verdict is told with."""

    flow: Flow
    knowledge: Knowledge
    place: str | None
    language: Language
    public_url: str = ""
    contact: str = ""
    on: date | None = None


def outcome_reply(
    told: Told,
    verdict: Verdict,
    status: FlowStatus,
    offer: str = "",
    document: str | None = None,
    details: Sequence[str] = (),
) -> Reply:
    """The reply that ends a dialog, with its Outcome; `details` are lines shown after the outcome's text."""
    numbered = Numbered(told.public_url)
    blocks = _blocks(told, verdict, numbered, offer, details)
    reply = finished(
        Reply(
            kind="outcome",
            text="",
            blocks=tuple(blocks),
            language=told.language,
            flow=status,
            confidence=1.0,
            suggestions=_suggestions(told, offer),
        )
    )
    return reply.model_copy(update={"outcome": _outcome(told, verdict, status, reply.text, document)})


def _outcome(told: Told, verdict: Verdict, status: FlowStatus, text: str, document: str | None) -> Outcome:
    return Outcome(
        outcome=verdict.outcome,
        title=verdict.title,
        criteria=tuple(criterion_result(told, f) for f in verdict.findings),
        citations=_cited(told, verdict.quotes),
        next_steps=tuple(s.text for s in verdict.next),
        text=text,
        flow=status,
        municipality=told.place,
        document=document,
    )


def steps_reply(told: Told, verdict: Verdict, status: FlowStatus) -> Reply:
    """Only what to do next, and what it rests on."""
    numbered = Numbered(told.public_url)
    blocks = [*_steps(told, verdict, numbered), *numbered.blocks()]
    reply = Reply(kind="command", text="", blocks=tuple(blocks), language=told.language, flow=status)
    return finished(reply.model_copy(update={"suggestions": _suggestions(told, "")}))


def reasons_reply(told: Told, verdict: Verdict, status: FlowStatus) -> Reply | None:
    """Only the reasons and what they rest on, with the Outcome they led to; None when the dialog weighs nothing."""
    numbered = Numbered(told.public_url)
    text = _text(told, verdict, numbered)  # so that quotes have the numbers that they have in the verdict
    reasons = _reasons(told, verdict, numbered)
    if not reasons:
        return None
    lead = Paragraph(text=say("reasons", told.language, title=verdict.title), role="lead")
    blocks = (lead, *text, *reasons, *numbered.blocks())
    reply = finished(
        Reply(
            kind="outcome",
            text="",
            blocks=blocks,
            language=told.language,
            flow=status,
            confidence=1.0,
            suggestions=_suggestions(told, ""),
        )
    )
    return reply.model_copy(update={"outcome": _outcome(told, verdict, status, reply.text, None)})


def _reasons(told: Told, verdict: Verdict, numbered: Numbered) -> list[Block]:
    """What speaks against, what must be examined and what speaks for."""
    blocks: list[Block] = []
    for key, kind in (("against", "not_met"), ("examine", "unknown"), ("for", "met")):
        items = tuple(_item(told, f, numbered) for f in verdict.findings if f.finding == kind and f.answered)
        if items:
            blocks += [Heading(text=say(key, told.language)), Bullets(items=items)]
    return blocks


def _steps(told: Told, verdict: Verdict, numbered: Numbered) -> list[Block]:
    if not verdict.next:
        return []
    quotes = told.knowledge.quotes
    steps = tuple(s.text + numbered.refer([quotes[q] for q in s.quotes]) for s in verdict.next)
    return [Heading(text=say("next", told.language)), Bullets(items=steps, ordered=True)]


def _blocks(told: Told, verdict: Verdict, numbered: Numbered, offer: str, details: Sequence[str]) -> list[Block]:
    language = told.language
    place = told.knowledge.places.get(told.place or "", told.place or "")
    blocks: list[Block] = [Heading(text=verdict.title), *_text(told, verdict, numbered)]
    if place:
        blocks.append(Paragraph(text=say("place", language, place=place)))
    if details:
        blocks.append(Bullets(items=tuple(details), ordered=True))
    blocks += _reasons(told, verdict, numbered)
    blocks += _steps(told, verdict, numbered)
    if offer:
        blocks.append(Paragraph(text=f"{offer} {say('rest_hint', language)}", role="question"))
    blocks += _closing(told)
    return [*blocks, Heading(text=say("quotes", language)), *numbered.blocks()] if numbered.quotes else blocks


def _text(told: Told, verdict: Verdict, numbered: Numbered) -> list[Block]:
    """The outcome's text, with the quotes that no step rests on."""
    quotes = told.knowledge.quotes
    rest = numbered.refer([quotes[q] for q in verdict.quotes if not any(q in s.quotes for s in verdict.next)])
    paragraphs = [p for p in verdict.text.split("\n\n") if p.strip()]
    return [
        Paragraph(text=p + (rest if n == len(paragraphs) - 1 else ""), role="body" if n else "lead")
        for n, p in enumerate(paragraphs)
    ]


def _closing(told: Told) -> list[Block]:
    """That it is guidance, whom to talk to, and by which version of the flow it was given."""
    spec, language = told.flow.spec, told.language
    notes = [spec.disclaimer_en if language == "en" and spec.disclaimer_en else spec.disclaimer]
    if told.contact:
        notes.append(say("contact", language, contact=told.contact))
    facts = {"flow": told.flow.id, "version": told.flow.version, "hash": told.flow.hash}
    notes.append(
        say("trace", language, date=told.on.isoformat(), **facts)
        if told.on
        else say("trace_undated", language, **facts)
    )
    return [Paragraph(text=n, role="note") for n in notes if n]


def _suggestions(told: Told, offer: str) -> tuple[str, ...]:
    keys = (["rest_choice"] if offer else []) + ["change_choice", "summary_choice", "restart_choice"]
    return tuple(say(k, told.language) for k in keys)


# ---- criteria ------------------------------------------------------------------------------------------------------


def quotes_of(told: Told, finding: CriterionFinding) -> tuple[Quote, ...]:
    """The criterion's quotes: the chosen municipality's own first, then national ones, then other municipalities' (a
    proposal is somebody's own, even where it does not say whose); what differs comes last."""
    criterion = told.knowledge.criteria.get(finding.id)
    if criterion is None:
        return ()

    def rank(quote: Quote) -> int:
        if told.place is None or quote.issuer.place == told.place:
            return 0
        return 1 if quote.issuer.place is None and quote.source.kind != "proposal" else 2

    return (*sorted(criterion.quotes, key=rank), *criterion.differs)


def _item(told: Told, finding: CriterionFinding, numbered: Numbered) -> str:
    """One line: the criterion, its weight, the reason; all its quotes when it does not hold, the first when it does."""
    quotes = quotes_of(told, finding)
    weight = say(finding.weight, told.language)
    if finding.finding == "met":
        return f"{finding.title}{numbered.refer(quotes[:1])}"
    parts = [f"{finding.title} ({weight}): {finding.reason}"]
    local = locality(told, quotes)
    if local and not finding.elsewhere:
        parts.append(local)
    criterion = told.knowledge.criteria.get(finding.id)
    if criterion and criterion.differs:
        names = ", ".join(q.issuer.name for q in criterion.differs)
        note = criterion.note if told.language == "sv" else ""
        parts.append(note or say("differs", told.language, issuers=names))
    if finding.finding == "not_met" and finding.mend:
        parts.append(finding.mend)
    if finding.remark:
        parts.append(say("said", told.language, words=harmless(finding.remark)))
    return " ".join(parts) + numbered.refer(quotes)


def locality(told: Told, quotes: Sequence[Quote]) -> str:
    """Whose rule it is, when a municipality is chosen: its own, only other municipalities', or what is said
    nationally."""
    if not told.place or not quotes:
        return ""
    name = told.knowledge.places.get(told.place, told.place)
    if any(q.issuer.place == told.place for q in quotes):
        own = next(q for q in quotes if q.issuer.place == told.place)
        return say("local_own", told.language, issuer=own.issuer.name)
    others = list(dict.fromkeys(q.issuer.name for q in quotes if q.issuer.place))
    if all(q.issuer.place for q in quotes):
        names = (" and " if told.language == "en" else " och ").join(others)
        return say("local_others", told.language, issuers=names, place=name)
    return say("local_general", told.language, place=name)


def criterion_result(told: Told, finding: CriterionFinding) -> CriterionResult:
    """The criterion for the JSON contract: reason with who says it and how strongly, and every citation."""
    quotes = quotes_of(told, finding)
    parts = [finding.reason]
    local = locality(told, quotes)
    if local:
        parts.append(local)
    parts.append(_voices(told, finding, quotes))
    return CriterionResult(
        id=finding.id,
        title=finding.title,
        answer=finding.answer,
        weight=finding.weight,
        finding=finding.finding,
        reason=" ".join(p for p in parts if p),
        citations=tuple(citation(q, n, told.public_url) for n, q in enumerate(quotes, 1)),
    )


def _voices(told: Told, finding: CriterionFinding, quotes: Sequence[Quote]) -> str:
    """«Så starkt säger de det: Eslövs kommun (ska-krav), …»; those that differ are told as differing."""
    if not quotes:
        return ""
    criterion = told.knowledge.criteria[finding.id]
    language = told.language
    agreeing = [q for q in quotes if q not in criterion.differs]
    voices = dict.fromkeys(f"{voice(q, language)} ({STRENGTHS[language][q.strength]})" for q in agreeing)
    differing = [say("differs", language, issuers=voice(quote, language)) for quote in criterion.differs]
    note = criterion.note if differing and language == "sv" else ""  # it is written in Swedish only
    return " ".join(filter(None, [say("strengths", language, said=", ".join(voices)), *differing, note]))


def _cited(told: Told, ids: Iterable[str]) -> tuple[Citation, ...]:
    return tuple(citation(told.knowledge.quotes[q], n, told.public_url) for n, q in enumerate(ids, 1))
