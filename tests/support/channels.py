"""Channels for tests: ordinary adapters that remember what was sent, and fail on order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.messages import Message
from bot.ports import Health, Outgoing, TurnResult
from tests.support.making import result


@dataclass
class Recorder:
    """A push channel. `failures` are raised by the next sends, one each; None lets one through."""

    name: str = "push"
    idempotent: bool = True
    failures: deque[Exception | None] = field(default_factory=deque)
    sent: list[Outgoing] = field(default_factory=list)
    seen: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def run(self) -> None:
        """Nothing comes in by itself."""

    async def send(self, outgoing: Outgoing) -> str:
        """Remember it, or fail."""
        failure = self.failures.popleft() if self.failures else None
        async with self.seen:
            if failure is None:
                self.sent.append(outgoing)
            self.seen.notify_all()
        if failure is not None:
            raise failure
        return f"${outgoing.id}"

    def health(self) -> Health:
        return Health(self.name, True)

    async def check(self) -> Health:
        return Health(self.name, True)

    async def until(self, count: int, seconds: float = 10) -> list[Outgoing]:
        """Wait until so many were sent."""
        async with asyncio.timeout(seconds), self.seen:
            await self.seen.wait_for(lambda: len(self.sent) >= count)
        return self.sent


def echo(message: Message, state: str | None, _now: datetime, _uncertain: Sequence[Outgoing]) -> TurnResult:
    """A turn that repeats what was written, numbered within the conversation."""
    number = int(state or "0") + 1
    return result(f"{number}: {message.text}", state=str(number))
