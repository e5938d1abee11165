"""What every store promises of messages on their way in."""

from __future__ import annotations

from contextlib import suppress

from bot.messages import Feedback, Message, Press
from bot.ports import Record, Stores, TurnResult
from bot.store.ids import Keys
from tests.support.making import SECRET, SetClock, message, reply, result


async def work_off(stores: Stores, clock: SetClock, *texts: str) -> Message:
    """Take the next message and finish it with these replies."""
    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        await work.finish(result(*texts), clock.now())
        return work.message


async def nothing_to_do(stores: Stores, clock: SetClock) -> bool:
    async with stores.inbox.take(clock.now()) as work:
        return work is None


async def test_a_message_is_taken_as_it_was_put(stores: Stores, clock: SetClock) -> None:
    put = message("Hej å ä ö \U0001f600", press=Press(value="ja", flow="iop", question="q", answered=2))

    assert await stores.inbox.put([put]) == 1

    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        assert work.message.text == put.text
        assert work.message.press == put.press
        assert work.message.address == put.address
        assert work.state is None
        assert work.attempts == 0


async def test_the_sender_is_known_by_a_key_only(stores: Stores, clock: SetClock) -> None:
    await stores.inbox.put([message(event="1"), message(event="2"), message(event="3", sender="@bo:example.org")])

    senders = [(await work_off(stores, clock)).sender for _ in range(3)]

    assert senders[0] == senders[1] != senders[2]
    assert not any("anna" in sender for sender in senders)


async def test_an_event_is_put_once(stores: Stores, clock: SetClock) -> None:
    assert await stores.inbox.put([message(event="1"), message(event="1"), message(event="2")]) == 2
    assert await stores.inbox.put([message(event="1")]) == 0
    assert await stores.inbox.put([message(event="1", channel="other")]) == 1

    for _ in range(3):
        await work_off(stores, clock)
    assert await nothing_to_do(stores, clock)


async def test_a_known_event_is_not_answered_again_after_its_turn(stores: Stores, clock: SetClock) -> None:
    await stores.inbox.put([message(event="1")])
    await work_off(stores, clock, "Ja.")

    assert await stores.inbox.put([message(event="1")]) == 0
    assert await nothing_to_do(stores, clock)


async def test_the_sync_position_comes_with_its_messages(stores: Stores) -> None:
    assert await stores.inbox.position("sync") is None

    await stores.inbox.put([message(event="1")], ("sync", "s1"))
    await stores.inbox.put([], ("sync", "s2"))

    assert await stores.inbox.position("sync") == "s2"


async def test_messages_of_a_conversation_come_in_order_and_one_at_a_time(stores: Stores, clock: SetClock) -> None:
    await stores.inbox.put([message("a1", conversation="a"), message("a2", conversation="a")])
    await stores.inbox.put([message("b1", conversation="b")])

    first = await work_off(stores, clock)
    second = await work_off(stores, clock)

    assert [first.text, second.text] == ["a1", "a2"]
    assert (await work_off(stores, clock)).text == "b1"


async def test_the_state_is_there_for_the_next_message(stores: Stores, clock: SetClock) -> None:
    await stores.inbox.put([message(event="1"), message(event="2")])
    await work_off(stores, clock)

    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        assert work.state == '{"n": 1}'


async def test_a_message_whose_turn_fails_comes_back_after_a_moment_and_nothing_overtakes(
    stores: Stores, clock: SetClock
) -> None:
    await stores.inbox.put([message("a1", conversation="a"), message("a2", conversation="a")])
    await stores.inbox.put([message("b1", conversation="b")])

    with suppress(ZeroDivisionError):
        async with stores.inbox.take(clock.now()) as work:
            assert work is not None
            raise ZeroDivisionError

    assert (await work_off(stores, clock)).text == "b1"
    assert await nothing_to_do(stores, clock)
    clock.move(2)
    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        assert (work.message.text, work.attempts) == ("a1", 1)


async def test_a_failed_turn_leaves_nothing_behind(stores: Stores, clock: SetClock) -> None:
    await stores.inbox.put([message(event="1", channel="web")])

    async with stores.inbox.take(clock.now()) as work:
        assert work is not None

    assert await stores.outbox.of_event("web", "1") == []
    assert (await stores.conversations.counts(clock.now())).waiting == 1


