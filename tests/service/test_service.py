"""From a message to its reply, and all that can go wrong between."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest
import structlog

from bot.messages import Message
from bot.ports import NotAccepted, Outgoing, Record, Refused, TurnResult, Uncertain
from bot.service.service import Service
from tests.support.channels import Recorder
from tests.support.making import message, result


async def test_a_message_is_answered(service: Service, channel: Recorder) -> None:
    await service.start()

    await service.inbox.put([message("hej")])

    (out,) = await channel.until(1)
    assert out.reply.text == "1: hej"


async def test_what_was_left_by_the_last_run_goes_on(service: Service, channel: Recorder) -> None:
    await service.inbox.put([message("hej")])

    await service.start()

    assert await channel.until(1)


async def test_a_conversation_is_answered_in_order(service: Service, channel: Recorder) -> None:
    await service.start()

    for number in range(1, 6):
        await service.inbox.put([message(str(number))])

    sent = await channel.until(5)
    assert [out.reply.text for out in sent] == [f"{n}: {n}" for n in range(1, 6)]


async def test_nothing_waits_for_a_poll(service: Service, channel: Recorder) -> None:
    await service.start()
    await service.inbox.put([message("warm")])
    await channel.until(1)
    loop = asyncio.get_running_loop()

    started = loop.time()
    for number in range(2, 12):
        await service.inbox.put([message("hej", conversation=f"c{number}")])
        await channel.until(number)

    assert loop.time() - started < 1.0


@pytest.mark.parametrize("failure", [NotAccepted("429", retry_after=0), NotAccepted("connect")])
async def test_what_was_not_accepted_is_sent_again(service: Service, channel: Recorder, failure: Exception) -> None:
    channel.failures.append(failure)
    await service.start()

    await service.inbox.put([message("hej")])

    (out,) = await channel.until(1)
    assert out.attempt == 2


@pytest.mark.parametrize("failure", [Uncertain("time-out"), RuntimeError("broken")])
async def test_an_idempotent_channel_repeats_what_is_uncertain(
    service: Service, channel: Recorder, failure: Exception
) -> None:
    channel.failures.append(failure)
    await service.start()

    await service.inbox.put([message("hej")])

    (out,) = await channel.until(1)
    assert out.attempt == 2


@pytest.mark.parametrize("failure", [Uncertain("time-out"), RuntimeError("broken")])
async def test_another_channel_never_repeats_it(service: Service, channel: Recorder, failure: Exception) -> None:
    channel.idempotent = False
    channel.failures.append(failure)
    await service.start()

    await service.inbox.put([message("hej"), message("igen")])

    (out,) = await channel.until(1)
    assert out.reply.text == "2: igen"
    assert (await service.stores.conversations.counts(service.clock.now())).uncertain == 1


async def test_what_is_refused_is_given_up(service: Service, channel: Recorder) -> None:
    channel.failures.append(Refused("too large"))
    await service.start()

    await service.inbox.put([message("hej"), message("igen")])

    (out,) = await channel.until(1)
    assert out.reply.text == "2: igen"


async def test_a_message_whose_turn_always_fails_is_parked_with_an_apology(service: Service, channel: Recorder) -> None:
    tries = 0

    def failing(message: Message, state: str | None, now: datetime, uncertain: Sequence[Outgoing]) -> TurnResult:
        nonlocal tries
        if message.text == "bad":
            tries += 1
            raise ZeroDivisionError("with what the person wrote")
        return result(message.text)

    service._turns._turn = failing
    await service.start()

    await service.inbox.put([message("bad", event="1"), message("good", event="2")])
    await service.inbox.put([message("other", conversation="other")])

    sent = await channel.until(3, seconds=20)
    assert sent[0].reply.text == "other"
    assert sent[1].reply.text.startswith("Förlåt")
    assert sent[2].reply.text == "good"
    assert tries == 3
    exposed = service.metrics.exposed(None, ()).decode()
    assert 'iopbot_messages_parked_total{channel="push"} 1.0' in exposed
    assert 'iopbot_turns_failed_total{channel="push"} 3.0' in exposed


async def test_what_is_kept_is_masked_whatever_the_turn_does(service: Service, channel: Recorder) -> None:
    def careless(message: Message, state: str | None, now: datetime, uncertain: Sequence[Outgoing]) -> TurnResult:
        return result("Ja.", records=(Record("unanswered", message.sender, message.text),))

    service._turns._turn = careless
    started = service.clock.now()
    await service.start()

    await service.inbox.put([message("ring 070-123 45 67")])

    await channel.until(1)
    ((_, record),) = await service.stores.records.list("unanswered", started)
    assert record.text == "ring [telefonnummer]"


async def test_stopping_finishes_what_came_in(service: Service, channel: Recorder) -> None:
    await service.start()
    await service.inbox.put([message(str(n), conversation=f"c{n}") for n in range(20)][:9])

    await service.stop()

    assert len(channel.sent) == 9


async def test_stopping_does_not_wait_for_ever(service: Service, channel: Recorder) -> None:
    async def hang(outgoing: Outgoing) -> str:
        await asyncio.Event().wait()
        return ""

    channel.send = hang  # type: ignore[method-assign]
    await service.start()
    await service.inbox.put([message("hej")])
    loop = asyncio.get_running_loop()

    started = loop.time()
    await service.stop()

    assert loop.time() - started < 4.5


async def test_who_floods_is_told_once_and_slows_nobody_down(service: Service, channel: Recorder) -> None:
    problems: list[str | None] = []

    def noting(message: Message, state: str | None, now: datetime, uncertain: Sequence[Outgoing]) -> TurnResult:
        problems.append(message.problem)
        return result(message.text)

    service._turns._turn = noting
    await service.start()

    await service.inbox.put([message("x", sender="@flood:example.org", conversation="f") for _ in range(100)])
    await service.inbox.put([message("y", sender="@bo:example.org", conversation="b")])

    sent = await channel.until(12)
    assert "y" in [out.reply.text for out in sent]
    assert problems.count("too_fast") == 1
    assert len(problems) == 12


async def one_has_ended(service: Service) -> None:
    """Wait until one of the loops is over."""
    async with asyncio.timeout(5):
        await asyncio.wait([*service._working, *service._beside], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0)  # what is done at its end is called next


@pytest.mark.parametrize("loop", ["_turns", "_heartbeat"])
async def test_a_loop_that_broke_is_seen_and_told(service: Service, monkeypatch: pytest.MonkeyPatch, loop: str) -> None:
    async def breaking() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(getattr(service, loop), "run", breaking)
    with structlog.testing.capture_logs() as log:
        await service.start()
        assert service.health()[0].ok
        await one_has_ended(service)

    assert not service.health()[0].ok
    assert [(line["event"], type(line["exc_info"])) for line in log] == [("loop_broke", ZeroDivisionError)]


async def test_retention_that_broke_is_seen(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaking(before: datetime) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(service.stores.conversations, "expire", breaking)
    await service.start()
    await one_has_ended(service)

    assert not service.health()[0].ok


async def test_a_channel_that_breaks_is_run_again(service: Service, channel: Recorder) -> None:
    runs = asyncio.Semaphore(0)

    async def breaking() -> None:
        runs.release()
        raise OSError("gone")

    channel.run = breaking  # type: ignore[method-assign]

    await service.start()

    async with asyncio.timeout(5):
        await runs.acquire()
        await runs.acquire()
