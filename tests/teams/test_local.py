"""The insecure local mode: only for this machine; and a bot that is killed in the middle of its work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.teams.settings import TeamsSettings
from bot.ports import BotError
from tests.teams.client import Person, card_of, words_in
from tests.teams.connector import Connector
from tests.teams.process import Process

ANSWERED_OR_TOLD = ("Enligt Forum är IOP", "Mitt förra svar kanske inte kom fram")


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """One bot in insecure local mode, for the tests that do not kill it."""
    with Process(tmp_path_factory.mktemp("local")) as process:
        yield process


@pytest.fixture
def person(local: Process, connector: Connector) -> Person:
    return Person(local.url, connector, signed=False)


def test_it_answers_on_loopback_without_a_token(person: Person, connector: Connector) -> None:
    person.says("Är IOP tillåtet?")

    connector.answers(person.chat)
    assert connector.sent(person.chat)[0].token == ""


@pytest.mark.parametrize(
    "header", ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "via", "x-real-ip", "origin"]
)
def test_a_forwarded_request_is_forbidden(header: str, person: Person) -> None:
    assert person.post(person.activity(text="hej"), **{header: "127.0.0.1"}).status_code == 403


def test_a_request_for_another_host_is_forbidden(person: Person) -> None:
    assert person.post(person.activity(text="hej"), host="bot.example.se").status_code == 403


@pytest.mark.parametrize("url", ["https://smba.trafficmanager.net/teams/", "http://192.0.2.1/", "http://evil.example/"])
def test_answers_go_to_loopback_only(url: str, person: Person) -> None:
    assert person.post(person.activity(text="hej", serviceUrl=url)).status_code == 403


@pytest.mark.parametrize(
    "settings", [{"IOPBOT_HOST": "0.0.0.0"}, {"IOPBOT_PUBLIC_URL": "https://iop.example.se"}], ids=["host", "public"]
)
def test_it_does_not_start_where_others_could_reach_it(settings: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Process(tmp_path, **settings):
        pass


def test_the_channel_itself_refuses_a_public_address() -> None:
    with pytest.raises(BotError, match="PUBLIC_URL"):
        TeamsSettings(insecure_local=True, public_url="https://iop.example.se")


def test_without_credentials_there_is_no_secure_mode() -> None:
    with pytest.raises(BotError, match="CLIENT_ID"):
        TeamsSettings()


def test_killed_between_receipt_and_answer_nothing_is_lost_and_nothing_comes_twice(
    tmp_path: Path, connector: Connector
) -> None:
    process = Process(tmp_path, IOPBOT_SENDER_BURST="1000")
    people = [Person(process.url, connector, name=f"P{n}", signed=False) for n in range(12)]
    process.start()
    for person in people:
        assert person.says("Är IOP tillåtet?").status_code == 200

    process.kill()
    with process:
        for person in people:
            person.says("Vad är ett IOP?")
        for person in people:
            connector.until(lambda chat=person.chat: _said(connector, chat, "Enligt Härrydas råd"), 30)
        # What was under way when the process died is known to be uncertain as soon as the next one looks.
        unsure = [person for person in people if not _said(connector, person.chat, *ANSWERED_OR_TOLD)]
        for person in unsure:
            person.says("tack")
        for person in unsure:
            connector.until(lambda chat=person.chat: _said(connector, chat, "Mitt förra svar kanske inte kom fram"))

    for person in people:
        assert len(_said(connector, person.chat, "Enligt Forum är IOP")) <= 1
        assert _said(connector, person.chat, *ANSWERED_OR_TOLD)


def test_what_was_begun_before_a_restart_goes_on_after_it(tmp_path: Path, connector: Connector) -> None:
    process = Process(tmp_path, IOPBOT_SENDER_BURST="1000")
    person = Person(process.url, connector, name="Rut", signed=False)
    with process:
        person.says("testa om er idé passar för IOP")
        connector.answers(person.chat)
        connector.until(lambda: not process.count("select count(*) from outbox where state != 'sent'"))
        (card,) = connector.shown(person.chat)
        process.kill()
        process.start()

        pressed = person.presses(card, "Ja")

        assert "Fråga 2" in words_in(pressed.json()["value"])
        connector.until(lambda: "Fråga 2" in words_in(card_of(connector.shown(person.chat)[0])))
        thumb = {"actionName": "feedback", "actionValue": {"reaction": "like", "feedback": "{}"}}
        assert person.invokes("message/submitAction", thumb, replyToId=card["id"]).status_code == 200
        connector.until(lambda: process.feedback() == [("up", "")])
        found = person.invokes(
            "composeExtension/query", {"parameters": [{"name": "fraga", "value": "Är IOP tillåtet?"}]}
        )
        assert found.json()["composeExtension"]["type"] == "result"


def _said(connector: Connector, chat: str, *beginnings: str) -> list[str]:
    """What the bot has said in a chat that begins like one of these."""
    texts = [seen.body.get("text", "") for seen in connector.sent(chat)]
    return [text for text in texts if text.startswith(beginnings)]


def test_a_wrong_cloud_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Process(tmp_path, IOPBOT_TEAMS_CLOUD="mars"):
        pass
