"""What every store promises of replies on their way out."""

from __future__ import annotations

from datetime import timedelta

from bot.messages import Choice, Choices, Reply
from bot.ports import Outgoing, Stores, TurnResult
from bot.store.ids import Keys
from tests.contract.test_inbox import work_off
from tests.support.making import SECRET, SetClock, message, reply, result

PUSH = {"push": True}
ONCE = {"push": False}


async def answered(stores: Stores, clock: SetClock, *texts: str, **fields: object) -> None:
    """Put a message and finish its turn with these replies."""
    await stores.inbox.put([message(**fields)])  # type: ignore[arg-type]
    await work_off(stores, clock, *texts)


async def taken(stores: Stores, clock: SetClock, channels: dict[str, bool] = PUSH) -> list[Outgoing]:
    return list(await stores.outbox.take(channels, clock.now()))


async def test_a_reply_is_taken_with_all_that_the_channel_needs(stores: Stores, clock: SetClock) -> None:
    await answered(stores, clock, "Ja.", event="1")

    (out,) = await taken(stores, clock)

    assert (out.channel, out.conversation, out.event, out.attempt) == ("push", "room", "1", 1)
    assert out.reply == reply("Ja.")
    assert out.address == {"thread": "t1"}
    assert await taken(stores, clock) == []


async def test_replies_of_a_conversation_leave_in_order_and_conversations_side_by_side(
    stores: Stores, clock: SetClock
) -> None:
    await answered(stores, clock, "a1", "a2", conversation="a")
    await answered(stores, clock, "b1", conversation="b")

    first = await taken(stores, clock)
    assert [each.reply.text for each in first] == ["a1", "b1"]
    assert await taken(stores, clock) == []

    await stores.outbox.sent(first[0].id, "$shown", clock.now())
    assert [each.reply.text for each in await taken(stores, clock)] == ["a2"]


async def test_what_a_page_fetches_is_never_pushed(stores: Stores, clock: SetClock) -> None:
    await answered(stores, clock, "Ja.", event="1", channel="web")

    assert await taken(stores, clock) == []
    assert (await stores.conversations.counts(clock.now())).outgoing == 0
    (out,) = await stores.outbox.of_event("web", "1")
    assert out.reply.text == "Ja."

    await stores.outbox.sent(out.id, out.id, clock.now())
    assert await stores.outbox.of_event("web", "1") == []


async def test_sent_may_be_repeated(stores: Stores, clock: SetClock) -> None:
    await answered(stores, clock, "Ja.")
    (out,) = await taken(stores, clock)

    await stores.outbox.sent(out.id, "$1", clock.now())
    await stores.outbox.sent(out.id, "$2", clock.now())

    shown = await stores.replies.find("push", "$1")
    assert shown is not None
    assert shown.id == out.id
    assert await stores.replies.find("push", "$2") is None


async def test_what_was_not_accepted_is_tried_again_at_its_time(stores: Stores, clock: SetClock) -> None:
    await answered(stores, clock, "a1", "a2", conversation="a")
    (out,) = await taken(stores, clock)

    await stores.outbox.again(out.id, clock.now() + timedelta(seconds=5))
    assert await taken(stores, clock) == []
    clock.move(5)

    (again,) = await taken(stores, clock)
    assert (again.id, again.attempt) == (out.id, 2)


async def test_what_is_uncertain_is_not_repeated_but_told(stores: Stores, clock: SetClock) -> None:
    await answered(stores, clock, "Ja.", event="1")
    (out,) = await taken(stores, clock)

    await stores.outbox.give_up(out.id, "uncertain", clock.now())

    assert await taken(stores, clock) == []
    assert (await stores.conversations.counts(clock.now())).uncertain == 1
    await stores.inbox.put([message(event="2")])
    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        assert [(each.reply.text, each.told) for each in work.uncertain] == [("Ja.", False)]
        await work.finish(result("Kom det fram?", told=(out.id,)), clock.now())
    await stores.inbox.put([message(event="3")])
    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        assert [each.told for each in work.uncertain] == [True]
        await work.finish(result("Ja.", shown_again=(out.id,)), clock.now())
    await stores.inbox.put([message(event="4")])
    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        assert list(work.uncertain) == []
    assert (await stores.conversations.counts(clock.now())).uncertain == 0


async def test_nobody_is_told_of_anothers_uncertain_reply(stores: Stores, clock: SetClock) -> None:
    await answered(stores, clock, "Ja.", event="1")
    (out,) = await taken(stores, clock)
    await stores.outbox.give_up(out.id, "uncertain", clock.now())

    await stores.inbox.put([message(event="2", sender="@bo:example.org")])

    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        assert list(work.uncertain) == []


