"""What a store meets in the real world: full disks, damaged files, restarts, cut connections, clocks set back."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.core.limit import Rate
from bot.ports import StoreError, Stores, TurnResult
from bot.service.bell import LocalBell
from bot.service.service import Options, Service
from bot.service.turns import POLL_SECONDS
from bot.store.ids import Keys
from bot.store.sql import SqlStore
from bot.store.sql.migrate import HEAD
from tests.needs import IN_CI
from tests.support.channels import Recorder, echo
from tests.support.making import SECRET, SetClock, message, result
from tests.support.postgres import Postgres

PLENTY = Rate(10**6, 10**6)


def store_at(
    url: str, secret: bytes = SECRET, clock: SetClock | None = None, bell: LocalBell | None = None
) -> SqlStore:
    return SqlStore(url, Keys(secret), bell or LocalBell(), clock or SetClock(), "me")


@asynccontextmanager
async def serving(url: str, channel: Recorder, clock: SetClock | None = None) -> AsyncIterator[Service]:
    """A running service over a database."""
    bell, time = LocalBell(), clock or SetClock()
    store = store_at(url, clock=time, bell=bell)
    service = Service(await store.open(), echo, bell, time, "me", Options(sender_rate=PLENTY, side_by_side=3))
    service.add_push(channel)
    await service.start()
    try:
        yield service
    finally:
        await service.stop()
        await store.close()


async def refused(url: str, secret: bytes = SECRET) -> str:
    """What opening says."""
    store = None
    try:
        store = store_at(url, secret)
        await store.open()
    except StoreError as error:
        return str(error)
    finally:
        if store is not None:
            await store.close()
    raise AssertionError("it was opened")


def modes(folder: Path) -> set[str]:
    return {oct(path.stat().st_mode & 0o777) for path in folder.iterdir()}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# ---- files


async def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    path.write_bytes(b"This is somebody's diary. " * 1000)
    before = digest(path)

    said = await refused(f"sqlite:///{path}")

    assert "ingen SQLite-databas" in said
    assert str(path) in said
    assert digest(path) == before


async def test_a_damaged_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    store = store_at(f"sqlite:///{path}")
    stores = await store.open()
    await stores.inbox.put([message("x" * 500) for _ in range(200)])
    await store.close()
    content = bytearray(path.read_bytes())
    for start in range(8192, len(content), 4096):
        content[start : start + 200] = os.urandom(200)
    path.write_bytes(content)
    before = digest(path)

    said = await refused(f"sqlite:///{path}")

    assert "skadad" in said
    assert "säkerhetskopia" in said
    assert digest(path) == before


async def test_a_database_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE diary (entry TEXT)")
    connection.close()

    assert "inte har skapat" in await refused(f"sqlite:///{path}")


async def test_a_file_in_a_place_where_nobody_may_write_is_told() -> None:
    assert "går inte att öppna" in await refused("sqlite:////proc/nowhere/bot.db")


async def test_the_database_is_readable_for_its_owner_only(tmp_path: Path) -> None:
    store = store_at(f"sqlite:///{tmp_path}/bot.db")
    await store.open()

    found = modes(tmp_path)
    await store.close()

    assert found == {"0o600"}


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        if IN_CI:
            pytest.fail("mounting a small file system needs root")
        pytest.skip("mounting a small file system needs root")
    folder = tmp_path / "small"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder))
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


async def put_until_full(stores: Stores) -> tuple[int, str]:
    """How many messages were taken, and what was said then."""
    taken = 0
    try:
        while True:
            await stores.inbox.put([message("x" * 1500, event=f"{taken}", conversation="a")])
            taken += 1
    except StoreError as error:
        return taken, str(error)


async def test_a_full_disk_is_told_and_what_was_taken_is_kept(small_disk: Path) -> None:
    store = store_at(f"sqlite:///{small_disk}/bot.db")
    stores = await store.open()

    taken, said = await put_until_full(stores)

    assert "är full" in said
    assert "Frigör utrymme" in said
    assert taken > 10
    mount("-o", "remount,size=8m", str(small_disk))

    assert await stores.inbox.put([message("room again", event="last", conversation="a")]) == 1
    assert (await stores.conversations.counts(SetClock().now())).waiting == taken + 1
    await store.close()


async def test_a_turn_that_finds_the_disk_full_is_tried_again_with_pauses(small_disk: Path) -> None:
    url, bell, clock = f"sqlite:///{small_disk}/bot.db", LocalBell(), SetClock()
    tried: list[float] = []
    thrice = asyncio.Event()

    def long_answer(*_: object) -> TurnResult:
        tried.append(asyncio.get_running_loop().time())
        if len(tried) == 3:
            thrice.set()
        return result("x" * 2_000_000)

    store, channel = store_at(url, bell=bell), Recorder()
    service = Service(await store.open(), long_answer, bell, clock, "me", Options(sender_rate=PLENTY))
    service.add_push(channel)
    await service.start()
    await service.inbox.put([message()])
    await thrice.wait()
    mount("-o", "remount,size=16m", str(small_disk))

    await channel.until(1)
    assert tried[2] - tried[0] > POLL_SECONDS
    await service.stop()
    await store.close()


# ---- versions and keys


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def test_a_newer_database_is_refused_and_left_as_it_is(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    if kind == "postgresql":
        url = request.getfixturevalue("postgres").database()
    store = store_at(url)
    await store.open()
    async with store.database.transaction() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await connection.commit()
    await store.close()

    said = await refused(url)

    assert "9999" in said
    assert "nyare" in said
    assert "9999" in await refused(url)


async def test_another_key_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    store = store_at(url)
    await store.open()
    await store.close()

    assert "IOPBOT_SECRET_KEY" in await refused(url, b"another secret of 16 bytes")


async def test_the_password_of_a_database_is_never_told() -> None:
    said = await refused("postgresql://anna:hemligt@127.0.0.1:1/iopbot")

    assert "hemligt" not in said
    assert "127.0.0.1" in said


# ---- PostgreSQL


@pytest.mark.postgresql
async def test_processes_that_start_at_once_migrate_once(postgres: Postgres) -> None:
    url = postgres.database()
    stores = [store_at(url) for _ in range(4)]

    await asyncio.gather(*(store.open() for store in stores))

    for store in stores:
        await store.close()
    # A second migration would find its tables there and fail, or write its version beside the first.
    versions = await asyncio.to_thread(postgres.sql, "SELECT version_num FROM alembic_version", url.split("/")[-1])
    assert versions.split() == [HEAD]


async def write_on(service: Service, count: int, started: int = 0) -> None:
    """People write, and write again when the bot did not take it."""
    for number in range(started, started + count):
        put = message(f"m{number}", event=f"e{number}", conversation=f"c{number % 5}")
        async with asyncio.timeout(60):
            while True:
                try:
                    await service.inbox.put([put])
                    break
                except StoreError:
                    await asyncio.sleep(0.05)
        await asyncio.sleep(0.002)


def all_once(channel: Recorder, count: int) -> None:
    texts = sorted(out.reply.text.split(": ")[1] for out in channel.sent)
    assert texts == sorted(f"m{number}" for number in range(count))
    for conversation in {out.conversation for out in channel.sent}:
        numbers = [int(out.reply.text.split(":")[0]) for out in channel.sent if out.conversation == conversation]
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.postgresql
async def test_postgresql_restarted_under_load_loses_and_doubles_nothing(postgres: Postgres) -> None:
    channel = Recorder()
    async with serving(postgres.database(), channel) as service:
        writing = asyncio.create_task(write_on(service, 200))
        await channel.until(20)
        await asyncio.to_thread(postgres.stop)
        await asyncio.to_thread(postgres.start)
        await writing
        await channel.until(200, seconds=60)
    all_once(channel, 200)


@pytest.mark.postgresql
async def test_connections_cut_under_load_lose_and_double_nothing(postgres: Postgres) -> None:
    channel = Recorder()
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'iopbot'"
    async with serving(postgres.database(), channel) as service:
        writing = asyncio.create_task(write_on(service, 200))
        for count in (20, 60, 100):
            await channel.until(count, seconds=60)
            await asyncio.to_thread(postgres.sql, cut)
        await writing
        await channel.until(200, seconds=60)
    all_once(channel, 200)


# ---- time


async def test_the_clock_set_back_stops_nothing(tmp_path: Path) -> None:
    channel, clock = Recorder(), SetClock()
    async with serving(f"sqlite:///{tmp_path}/bot.db", channel, clock) as service:
        await service.inbox.put([message("before", conversation="a")])
        await channel.until(1)

        clock.move(-7200)

        await service.inbox.put([message("after", conversation="a"), message("other", conversation="b")])
        await channel.until(3)
        assert service.health()[0].ok


async def test_a_reply_left_by_a_dead_process_goes_on_after_the_clock_was_set_back(tmp_path: Path) -> None:
    url, clock = f"sqlite:///{tmp_path}/bot.db", SetClock()
    dead = SqlStore(url, Keys(SECRET), LocalBell(), clock, "dead")
    stores = await dead.open()
    await stores.lease.hold("worker:dead", "dead", 10, clock.now())
    await stores.inbox.put([message()])
    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        await work.finish(result("Ja."), clock.now())
    assert len(await stores.outbox.take({"push": True}, clock.now())) == 1
    await dead.close()
    (tmp_path / "bot.db-alive-dead").unlink()  # so that its lease is all that tells of it

    clock.move(-7200)
    living = store_at(url, clock=clock)
    stores = await living.open()
    assert await stores.outbox.take({"push": True}, clock.now()) == []
    clock.move(11)
    fresh = store_at(url, clock=clock)
    (out,) = await (await fresh.open()).outbox.take({"push": True}, clock.now())

    assert out.reply.text == "Ja."
    await living.close()
    await fresh.close()
