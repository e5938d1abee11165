"""A service over a store in memory, with one push channel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.service.bell import LocalBell
from bot.service.service import Options, Service
from bot.store.ids import Keys
from bot.store.memory import MemoryStore
from tests.support.channels import Recorder, echo
from tests.support.making import SECRET


class RealClock:
    """The port Clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture
def channel() -> Recorder:
    return Recorder()


@pytest.fixture
async def service(channel: Recorder) -> AsyncIterator[Service]:
    """Not started yet; stopped after the test."""
    bell, clock = LocalBell(), RealClock()
    store = MemoryStore(Keys(SECRET), bell, clock)
    made = Service(await store.open(), echo, bell, clock, "me", Options(stop_seconds=3))
    made.add_push(channel)
    yield made
    await made.stop()