async def test_a_parked_message_gets_an_apology_and_blocks_nobody(stores: Stores, clock: SetClock) -> None:
    await stores.inbox.put([message("bad", event="1", channel="web"), message("good", event="2", channel="web")])

    await stores.inbox.park("web", "1", reply("Förlåt."), clock.now())

    assert (await work_off(stores, clock)).text == "good"
    assert [each.reply.text for each in await stores.outbox.of_event("web", "1")] == ["Förlåt."]
    assert (await stores.conversations.counts(clock.now())).parked == 1


async def test_the_token_of_a_turn_is_long_and_the_same_when_repeated(stores: Stores, clock: SetClock) -> None:
    await stores.inbox.put([message(event="1")])
    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        token = work.message.token
    clock.move(2)

    assert (await work_off(stores, clock)).token == token
    assert len(token) == 40


async def test_the_clock_set_back_delays_no_retry(stores: Stores, clock: SetClock) -> None:
    await stores.inbox.put([message(event="1")])
    async with stores.inbox.take(clock.now()):
        pass

    clock.move(-3600)

    assert (await work_off(stores, clock)).event == "1"


async def test_an_edit_before_the_turn_replaces_the_question(stores: Stores, clock: SetClock) -> None:
    await stores.inbox.put([message("Är IOP tilåtet", event="1")])
    await stores.inbox.put([message("Är IOP tillåtet?", event="2", edits="1")])

    assert (await work_off(stores, clock)).text == "Är IOP tillåtet?"
    assert await nothing_to_do(stores, clock)


async def test_nobody_edits_what_another_wrote(stores: Stores, clock: SetClock) -> None:
    await stores.inbox.put([message("min fråga", event="1")])
    await stores.inbox.put([message("din fråga", event="2", edits="1", sender="@eve:example.org")])

    assert [(await work_off(stores, clock)).text for _ in range(2)] == ["min fråga", "din fråga"]


async def test_a_redacted_question_is_gone_before_its_turn(stores: Stores, clock: SetClock) -> None:
    await stores.inbox.put([message("mitt nummer är 070-1234567", event="1")])
    await stores.inbox.put([message("", event="2", redacts="1")])

    taken = await work_off(stores, clock)

    assert taken.redacts == "1"
    assert await nothing_to_do(stores, clock)
    assert "070" not in str(await stores.conversations.export("push:@anna:example.org"))


async def test_a_redacted_question_takes_its_records_and_page_along(stores: Stores, clock: SetClock) -> None:
    await stores.inbox.put([message("fråga", event="1")])
    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        token = work.message.token
        record = Record("unanswered", work.message.sender, "fråga")
        await work.finish(result("Vet ej.", records=(record,), page=reply("Resultat")), clock.now())
    assert await stores.results.get(token) == reply("Resultat")

    await stores.inbox.put([message("", event="2", redacts="1")])

    assert await stores.records.list("unanswered", clock.now()) == []
    assert await stores.results.get(token) is None


async def test_broken_characters_harm_nothing(stores: Stores, clock: SetClock) -> None:
    await stores.inbox.put([message("halv \ud83d och noll \x00")])

    taken = await work_off(stores, clock)

    assert taken.text.startswith("halv ")


async def test_a_thumb_is_told_what_the_reply_was_about(stores: Stores, clock: SetClock) -> None:
    await stores.inbox.put([message(event="1"), message(event="2")])
    for topic in ("lag-tillatet", None):
        async with stores.inbox.take(clock.now()) as work:
            assert work is not None
            said = reply().model_copy(update={"topic": topic})
            first = await work.finish(TurnResult("{}", (said,)), clock.now(), at_once=True)
        if first is not None:
            await stores.outbox.sent(first.id, "$1", clock.now())
    for rated, topic in ((Keys(SECRET).outgoing("push", "1", 0), "lag-tillatet"), ("unknown", None)):
        thumb = Feedback(value="down", reply=rated, topic="forged")
        await stores.inbox.put([message("", feedback=thumb)])
        async with stores.inbox.take(clock.now()) as work:
            assert work is not None
            assert work.message.feedback == Feedback(value="down", reply=rated, topic=topic)
            await work.finish(result("Tack!"), clock.now())
