"""A bot that can be killed: real service and store, a channel to the test's platform, and points where it dies.

It runs in a process of its own, started from a fork server that has imported everything already.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.core.limit import Rate
from bot.messages import Message, Reply
from bot.ports import Health, Inbox, Outbox, Outgoing, TurnResult, Uncertain, Work
from bot.service.bell import LocalBell
from bot.service.log import set_up_logging
from bot.service.service import Options, Service
from bot.store.ids import Keys
from bot.store.sql import SqlStore
from tests.support.making import SECRET, reply

LEASE_SECONDS = 1.0
CHANNEL = "push"

POINTS = (
    "put.before",
    "put.after",
    "turn.before",
    "finish.before",
    "finish.after",
    "take.before",
    "take.after",
    "send.before",
    "send.middle",
    "send.after",
    "sent.before",
    "sent.after",
)
"""Before and after each commit and each send; the middle of a send is after the request left."""


@dataclass(frozen=True)
class Plan:
    """What one run of the bot gets. `die_at` is a point, `die_on` says at which pass of it."""

    url: str
    platform: str
    idempotent: bool
    die_at: str = ""
    die_on: int = 1
    lease_seconds: float = LEASE_SECONDS


class Fate:
    """Kills the process at a point, as the power plug would."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._passed = 0

    def passes(self, point: str) -> None:
        if point == self._plan.die_at:
            self._passed += 1
            if self._passed >= self._plan.die_on:
                os.kill(os.getpid(), signal.SIGKILL)


def remembering_turn(message: Message, state: str | None, _now: datetime, uncertain: Sequence[Outgoing]) -> TurnResult:
    """Numbers the messages of a conversation; tells of uncertain replies once, and shows them again when asked."""
    number = int(state or "0") + 1
    replies: list[Reply] = []
    fresh = [each for each in uncertain if not each.told]
    if message.text == "visa igen":
        again = tuple(each.reply for each in uncertain)
        return TurnResult(str(number), again, shown_again=tuple(each.id for each in uncertain))
    if fresh:
        replies.append(reply(f"osäkert: {len(fresh)}"))
    replies.append(reply(f"{number}: {message.text}"))
    return TurnResult(str(number), tuple(replies), told=tuple(each.id for each in fresh))


class _Wire:
    """One connection to the platform, a request at a time."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def leave(self, request: object) -> None:
        """Send a request without waiting for its answer."""
        if self._streams is None:
            self._streams = await asyncio.open_unix_connection(self._path)
        self._streams[1].write(json.dumps(request).encode() + b"\n")
        await self._streams[1].drain()

    async def ask(self, request: object, fate: Fate | None = None) -> dict[str, object]:
        async with self._lock:
            await self.leave(request)
            if fate is not None:
                fate.passes("send.middle")
            assert self._streams is not None
            answer: dict[str, object] = json.loads(await self._streams[0].readline())
            return answer


class PlatformChannel:
    """Receives by asking since the last position, as Matrix does."""

    name = CHANNEL

    def __init__(self, plan: Plan, inbox: Inbox, fate: Fate) -> None:
        self.idempotent = plan.idempotent
        self._inbox = inbox
        self._fate = fate
        self._syncs, self._sends = _Wire(plan.platform), _Wire(plan.platform)

    async def run(self) -> None:
        while True:
            since = int(await self._inbox.position("platform") or "0")
            got = await self._syncs.ask({"op": "sync", "since": since})
            events = got["events"]
            assert isinstance(events, list)
            messages = [
                Message(channel=CHANNEL, sender=each["conversation"], received=datetime.now(UTC), **each)
                for each in events
            ]
            if messages:
                self._fate.passes("put.before")
                await self._inbox.put(messages, ("platform", str(got["next"])))
                self._fate.passes("put.after")

    async def send(self, outgoing: Outgoing) -> str:
        self._fate.passes("send.before")
        request = {
            "op": "send",
            "id": outgoing.id,
            "conversation": outgoing.conversation,
            "text": outgoing.reply.text,
        }
        answer = await self._sends.ask(request, self._fate)
        self._fate.passes("send.after")
        if "shown_as" not in answer:
            raise Uncertain("no answer")
        return str(answer["shown_as"])

    def health(self) -> Health:
        return Health(self.name, True)

    async def check(self) -> Health:
        return Health(self.name, True)


class _Work:
    """Work that may die around its commit."""

    def __init__(self, work: Work, fate: Fate) -> None:
        self._work, self._fate = work, fate
        self.message, self.state = work.message, work.state
        self.attempts, self.uncertain = work.attempts, work.uncertain

    async def finish(self, result: TurnResult, now: datetime, at_once: bool = False) -> Outgoing | None:
        self._fate.passes("finish.before")
        first = await self._work.finish(result, now, at_once)
        self._fate.passes("finish.after")
        return first


class _Inbox:
    """An inbox whose turns may die."""

    def __init__(self, inbox: Inbox, fate: Fate) -> None:
        self._inbox, self._fate = inbox, fate
        self.put, self.failed, self.park, self.position = inbox.put, inbox.failed, inbox.park, inbox.position

    @asynccontextmanager
    async def take(self, now: datetime) -> AsyncIterator[Work | None]:
        async with self._inbox.take(now) as work:
            if work is None:
                yield None
                return
            self._fate.passes("turn.before")
            yield _Work(work, self._fate)


class _Outbox:
    """An outbox that may die around taking and noting."""

    def __init__(self, outbox: Outbox, fate: Fate) -> None:
        self._outbox, self._fate = outbox, fate
        self.again, self.give_up, self.of_event = outbox.again, outbox.give_up, outbox.of_event

    async def take(self, channels: Mapping[str, bool], now: datetime) -> Sequence[Outgoing]:
        self._fate.passes("take.before")
        taken = await self._outbox.take(channels, now)
        if taken:
            self._fate.passes("take.after")
        return taken

    async def sent(self, id: str, shown_as: str, now: datetime) -> None:
        self._fate.passes("sent.before")
        await self._outbox.sent(id, shown_as, now)
        self._fate.passes("sent.after")


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


async def _run(plan: Plan) -> None:
    set_up_logging("error", "json")
    fate, bell, clock, owner = Fate(plan), LocalBell(), _Clock(), secrets.token_hex(8)
    store = SqlStore(plan.url, Keys(SECRET), bell, clock, owner)
    stores = await store.open()
    dying = replace(stores, inbox=_Inbox(stores.inbox, fate), outbox=_Outbox(stores.outbox, fate))
    plenty = Rate(10**6, 10**6)
    options = Options(
        sender_rate=plenty, lease_seconds=plan.lease_seconds, side_by_side=1 if store.database.sqlite else 3
    )
    service = Service(dying, remembering_turn, bell, clock, owner, options)
    service.add_push(PlatformChannel(plan, service.inbox, fate))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await service.start()
    await stop.wait()
    await service.stop()
    await store.close()


def main(plan: Plan) -> None:
    """Run until SIGTERM, or until fate strikes."""
    asyncio.run(_run(plan))
