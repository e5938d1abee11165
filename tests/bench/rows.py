"""One line of the table that `make bench` prints."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured. `good` is None where there is no target, and for a baseline."""

    what: str
    value: str
    target: str = ""
    good: bool | None = None


def at_most(what: str, value: float, limit: float, unit: str) -> Row:
    """A figure that must not be larger than its limit."""
    return Row(what, f"{value:.1f} {unit}", f"≤ {limit:g} {unit}", value <= limit)


def at_least(what: str, value: float, limit: float, unit: str) -> Row:
    """A figure that must not be smaller than its limit."""
    return Row(what, f"{value:.1f} {unit}", f"≥ {limit:g} {unit}", value >= limit)


def percentile(values: Iterable[float], percent: int) -> float:
    """The value below which so many percent of the values are."""
    ordered: Sequence[float] = sorted(values)
    return statistics.quantiles(ordered, n=100, method="inclusive")[percent - 1] if len(ordered) > 1 else ordered[0]
