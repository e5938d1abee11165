"""The three stores, each new and empty for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.ports import Stores
from bot.service.bell import LocalBell
from bot.store.ids import Keys
from bot.store.memory import MemoryStore
from bot.store.sql import SqlStore
from tests.support.making import SECRET, SetClock

KINDS = ["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
SQL = KINDS[1:]


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of the kind that the test runs with."""
    if request.getfixturevalue("kind") == "postgresql":
        return str(request.getfixturevalue("postgres").database())
    return f"sqlite:///{tmp_path}/bot.db"


@pytest.fixture
async def stores(kind: str, request: pytest.FixtureRequest, clock: SetClock) -> AsyncIterator[Stores]:
    """An open store of each kind."""
    keys, bell = Keys(SECRET), LocalBell()
    store: MemoryStore | SqlStore
    if kind == "memory":
        store = MemoryStore(keys, bell, clock)
    else:
        store = SqlStore(request.getfixturevalue("url"), keys, bell, clock, owner="me")
    yield await store.open()
    await store.close()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Which store."""
    return str(request.param)
