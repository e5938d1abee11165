"""The conversation over HTTP: each message is answered once, and nothing that people write is taken as HTML."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from starlette.requests import Request

from bot.channels.web.intake import address_of, networks
from bot.channels.web.views import WebSettings
from bot.messages import MAX_FILE
from dialogs import resume
from tests.web.canned import Service, Unlimited
from tests.web.texts import read

Json = dict[str, object]


def body(**fields: object) -> Json:
    """A message of a new conversation."""
    return {"conversation": str(uuid.uuid4()), "event": str(uuid.uuid4()), **fields}


async def say(client: httpx.AsyncClient, message: Json) -> httpx.Response:
    return await client.post("/api/chat/messages", json=message)


async def test_a_question_is_answered_with_quotes_as_html_and_as_data(client: httpx.AsyncClient) -> None:
    response = await say(client, body(text="Är IOP tillåtet?"))

    assert response.status_code == 200
    (reply,) = response.json()["replies"]
    assert reply["kind"] == "answer"
    assert reply["suggestions"] == ["Passar vår idé för ett IOP?", "Vad säger Eslöv?"]
    assert len(read(reply["html"], "blockquote").found) == 2
    assert "Ska-krav" in reply["html"]
    assert "odaterad" in reply["html"]
    assert "/kallor/forum-handledning?fran=" in reply["html"]


async def test_the_same_event_sent_again_gets_the_same_reply_and_one_turn(
    client: httpx.AsyncClient, service: Service
) -> None:
    message = body(text="Är IOP tillåtet?")

    first = (await say(client, message)).json()["replies"]
    second = (await say(client, message)).json()["replies"]

    assert first == second
    assert len(service.turns) == 1


async def test_what_the_page_has_shown_is_forgotten(client: httpx.AsyncClient, service: Service) -> None:
    message = body(text="Är IOP tillåtet?")
    shown = [reply["id"] for reply in (await say(client, message)).json()["replies"]]

    confirmed = await client.post("/api/chat/ack", json={"conversation": message["conversation"], "ack": shown})

    assert confirmed.status_code == 204
    again = await say(client, message)
    assert (again.status_code, again.json()["replies"]) == (200, [])
    assert not any(row.outgoing.reply.text for row in service.store.tables.outbox.values())


async def test_the_next_message_may_confirm_what_was_shown(client: httpx.AsyncClient, service: Service) -> None:
    message = body(text="Är IOP tillåtet?")
    shown = [reply["id"] for reply in (await say(client, message)).json()["replies"]]

    await say(client, {**message, "event": str(uuid.uuid4()), "text": "lista", "ack": shown})

    assert service.store.tables.outbox[shown[0]].state == "sent"


async def test_an_event_id_of_another_conversation_shows_nothing_of_it(
    client: httpx.AsyncClient, service: Service
) -> None:
    message = body(text="Är IOP tillåtet?")
    (mine,) = (await say(client, message)).json()["replies"]

    (other,) = (await say(client, {**message, "conversation": str(uuid.uuid4()), "text": "lista"})).json()["replies"]

    assert other["id"] != mine["id"]
    assert len(service.turns) == 2


async def test_the_conversation_id_is_stored_as_a_hash_only(client: httpx.AsyncClient, service: Service) -> None:
    message = body(text="Är IOP tillåtet?")

    person = (await say(client, message)).json()["person"]

    kept = repr(service.store.tables)
    assert str(message["conversation"]) not in kept
    assert str(message["event"]) not in kept
    assert person == "web:" + service.turns[0].conversation


async def test_a_reply_that_takes_long_is_fetched_by_asking_again() -> None:
    service = Service(WebSettings(wait_seconds=0.01))
    message = body(text="Är IOP tillåtet?")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app()), base_url="http://test") as client:
        early = await say(client, message)
        async with service.answering():
            late = await say(client, message)
            while late.status_code == 202:
                late = await say(client, message)

    assert (early.status_code, early.json()["pending"]) == (202, True)
    assert [reply["kind"] for reply in late.json()["replies"]] == ["answer"]


async def test_a_press_and_a_thumb_reach_the_turn_as_such(client: httpx.AsyncClient, service: Service) -> None:
    press = {"value": "yes", "flow": "iop", "question": "q0", "answered": 0}
    await say(client, body(press=press))
    await say(client, body(feedback={"value": "down", "reply": "o_1", "comment": "fel"}))

    assert service.turns[0].press is not None
    assert service.turns[0].press.model_dump() == press
    assert service.turns[1].feedback is not None
    assert service.turns[1].feedback.value == "down"


async def test_page_channel_and_dialogs_take_files_of_the_same_length(client: httpx.AsyncClient) -> None:
    assert MAX_FILE == resume.MOST
    assert f'data-max-file="{MAX_FILE}"' in (await client.get("/")).text


async def test_a_file_to_go_on_from_reaches_the_turn_by_its_own_way_only(
    client: httpx.AsyncClient, service: Service
) -> None:
    kept = "x" * 100_000
    by_message = await say(client, body(file=kept))
    by_file = await client.post("/api/chat/files", json=body(file=kept))
    too_long = await client.post("/api/chat/files", json=body(file=kept + kept + "x"))
    too_large = await client.post("/api/chat/files", json=body(file=6 * kept))

    assert [r.status_code for r in (by_message, by_file, too_long, too_large)] == [413, 200, 422, 413]
    assert [turn.file for turn in service.turns] == [kept]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x" * 2001, "too_long"),
        ("  \n ", "empty"),
        ("\x00\x07", "empty"),
        (["a", "list"], "not_text"),
        (17, "not_text"),
        (None, "empty"),
    ],
)
async def test_text_that_cannot_be_taken_is_answered_with_its_problem(
    client: httpx.AsyncClient, service: Service, text: object, problem: str
) -> None:
    response = await say(client, body(text=text))

    assert response.status_code == 200
    assert (service.turns[0].problem, service.turns[0].text) == (problem, "")


async def test_two_thousand_signs_outside_the_basic_plane_are_taken(
    client: httpx.AsyncClient, service: Service
) -> None:
    await say(client, body(text="😀" * 2000))

    assert service.turns[0].problem is None


@pytest.mark.parametrize(
    "change",
    [
        {"conversation": "1"},
        {"event": "../../etc/passwd"},
        {"conversation": ["a"]},
        {"extra": 1},
        {"press": {"value": 5}},
        {"ack": ["x" * 200]},
        {"ack": ["x"] * 21},
        {"feedback": {"value": "sideways"}},
    ],
)
async def test_a_request_of_another_shape_is_refused_in_swedish(client: httpx.AsyncClient, change: Json) -> None:
    response = await say(client, body(text="hej") | change)

    assert response.status_code == 422
    assert response.json()["message"] == "Förfrågan har inte den form som väntas."


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"conversation=1", "application/x-www-form-urlencoded", 415),
        (b"{", "application/json", 422),
        (b"\xff\xfe", "application/json", 422),
        (b"[" * 10_000, "application/json", 422),
        (b"[]", "application/json", 422),
        (b" " * 20_000, "application/json", 413),
    ],
)
async def test_bodies_that_cannot_be_read_are_refused(
    client: httpx.AsyncClient, content: bytes, media_type: str, status: int
) -> None:
    response = await client.post("/api/chat/messages", content=content, headers={"content-type": media_type})

    assert response.status_code == status
    assert response.json()["message"]


async def test_a_body_without_a_length_is_read_no_further_than_the_limit(client: httpx.AsyncClient) -> None:
    taken = 0

    async def endless() -> object:
        nonlocal taken
        while True:
            taken += 1024
            yield b" " * 1024

    response = await client.post("/api/chat/messages", content=endless(), headers={"content-type": "application/json"})

    assert response.status_code == 413
    assert taken < 64 * 1024


async def test_who_writes_too_fast_is_told_when_to_try_again() -> None:
    limits = Unlimited()
    service = Service(limits=limits)
    transport = httpx.ASGITransport(service.app(), client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        limits.verdict = "tell"
        told = await say(client, body(text="hej"))
        limits.verdict = "drop"
        dropped = await say(client, body(text="hej"))

    assert (told.status_code, told.json()["told"], told.headers["retry-after"]) == (429, False, "2")
    assert (dropped.status_code, dropped.json()["told"]) == (429, True)
    assert limits.keys == ["192.0.2.7", "192.0.2.7"]
    assert not service.store.tables.inbox


@pytest.mark.parametrize("path", ["messages", "files", "ack"])
async def test_nothing_is_read_of_who_writes_too_fast(path: str) -> None:
    limits = Unlimited()
    limits.verdict = "drop"
    taken = 0

    async def content() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield b" " * 4096

    transport = httpx.ASGITransport(Service(limits=limits).app())
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        headers = {"content-type": "application/json"}
        refused = await client.post(f"/api/chat/{path}", content=content(), headers=headers)

    assert (refused.status_code, taken) == (429, 0)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.1", "203.0.113.5", "192.0.2.1"),
        ("10.0.0.2", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.2", "198.51.100.1, 203.0.113.5, 10.0.0.9", "203.0.113.5"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "nonsense", "10.0.0.2"),
        ("10.0.0.2", "198.51.100.1, nonsense", "10.0.0.2"),
        ("10.0.0.2", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.2", "203.0.113.5", "203.0.113.5"),
    ],
)
def test_the_address_behind_trusted_proxies_is_the_real_one(peer: str, forwarded: str, address: str) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    request = Request({"type": "http", "headers": headers, "client": (peer, 1)})

    assert address_of(request, networks(["10.0.0.0/8"])) == address


class BrokenInbox:
    """An inbox whose database is gone."""

    async def put(self, messages: object, position: object = None) -> int:
        raise RuntimeError("the database is gone")


HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "[klicka](javascript:alert(1))",
    "{{ 7 * 7 }}",
)


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_is_written_comes_back_as_text_only(client: httpx.AsyncClient, text: str) -> None:
    (reply,) = (await say(client, body(text=text))).json()["replies"]
    page = (await client.post("/", data={"text": text})).text

    for html in (reply["html"], page[page.index("<main") : page.index("</main>") + 7]):
        reader = read(html, "p")
        assert any(text in found for found in reader.found)
        assert not {"script", "svg"} & reader.tags
        assert not {"onerror", "onload"} & reader.attributes
    assert 'href="javascript' not in page


async def test_links_in_replies_lead_to_the_site_or_to_the_web_only(client: httpx.AsyncClient) -> None:
    (reply,) = (await say(client, body(text="lista"))).json()["replies"]

    assert '<a href="/kallor">' in reply["html"]
    assert '<a href="https://example.org/" rel="noopener noreferrer">' in reply["html"]
    assert "Elakt: javascript:alert(1)" in reply["html"]
    assert 'href="javascript' not in reply["html"]


async def test_numbers_in_the_text_lead_to_the_quotes_that_they_name(client: httpx.AsyncClient) -> None:
    (reply,) = (await say(client, body(text="lista"))).json()["replies"]

    two, three = (f'<a class="pointer" href="#{reply["id"]}-{number}">{number}</a>' for number in (2, 3))
    assert f"Två [{two}, {three}] [77]" in reply["html"]
    assert f'id="{reply["id"]}-2"' in reply["html"]


async def test_without_javascript_a_question_is_a_form_and_the_answer_a_page(client: httpx.AsyncClient) -> None:
    first = (await client.get("/")).text
    hidden = _hidden(first)

    page = (await client.post("/", data={**hidden, "text": "Passar vår idé?"})).text

    assert "Du skrev" in page
    assert "Bidrar verksamheten till samhällsnytta?" in page
    assert _hidden(page)["conversation"] == hidden["conversation"]
    assert _hidden(page)["event"] != hidden["event"]


async def test_without_javascript_choices_are_buttons_of_the_form(client: httpx.AsyncClient, service: Service) -> None:
    await client.post("/", data={"press": '{"value": "yes", "flow": "iop", "question": "q0", "answered": 0}'})
    await client.post("/", data={"pick": "many", "many": ['{"value": "a"}', '{"value": "b"}']})

    presses = [turn.press for turn in service.turns]
    assert [press.value for press in presses if press] == ["yes", "a,b"]


async def test_a_form_that_is_sent_twice_is_answered_once(client: httpx.AsyncClient, service: Service) -> None:
    hidden = _hidden((await client.get("/")).text)
    await client.post("/", data={**hidden, "text": "lista"})
    again = await client.post("/", data={**hidden, "text": "lista"})

    assert "Svaret är redan visat." in again.text
    assert len(service.turns) == 1


@pytest.mark.parametrize(
    "fields", [{"conversation": "x", "text": "hej"}, {"press": "{"}, {"press": "[]"}, {"pick": "many", "many": "1"}]
)
async def test_a_form_of_another_shape_is_refused_with_a_page(
    client: httpx.AsyncClient, fields: dict[str, str]
) -> None:
    response = await client.post("/", data=fields)

    assert response.status_code == 422
    assert "Formuläret gick inte att läsa." in response.text


async def test_a_failure_is_told_in_swedish_and_keeps_the_security_headers(service: Service) -> None:
    service.store.stores = replace(service.store.stores, inbox=BrokenInbox())
    transport = httpx.ASGITransport(service.app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await say(client, body(text="hej"))

    assert response.status_code == 500
    assert response.json()["message"] == "Något gick fel hos oss. Försök igen om en stund."
    assert "default-src 'none'" in response.headers["content-security-policy"]


def _hidden(page: str) -> dict[str, str]:
    form = page.split('<form id="ask"')[1]
    values = [form.split(f'name="{name}" value="')[1].split('"')[0] for name in ("conversation", "event")]
    return {"conversation": values[0], "event": values[1]}
