"""What every store promises of what it holds of people: erasing, handing out, expiring; leases."""

from __future__ import annotations

from datetime import timedelta

from bot.ports import Record, Stores
from tests.contract.test_inbox import work_off
from tests.support.making import SetClock, message, reply, result

ANNA = "push:@anna:example.org"


async def answered_with_everything(stores: Stores, clock: SetClock, **fields: object) -> str:
    """A turn that leaves a reply, a record and a page; returns the page's token."""
    await stores.inbox.put([message(**fields)])  # type: ignore[arg-type]
    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        record = Record("unanswered", work.message.sender, "fråga", topic="pengar", tier="no_answer")
        await work.finish(result("Vet ej.", records=(record,), page=reply("Sida")), clock.now())
        return work.message.token


def held(found: object) -> list[int]:
    assert isinstance(found, dict)
    return [len(found[name]) for name in ("messages", "conversations", "replies", "records", "results")]


async def test_everything_of_a_person_can_be_exported(stores: Stores, clock: SetClock) -> None:
    await answered_with_everything(stores, clock, event="1")
    await answered_with_everything(stores, clock, event="2", sender="@bo:example.org", conversation="other")

    assert held(await stores.conversations.export(ANNA)) == [1, 1, 1, 1, 1]
    assert held(await stores.conversations.export("push:@nobody:example.org")) == [0, 0, 0, 0, 0]


async def test_an_export_by_key_is_the_same(stores: Stores, clock: SetClock) -> None:
    await answered_with_everything(stores, clock, event="1")

    export = await stores.conversations.export(ANNA)

    assert await stores.conversations.export(str(export["person"])) == export


async def test_erasing_a_person_leaves_nothing_of_them_and_everything_of_others(
    stores: Stores, clock: SetClock
) -> None:
    token = await answered_with_everything(stores, clock, event="1")
    other = await answered_with_everything(stores, clock, event="2", sender="@bo:example.org", conversation="other")

    assert await stores.conversations.erase(ANNA) == 5

    assert held(await stores.conversations.export(ANNA)) == [0, 0, 0, 0, 0]
    assert held(await stores.conversations.export("push:@bo:example.org")) == [1, 1, 1, 1, 1]
    assert await stores.results.get(token) is None
    assert await stores.results.get(other) == reply("Sida")
    assert not await stores.replies.known("push", "room")
    assert len(await stores.records.list("unanswered", clock.now())) == 1


async def test_a_person_who_asks_is_erased_in_the_turn_and_told(stores: Stores, clock: SetClock) -> None:
    await answered_with_everything(stores, clock, event="1")
    await stores.inbox.put([message("radera mina uppgifter", event="2"), message("hej igen", event="3")])

    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        await work.finish(result("Raderat.", state=None, erase=work.message.sender), clock.now())

    assert held(await stores.conversations.export(ANNA))[2:] == [0, 0, 0]
    assert [each.reply.text for each in await stores.outbox.take({"push": True}, clock.now())] == ["Raderat."]
    assert await stores.inbox.put([message(event="2")]) == 0
    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        assert (work.message.text, work.state) == ("hej igen", None)


async def test_what_is_older_than_the_retention_time_goes(stores: Stores, clock: SetClock) -> None:
    token = await answered_with_everything(stores, clock, event="1")
    clock.move(86400)
    await answered_with_everything(stores, clock, event="2", conversation="young")

    assert await stores.conversations.expire(clock.now() - timedelta(hours=1)) == 5

    assert held(await stores.conversations.export(ANNA)) == [1, 1, 1, 1, 1]
    assert await stores.results.get(token) is None
    assert not await stores.replies.known("push", "room")
    assert await stores.replies.known("push", "young")


async def test_a_conversation_that_goes_on_is_not_old(stores: Stores, clock: SetClock) -> None:
    await answered_with_everything(stores, clock, event="1")
    clock.move(86400)
    await stores.inbox.put([message(event="2")])

    await stores.conversations.expire(clock.now() - timedelta(hours=1))

    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        assert work.state == '{"n": 1}'


async def test_what_is_on_its_way_is_counted(stores: Stores, clock: SetClock) -> None:
    await stores.inbox.put([message(event="1"), message(event="2", conversation="b")])
    clock.move(3)
    await work_off(stores, clock, "Ja.", "Och.")
    clock.move(2)

    counts = await stores.conversations.counts(clock.now())

    assert (counts.waiting, counts.oldest_waiting, counts.outgoing, counts.oldest_outgoing) == (1, 5, 2, 2)


async def test_records_are_listed_by_kind_and_time(stores: Stores, clock: SetClock) -> None:
    feedback = Record("feedback", "p_1", "", topic="pengar", value="down")
    await stores.records.add(Record("unanswered", "p_1", "fråga"), clock.now())
    clock.move(10)
    await stores.records.add(feedback, clock.now())

    assert await stores.records.list("feedback", clock.now()) == [(clock.now(), feedback)]
    assert await stores.records.list("unanswered", clock.now()) == []


async def test_that_a_question_was_answered_is_nobodys_in_particular(stores: Stores, clock: SetClock) -> None:
    await stores.inbox.put([message()])
    async with stores.inbox.take(clock.now()) as work:
        assert work is not None
        record = Record("answered", work.message.sender, "", topic="lou", tier="answer")
        await work.finish(result("Ja.", records=(record,)), clock.now())

    ((_, kept),) = await stores.records.list("answered", clock.now())

    assert (kept.sender, kept.topic) == ("", "lou")
    assert held(await stores.conversations.export(ANNA))[3] == 0


async def test_a_lease_is_held_by_one(stores: Stores, clock: SetClock) -> None:
    assert await stores.lease.hold("matrix", "a", 10, clock.now())
    assert await stores.lease.hold("matrix", "a", 10, clock.now())
    assert not await stores.lease.hold("matrix", "b", 10, clock.move(9))
    assert await stores.lease.hold("matrix", "a", 10, clock.now())
    assert not await stores.lease.hold("matrix", "b", 10, clock.move(9))
    assert await stores.lease.hold("matrix", "b", 10, clock.move(1))
    assert not await stores.lease.hold("matrix", "a", 10, clock.now())


async def test_a_lease_let_go_is_free_at_once(stores: Stores, clock: SetClock) -> None:
    assert await stores.lease.hold("matrix", "a", 10, clock.now())
    await stores.lease.release("matrix", "b")
    assert not await stores.lease.hold("matrix", "b", 10, clock.now())
    await stores.lease.release("matrix", "a")
    assert await stores.lease.hold("matrix", "b", 10, clock.now())


async def test_the_clock_set_back_neither_steals_a_lease_nor_keeps_a_dead_one(stores: Stores, clock: SetClock) -> None:
    assert await stores.lease.hold("matrix", "a", 10, clock.now())

    clock.move(-3600)

    assert not await stores.lease.hold("matrix", "b", 10, clock.now())
    assert await stores.lease.hold("matrix", "b", 10, clock.move(10))
