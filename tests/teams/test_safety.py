"""Who may speak to the bot, and what it does with everything else: nothing is stored of what is turned away."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.teams.client import Person
from tests.teams.connector import Connector, Json
from tests.teams.running import APP, Running

NOW = int(time.time())
FOREIGN = rsa.generate_private_key(public_exponent=65537, key_size=2048)

WRONG_CLAIMS: dict[str, Json] = {
    "expired": {"exp": NOW - 3600},
    "not valid yet": {"nbf": NOW + 3600},
    "without expiry": {"exp": None},
    "another audience": {"aud": "99999999-2222-3333-4444-555555555555"},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://api.botframework.us"},
    "an issuer of Entra": {"iss": "https://login.microsoftonline.com/common/v2.0", "tid": "common"},
    "no issuer": {"iss": None},
    "another service URL": {"serviceurl": "https://smba.trafficmanager.net/emea/"},
    "no service URL": {"serviceurl": None},
    "a service URL that is no string": {"serviceurl": 17},
    "signed by somebody else": {"key": FOREIGN},
    "a key that nobody knows": {"headers": {"kid": "key-2"}},
    "no key id": {"headers": {}},
    "an empty key id": {"headers": {"kid": ""}},
    "signed with a shared secret": {"key": "x" * 32, "algorithm": "HS256"},
    "not signed": {"key": "", "algorithm": "none"},
    "PS256 instead of RS256": {"algorithm": "PS256"},
}


@pytest.mark.parametrize("name", WRONG_CLAIMS)
def test_a_wrong_token_is_unauthorized(name: str, person: Person, running: Running, connector: Connector) -> None:
    before = running.stored()
    token = connector.token(APP, **WRONG_CLAIMS[name])

    response = person.post(person.activity(text="hej"), authorization=f"Bearer {token}")

    assert response.status_code == 401
    assert running.stored() == before


HEADERS = {
    "empty": "",
    "only the scheme": "Bearer",
    "basic": "Basic aWtlOnBhc3M=",
    "no JWT": "Bearer hello",
    "three parts that are no JWT": "Bearer a.b.c",
    "endless": "Bearer " + "a" * 20_000,
}


@pytest.mark.parametrize("name", HEADERS)
def test_without_a_token_nobody_gets_in(name: str, person: Person, running: Running) -> None:
    before = running.stored()

    response = person.post(person.activity(text="hej"), authorization=HEADERS[name])

    assert response.status_code == 401
    assert running.stored() == before


def test_a_token_that_was_tampered_with_is_unauthorized(person: Person, connector: Connector) -> None:
    head, _, signature = connector.token(APP).split(".")
    other = connector.token(APP, extra="more").split(".")[1]

    response = person.post(person.activity(text="hej"), authorization=f"Bearer {head}.{other}.{signature}")

    assert response.status_code == 401


def test_a_key_that_does_not_speak_for_teams_is_refused(
    person: Person, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = person.post(person.activity(text="hej", channelId="directline"))

    assert response.status_code == 401


def test_forged_key_ids_do_not_make_the_bot_fetch_keys_again_and_again(person: Person, connector: Connector) -> None:
    person.says("hej")
    before = connector.key_requests

    for number in range(20):
        person.post(
            person.activity(text="hej"),
            authorization=f"Bearer {connector.token(APP, headers={'kid': f'forged-{number}'})}",
        )

    assert connector.key_requests - before <= 1


def test_the_sdk_switch_for_unauthenticated_requests_has_no_effect(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS", "true")

    response = person.post(person.activity(text="hej"), authorization="")

    assert response.status_code == 401


Change = Callable[[Json], Json]
FORBIDDEN: dict[str, Change] = {
    "another organisation": lambda a: a | {"channelData": {"tenant": {"id": "another"}}},
    "another organisation in the conversation": lambda a: (
        a | {"channelData": {}, "conversation": a["conversation"] | {"tenantId": "another"}}
    ),
    "no organisation": lambda a: a | {"channelData": {}, "conversation": {"id": "x"}},
    "webchat": lambda a: a | {"channelId": "webchat"},
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_other_organisations_and_channels_are_forbidden(name: str, person: Person, running: Running) -> None:
    before = running.stored()

    response = person.post(FORBIDDEN[name](person.activity(text="hej")))

    assert response.status_code == 403
    assert running.stored() == before


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/teams/",
        "http://smba.trafficmanager.net/teams/",
        "https://other.trafficmanager.net/teams/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://smba.trafficmanager.net:8443/teams/",
        "https://evil.example\\.botframework.com/",
        "http://127.0.0.1:1/teams/",
        "file:///etc/passwd",
        "//evil.example",
    ],
)
def test_a_service_url_that_is_not_microsofts_is_forbidden(
    url: str, person: Person, running: Running, connector: Connector
) -> None:
    before = running.stored()
    token = connector.token(APP, serviceurl=url)

    response = person.post(person.activity(text="hej", serviceUrl=url), authorization=f"Bearer {token}")

    assert response.status_code == 403
    assert running.stored() == before


BAD_BODIES: dict[str, bytes] = {
    "empty": b"",
    "no JSON": b"hello",
    "cut off": b'{"type": "message", ',
    "a list": b"[]",
    "a number": b"17",
    "null": b"null",
    "deep": b"[" * 100_000,
    "not UTF-8": b'{"type": "message", "text": "\xff"}',
    "half a surrogate pair": b'{"type": "message", "text": "\\ud800"}',
    "no type": b"{}",
    "a type that is no string": b'{"type": 17}',
    "a text that is no string": b'{"type": "message", "text": {"a": 1}}',
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_body_that_cannot_be_read_is_a_bad_request(name: str, person: Person, running: Running) -> None:
    before = running.stored()

    response = person.post(BAD_BODIES[name])

    assert response.status_code == 400
    assert running.stored() == before


@pytest.mark.parametrize("missing", ["id", "from", "conversation", "recipient"])
def test_an_incomplete_message_is_a_bad_request(missing: str, person: Person, running: Running) -> None:
    before = running.stored()
    activity = person.activity(text="hej")
    del activity[missing]

    response = person.post(activity)

    assert response.status_code == 400
    assert running.stored() == before


@pytest.mark.parametrize("missing", ["from", "conversation", "recipient"])
@pytest.mark.parametrize("name", ["adaptiveCard/action", "composeExtension/query", "message/submitAction"])
def test_an_incomplete_invoke_is_turned_away(name: str, missing: str, person: Person, running: Running) -> None:
    before = running.stored()
    activity = person.activity("invoke", name=name, value={"action": {"data": {}}})
    del activity[missing]

    assert person.post(activity).status_code == 400
    assert running.stored() == before


@pytest.mark.parametrize("value", [None, "x", 17, [], {"parameters": 1}, {"action": []}, {"messagePayload": [1]}])
@pytest.mark.parametrize("name", ["composeExtension/query", "composeExtension/fetchTask", "message/submitAction"])
def test_an_invoke_with_another_value_harms_nothing(name: str, value: object, person: Person, running: Running) -> None:
    before = running.stored()

    assert person.invokes(name, value).status_code == 200
    assert running.stored() == before


def test_a_message_without_service_url_is_unauthorized(person: Person) -> None:
    activity = person.activity(text="hej")
    del activity["serviceUrl"]

    assert person.post(activity).status_code == 401


def test_a_megabyte_is_too_large(person: Person, running: Running) -> None:
    before = running.stored()

    response = person.says("x" * 1_000_000)

    assert response.status_code == 413
    assert running.stored() == before


def test_a_long_text_is_answered_with_a_clear_sentence(person: Person, connector: Connector) -> None:
    person.says("x" * 100_000)

    (answer,) = connector.answers(person.chat)
    assert "för långt" in answer["text"]


@pytest.mark.parametrize("name", ["signin/verifyState", "task/fetch", "", "x" * 100])
def test_an_unknown_invoke_is_not_implemented(name: str, person: Person, running: Running) -> None:
    before = running.stored()

    response = person.invokes(name, {"state": "1"})

    assert response.status_code == 501
    assert running.stored() == before


@pytest.mark.parametrize("type", ["typing", "event", "endOfConversation", "messageReaction", "somethingNew"])
def test_other_activities_are_acknowledged_and_left_alone(type: str, person: Person, running: Running) -> None:
    before = running.stored()

    response = person.post(person.activity(type))

    assert response.status_code == 200
    assert running.stored() == before


def test_only_post_is_taken(running: Running) -> None:
    import httpx

    assert httpx.get(f"{running.url}/api/messages", trust_env=False).status_code == 405
