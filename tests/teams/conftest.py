"""One running bot with its connector for all tests of Teams; every test has conversations of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.teams.client import Person
from tests.teams.connector import Connector
from tests.teams.running import Running


@pytest.fixture(scope="session")
def connector() -> Iterator[Connector]:
    made = Connector()
    yield made
    made.close()


@pytest.fixture(scope="session")
def running(connector: Connector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = Running(tmp_path_factory.mktemp("teams"), connector)
    yield made
    made.close()


@pytest.fixture(scope="session")
def strict(connector: Connector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A bot that lets one person write three times at once, and waits a second for Teams. Its people need names of
    their own."""
    made = Running(tmp_path_factory.mktemp("strict"), connector, burst=3, answer_seconds=1)
    yield made
    made.close()


@pytest.fixture
def person(running: Running, connector: Connector) -> Person:
    """Somebody in a personal chat with the bot."""
    return Person(running.url, connector)


@pytest.fixture
def somebody(running: Running, connector: Connector) -> Callable[..., Person]:
    """Makes people; takes the fields of Person."""
    return lambda **fields: Person(running.url, connector, **fields)
