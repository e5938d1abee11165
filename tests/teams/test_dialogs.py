"""Dialogs in Teams: one living card, changed in place; old cards and other people's presses harm nothing."""

from __future__ import annotations

from collections.abc import Callable

from microsoft_teams.cards import AdaptiveCard

from tests.teams.client import Person, buttons, card_of, titles, words_in
from tests.teams.connector import Connector, Json
from tests.teams.running import PUBLIC_URL

START = "testa om er idé passar för IOP"


def begin(person: Person, connector: Connector) -> Json:
    """Begin the dialog and return its card as it is shown."""
    person.says(START)
    connector.answers(person.chat)
    card: Json = connector.shown(person.chat)[-1]
    return card


def press(person: Person, connector: Connector, title: str) -> Json:
    """Press a button of the newest card, wait until the card has changed for everybody, and return it."""
    changes = len(connector.sent(person.chat, "PUT"))
    response = person.presses(connector.shown(person.chat)[-1], title)
    assert response.json()["type"] == "application/vnd.microsoft.card.adaptive"
    connector.until(lambda: len(connector.sent(person.chat, "PUT")) > changes)
    changed: Json = connector.shown(person.chat)[-1]
    assert response.json()["value"] == card_of(changed)
    return changed


def test_a_question_is_a_card_with_its_buttons(person: Person, connector: Connector) -> None:
    message = begin(person, connector)

    assert titles(message) == ["Ja", "Nej", "Vet inte", "Varför frågar ni?"]
    card = card_of(message)
    assert card["version"] == "1.5"
    assert "Fråga 1" in card["fallbackText"]
    assert message["summary"]
    assert "av ungefär" in words_in(card)
    assert all(button["fallback"]["data"] == button["data"] for button in buttons(message))


def test_a_press_changes_the_card_in_place(person: Person, connector: Connector) -> None:
    begin(person, connector)

    changed = press(person, connector, "Ja")

    assert "Fråga 2" in words_in(card_of(changed))
    assert titles(changed)[-1] == "Tillbaka"
    assert len(connector.shown(person.chat)) == 1
    assert len(connector.sent(person.chat)) == 1


def test_why_is_answered_in_the_card_with_its_quotes(person: Person, connector: Connector) -> None:
    begin(person, connector)

    changed = press(person, connector, "Varför frågar ni?")

    assert "ska bidra till att lösa en gemensam samhällsutmaning" in words_in(card_of(changed))
    assert "Fråga 1" in words_in(card_of(changed))


def test_back_asks_the_question_before_again(person: Person, connector: Connector) -> None:
    begin(person, connector)
    press(person, connector, "Ja")

    changed = press(person, connector, "Tillbaka")
    again = press(person, connector, "Ja")

    assert "Fråga 1" in words_in(card_of(changed))
    assert "Fråga 2" in words_in(card_of(again))


def test_an_answer_in_words_closes_the_card_and_asks_below(person: Person, connector: Connector) -> None:
    begin(person, connector)

    person.says("ja, det gör det")

    connector.until(lambda: connector.sent(person.chat, "PUT"))
    old, new = connector.shown(person.chat)
    assert not buttons(old)
    assert "fortsätter längre ned" in words_in(card_of(old))
    assert "Fråga 2" in words_in(card_of(new))


def test_a_question_in_between_is_answered_with_citations_and_the_dialog_goes_on_below(
    person: Person, connector: Connector
) -> None:
    begin(person, connector)

    person.says("Är IOP tillåtet?")

    connector.until(lambda: connector.sent(person.chat, "PUT"))
    old, answer, card = connector.shown(person.chat)
    assert not buttons(old)
    assert "[1]" in answer["text"]
    assert any("citation" in entity for entity in answer["entities"])
    assert "Fråga 1" not in answer["text"]
    assert "Fråga 1" in words_in(card_of(card))
    assert press(person, connector, "Ja")["id"] == card["id"]


def test_a_whole_dialog_leaves_one_card_with_the_outcome(person: Person, connector: Connector) -> None:
    begin(person, connector)

    message = press(person, connector, "Ja")
    while "Nej" in titles(message):
        message = press(person, connector, "Ja")

    card = card_of(message)
    said = words_in(card)
    assert len(connector.shown(person.chat)) == 1
    assert "Ett IOP verkar möjligt" in said
    assert "Nästa steg" in said
    assert "En juridisk bedömning görs för varje enskilt IOP." in said
    assert "Öppna resultatet som en sida" in said
    assert f"{PUBLIC_URL}/resultat/" in str(card)
    assert all(len(title) <= 40 for title in titles(card)), "longer titles are cut"
    assert len(str(card).encode()) < 28_000
    AdaptiveCard.model_validate(card)


def test_a_press_on_an_old_card_says_so_and_changes_nothing(person: Person, connector: Connector) -> None:
    old = begin(person, connector)
    person.says("ja")
    connector.until(lambda: connector.sent(person.chat, "PUT"))
    before = len(connector.requests)

    response = person.presses(old, "Nej")

    assert response.status_code == 200
    assert "gäller inte längre" in response.json()["value"]
    assert len(connector.requests) == before
    assert "Fråga 2" in words_in(card_of(connector.shown(person.chat)[-1]))


def test_a_late_press_on_the_same_card_harms_nothing(person: Person, connector: Connector) -> None:
    stale = begin(person, connector)
    press(person, connector, "Ja")

    person.presses(stale, "Nej")

    connector.until(lambda: len(connector.sent(person.chat, "PUT")) == 2)
    said = words_in(card_of(connector.shown(person.chat)[-1]))
    assert "Fråga 2" in said
    assert "ändra" in said


def test_a_late_press_on_the_outcome_leaves_it_as_it_is(person: Person, connector: Connector) -> None:
    message = begin(person, connector)
    while "Nej" in titles(message):
        stale, message = message, press(person, connector, "Ja")

    person.presses(stale, "Nej")

    connector.until(lambda: len(connector.shown(person.chat)) == 2)
    assert "Ett IOP verkar möjligt" in words_in(card_of(connector.shown(person.chat)[0]))


def test_cancelling_takes_the_buttons_off(person: Person, connector: Connector) -> None:
    begin(person, connector)

    person.says("avbryt")

    connector.until(lambda: len(connector.shown(person.chat)) == 2)
    stopped = connector.shown(person.chat)[-1]
    assert "avbr" in stopped["text"].lower()


def test_somebody_elses_press_does_not_count(somebody: Callable[..., Person], connector: Connector) -> None:
    anna = somebody(kind="groupChat")
    bo = anna.in_chat_of("Bo")
    anna.mentions(START)
    connector.answers(anna.chat)
    before = len(connector.requests)

    response = bo.presses(connector.shown(anna.chat)[-1], "Nej")

    assert "någon annan" in response.json()["value"]
    assert len(connector.requests) == before
    assert "Fråga 2" in words_in(card_of(press(anna, connector, "Ja")))


def test_an_older_client_that_sends_a_press_as_a_message_is_understood(person: Person, connector: Connector) -> None:
    card = begin(person, connector)

    person.post(person.activity(value=buttons(card)[0]["fallback"]["data"], replyToId=card["id"]))

    connector.until(lambda: connector.sent(person.chat, "PUT"))
    assert "Fråga 2" in words_in(card_of(connector.shown(person.chat)[0]))


def test_a_press_without_data_is_a_bad_request(person: Person) -> None:
    assert person.invokes("adaptiveCard/action", {"action": {"type": "Action.Execute", "data": {}}}).status_code == 400
    assert person.invokes("adaptiveCard/action", None).status_code == 400
