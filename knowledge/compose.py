"""Which quotes an answer holds, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from knowledge.match import Candidate, Match
from knowledge.model import FEW, MANY, Quote, Topic

CLEAR = 0.6
"""Share of likelihood from which only the best topic is quoted; below it the neighbours' best quotes stand beside."""
DOUBTFUL = 0.35
"""Share below which the best topic gives one quote only, to make room for two neighbours."""
OF_EACH = 3
"""Quotes at most for each question of a message that asks several."""


def of_one(topic: Topic, match: Match, several: bool) -> tuple[tuple[Quote, ...], int]:
    """The quotes of an answer to one question, and how many of them are the topic's own; in doubt the best quotes of
    the neighbouring topics stand beside. `several` says that a list, a comparison or several things are asked for."""
    limit = MANY if several and topic.form != "fact" else FEW
    share = match.ranked[0].share
    own = within(topic.quotes, limit)
    if share < CLEAR and (not several or topic.form == "fact"):
        own = own[: 1 if share < DOUBTFUL else 2]
    beside: list[Quote] = []
    if not (several and topic.form == "list"):
        beside = _neighbours(match.ranked) if share < CLEAR else [match.extra] if match.extra else []
    return within([*own, *beside], limit), len(own)


def of_several(answers: Sequence[Sequence[Quote]]) -> list[tuple[Quote, ...]]:
    """The quotes for each of several questions that have these: first the best for each, then the others as
    long as there is room."""
    rounds = zip_longest(*(quotes[:OF_EACH] for quotes in answers))
    shown = within([quote for round in rounds for quote in round if quote], MANY if len(answers) > 2 else FEW)
    taken: set[str] = set()
    parts = []
    for quotes in answers:
        part = tuple(q for q in quotes[:OF_EACH] if q in shown and q.id not in taken)
        taken.update(q.id for q in part)
        parts.append(part)
    return parts


def of_speakers(topic: Topic, match: Match) -> tuple[Quote, ...]:
    """The quotes of an answer for which several speakers are named: first what each of them says, if not in the topic
    itself then in the next candidates."""
    topics = [topic, *(c.topic for c in match.ranked if c.topic.kind == "answer" and c.topic.id != topic.id)]
    silent = set(match.speakers)
    said = []
    for quote in (quote for one in topics for quote in one.quotes):
        if silent & speakers_of(quote):
            silent -= speakers_of(quote)
            said.append(quote)
    return within([*said, *topic.quotes], MANY)


def speakers_of(quote: Quote) -> frozenset[str]:
    """Issuer and places by whose name people call for a quote."""
    return frozenset(filter(None, (quote.issuer.id, quote.issuer.place, quote.source.place)))


def within(quotes: Sequence[Quote], limit: tuple[int, int]) -> tuple[Quote, ...]:
    """As many as the limit allows; one that is too long is passed over for a shorter one."""
    most, chars = limit
    kept: list[Quote] = []
    for quote in quotes:
        if any(_overlaps(quote, other) for other in kept):
            continue
        if len(kept) < most and (not kept or sum(len(q.text) for q in kept) + len(quote.text) <= chars):
            kept.append(quote)
    return tuple(kept)


def _neighbours(ranked: Sequence[Candidate]) -> list[Quote]:
    """The best quote of each next candidate, in doubt which topic is meant."""
    return [c.topic.quotes[0] for c in ranked[1:4] if c.topic.kind == "answer" and c.topic.quotes]


def _overlaps(a: Quote, b: Quote) -> bool:
    return a.source.id == b.source.id and a.start < b.end and b.start < a.end
