"""The report as a page: read-only, without JavaScript, with a chart whose figures stand in a table too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Protocol

from jinja2 import Environment, StrictUndefined, Template

TIERS = {
    "answer": "besvarade",
    "related": "närliggande",
    "clarify": "följdfråga",
    "no_answer": "obesvarade",
}
"""Tier -> its name in the legend. What else there is comes under its own name."""

WIDTH, HEIGHT = 720, 200
"""Of the chart, in its own units."""

STYLE = files("bot.channels.ops").joinpath("rapport.css").read_text(encoding="utf-8")


class GroupView(Protocol):
    """Questions that are alike."""

    @property
    def text(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def first(self) -> date: ...
    @property
    def last(self) -> date: ...
    @property
    def topic(self) -> str | None: ...


class OpinionView(Protocol):
    """What people thought of the answers on a topic."""

    @property
    def topic(self) -> str | None: ...
    @property
    def up(self) -> int: ...
    @property
    def down(self) -> int: ...
    @property
    def comments(self) -> tuple[str, ...]: ...


class DayView(Protocol):
    """How many questions there were on a day, by tier."""

    @property
    def day(self) -> date: ...
    @property
    def tiers(self) -> tuple[tuple[str, int], ...]: ...


class TopicView(Protocol):
    """How often a topic was answered from, by month."""

    @property
    def topic(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def months(self) -> tuple[tuple[date, int], ...]: ...


class ReportView(Protocol):
    """What the page shows."""

    @property
    def since(self) -> date: ...
    @property
    def unanswered(self) -> Sequence[GroupView]: ...
    @property
    def opinions(self) -> Sequence[OpinionView]: ...
    @property
    def days(self) -> Sequence[DayView]: ...
    @property
    def topics(self) -> Sequence[TopicView]: ...


@dataclass(frozen=True, slots=True)
class Bar:
    """One coloured piece of a column of the chart."""

    tier: str
    x: float
    y: float
    width: float
    height: float
    label: str


def draw_report(report: ReportView, base: str) -> str:
    """The whole page; `base` is the path that the bot is served under."""
    tiers = [tier for tier in TIERS if any(tier == name for day in report.days for name, _ in day.tiers)]
    strange = sorted({name for day in report.days for name, _ in day.tiers} - set(TIERS))
    months = sorted({month for topic in report.topics for month, _ in topic.months})
    return _template().render(
        report=report,
        base=base,
        bars=_bars(report.days),
        tiers=[(tier, TIERS.get(tier, tier)) for tier in (*tiers, *strange)],
        months=months,
        width=WIDTH,
        height=HEIGHT,
        highest=_highest(report.days),
    )


def _highest(days: Sequence[DayView]) -> int:
    return max((sum(count for _, count in day.tiers) for day in days), default=0)


def _bars(days: Sequence[DayView]) -> list[Bar]:
    """The columns from left to right, their pieces from the bottom up. Days without questions keep their place."""
    if not days:
        return []
    span = (days[-1].day - days[0].day).days + 1
    step = WIDTH / span
    scale = HEIGHT / max(1, _highest(days))
    bars = []
    for day in days:
        y = float(HEIGHT)
        for tier, count in day.tiers:
            y -= count * scale
            label = f"{day.day}: {count} {TIERS.get(tier, tier)}"
            x = (day.day - days[0].day).days * step
            bars.append(Bar(tier, round(x, 2), round(y, 2), round(step * 0.8, 2), round(count * scale, 2), label))
    return bars


@cache
def _template() -> Template:
    source = files("bot.channels.ops").joinpath("rapport.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(source)
