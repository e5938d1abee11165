"""What runs beside the messages: the sign of life of this process, and the retention time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.ports import Clock, Conversations, Lease, StoreError
from bot.service.log import logger
from bot.service.metrics import Metrics

LEASE_SECONDS = 10.0
HEARTBEAT_SECONDS = 3.0
RETENTION_SECONDS = 3600.0


class Heartbeat:
    """Renews the lease «worker:owner»: while it is held, what this process sends is left to it."""

    def __init__(self, lease: Lease, owner: str, clock: Clock, seconds: float = LEASE_SECONDS) -> None:
        self._lease = lease
        self._owner = owner
        self._clock = clock
        self._seconds = seconds

    async def beat(self) -> None:
        """Renew once."""
        await self._lease.hold(f"worker:{self._owner}", self._owner, self._seconds, self._clock.now())

    async def run(self) -> None:
        """Renew until cancelled."""
        log = logger("heartbeat")
        while True:
            try:
                await self.beat()
            except StoreError as error:
                log.error("store", detail=str(error))
            await asyncio.sleep(self._seconds * HEARTBEAT_SECONDS / LEASE_SECONDS)

    async def end(self) -> None:
        """Let go, so that another process takes over at once."""
        await self._lease.release(f"worker:{self._owner}", self._owner)


class Retention:
    """Erases what is older than the retention time, at the start and every hour."""

    def __init__(self, conversations: Conversations, days: int, clock: Clock, metrics: Metrics) -> None:
        self._conversations = conversations
        self._days = days
        self._clock = clock
        self._metrics = metrics

    async def run(self) -> None:
        """Erase until cancelled."""
        log = logger("retention")
        while True:
            try:
                rows = await self._conversations.expire(self._clock.now() - timedelta(days=self._days))
                self._metrics.erased.inc(rows)
                if rows:
                    log.info("expired", rows=rows)
            except StoreError as error:
                log.error("store", detail=str(error))
            await asyncio.sleep(RETENTION_SECONDS)
