"""The send loop of one push channel: takes replies from the outbox, sends them, and notes what became of them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.ports import (
    Bell,
    Clock,
    Exclusive,
    NotAccepted,
    Outbox,
    Outgoing,
    PushChannel,
    Refused,
    StoreError,
    Uncertain,
    outbox_topic,
)
from bot.service.log import logger, trace
from bot.service.metrics import Metrics

POLL_SECONDS = 1.0
SIDE_BY_SIDE = 32
"""Conversations that are sent to at once."""

SEND_SECONDS = 60.0
"""After this long it is not known any more whether a reply arrived."""

LONGEST_PAUSE = 300.0


class SendLoop:
    """Sends for one channel, so that a slow platform slows no other."""

    def __init__(self, channel: PushChannel, outbox: Outbox, bell: Bell, clock: Clock, metrics: Metrics) -> None:
        self._channel = channel
        self._outbox = outbox
        self._bell = bell
        self._clock = clock
        self._metrics = metrics
        self._topic = outbox_topic(channel.name)
        self._running: set[asyncio.Task[None]] = set()
        self._open = False
        self._stopping = False
        self._log = logger("send")

    def stop(self) -> None:
        """Send what waits, then end `run`."""
        self._stopping = True
        self._bell.ring(self._topic)

    @property
    def ready(self) -> bool:
        """Whether `hand` would send right now: the loop runs, the channel is connected, and not too much is on its
        way."""
        connected = not isinstance(self._channel, Exclusive) or self._channel.active
        return self._open and connected and len(self._running) < SIDE_BY_SIDE

    def hand(self, outgoing: Outgoing) -> None:
        """Send a reply that is marked `sending` already, so that nobody has to fetch it from the outbox."""
        task = asyncio.create_task(self._deliver(outgoing))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def run(self) -> None:
        """Send until stopped, and then until nothing is left that may be sent now."""
        running = self._running
        self._open = True
        try:
            while True:
                mark = self._bell.mark(self._topic)
                for outgoing in await self._taken():
                    self.hand(outgoing)
                if len(running) >= SIDE_BY_SIDE or (self._stopping and running):
                    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                elif self._stopping:
                    return
                else:
                    await self._bell.wait(self._topic, mark, POLL_SECONDS)
        finally:
            self._open = False
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _taken(self) -> list[Outgoing]:
        if isinstance(self._channel, Exclusive) and not self._channel.active:
            return []
        try:
            channels = {self._channel.name: self._channel.idempotent}
            return list(await self._outbox.take(channels, self._clock.now()))
        except StoreError as error:
            self._metrics.store_errors.labels("send").inc()
            self._log.error("store", detail=str(error))
            await asyncio.sleep(POLL_SECONDS)
            return []

    async def _deliver(self, outgoing: Outgoing) -> None:
        started = asyncio.get_running_loop().time()
        outcome, note = await self._sent(outgoing)
        self._metrics.send.labels(self._channel.name).observe(asyncio.get_running_loop().time() - started)
        self._metrics.sends.labels(self._channel.name, outcome).inc()
        self._log.log(
            20 if outcome == "sent" else 30,
            outcome,
            channel=self._channel.name,
            trace=trace(outgoing.channel, outgoing.event),
            attempt=outgoing.attempt,
        )
        await self._noted(note)

    async def _sent(self, outgoing: Outgoing) -> tuple[str, Callable[[], Awaitable[None]]]:
        """Send, and say what came of it and how it is noted."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                shown_as = await self._channel.send(outgoing)
        except NotAccepted as error:
            pause = self._pause(outgoing.attempt, error.retry_after)
            return "not_accepted", lambda: self._outbox.again(outgoing.id, self._clock.now() + pause)
        except Refused:
            return "refused", lambda: self._outbox.give_up(outgoing.id, "refused", self._clock.now())
        except Exception as error:
            if not isinstance(error, Uncertain | TimeoutError):
                self._log.error("failed", channel=self._channel.name, exc_info=error)
            if self._channel.idempotent:
                pause = self._pause(outgoing.attempt, None)
                return "repeated", lambda: self._outbox.again(outgoing.id, self._clock.now() + pause)
            return "uncertain", lambda: self._outbox.give_up(outgoing.id, "uncertain", self._clock.now())
        return "sent", lambda: self._outbox.sent(outgoing.id, shown_as, self._clock.now())

    def _pause(self, attempt: int, asked: float | None) -> timedelta:
        """What the other side asked for, or longer each time; with jitter, so that not all come back at once."""
        seconds = min(LONGEST_PAUSE, asked if asked is not None else 2.0 ** min(attempt, 9) / 2)
        return timedelta(seconds=seconds * random.uniform(1.0, 1.25))  # noqa: S311 - nothing secret

    async def _noted(self, note: Callable[[], Awaitable[None]]) -> None:
        """Note it, however long the database is away: until then the reply stays `sending`, and nothing repeats it."""
        while True:
            try:
                return await note()
            except StoreError as error:
                self._metrics.store_errors.labels("note").inc()
                self._log.error("store", detail=str(error))
                await asyncio.sleep(POLL_SECONDS)
