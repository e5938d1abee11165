"""What operators want to know: which questions had no answer, what people thought of the answers, and how it develops.

Everything here is counted from records whose text is masked already.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from rapidfuzz import fuzz, process

from bot.ports import Record

ALIKE = 82
"""Questions whose words match at least this well (rapidfuzz token_set_ratio, 0 to 100) are counted as one."""

TIERS = ("answer", "related", "clarify", "no_answer")

Dated = tuple[datetime, Record]


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that are alike: the first of them in its words, how many, and when."""

    text: str
    count: int
    first: date
    last: date
    topic: str | None
    tier: str | None


@dataclass(frozen=True, slots=True)
class Opinion:
    """What people thought of the answers on a topic."""

    topic: str | None
    up: int
    down: int
    comments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """How many questions there were on a day, by tier."""

    day: date
    tiers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class TopicCount:
    """How often a topic was answered from, by month (first day of it)."""

    topic: str
    count: int
    months: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything, the most frequent first; days in order."""

    since: date
    unanswered: tuple[Group, ...]
    opinions: tuple[Opinion, ...]
    days: tuple[Day, ...]
    topics: tuple[TopicCount, ...]


def make_report(
    since: datetime, unanswered: Sequence[Dated], answered: Sequence[Dated], feedback: Sequence[Dated]
) -> Report:
    """Count and group records of the three kinds, oldest first."""
    return Report(
        since.date(),
        _groups(unanswered),
        _opinions(feedback),
        _days([*unanswered, *answered]),
        _topics([*answered, *unanswered]),
    )


@dataclass(slots=True)
class _Pile:
    first: datetime
    last: datetime
    record: Record
    count: int = 1


def _groups(found: Sequence[Dated]) -> tuple[Group, ...]:
    piles: list[_Pile] = []
    texts: list[str] = []
    for at, record in found:
        text = " ".join(record.text.casefold().split())
        if not text:
            continue
        near = process.extractOne(text, texts, scorer=fuzz.token_set_ratio, score_cutoff=ALIKE)
        if near is None:
            piles.append(_Pile(at, at, record))
            texts.append(text)
        else:
            pile = piles[near[2]]
            pile.count += 1
            pile.last = at
    piles.sort(key=lambda pile: (-pile.count, -pile.last.timestamp()))
    return tuple(
        Group(pile.record.text, pile.count, pile.first.date(), pile.last.date(), pile.record.topic, pile.record.tier)
        for pile in piles
    )


class Writer(Protocol):
    """What `csv.writer` makes."""

    def writerow(self, row: Iterable[object], /) -> object: ...


@dataclass(slots=True)
class _Votes:
    up: int = 0
    down: int = 0
    comments: list[str] = field(default_factory=list)


def _opinions(found: Sequence[Dated]) -> tuple[Opinion, ...]:
    votes: dict[str | None, _Votes] = {}
    for _, record in found:
        vote = votes.setdefault(record.topic, _Votes())
        vote.up += record.value == "up"
        vote.down += record.value == "down"
        if record.text.strip():
            vote.comments.append(record.text)
    ordered = sorted(votes.items(), key=lambda item: (-item[1].down, -item[1].up, item[0] or ""))
    return tuple(Opinion(topic, vote.up, vote.down, tuple(vote.comments)) for topic, vote in ordered)


def _days(found: Iterable[Dated]) -> tuple[Day, ...]:
    counted = Counter((at.date(), record.tier or record.kind) for at, record in found)
    days = sorted({day for day, _ in counted})
    names = [*TIERS, *sorted({tier for _, tier in counted} - set(TIERS))]
    return tuple(Day(day, tuple((tier, counted[day, tier]) for tier in names if counted[day, tier])) for day in days)


def _topics(found: Iterable[Dated]) -> tuple[TopicCount, ...]:
    counted = Counter((record.topic, at.date().replace(day=1)) for at, record in found if record.topic)
    totals: Counter[str] = Counter()
    for (topic, _), count in counted.items():
        totals[topic or ""] += count
    return tuple(
        TopicCount(topic, total, tuple(sorted((month, n) for (name, month), n in counted.items() if name == topic)))
        for topic, total in sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    )


def as_csv(report: Report) -> str:
    """The report as one table for a spreadsheet: a row for each group of questions, each topic with opinions, and each
    topic that was answered from; `kind` says which."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["kind", "text", "topic", "tier", "count", "first", "last", "up", "down"])
    for group in report.unanswered:
        _row(table, "unanswered", group.text, group.topic, group.tier, group.count, group.first, group.last)
    for opinion in report.opinions:
        said, votes = " | ".join(opinion.comments), (opinion.up, opinion.down)
        _row(table, "feedback", said, opinion.topic, None, sum(votes), None, None, *votes)
    for topic in report.topics:
        _row(table, "topic", None, topic.topic, None, topic.count)
    return out.getvalue()


def _row(table: Writer, *cells: object) -> None:
    table.writerow([_cell("" if cell is None else cell) for cell in (*cells, *[None] * (9 - len(cells)))])


def _cell(value: object) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = str(value)
    return "'" + text if text.lstrip()[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
