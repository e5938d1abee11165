"""The bot's own content, and one process with every channel for the tests that speak to it."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator

import pytest

from bot.core.turn import Brain, build_brain
from tests.acceptance.house import House
from tests.acceptance.speakers import InMatrix, InTeams, InTheTerminal, OnTheWeb, Speaker
from tests.matrix.people import Person
from tests.support.synapse import Synapse
from tests.teams.connector import Connector

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def brain() -> Brain:
    """The bot with the project's own content."""
    return build_brain()


@pytest.fixture(scope="session")
def sources(brain: Brain) -> dict[str, str]:
    """The texts that are quoted, by id."""
    return {id: source.text for id, source in brain.knowledge.sources.items()}


@pytest.fixture(scope="module")
def house(synapse: Synapse) -> Iterator[House]:
    """The bot, running with the web, Matrix and Teams."""
    connector = Connector()
    made = House(synapse, connector)
    made.start()
    yield made
    made.stop()
    connector.close()
    shutil.rmtree(made.folder)


@pytest.fixture(scope="module")
def _terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InTheTerminal]:
    made = InTheTerminal(tmp_path_factory.mktemp("terminal") / "log")
    yield made
    made.close()


@pytest.fixture
def terminal(_terminal: InTheTerminal) -> InTheTerminal:
    """Somebody in the terminal of whom nothing is known yet."""
    _terminal.say("radera mina uppgifter")
    return _terminal


@pytest.fixture
def speakers(house: House, synapse: Synapse) -> Iterator[list[Speaker]]:
    """Somebody new in each of the other channels."""
    name = f"anna-everywhere{next(_numbers)}"
    person = Person(synapse.url, synapse.register(name))
    yield [InTeams(house, name), InMatrix(house, person), OnTheWeb(house)]
    person.close()
