"""The turn loop among the others: a backlog holds nobody up, and nothing waits for a poll that need not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from bot.core.state import ConversationState
from bot.messages import Language, Message
from bot.ports import Outgoing, TurnResult
from bot.service.bell import LocalBell
from bot.service.service import Options, Service
from bot.service.turns import POLL_SECONDS
from bot.store.ids import Keys
from bot.store.memory import MemoryStore
from tests.service.test_failures import PLENTY, serving
from tests.support.channels import Recorder, echo
from tests.support.making import SECRET, SetClock, message, result
from tests.support.postgres import Postgres


async def test_a_backlog_lets_replies_leave_between_its_turns() -> None:
    # In memory nothing waits for anything, as on SQLite with a quick disk.
    channel, bell, clock = Recorder(), LocalBell(), SetClock()
    left: list[int] = []

    def turn(asked: Message, state: str | None, now: datetime, uncertain: Sequence[Outgoing]) -> TurnResult:
        left.append(len(channel.sent))
        return echo(asked, state, now, uncertain)

    store = MemoryStore(Keys(SECRET), bell, clock)
    service = Service(await store.open(), turn, bell, clock, "me", Options(sender_rate=PLENTY))
    service.add_push(channel)
    await service.inbox.put([message(conversation=f"c{number}") for number in range(30)])

    await service.start()
    await channel.until(30)
    await service.stop()
    await store.close()

    assert left[-1] > 15, left


@pytest.mark.parametrize(
    ("state", "client", "said"),
    [
        (ConversationState(language="en"), "sv", "Sorry, something went wrong"),
        (ConversationState(), "en", "Förlåt, något gick fel"),
        (None, "en", "Sorry, something went wrong"),
        (None, None, "Förlåt, något gick fel"),
    ],
)
async def test_an_apology_speaks_the_language_of_the_conversation(
    state: ConversationState | None, client: Language | None, said: str
) -> None:
    channel, bell, clock = Recorder(), LocalBell(), SetClock()

    def turn(asked: Message, _state: str | None, _now: datetime, _uncertain: Sequence[Outgoing]) -> TurnResult:
        if asked.text == "bad":
            clock.move(10)  # so that the next try is due
            raise ZeroDivisionError
        return result("Ja.", state=state and state.model_dump_json())

    store = MemoryStore(Keys(SECRET), bell, clock)
    service = Service(await store.open(), turn, bell, clock, "me", Options(sender_rate=PLENTY))
    service.add_push(channel)
    await service.start()
    await service.inbox.put([message("good"), message("bad", language=client)])

    _, apology = await channel.until(2)
    await service.stop()

    assert apology.reply.text.startswith(said)
    assert apology.reply.language == ("en" if said.startswith("Sorry") else "sv")


async def put_and_answered(url: str, count: int) -> float:
    """Seconds until as many messages, which came together in one conversation, are answered."""
    channel = Recorder()
    async with serving(url, channel) as service:
        await service.inbox.put([message("warm", conversation="warm")])
        await channel.until(1)
        started = asyncio.get_running_loop().time()
        await service.inbox.put([message(conversation="room") for _ in range(count)])
        await channel.until(1 + count)
        return asyncio.get_running_loop().time() - started


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def test_what_waits_behind_a_turn_is_taken_when_that_is_over(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    if kind == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.database()

    assert await put_and_answered(url, 5) < 3 * POLL_SECONDS
