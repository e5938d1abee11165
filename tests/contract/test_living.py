"""What every store says of the newest reply that still asks something."""

from __future__ import annotations

from bot.messages import Choice, Choices, Reply
from bot.ports import Stores, TurnResult
from tests.support.making import SetClock, message, reply

ASKS = Choices(choices=(Choice(value="yes", label="Ja"),), flow="f", question="q", answered=0)
QUESTION = Reply(kind="question", text="Ja?", blocks=(ASKS,))


async def shown(stores: Stores, clock: SetClock, drawn: Reply, shown_as: str, conversation: str = "room") -> None:
    """Answer a message with a reply, and show it under an id."""
    await stores.inbox.put([message(conversation=conversation)])
    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        await work.finish(TurnResult("{}", (drawn,)), clock.now())
    (out,) = await stores.outbox.take({"push": True}, clock.now())
    await stores.outbox.sent(out.id, shown_as, clock.now())


async def test_nothing_lives_where_nothing_was_asked(stores: Stores, clock: SetClock) -> None:
    await shown(stores, clock, reply("Ja."), "$1")

    assert await stores.replies.living("push", "room") is None
    assert await stores.replies.living("push", "elsewhere") is None


async def test_the_newest_question_lives(stores: Stores, clock: SetClock) -> None:
    await shown(stores, clock, QUESTION, "$1")
    await shown(stores, clock, QUESTION, "$2")
    await shown(stores, clock, reply("Ja."), "$3")
    await shown(stores, clock, QUESTION, "$4", conversation="other")

    assert await stores.replies.living("push", "room") == "$2"


async def test_a_card_lives_as_long_as_its_last_drawing_asks(stores: Stores, clock: SetClock) -> None:
    await shown(stores, clock, QUESTION, "$1")
    await shown(stores, clock, QUESTION, "$1")
    assert await stores.replies.living("push", "room") == "$1"

    await shown(stores, clock, reply("Klart."), "$1")

    assert await stores.replies.living("push", "room") is None


async def test_a_question_that_has_not_arrived_does_not_live_yet(stores: Stores, clock: SetClock) -> None:
    await shown(stores, clock, QUESTION, "$1")
    await stores.inbox.put([message()])
    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        await work.finish(TurnResult("{}", (QUESTION,)), clock.now())

    assert await stores.replies.living("push", "room") == "$1"
