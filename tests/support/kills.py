"""Starts bots, kills them, and checks what people saw."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from sqlalchemy import Select, func, select

from bot.ports import StoreError
from bot.store.sql.database import Connection, Database
from bot.store.sql.schema import inbox, outbox
from tests.support.crashbot import POINTS, Plan, main
from tests.support.platform import Platform

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.support.crashbot", "asyncpg", "sqlalchemy.dialects.postgresql"])


def start(plan: Plan) -> ForkServerProcess:
    """A running bot."""
    process = _context.Process(target=main, args=(plan,), daemon=True)
    process.start()
    return process


async def ended(process: ForkServerProcess, seconds: float = 20) -> int | None:
    """Wait until the process has died, and return how."""
    await asyncio.to_thread(process.join, seconds)
    code = process.exitcode
    process.close()
    return code


@dataclass
class Town:
    """A platform, a database, and how many people have written what."""

    platform: Platform
    url: str
    written: dict[str, list[str]]

    def plan(self, die_at: str = "", die_on: int = 1) -> Plan:
        return Plan(self.url, self.platform.path, self.platform.idempotent, die_at, die_on)

    async def write(self, conversation: str) -> None:
        """The next message of a conversation."""
        texts = self.written.setdefault(conversation, [])
        texts.append(f"m{len(texts) + 1}")
        await self.platform.write(conversation, texts[-1])

    def expected(self, conversation: str) -> list[str]:
        return [f"{number}: {text}" for number, text in enumerate(self.written[conversation], 1)]

    def answers(self, conversation: str) -> list[str]:
        """What was shown there, without the words on uncertain replies."""
        return [text for text in self.platform.shown[conversation] if not text.startswith("osäkert")]

    async def settled(self, seconds: float = 60) -> None:
        """Wait until nothing is on its way any more; fails when nothing has moved for so long."""
        database = Database(self.url)
        before: list[int] = []
        try:
            async with asyncio.timeout(seconds) as patience:
                while (left := await self._left(database)) != [len(self.platform.events), 0, 0]:
                    if left != before:
                        before = left
                        patience.reschedule(asyncio.get_running_loop().time() + seconds)
                    await asyncio.sleep(0.1)
        finally:
            await database.close()

    async def _left(self, database: Database) -> list[int]:
        """How many messages came in, wait for their turn, and how many replies wait to be sent."""
        try:
            return [await database.read(lambda c, query=query: _counted(c, query)) for query in _LEFT]
        except StoreError:
            return []  # the tables are not made yet

    async def uncertain(self) -> list[str]:
        """The texts of the replies of which nobody knows."""
        database = Database(self.url)
        try:
            return await database.read(_uncertain)
        finally:
            await database.close()


_LEFT = (
    select(func.count()).select_from(inbox),
    select(func.count()).where(inbox.c.state == "new"),
    select(func.count()).where(outbox.c.state.in_(("new", "sending"))),
)


async def _counted(connection: Connection, query: Select[tuple[int]]) -> int:
    return (await connection.execute(query)).scalar_one()


async def _uncertain(connection: Connection) -> list[str]:
    rows = await connection.execute(select(outbox.c.reply).where(outbox.c.state == "uncertain"))
    return [json.loads(row.reply)["text"] for row in rows]


@asynccontextmanager
async def town(folder: Path, url: str, idempotent: bool) -> AsyncIterator[Town]:
    """A town for one test."""
    platform = Platform(folder, idempotent)
    await platform.start()
    try:
        yield Town(platform, url, {})
    finally:
        await platform.stop()


async def die_at_every_point(place: Town) -> None:
    """One run for each point, with a message that makes the bot pass it; then one that goes on to the end."""
    for point in POINTS:
        process = start(place.plan(point))
        for conversation in ("a", "b"):
            await place.write(conversation)
        assert await ended(process) == -9, f"the bot did not pass {point}"
    await finish(place)


async def die_at_random(place: Town, kills: int, seed: int, workers: int = 1, conversations: int = 10) -> None:
    """Kill a running bot again and again while people write; then let one go on to the end."""
    draw = random.Random(seed)
    platform = place.platform
    running = [start(place.plan()) for _ in range(workers)]
    for number in range(kills):
        for _ in range(draw.randint(1, 8)):
            await place.write(f"c{draw.randrange(conversations)}")
        # It must live to be killed, however slow the machine is; then at any moment of its work.
        await platform.until(lambda alive=workers + number: platform.connected >= alive, 60)
        await asyncio.sleep(draw.uniform(0.0, 0.25))
        victim = running.pop(draw.randrange(workers))
        victim.kill()
        assert await ended(victim) == -9
        running.append(start(place.plan()))
    # One that is told to stop before it listens to signals just dies.
    await platform.until(lambda: platform.connected >= workers + kills, 60)
    await place.settled()
    for process in running:
        process.terminate()
        assert await ended(process) == 0


async def finish(place: Town) -> None:
    """Run a bot until nothing is on its way, and stop it in order."""
    platform, before = place.platform, place.platform.connected
    process = start(place.plan())
    await platform.until(lambda: platform.connected > before, 60)
    await place.settled()
    process.terminate()
    assert await ended(process) == 0


async def everything_once_and_in_order(place: Town) -> None:
    """What must hold where sending may be repeated."""
    for conversation in place.written:
        assert place.platform.shown[conversation] == place.expected(conversation)


async def nothing_twice_and_every_loss_told(place: Town) -> None:
    """What must hold where it may not; each person then writes again and fetches what was uncertain."""
    lost = await place.uncertain()
    missing = []
    for conversation in place.written:
        shown, expected = place.answers(conversation), place.expected(conversation)
        assert shown == [text for text in expected if text in set(shown)], "twice, or out of order"
        missing += [text for text in expected if text not in set(shown)]
    words = [text for text in lost if not text.startswith("osäkert")]
    assert not set(missing) - set(words), "a loss went unseen"
    for conversation in place.written:
        await place.write(conversation)
    for conversation in place.written:
        await place.platform.write(conversation, "visa igen")
    await finish(place)
    assert await place.uncertain() == []
    for conversation in place.written:
        assert set(place.answers(conversation)) == set(place.expected(conversation))
