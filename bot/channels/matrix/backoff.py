"""Pauses that grow, with jitter, so that many clients do not come back at once."""

from __future__ import annotations

import asyncio
import random

LONGEST = 60.0


class Backoff:
    """Half a second, then twice as long each time, up to `longest` seconds."""

    def __init__(self, shortest: float = 0.5, longest: float = LONGEST) -> None:
        self._shortest = shortest
        self._longest = longest
        self._failures = 0

    def reset(self) -> None:
        """It went well."""
        self._failures = 0

    async def pause(self, asked: float | None = None) -> None:
        """Wait: as long as was asked for, or longer than last time."""
        seconds = asked if asked is not None else self._shortest * 2.0 ** min(self._failures, 16)
        self._failures += 1
        await asyncio.sleep(min(seconds, self._longest) * random.uniform(1.0, 1.3))  # noqa: S311 - nothing secret
