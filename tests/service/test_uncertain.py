"""A reply of which nobody knows whether it arrived: the person is told once, and can fetch it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest

from bot.core.turn import Brain, build_brain, turn
from bot.ports import Uncertain
from bot.service.bell import LocalBell
from bot.service.service import Options, Service
from bot.store.ids import Keys
from bot.store.memory import MemoryStore
from tests.support.channels import Recorder
from tests.support.making import SECRET, SetClock, message


@pytest.fixture(scope="module")
def brain() -> Brain:
    return build_brain()


@pytest.fixture
async def service(brain: Brain, channel: Recorder) -> AsyncIterator[Service]:
    channel.idempotent = False
    bell, clock = LocalBell(), SetClock()
    store = MemoryStore(Keys(SECRET), bell, clock)
    made = Service(await store.open(), partial(turn, brain), bell, clock, "me", Options(stop_seconds=3))
    made.add_push(channel)
    await made.start()
    yield made
    await made.stop()


async def write(service: Service, channel: Recorder, text: str, replies: int) -> list[str]:
    """What is said to this."""
    before = len(channel.sent)
    await service.inbox.put([message(text)])
    return [out.reply.text for out in (await channel.until(before + replies))[before:]]


async def test_a_person_is_told_once_of_an_uncertain_reply_and_can_see_it_again(
    service: Service, channel: Recorder
) -> None:
    channel.failures.append(Uncertain("time-out"))
    await service.inbox.put([message("Vad är ett IOP?")])
    async with channel.seen:
        await channel.seen.wait_for(lambda: not channel.failures)

    told = await write(service, channel, "hej", 2)
    later = await write(service, channel, "tack", 1)
    again = await write(service, channel, "Visa svaret igen", 2)

    assert "kanske inte kom fram" in told[0]
    assert "kanske" not in later[0]
    assert "idéburet offentligt partnerskap" in again[0].lower()
    counts = await service.stores.conversations.counts(service.clock.now())
    assert counts.uncertain == 0
