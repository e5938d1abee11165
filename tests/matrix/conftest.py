"""One bot for all tests here; tests that break things start their own bot."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.matrix.bot import Bot
from tests.matrix.people import Person
from tests.support.synapse import Synapse

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def bot(synapse: Synapse) -> Iterator[Bot]:
    """A bot that runs as long as the tests."""
    made = Bot(synapse, synapse.register("iop"))
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(made.folder)


@pytest.fixture
def own_bot(synapse: Synapse) -> Iterator[Callable[..., Bot]]:
    """Makes bots with accounts of their own, not started."""
    bots: list[Bot] = []

    def make(**environment: str) -> Bot:
        bots.append(Bot(synapse, synapse.register(f"iop{next(_numbers)}"), **environment))
        return bots[-1]

    yield make
    for each in bots:
        each.kill()
        shutil.rmtree(each.folder)


@pytest.fixture
def person(synapse: Synapse) -> Iterator[Callable[..., Person]]:
    """Makes people: new ones by name, or logs in again as somebody who is there."""
    people: list[Person] = []

    def make(name: str = "", user: str = "", admin: bool = False) -> Person:
        account = user or synapse.register(f"{name}{next(_numbers)}", admin=admin)
        people.append(Person(synapse.url, account))
        return people[-1]

    yield make
    for each in people:
        each.close()


@pytest.fixture
def anna(person: Callable[[str], Person]) -> Person:
    """Somebody from an association."""
    return person("anna")
