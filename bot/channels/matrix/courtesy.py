"""Small signs of attention: a read receipt, and a typing notice when an answer takes its time. Never in the way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine

from bot.channels.matrix.gateway import Gateway
from bot.messages import Message
from bot.ports import BotError

PATIENCE = 0.4
"""Seconds until the notices go out. Most answers are there before: then no typing notice is needed."""

TYPING_SECONDS = 20.0
MOST = 64


class Courtesy:
    """For one session."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._open: dict[str, str] = {}
        self._typing: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def heard(self, message: Message) -> None:
        """A message was taken in."""
        room, event = message.address.get("room", ""), message.address.get("event", "")
        if not room or not event or message.redacts or message.press or message.feedback or len(self._tasks) >= MOST:
            return
        self._open[message.event] = room
        if len(self._open) > MOST:  # those that get no answer
            self._open.pop(next(iter(self._open)))
        self._start(self._attend(message.event, room, event, message.address.get("root", "")))

    def answered(self, event: str) -> None:
        """Its answer is out."""
        room = self._open.pop(event, "")
        if room in self._typing and room not in self._open.values():
            self._typing.discard(room)
            self._start(self._gateway.typing(room, 0))

    async def close(self) -> None:
        """Stop."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _attend(self, key: str, room: str, event: str, root: str) -> None:
        await asyncio.sleep(PATIENCE)
        if key in self._open:
            self._typing.add(room)
            await self._gateway.typing(room, TYPING_SECONDS)
        await self._gateway.receipt(room, event, root)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        async def quietly() -> None:
            with contextlib.suppress(BotError):
                await work

        task = asyncio.create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
