"""The long tests of Matrix: `make soak`."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.matrix.bot import Bot
from tests.matrix.people import Person
from tests.matrix.test_trouble import kill_at_random

pytestmark = [pytest.mark.synapse, pytest.mark.soak]

Bots = Callable[..., Bot]


def test_killed_fifty_times_during_five_hundred_questions(own_bot: Bots, anna: Person) -> None:
    kill_at_random(own_bot(), anna, rooms=10, questions=500, kills=50, seed=50)


def test_a_standby_takes_over_within_thirty_seconds(own_bot: Bots, anna: Person, person: Callable[..., Person]) -> None:
    account = person("iop-pair")
    first = own_bot()
    shared = {
        "IOPBOT_DATABASE_URL": f"sqlite:///{first.folder / 'shared.db'}",
        "IOPBOT_SECRET_KEY": "one key for both replicas",
        "IOPBOT_MATRIX_USER": account.user,
        "IOPBOT_MATRIX_PASSWORD": "",
        "IOPBOT_MATRIX_ACCESS_TOKEN": account.token,
        "IOPBOT_MATRIX_ENCRYPTION": "false",
    }
    one, other = own_bot(**shared), own_bot(**shared)
    one.start()
    room = anna.direct(account.user)
    other.start()
    assert "annan process" in str(other.matrix())
    anna.ask(room, "Är IOP tillåtet?", account.user)
    one.kill()
    began = time.monotonic()
    anna.ask(room, "Vad är ett IOP?", account.user)
    assert time.monotonic() - began < 30
    assert len(anna.messages(room, account.user)) == 3
    other.stop()
