"""The long way round: hundreds of kills, and a hundred thousand messages. `make soak` runs this."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.support.kills import (
    die_at_random,
    everything_once_and_in_order,
    nothing_twice_and_every_loss_told,
    town,
)
from tests.support.postgres import Postgres

pytestmark = pytest.mark.soak

KILLS = int(os.environ.get("SOAK_KILLS", "200"))
MESSAGES = int(os.environ.get("SOAK_MESSAGES", "100000"))


@pytest.mark.parametrize("idempotent", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_two_hundred_kills_on_sqlite(tmp_path: Path, idempotent: bool, seed: int) -> None:
    async with town(tmp_path, f"sqlite:///{tmp_path}/bot.db", idempotent) as place:
        await die_at_random(place, KILLS, seed)
        if idempotent:
            await everything_once_and_in_order(place)
        else:
            await nothing_twice_and_every_loss_told(place)


@pytest.mark.postgresql
@pytest.mark.parametrize("idempotent", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_two_hundred_kills_of_three_workers_on_postgresql(
    tmp_path: Path, postgres: Postgres, idempotent: bool, seed: int
) -> None:
    async with town(tmp_path, postgres.database(), idempotent) as place:
        await die_at_random(place, KILLS, seed, workers=3)
        if idempotent:
            await everything_once_and_in_order(place)
        else:
            await nothing_twice_and_every_loss_told(place)


def test_memory_does_not_grow_with_the_messages(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "tests.soak.memory", str(tmp_path / "bot.db"), str(MESSAGES)]

    ended = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True)

    early, late = (float(line) for line in ended.stdout.split())
    assert late <= early * 1.2, f"{early:.0f} MB after 1,000 messages, {late:.0f} MB after {MESSAGES:,}"
