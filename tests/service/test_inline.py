"""SQLite where statements are called: what a caller who goes away, or a closing store, does to a commit."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text

from bot.store.sql.database import Connection, Database
from bot.store.sql.inline import QUICK_SECONDS


class SlowDisk:
    """Takes its time for the first commit, so that the next ones go to a thread; holds those until they are let go."""

    def __init__(self) -> None:
        self.holds = False
        self.reached, self.go = threading.Event(), threading.Event()

    def __call__(self, _: object) -> None:
        if not self.holds:
            time.sleep(50 * QUICK_SECONDS)
            return
        self.reached.set()
        assert self.go.wait(20)


@pytest.fixture
def disk() -> Iterator[SlowDisk]:
    """Below every database."""
    slow = SlowDisk()
    event.listen(Engine, "commit", slow)
    yield slow
    slow.go.set()
    event.remove(Engine, "commit", slow)


@pytest.fixture
async def database(tmp_path: Path, disk: SlowDisk) -> AsyncIterator[Database]:
    """With one empty table."""
    made = Database(f"sqlite:///{tmp_path}/bot.db")
    await made.write(lambda connection: said(connection, "CREATE TABLE notes (words TEXT)"))
    yield made
    disk.go.set()
    await made.close()


async def said(connection: Connection, statement: str) -> None:
    await connection.execute(text(statement))


def writing(database: Database, words: str) -> asyncio.Task[None]:
    return asyncio.create_task(database.write(lambda c: said(c, f"INSERT INTO notes VALUES ('{words}')")))


async def notes(database: Database) -> list[str]:
    async def step(connection: Connection) -> list[str]:
        return [row.words for row in await connection.execute(text("SELECT words FROM notes ORDER BY rowid"))]

    return await database.read(step)


async def passing() -> None:
    """Time for whatever could go on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_commit_whose_caller_goes_away_is_waited_for(database: Database, disk: SlowDisk) -> None:
    disk.holds = True
    first = writing(database, "first")
    await asyncio.to_thread(disk.reached.wait)
    second = writing(database, "second")

    first.cancel()
    await passing()
    first.cancel()
    await passing()
    assert not first.done()
    assert not second.done()
    assert await notes(database) == []
    disk.go.set()

    with pytest.raises(asyncio.CancelledError):
        await first
    await second
    assert await notes(database) == ["first", "second"]


async def test_closing_waits_for_a_commit(tmp_path: Path, database: Database, disk: SlowDisk) -> None:
    disk.holds = True
    step = writing(database, "last")
    await asyncio.to_thread(disk.reached.wait)

    closing = asyncio.create_task(database.close())
    await passing()
    assert not closing.done()
    disk.go.set()
    await closing
    await step

    again = Database(f"sqlite:///{tmp_path}/bot.db")
    assert await notes(again) == ["last"]
    await again.close()


async def test_emptying_the_log_leaves_the_database_usable(tmp_path: Path, database: Database) -> None:
    await writing(database, "kept")
    log = tmp_path / "bot.db-wal"
    assert log.stat().st_size > 0

    await database.tidy()

    assert log.stat().st_size == 0
    await writing(database, "more")
    assert await notes(database) == ["kept", "more"]
