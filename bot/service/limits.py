"""Floods: the port Limits, and the inbox that channels put into, which applies the limit per sender."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Literal

from bot.core.limit import Admission, Limiter, Rate
from bot.messages import Message, Reply
from bot.ports import Inbox, Work
from bot.service.metrics import Metrics


class SharedLimits:
    """The port Limits, for all channels of this process. `tick` gives seconds on a clock that only goes forward."""

    def __init__(self, sender: Rate, address: Rate, tick: Callable[[], float]) -> None:
        self._limiters = {"sender": Limiter(sender), "address": Limiter(address)}
        self._tick = tick

    def admit(self, kind: Literal["sender", "address"], key: str) -> Admission:
        """See the port."""
        return self._limiters[kind].admit(key, self._tick())


class LimitedInbox:
    """The inbox as channels get it. Who writes too fast is told once (a turn with `problem` too_fast) and then not
    heard until there is room again; taking something back is always heard."""

    def __init__(self, inbox: Inbox, limits: SharedLimits, metrics: Metrics) -> None:
        self._inbox = inbox
        self._limits = limits
        self._metrics = metrics

    async def put(self, messages: Sequence[Message], position: tuple[str, str] | None = None) -> int:
        """See the port."""
        admitted = [kept for message in messages if (kept := self._admitted(message)) is not None]
        with self._metrics.intake.time():
            new = await self._inbox.put(admitted, position) if admitted or position else 0
        for message in admitted:
            self._metrics.messages.labels(message.channel).inc()
        return new

    def _admitted(self, message: Message) -> Message | None:
        if message.redacts:
            return message
        verdict = self._limits.admit("sender", f"{message.channel}:{message.sender}")
        if verdict == "pass":
            return message
        self._metrics.limited.labels(message.channel).inc()
        if verdict == "drop":
            return None
        return message.model_copy(update={"text": "", "press": None, "feedback": None, "problem": "too_fast"})

    def take(self, now: datetime) -> AbstractAsyncContextManager[Work | None]:
        """See the port."""
        return self._inbox.take(now)

    async def failed(self, channel: str, event: str, now: datetime) -> None:
        """See the port."""
        await self._inbox.failed(channel, event, now)

    async def park(self, channel: str, event: str, apology: Reply, now: datetime) -> None:
        """See the port."""
        await self._inbox.park(channel, event, apology, now)

    async def position(self, key: str) -> str | None:
        """See the port."""
        return await self._inbox.position(key)
