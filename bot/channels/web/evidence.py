"""What a result page shows of its quotes: each once, under one number, however many criteria rest on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.messages import Block, Citation, CriterionResult, Heading, QuoteBlock, Reply

_Place = tuple[str, int, int, str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """`summary` is the reply without its quotes; `quotes` are those of the reply and of every criterion, numbered as
    in the reply and on from there."""

    summary: Reply
    quotes: tuple[Citation, ...]
    _numbers: Mapping[_Place, int]

    def of(self, criterion: CriterionResult) -> tuple[Citation, ...]:
        """The quotes of a criterion, with their numbers on the page."""
        return tuple(_numbered(citation, self._numbers[_place(citation)]) for citation in criterion.citations)


def evidence(reply: Reply) -> Evidence:
    """Gather the quotes of a result."""
    found: dict[_Place, Citation] = {_place(citation): citation for citation in reply.citations}
    outcome = reply.outcome
    following = max((citation.number for citation in reply.citations), default=0)
    further = [*outcome.citations, *(c for each in outcome.criteria for c in each.citations)] if outcome else []
    for citation in further:
        if _place(citation) not in found:
            following += 1
            found[_place(citation)] = _numbered(citation, following)
    summary = reply.model_copy(update={"blocks": _without_quotes(reply.blocks)})
    numbers = {place: citation.number for place, citation in found.items()}
    return Evidence(summary, tuple(sorted(found.values(), key=lambda citation: citation.number)), numbers)


def _without_quotes(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks without quotes, and without a heading that stood over quotes only."""
    kept: list[Block] = []
    for block in blocks:
        if not isinstance(block, QuoteBlock):
            kept.append(block)
        elif kept and isinstance(kept[-1], Heading):
            kept.pop()
    return tuple(kept)


def _place(citation: Citation) -> _Place:
    return citation.source, citation.start, citation.end, citation.issuer


def _numbered(citation: Citation, number: int) -> Citation:
    return citation.model_copy(update={"number": number})
