"""On SQLite a process that died is known to be dead at once; one that lives is left alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bot.ports import Stores
from bot.service.bell import LocalBell
from bot.store.ids import Keys
from bot.store.sql import SqlStore
from bot.store.sql.alive import Alive
from tests.support.kills import ended, start, town
from tests.support.making import SECRET, SetClock, message, result

PUSH = {"push": True}
LONG = 600.0
"""Seconds that a lease lasts here: nobody waits for it."""

Process = Callable[[str], SqlStore]


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Process]:
    """Makes what a process of that name would have of one database, at one standing clock."""
    clock = SetClock()
    async with AsyncExitStack() as made:

        def make(owner: str) -> SqlStore:
            store = SqlStore(f"sqlite:///{tmp_path}/bot.db", Keys(SECRET), LocalBell(), clock, owner)
            made.push_async_callback(store.close)
            return store

        yield make


async def sending(store: SqlStore, owner: str, conversation: str = "room") -> Stores:
    """The stores of a process that has just begun to send a reply."""
    stores, now = await store.open(), SetClock().now()
    assert await stores.lease.hold(f"worker:{owner}", owner, LONG, now)
    await stores.inbox.put([message(conversation=conversation)])
    async with stores.inbox.take(now) as work:
        assert work is not None
        assert await work.finish(result("Ja."), now, at_once=True) is not None
    return stores


async def taken(stores: Stores, channels: dict[str, bool] = PUSH) -> list[str]:
    return [each.reply.text for each in await stores.outbox.take(channels, SetClock().now())]


def signs(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("bot.db-alive-*"))


async def test_what_a_killed_bot_was_sending_is_taken_over_at_the_next_start(tmp_path: Path) -> None:
    async with town(tmp_path, f"sqlite:///{tmp_path}/bot.db", idempotent=True) as place:
        dying, next_one = (replace(place.plan(point), lease_seconds=LONG) for point in ("sent.before", ""))
        process = start(dying)
        await place.write("a")
        assert await ended(process) == -9
        assert len(signs(tmp_path)) == 1

        process = start(next_one)
        await place.settled(20)
        (sign,) = signs(tmp_path)
        assert Alive(tmp_path / "bot.db", "stranger").dead() == []
        process.terminate()

        assert await ended(process) == 0
        assert signs(tmp_path) == [], sign
        assert place.platform.shown["a"] == ["1: m1"]


async def test_what_a_living_process_sends_is_left_to_it(process: Process, tmp_path: Path) -> None:
    first = await sending(process("first"), "first")
    second = await process("second").open()
    now = SetClock().now()

    assert await second.lease.hold("worker:second", "second", LONG, now)

    assert await taken(second) == []
    assert signs(tmp_path) == ["bot.db-alive-first", "bot.db-alive-second"]
    assert not await second.lease.hold("worker:first", "second", LONG, now)
    await first.lease.release("worker:first", "first")
    assert signs(tmp_path) == ["bot.db-alive-second"]


async def test_a_process_that_ended_in_disorder_is_dead(process: Process, tmp_path: Path) -> None:
    first = process("first")
    await sending(first, "first")
    second = await process("second").open()
    await first.close()

    assert await taken(second) == ["Ja."]
    assert signs(tmp_path) == []


async def test_without_a_sign_of_life_the_lease_tells(process: Process, tmp_path: Path) -> None:
    first = process("first")
    await sending(first, "first")
    (tmp_path / "bot.db-alive-first").unlink()
    await first.close()

    assert await taken(await process("second").open()) == []


async def test_a_command_beside_the_bot_gives_no_sign_and_takes_none_away(process: Process, tmp_path: Path) -> None:
    await sending(process("first"), "first")
    beside = process("beside")
    stores = await beside.open()

    await stores.conversations.erase("push:@nobody")
    await beside.close()

    assert signs(tmp_path) == ["bot.db-alive-first"]
    assert await taken(await process("second").open()) == []


async def test_the_channels_of_one_process_do_not_keep_each_other_from_taking_over(process: Process) -> None:
    first = process("first")
    await sending(first, "first")
    await first.close()
    second = await process("second").open()

    assert await taken(second, {"other": False}) == []
    assert await taken(second, {"push": True}) == ["Ja."]


def test_files_that_are_no_sign_of_life_are_left_alone(tmp_path: Path) -> None:
    for name in ("bot.db-alive-", "bot.db-alive-a.new", "bot.db-alive-å b", "other.db-alive-x"):
        (tmp_path / name).touch()
    (tmp_path / "bot.db-alive-link").symlink_to(tmp_path / "other.db-alive-x")
    (tmp_path / "bot.db-alive-folder").mkdir()
    there = sorted(tmp_path.iterdir())

    alive = Alive(tmp_path / "bot.db", "me")
    alive.bury(alive.dead())

    assert sorted(tmp_path.iterdir()) == there


@pytest.mark.parametrize("owner", ["", "a/b", "..", "x" * 65])
def test_an_owner_that_names_no_file_gives_no_sign(owner: str, tmp_path: Path) -> None:
    alive = Alive(tmp_path / "bot.db", owner)
    alive.begin()

    assert list(tmp_path.iterdir()) == []
    alive.end()


def test_a_folder_that_cannot_be_written_costs_the_sign_only(tmp_path: Path) -> None:
    alive = Alive(tmp_path / "gone" / "bot.db", "me")

    alive.begin()

    assert list(alive.dead()) == []
    alive.end()
