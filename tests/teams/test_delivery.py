"""Duplicates, refusals and silence: everything is answered once, and nothing twice unasked."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace

import pytest

from bot.channels.teams.channel import PATIENCE_SECONDS, Typing
from bot.channels.teams.place import Place
from tests.teams.client import Person, buttons
from tests.teams.connector import Connector, Fault, Seen
from tests.teams.running import Running


def test_a_message_that_comes_twice_is_answered_once(person: Person, connector: Connector) -> None:
    activity = person.activity(text="Är IOP tillåtet?")

    assert [person.post(activity).status_code for _ in range(3)] == [200, 200, 200]

    person.says("Vad är ett IOP?")
    assert len(connector.answers(person.chat, 2)) == 2


def test_a_press_that_comes_again_under_a_new_id_is_answered_once(person: Person, connector: Connector) -> None:
    person.says("testa om er idé passar för IOP")
    connector.answers(person.chat)
    (card,) = connector.shown(person.chat)

    first, second = person.presses(card, "Ja"), person.presses(card, "Ja")

    connector.until(lambda: connector.sent(person.chat, "PUT"))
    person.says("sammanfatta")
    summary = connector.answers(person.chat, 2)[-1]
    assert first.status_code == second.status_code == 200
    # The card changed once for the press, and once when the dialog went on below.
    connector.until(lambda: len(connector.sent(person.chat, "PUT")) == 2)
    assert buttons(summary)[0]["data"]["answered"] == 1


def test_an_answer_that_is_there_at_once_needs_no_typing_sign(person: Person, connector: Connector) -> None:
    started = time.monotonic()
    person.says("Är IOP tillåtet?")

    connector.answers(person.chat)
    at_once = connector.sent(person.chat)[0].at - started < PATIENCE_SECONDS
    assert not (at_once and connector.typing(person.chat))


async def test_typing_shows_before_an_answer_that_takes_its_time() -> None:
    sent: list[Place] = []

    async def show(place: Place) -> None:
        sent.append(place)

    place = Place("https://smba.example", "a:1", "28:bot", "me")
    typing = Typing(SimpleNamespace(typing=show))  # type: ignore[arg-type]
    for event, seconds in (("quick", 0.0), ("slow", 1.5 * PATIENCE_SECONDS)):
        typing.begin(event, place)
        await asyncio.sleep(seconds)
        await typing.settled(event)
        assert len(sent) == (1 if event == "slow" else 0)
    await typing.stop()


@pytest.mark.parametrize("fault", [Fault(429, {"Retry-After": "1"}), Fault(412), Fault(401)], ids=["429", "412", "401"])
def test_what_was_not_accepted_is_sent_again(fault: Fault, person: Person, connector: Connector) -> None:
    connector.fail(person.chat, fault)

    person.says("Är IOP tillåtet?")

    connector.answers(person.chat, seconds=60)
    (failed,) = [s for s in connector.requests if s.method == "FAILED" and s.conversation == person.chat]
    (sent,) = connector.sent(person.chat)
    if fault.headers:
        assert 1.0 <= sent.at - failed.at < 5.0


@pytest.mark.parametrize("fault", [Fault(500), Fault(502), Fault(504), Fault(0), Fault(0, taken=True)], ids=str)
def test_what_is_ambiguous_is_told_and_not_repeated(
    fault: Fault, person: Person, connector: Connector, running: Running
) -> None:
    connector.fail(person.chat, fault)
    person.says("Är IOP tillåtet?")
    connector.until(lambda: running.replies(person.chat, "uncertain"))

    person.says("Vad är ett IOP?")

    told = connector.until(
        lambda: [s for s in connector.sent(person.chat) if "inte kom fram" in s.body.get("text", "")]
    )
    assert "Visa svaret igen" in str(told[0].body["attachments"])
    first = [s for s in connector.requests if s.conversation == person.chat and "[1]" in s.body.get("text", "")]
    assert len([s for s in first if s.body["text"].startswith(first[0].body["text"][:40])]) == 1


@pytest.mark.parametrize("taken", [True, False], ids=["it arrived", "it did not arrive"])
def test_silence_after_a_message_was_taken_is_told_and_not_repeated(
    taken: bool, strict: Running, connector: Connector
) -> None:
    person = Person(strict.url, connector, name=f"Tyst-{taken}")
    connector.fail(person.chat, Fault(0, seconds=3, taken=taken))
    person.says("Är IOP tillåtet?")
    connector.until(lambda: strict.replies(person.chat, "uncertain"))

    person.says("Vad är ett IOP?")

    told = connector.until(
        lambda: [s for s in connector.sent(person.chat) if "inte kom fram" in s.body.get("text", "")]
    )
    assert "Visa svaret igen" in str(told[0].body["attachments"])
    connector.until(lambda: _tried(connector, person, "Enligt Härrydas råd"))
    connector.until(lambda: _tried(connector, person, "Enligt Forum är IOP"))  # noted when the silence is over
    assert len(_tried(connector, person, "Enligt Forum är IOP")) == 1, "the answer was sent twice"


def _tried(connector: Connector, person: Person, text: str) -> list[Seen]:
    """Every attempt to send what begins so, whatever became of it."""
    here = [seen for seen in connector.requests if seen.conversation == person.chat]
    return [seen for seen in here if seen.body.get("text", "").startswith(text)]


@pytest.mark.parametrize("status", [400, 403, 404, 413])
def test_what_is_refused_is_given_up_and_the_next_goes_through(
    status: int, person: Person, connector: Connector, running: Running
) -> None:
    connector.fail(person.chat, Fault(status))
    person.says("Är IOP tillåtet?")
    connector.until(lambda: running.replies(person.chat, "refused"))

    person.says("Vad är ett IOP?")

    (answer,) = connector.answers(person.chat)
    assert "inte kom fram" not in answer["text"]


@pytest.mark.parametrize("fault", [Fault(500), Fault(0, taken=True), Fault(429, {"Retry-After": "0"})], ids=str)
def test_changing_a_card_is_repeated_until_it_is_done(fault: Fault, person: Person, connector: Connector) -> None:
    person.says("testa om er idé passar för IOP")
    connector.answers(person.chat)
    connector.fail(person.chat, fault)

    person.presses(connector.shown(person.chat)[0], "Ja")

    connector.until(lambda: len([s for s in connector.requests if s.conversation == person.chat and s.activity]) >= 2)
    connector.until(lambda: "Fråga 2" in str(connector.shown(person.chat)[0]))
    assert len(connector.sent(person.chat)) == 1


def test_a_redirect_is_not_followed(person: Person, connector: Connector, running: Running) -> None:
    other = Connector()
    connector.fail(person.chat, Fault(307, {"Location": f"{other.url}/teams/v3/conversations/x/activities"}))

    person.says("Är IOP tillåtet?")

    connector.until(lambda: running.replies(person.chat, "refused"))
    other.close()
    assert not other.requests, "the token went to another host"


def test_an_acknowledgement_waits_for_nothing(person: Person, connector: Connector) -> None:
    connector.fail(person.chat, Fault(200, seconds=2, taken=True))
    started = time.monotonic()

    person.says("Är IOP tillåtet?")

    assert time.monotonic() - started < 1.0
    connector.answers(person.chat)


def test_a_message_that_is_edited_changes_its_answer(person: Person, connector: Connector) -> None:
    activity = person.activity(text="Vad är ett IOP?")
    person.post(activity)
    connector.answers(person.chat)

    person.post(activity | {"type": "messageUpdate", "text": "Är IOP tillåtet?", "channelData": {
        **activity["channelData"], "eventType": "editMessage"}})  # fmt: skip

    (changed,) = connector.until(lambda: connector.sent(person.chat, "PUT"))
    assert changed.body["text"].startswith("Enligt Forum är IOP")
    assert len(connector.shown(person.chat)) == 1


def test_the_answer_to_a_message_that_is_taken_back_goes_too(
    person: Person, connector: Connector, running: Running
) -> None:
    activity = person.activity(text="Vad är ett IOP?")
    person.post(activity)
    connector.answers(person.chat)

    person.post(activity | {"type": "messageDelete", "text": "", "channelData": {
        **activity["channelData"], "eventType": "softDeleteMessage"}})  # fmt: skip

    connector.until(lambda: connector.sent(person.chat, "DELETE"))
    assert not connector.shown(person.chat)
