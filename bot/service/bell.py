"""The port Bell for one process and one event loop."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

REMEMBERED = 4096
"""Topics whose last ring is remembered. A ring older than that wakes for nothing once, which is harmless."""


class LocalBell:
    """Counts rings; a waiter that comes too late sees that the count has passed its mark."""

    def __init__(self) -> None:
        self._count = 0
        self._forgotten = 0
        self._rung: OrderedDict[str, int] = OrderedDict()
        self._waiters: dict[str, set[asyncio.Future[None]]] = {}

    def ring(self, topic: str) -> None:
        """See the port."""
        self._count += 1
        self._rung[topic] = self._count
        self._rung.move_to_end(topic)
        if len(self._rung) > REMEMBERED:
            self._forgotten = self._rung.popitem(last=False)[1]
        for waiter in self._waiters.pop(topic, ()):
            if not waiter.done():
                waiter.set_result(None)

    def mark(self, topic: str) -> int:
        """See the port."""
        return self._count

    async def wait(self, topic: str, mark: int, seconds: float) -> bool:
        """See the port."""
        if self._rung.get(topic, 0) > mark or self._forgotten > mark:
            return True
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(topic, set()).add(waiter)
        try:
            async with asyncio.timeout(seconds):
                await waiter
            return True
        except TimeoutError:
            return False
        finally:
            waiting = self._waiters.get(topic)
            if waiting is not None:
                waiting.discard(waiter)
                if not waiting:
                    del self._waiters[topic]
