"""The sync loop of one session: a page comes in, its events become messages, and messages and token are committed
together. nio is never left to keep the token itself: it would keep it before anything was handled."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.channels.matrix.backoff import Backoff
from bot.channels.matrix.courtesy import Courtesy
from bot.channels.matrix.doorman import Doorman
from bot.channels.matrix.errors import Denied
from bot.channels.matrix.gateway import POLL_SECONDS, Gateway
from bot.channels.matrix.page import Json, Page, RoomPage, Undecrypted
from bot.channels.matrix.reader import CHANNEL, Reader, text_of
from bot.messages import Message
from bot.ports import BotError, Clock, Inbox, NotAccepted, StoreError

KEY_SECONDS = 10.0
"""How long a key may take before a person is told that the message cannot be read."""

MOST_WAITING = 50
MOST_MISSED = 3000
"""Events fetched at most for a room after a gap."""

_log = logging.getLogger("bot.matrix")


@dataclass(slots=True)
class Receiver:
    """Receives for one session. `alive` is called after each page, `troubled` with what is wrong meanwhile."""

    gateway: Gateway
    reader: Reader
    inbox: Inbox
    clock: Clock
    doorman: Doorman
    courtesy: Courtesy
    position: str
    alive: Callable[[], None]
    troubled: Callable[[str], None]
    _waiting: dict[str, tuple[Undecrypted, float]] = field(default_factory=dict)

    async def run(self) -> None:
        """Receive until cancelled. Raises CredentialError (TokenRefused among them)."""
        since = self._restored(await self._where())
        first, backoff = True, Backoff()
        while True:
            try:
                page = await self.gateway.sync(since, first, self._patience())
                unlocked = await self._unlocked()
                messages = [*(message for message in unlocked.values() if message), *await self._said(page, since)]
            except (NotAccepted, Denied, StoreError) as error:
                self.troubled(str(error))
                await backoff.pause(error.retry_after if isinstance(error, NotAccepted) else None)
                continue
            backoff.reset()
            for id in unlocked:
                del self._waiting[id]
            await self._commit(messages, page.token)
            for message in messages:
                self.courtesy.heard(message)
            self.doorman.tend(page)
            if first and since is not None:
                self.doorman.look()
            since, first = page.token, False
            self.alive()
            await self._tend_keys()
            if messages:
                await self.courtesy.lull()

    # ---- one page

    async def _said(self, page: Page, since: str | None) -> list[Message]:
        found: list[Message] = []
        if since is None:
            return found  # what stands in the rooms was said before the bot was there
        for room in page.rooms:
            for event in await self._complete(room, since):
                message = await self._message(room.room, event)
                if message is not None:
                    found.append(message)
        return found

    async def _message(self, room: str, event: Json | Undecrypted) -> Message | None:
        if isinstance(event, Undecrypted):
            if event.sender != self.gateway.user and len(self._waiting) < MOST_WAITING:
                self._waiting.setdefault(event.event, (event, self._tick() + KEY_SECONDS))
                await self.gateway.cipher.ask_for_key(event)
            return None
        if is_own_join(event, self.gateway.user):
            return self._greeting(room, event)
        return await self._read(room, event)

    async def _read(self, room: str, event: Json) -> Message | None:
        try:
            return await self.reader.read(room, event)
        except BotError:
            raise
        except Exception as error:
            # Skipped: an event that cannot be read must not hold up all others for ever.
            _log.exception("an event could not be read", exc_info=error)
            return None

    async def _complete(self, page: RoomPage, since: str) -> Sequence[Json | Undecrypted]:
        """The events of a room since the last page, those in a gap among them, but none from before the bot joined."""
        events = list(page.events)
        start = page.gap
        while start and not any(is_own_join(e, self.gateway.user) for e in events) and len(events) < MOST_MISSED:
            try:
                older, start = await self.gateway.history.older(page.room, start, since)
            except Denied as error:
                # One room must not hold up all others: what was said in its gap stays unheard.
                _log.warning("a gap could not be read: %s", error.code)
                break
            events = [*reversed(older), *events]
        for at in range(len(events) - 1, -1, -1):
            if is_own_join(events[at], self.gateway.user):
                return events[at:]
        return events

    def _greeting(self, room: str, event: Json) -> Message:
        """The bot introduces itself: as an answer to «hej», through inbox and outbox like every answer."""
        return Message(
            channel=CHANNEL,
            event=text_of(event, "event_id"),
            conversation=room,
            sender=room,  # a name of its own, so that many invites at once are no flood
            text="hej",
            received=self.clock.now(),
            address={"room": room},
        )

    # ---- what could not be decrypted

    async def _unlocked(self) -> dict[str, Message | None]:
        """By event, what has become of messages whose keys have come, or whose time is up. They wait on until all that
        came with them is read: reading may have to be tried again."""
        found: dict[str, Message | None] = {}
        for id, (event, until) in list(self._waiting.items()):
            source = self.gateway.cipher.decrypted(event)
            if source is not None:
                message = await self._read(event.room, source)
            elif self._tick() >= until:
                content = event.source.get("content", {})
                message = await self.reader.unreadable(event.room, id, event.sender, content)
                _log.warning("a message could not be decrypted")
            else:
                continue
            found[id] = message
        return found

    def _patience(self) -> float:
        if not self._waiting:
            return POLL_SECONDS
        return max(0.5, min(until for _, until in self._waiting.values()) - self._tick())

    def _tick(self) -> float:
        return asyncio.get_running_loop().time()

    # ---- the position, with the messages that wait for their keys

    async def _where(self) -> str | None:
        while True:
            try:
                return await self.inbox.position(self.position)
            except StoreError as error:
                self.troubled(str(error))
                await asyncio.sleep(1.0)

    async def _commit(self, messages: Sequence[Message], token: str) -> None:
        waiting = [[e.room, e.event, e.sender, e.source] for e, _ in self._waiting.values()]
        value = json.dumps({"since": token, "waiting": waiting}) if waiting else token
        while True:
            try:
                await self.inbox.put(messages, (self.position, value))
                return
            except StoreError as error:
                self.troubled(str(error))
                await asyncio.sleep(1.0)

    def _restored(self, value: str | None) -> str | None:
        if value is None or not value.startswith("{"):
            return value
        kept: dict[str, Any] = json.loads(value)
        for room, event, sender, source in kept["waiting"]:
            self._waiting[event] = (Undecrypted(room, event, sender, source), self._tick() + KEY_SECONDS)
        return str(kept["since"])

    # ---- beside the messages

    async def _tend_keys(self) -> None:
        try:
            await self.gateway.cipher.tend()
        except BotError:
            _log.warning("keys could not be brought up to date")


def is_own_join(event: Json | Undecrypted, user: str) -> bool:
    """Whether the bot came into the room with this event (and did not just change its name)."""
    if isinstance(event, Undecrypted) or event.get("type") != "m.room.member" or event.get("state_key") != user:
        return False
    content, unsigned = event.get("content"), event.get("unsigned")
    before = unsigned.get("prev_content") if isinstance(unsigned, dict) else None
    joined = isinstance(content, dict) and content.get("membership") == "join"
    return joined and not (isinstance(before, dict) and before.get("membership") == "join")
