"""Presses that come too fast: the person is told, and nothing is lost or left half done."""

from __future__ import annotations

from itertools import cycle

from tests.teams.client import Person, buttons, card_of, words_in
from tests.teams.connector import Connector, Json
from tests.teams.running import Running


def hasty(person: Person, connector: Connector) -> Json:
    """Begin a dialog, press to and fro until it is too fast, and return the card."""
    person.says("testa om er idé passar för IOP")
    connector.answers(person.chat)
    steps = cycle([("Ja", "Fråga 2"), ("Tillbaka", "Fråga 1")])
    while True:
        title, next_question = next(steps)
        card: Json = connector.shown(person.chat)[-1]
        if "för fort" in str(person.presses(card, title).json()["value"]):
            return card
        connector.until(lambda seen=next_question: seen in words_in(card_of(connector.shown(person.chat)[-1])))


def again(card: Json) -> str:
    """The answer that was not counted."""
    return "Ja" if "Fråga 1" in words_in(card_of(card)) else "Tillbaka"


def test_a_press_that_is_too_fast_is_told_so_and_not_promised_an_answer(strict: Running, connector: Connector) -> None:
    person = Person(strict.url, connector, name="Hasse")
    card = hasty(person, connector)
    before = strict.stored()

    said = [person.presses(card, again(card)).json() for _ in range(3)]

    assert all(answer["type"] == "application/vnd.microsoft.activity.message" for answer in said)
    assert all("lite för fort" in answer["value"] for answer in said)
    assert not any("strax" in answer["value"] for answer in said)
    assert strict.stored() == before
    assert card_of(connector.shown(person.chat)[-1]) == card_of(card), "the card stays as it was"


def test_the_same_press_counts_when_there_is_room_again(strict: Running, connector: Connector) -> None:
    person = Person(strict.url, connector, name="Hilda")
    card = hasty(person, connector)

    said = connector.until(lambda: _counted(person, card), 20)

    assert words_in(said) != words_in(card_of(card))
    assert "Fråga" in words_in(said)


def _counted(person: Person, card: Json) -> Json | None:
    said = person.presses(card, again(card)).json()["value"]
    return None if "för fort" in str(said) else said


def test_an_older_client_is_told_once_in_the_chat(strict: Running, connector: Connector) -> None:
    person = Person(strict.url, connector, name="Hugo")
    person.says("testa om er idé passar för IOP")
    connector.answers(person.chat)
    (card,) = connector.shown(person.chat)
    data = buttons(card)[0]["fallback"]["data"]

    for _ in range(6):
        assert person.post(person.activity(value=data, replyToId=card["id"])).status_code == 200

    (told,) = connector.answers(person.chat, 2)[1:]
    connector.until(lambda: len(connector.sent(person.chat, "PUT")) == 2)
    assert "många meddelanden" in str(told)
    living = [message for message in connector.shown(person.chat) if buttons(message)]
    assert ["Fråga 2" in words_in(card_of(message)) for message in living] == [True], "the dialog goes on from there"


def test_a_press_that_was_answered_long_ago_promises_nothing(person: Person, connector: Connector) -> None:
    person.says("testa om er idé passar för IOP")
    connector.answers(person.chat)
    (card,) = connector.shown(person.chat)
    person.presses(card, "Ja")
    connector.until(lambda: "Fråga 2" in words_in(card_of(connector.shown(person.chat)[0])))
    connector.until(lambda: connector.sent(person.chat, "PUT"))

    said = connector.until(lambda: s if isinstance(s := person.presses(card, "Ja").json()["value"], str) else "")

    assert "redan fått" in said
