"""`kill -9` at every step of the way and at random moments: what people see is what they would have seen without."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.kills import (
    die_at_every_point,
    die_at_random,
    everything_once_and_in_order,
    nothing_twice_and_every_loss_told,
    town,
)
from tests.support.postgres import Postgres

SEED = 20260302
KILLS = 20


async def test_dying_at_every_point_answers_everything_once(tmp_path: Path) -> None:
    async with town(tmp_path, f"sqlite:///{tmp_path}/bot.db", idempotent=True) as place:
        await die_at_every_point(place)
        await everything_once_and_in_order(place)


async def test_dying_at_every_point_repeats_nothing_where_that_would_show(tmp_path: Path) -> None:
    async with town(tmp_path, f"sqlite:///{tmp_path}/bot.db", idempotent=False) as place:
        await die_at_every_point(place)
        assert await place.uncertain()
        await nothing_twice_and_every_loss_told(place)


async def test_dying_at_random_answers_everything_once(tmp_path: Path) -> None:
    async with town(tmp_path, f"sqlite:///{tmp_path}/bot.db", idempotent=True) as place:
        await die_at_random(place, KILLS, SEED)
        await everything_once_and_in_order(place)


async def test_dying_at_random_repeats_nothing_where_that_would_show(tmp_path: Path) -> None:
    async with town(tmp_path, f"sqlite:///{tmp_path}/bot.db", idempotent=False) as place:
        await die_at_random(place, KILLS, SEED)
        await nothing_twice_and_every_loss_told(place)


@pytest.mark.postgresql
@pytest.mark.parametrize("idempotent", [True, False])
async def test_several_workers_on_postgresql_may_die_at_random(
    tmp_path: Path, postgres: Postgres, idempotent: bool
) -> None:
    async with town(tmp_path, postgres.database(), idempotent) as place:
        await die_at_random(place, KILLS, SEED, workers=3)
        if idempotent:
            await everything_once_and_in_order(place)
        else:
            await nothing_twice_and_every_loss_told(place)
