"""A message that kills the process is found out and given up."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.messages import Message
from bot.ports import Outgoing, TurnResult
from bot.service.bell import LocalBell
from bot.service.note import TurnNote
from bot.service.service import Options, Service
from bot.store.ids import Keys
from bot.store.sql import SqlStore
from tests.service.conftest import RealClock
from tests.support.channels import Recorder
from tests.support.making import SECRET, message, result

_context = multiprocessing.get_context("fork")


def die_in(folder: Path, channel: str, event: str) -> None:
    """A process that dies in the middle of a turn."""

    def die() -> None:
        note = TurnNote(folder)
        note.begin()
        with note.of(channel, event):
            os.kill(os.getpid(), signal.SIGKILL)

    process = _context.Process(target=die)
    process.start()
    process.join(10)
    assert process.exitcode == -9


def test_the_turn_in_which_a_process_died_is_told_once(tmp_path: Path) -> None:
    die_in(tmp_path, "push", "e1")

    first, second = TurnNote(tmp_path), TurnNote(tmp_path)

    assert first.begin() == [("push", "e1")]
    first.end()
    assert second.begin() == []
    second.end()
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_lives_is_left_alone(tmp_path: Path) -> None:
    living, other = TurnNote(tmp_path, "a"), TurnNote(tmp_path, "b")
    living.begin()

    with living.of("push", "e1"):
        assert other.begin() == []
    living.end()
    other.end()


def test_without_a_folder_nothing_is_noted(tmp_path: Path) -> None:
    note = TurnNote(None)

    assert note.begin() == []
    with note.of("push", "e1"):
        pass
    note.end()


async def test_a_message_that_killed_three_processes_is_given_up(tmp_path: Path) -> None:
    def deadly(message: Message, state: str | None, now: datetime, uncertain: Sequence[Outgoing]) -> TurnResult:
        assert message.text != "deadly"
        return result(message.text)

    bell, channel = LocalBell(), Recorder()
    for _ in range(3):
        store = SqlStore(f"sqlite:///{tmp_path}/bot.db", Keys(SECRET), bell, RealClock(), "me")
        stores = await store.open()
        await stores.inbox.put([message("deadly", event="e1")])
        die_in(tmp_path, "push", "e1")
        service = Service(stores, deadly, bell, RealClock(), "me", Options(folder=tmp_path, stop_seconds=0.01))
        (died,) = service._note.begin()
        await stores.inbox.failed(*died, datetime.now(UTC))
        service._note.end()
        await store.close()

    store = SqlStore(f"sqlite:///{tmp_path}/bot.db", Keys(SECRET), bell, RealClock(), "me")
    service = Service(await store.open(), deadly, bell, RealClock(), "me", Options(folder=tmp_path))
    service.add_push(channel)
    await service.start()
    await service.inbox.put([message("after")])

    sent = await channel.until(2)
    assert [out.reply.text[:6] for out in sent] == ["Förlåt", "after"]
    await service.stop()
    await store.close()
