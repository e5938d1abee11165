"""Limits on how fast somebody may write: a token bucket for each sender. The time comes in as an argument."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

Admission = Literal["pass", "tell", "drop"]


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and then so many a second."""

    burst: float
    per_second: float


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    told: bool = False


class Limiter:
    """Remembers at most `keys` senders; those who have been quiet longest are forgotten first, and a bucket that is
    forgotten is a full one."""

    def __init__(self, rate: Rate, keys: int = 20_000) -> None:
        self._rate = rate
        self._keys = keys
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def admit(self, key: str, now: float) -> Admission:
        """Count one message at `now` (seconds on a clock that only goes forward). «tell» comes once: again only after
        the sender has been quiet until the bucket was full."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(self._rate.burst, now)
            if len(self._buckets) > self._keys:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        elapsed = max(0.0, now - bucket.at)
        bucket.tokens = min(self._rate.burst, bucket.tokens + elapsed * self._rate.per_second)
        bucket.at = now
        if bucket.tokens >= self._rate.burst:
            bucket.told = False
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return "pass"
        if bucket.told:
            return "drop"
        bucket.told = True
        return "tell"