async def test_what_is_refused_blocks_nothing(stores: Stores, clock: SetClock) -> None:
    await answered(stores, clock, "a1", "a2", conversation="a")
    (out,) = await taken(stores, clock)

    await stores.outbox.give_up(out.id, "refused", clock.now())

    assert [each.reply.text for each in await taken(stores, clock)] == ["a2"]


async def test_the_answer_to_an_edited_question_replaces_the_one_shown(stores: Stores, clock: SetClock) -> None:
    await answered(stores, clock, "a1", "a2", event="1")
    for shown_as in ("$1", "$2"):
        (out,) = await taken(stores, clock)
        await stores.outbox.sent(out.id, shown_as, clock.now())

    await answered(stores, clock, "b1", event="2", edits="1")

    (edit,) = await taken(stores, clock)
    assert (edit.reply.text, edit.edits, edit.removes) == ("b1", "$1", None)
    await stores.outbox.sent(edit.id, "$edit-of-1", clock.now())
    (removal,) = await taken(stores, clock)
    assert (removal.edits, removal.removes) == (None, "$2")
    await stores.outbox.sent(removal.id, "$redaction", clock.now())

    await answered(stores, clock, "c1", event="3", edits="1")
    (edit,) = await taken(stores, clock)
    assert edit.edits == "$1"


async def test_the_answer_to_an_edited_question_is_new_when_the_first_was_not_sent(
    stores: Stores, clock: SetClock
) -> None:
    await answered(stores, clock, "a1", event="1")
    await answered(stores, clock, "b1", event="2", edits="1")

    (out,) = await taken(stores, clock)

    assert (out.reply.text, out.edits) == ("b1", None)


async def test_the_answer_to_a_redacted_question_is_taken_back(stores: Stores, clock: SetClock) -> None:
    await answered(stores, clock, "a1", event="1")
    (out,) = await taken(stores, clock)
    await stores.outbox.sent(out.id, "$1", clock.now())

    await answered(stores, clock, event="2", redacts="1")

    (removal,) = await taken(stores, clock)
    assert removal.removes == "$1"
    assert removal.address == {"thread": "t1"}


async def test_the_answer_to_a_redacted_question_is_not_sent(stores: Stores, clock: SetClock) -> None:
    await answered(stores, clock, "a1", event="1")

    await answered(stores, clock, event="2", redacts="1")

    assert await taken(stores, clock) == []


async def test_a_reaction_finds_the_choices_that_were_shown(stores: Stores, clock: SetClock) -> None:
    choices = Choices(choices=(Choice(value="ja", label="Ja", emoji="✅"),), flow="iop", question="q1", answered=3)
    asked = Reply(kind="question", text="Är ni ideella?", blocks=(choices,))
    await stores.inbox.put([message(event="1")])
    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        await work.finish(TurnResult(state="{}", replies=(asked,)), clock.now())
    (out,) = await taken(stores, clock)
    await stores.outbox.sent(out.id, "$1", clock.now())

    shown = await stores.replies.find("push", "$1", "@anna:example.org")
    strange = await stores.replies.find("push", "$1", "@eve:example.org")

    assert shown is not None
    assert (shown.choices, shown.own, shown.conversation) == (choices, True, "room")
    assert strange is not None
    assert not strange.own
    assert await stores.replies.find("push", "$other") is None


async def test_a_conversation_is_known_once_somebody_wrote(stores: Stores) -> None:
    assert not await stores.replies.known("push", "room")
    await stores.inbox.put([message()])
    assert await stores.replies.known("push", "room")


async def test_waiting_for_replies_ends_with_the_turn(stores: Stores, clock: SetClock) -> None:
    assert await stores.replies.wait("web", "1", 5) is None
    await stores.inbox.put([message(event="1", channel="web")])
    assert await stores.replies.wait("web", "1", 0) is None

    await work_off(stores, clock, "Ja.")

    found = await stores.replies.wait("web", "1", 5)
    assert found is not None
    assert [each.reply.text for each in found] == ["Ja."]
    assert found == await stores.replies.wait("web", "1", 5)


async def test_the_id_of_a_reply_is_derived(stores: Stores, clock: SetClock) -> None:
    await answered(stores, clock, "a1", "a2", event="1")

    first = (await taken(stores, clock))[0]

    assert first.id == Keys(SECRET).outgoing("push", "1", 0)
