"""Rooms: which invites are accepted, which rooms are left, and following a room to its new version."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterable

from bot.channels.matrix.errors import Denied, Limited, TokenRefused, Unreachable
from bot.channels.matrix.gateway import Gateway
from bot.channels.matrix.options import MatrixOptions
from bot.channels.matrix.page import Invite, Page, Undecrypted
from bot.ports import NotAccepted

TRIES = 8
_EVERYWHERE = ""
_log = logging.getLogger("bot.matrix.rooms")


class Doorman:
    """Works beside the sync loop: joining can take minutes."""

    def __init__(self, gateway: Gateway, options: MatrixOptions) -> None:
        self._gateway = gateway
        self._options = options
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._followed: set[str] = set()

    def tend(self, page: Page) -> None:
        """Do what a page asks for, without waiting for it."""
        self.answer(page.invites)
        for room in page.rooms:
            for event in room.events:
                if isinstance(event, Undecrypted) or event.get("state_key") is None:
                    continue
                content = event.get("content")
                if event.get("type") == "m.room.member":
                    self._leave_if_empty(room.room)
                elif event.get("type") == "m.room.tombstone" and isinstance(content, dict):
                    self._follow(content.get("replacement_room"), str(event.get("sender", "")))

    def look(self) -> None:
        """Find the invites that came before the last stop and were not answered. The homeserver looks through all rooms
        for that, so nobody waits for it."""
        self._start(_EVERYWHERE, self._look())

    async def _look(self) -> None:
        try:
            self.answer(await self._gateway.pending_invites())
        except (NotAccepted, Denied, TokenRefused):
            _log.warning("pending invites could not be asked for")

    def answer(self, invites: Iterable[Invite]) -> None:
        """Accept or decline invites."""
        for invite in invites:
            if invite.room in self._followed or self._options.admits(invite.sender):
                self._start(invite.room, self._join(invite.room, ()))
            else:
                _log.warning("invite declined, its sender is not allowed: %s", invite.sender.partition(":")[2])
                self._start(invite.room, self._patiently(self._gateway.leave, invite.room))

    async def close(self) -> None:
        """Stop whatever is under way; invites are found again at the next start."""
        for task in self._busy.values():
            task.cancel()
        await asyncio.gather(*self._busy.values(), return_exceptions=True)

    def _leave_if_empty(self, room: str) -> None:
        if self._gateway.rooms.joined_count(room) == 1 and self._gateway.rooms.member_count(room) == 1:
            self._start(room, self._patiently(self._gateway.leave, room))

    def _follow(self, room: object, sender: str) -> None:
        if isinstance(room, str) and room.startswith("!") and room not in self._gateway.rooms:
            self._followed.add(room)
            # If the new room wants an invite, that comes from whoever made the upgrade, and is accepted.
            self._start(room, self._join(room, (sender.partition(":")[2],)))

    async def _join(self, room: str, via: tuple[str, ...]) -> None:
        async def join(id: str) -> None:
            await self._gateway.join(id, via)

        await self._patiently(join, room)

    async def _patiently(self, step: Callable[[str], Awaitable[None]], room: str) -> None:
        for attempt in range(TRIES):
            pause: float | None = None
            try:
                return await step(room)
            except Denied as error:
                _log.warning("room step refused: %s", error.code)
                return None
            except TokenRefused:
                return None
            except (Limited, Unreachable) as error:
                pause = error.retry_after
            await asyncio.sleep((pause or 2.0**attempt) * random.uniform(1.0, 1.25))  # noqa: S311 - nothing secret
        return None

    def _start(self, room: str, work: Coroutine[None, None, None]) -> None:
        if room in self._busy:
            work.close()
            return
        task = asyncio.create_task(work)
        self._busy[room] = task
        task.add_done_callback(lambda done: self._done(room, done))

    def _done(self, room: str, task: asyncio.Task[None]) -> None:
        self._busy.pop(room, None)
        if not task.cancelled() and (error := task.exception()):
            _log.error("room step failed", exc_info=error)
