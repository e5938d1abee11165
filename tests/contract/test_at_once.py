"""What every store promises of a reply that is sent as soon as its turn is over."""

from __future__ import annotations

from bot.ports import Outgoing, Stores
from tests.contract.test_outbox import taken
from tests.support.making import SetClock, message, result


async def finished(stores: Stores, clock: SetClock, *texts: str, **fields: object) -> Outgoing | None:
    """Put a message and finish its turn; the caller could send at once."""
    await stores.inbox.put([message(**fields)])  # type: ignore[arg-type]
    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        return await work.finish(result(*texts), clock.now(), at_once=True)


async def test_the_first_reply_is_handed_over_and_the_others_wait(stores: Stores, clock: SetClock) -> None:
    first = await finished(stores, clock, "a1", "a2", event="1")

    assert first is not None
    assert (first.channel, first.conversation, first.event, first.reply.text) == ("push", "room", "1", "a1")
    assert first.address == {"thread": "t1"}
    assert (first.attempt, first.edits, first.removes) == (1, None, None)
    assert await taken(stores, clock) == []
    assert (await stores.conversations.counts(clock.now())).outgoing == 2

    await stores.outbox.sent(first.id, "$1", clock.now())
    (second,) = await taken(stores, clock)
    assert second.reply.text == "a2"
    shown = await stores.replies.find("push", "$1")
    assert shown is not None
    assert shown.id == first.id


async def test_nothing_overtakes_an_earlier_reply(stores: Stores, clock: SetClock) -> None:
    first = await finished(stores, clock, "a1")
    assert first is not None

    assert await finished(stores, clock, "a2") is None
    assert await finished(stores, clock, "b1", conversation="other") is not None

    await stores.outbox.sent(first.id, "$1", clock.now())
    (second,) = await taken(stores, clock)
    assert second.reply.text == "a2"


async def test_a_reply_that_changes_an_earlier_one_waits_for_its_name(stores: Stores, clock: SetClock) -> None:
    first = await finished(stores, clock, "Ja.", event="1")
    assert first is not None
    await stores.outbox.sent(first.id, "$1", clock.now())

    assert await finished(stores, clock, "Nej.", event="2", edits="1") is None

    (changed,) = await taken(stores, clock)
    assert (changed.reply.text, changed.edits) == ("Nej.", "$1")


async def test_what_was_handed_over_can_be_tried_again(stores: Stores, clock: SetClock) -> None:
    first = await finished(stores, clock, "Ja.")
    assert first is not None

    await stores.outbox.again(first.id, clock.now())

    (again,) = await taken(stores, clock)
    assert (again.id, again.attempt, again.reply) == (first.id, 2, first.reply)


async def test_a_turn_without_replies_hands_nothing_over(stores: Stores, clock: SetClock) -> None:
    assert await finished(stores, clock) is None
