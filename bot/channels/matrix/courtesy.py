"""Small signs of attention: a read receipt, and a typing notice when an answer takes its time. Never in the way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from bot.channels.matrix.gateway import Gateway
from bot.messages import Message
from bot.ports import BotError

PATIENCE = 0.4
"""Seconds until a typing notice. Most answers are there before, and then none is needed."""

QUIET = 1.0
"""A receipt goes out when a room has been quiet for so long: one for the newest message, between answers."""

LULL = 0.2
REST = 0.03
"""After an answer: meanwhile the homeserver brings it to people, which it does more slowly while the bot asks too."""

TYPING_SECONDS = 20.0
MOST = 64

Step = Callable[[], Awaitable[None]]


class Courtesy:
    """For one session."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._open: dict[str, str] = {}
        self._typing: set[str] = set()
        self._receipts: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._all_answered = asyncio.Event()

    def heard(self, message: Message) -> None:
        """A message was taken in."""
        room, event = message.address.get("room", ""), message.address.get("event", "")
        if not room or not event or message.redacts or message.press or message.feedback:
            return
        loop = asyncio.get_running_loop()
        self._open[message.event] = room
        self._all_answered.clear()
        if len(self._open) > MOST:  # those that get no answer
            self._open.pop(next(iter(self._open)))
        loop.call_later(PATIENCE, self._look, message.event)
        if room in self._receipts:
            self._receipts.pop(room).cancel()
        root = message.address.get("root", "")
        self._receipts[room] = loop.call_later(QUIET, self._read, room, event, root)

    def answered(self, event: str) -> None:
        """Its answer is out."""
        room = self._open.pop(event, "")
        if not self._open:
            self._all_answered.set()
        if room in self._typing and room not in self._open.values():
            self._typing.discard(room)
            self._start(lambda: self._gateway.typing(room, 0))

    async def lull(self) -> None:
        """Return when all that was heard is answered and has come to people, or after a moment. Asking for the next
        page before would have the homeserver work for that while people wait for the answer."""
        if self._open:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LULL):
                    await self._all_answered.wait()
                    await asyncio.sleep(REST)

    async def close(self) -> None:
        """Stop."""
        for receipt in self._receipts.values():
            receipt.cancel()
        self._open.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _look(self, event: str) -> None:
        room = self._open.get(event)
        if room is not None and room not in self._typing:
            self._typing.add(room)
            self._start(lambda: self._gateway.typing(room, TYPING_SECONDS))

    def _read(self, room: str, event: str, root: str) -> None:
        self._receipts.pop(room, None)
        self._start(lambda: self._gateway.receipt(room, event, root))

    def _start(self, step: Step) -> None:
        if len(self._tasks) >= MOST:
            return

        async def quietly() -> None:
            with contextlib.suppress(BotError):
                await step()

        task = asyncio.create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
