"""One brain for all unit tests: loading the content takes half a second."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.core.turn import Brain, build_brain, turn
from bot.messages import Message, Reply
from knowledge.answer import Answerer
from knowledge.load import load
from knowledge.model import Knowledge

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load()


@pytest.fixture(scope="session")
def answerer(knowledge: Knowledge) -> Answerer:
    return Answerer(knowledge)


@pytest.fixture(scope="session")
def brain() -> Brain:
    return build_brain()


@pytest.fixture
def say(brain: Brain) -> Callable[[str], Reply]:
    """Talk in one conversation; returns the last reply to each text."""
    state: list[str | None] = [None]
    count = [0]

    def speak(text: str) -> Reply:
        count[0] += 1
        message = Message(channel="test", event=str(count[0]), conversation="c", sender="p", text=text, received=NOW)
        result = turn(brain, message, state[0], NOW)
        state[0] = result.state
        return result.replies[-1]

    return speak
