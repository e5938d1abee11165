"""The whole bot as a process: it starts, answers, stops in order, and goes on where it was."""

from __future__ import annotations

import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.process import Running, fails_to_start, running

ANNA = "11111111-1111-4111-8111-111111111111"
BO = "22222222-2222-4222-8222-222222222222"
TOKEN = "a token of the tests"


def event(number: int) -> str:
    return f"33333333-3333-4333-8333-{number:012d}"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A bot whose operator has set tokens."""
    folder = tmp_path_factory.mktemp("watched") / "data"
    with running(folder, IOPBOT_METRICS_TOKEN=TOKEN, IOPBOT_REPORT_TOKEN=TOKEN) as bot:
        yield bot


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A bot with tight limits, and without tokens."""
    limits = {"IOPBOT_ADDRESS_BURST": "5", "IOPBOT_ADDRESS_PER_SECOND": "0.1", "IOPBOT_TRUSTED_PROXIES": "127.0.0.1"}
    with running(tmp_path_factory.mktemp("strict") / "data", **limits) as bot:
        yield bot


def test_a_dialog_goes_on_after_a_restart(data: Path) -> None:
    with running(data) as bot:
        (first,) = bot.ask("testa om vår idé passar", ANNA, event(1))[-1:]
        (second,) = bot.ask("ja", ANNA, event(2))[-1:]
        started = time.monotonic()
        assert bot.stop() == 0
        assert time.monotonic() - started < 10

    with running(data) as bot:
        (third,) = bot.ask("ja", ANNA, event(3))[-1:]

    answered = [reply["flow"]["answered"] for reply in (first, second, third)]  # type: ignore[index]
    assert answered == sorted(set(answered))


def test_a_message_sent_again_is_answered_once_whatever_happened_in_between(data: Path) -> None:
    with running(data) as bot:
        first = bot.ask("Är IOP tillåtet?", ANNA, event(1))
        again = bot.ask("Är IOP tillåtet?", ANNA, event(1))
        assert first == again
        bot.stop(signal.SIGKILL)
    with running(data) as bot:
        assert bot.ask("Är IOP tillåtet?", ANNA, event(1)) == first
        assert bot.ask("och i Eslöv?", ANNA, event(2), ack=[first[0]["id"]])
        assert bot.ask("Är IOP tillåtet?", ANNA, event(1)) == []


def test_no_text_is_left_once_the_page_has_shown_the_reply(data: Path) -> None:
    with running(data) as bot:
        (reply,) = bot.ask("Hur ansöker Ulla Gurkblom om IOP?", ANNA, event(1))
        bot.client.post("/api/chat/ack", json={"conversation": ANNA, "ack": [reply["id"]]}).raise_for_status()
        assert bot.stop() == 0
        log = bot.log.read_text()

    with sqlite3.connect(data / "iopbot.db") as connection:
        rows = connection.execute("SELECT payload FROM inbox UNION SELECT reply FROM outbox").fetchall()
    connection.close()
    assert rows == [("",)]
    assert "Gurkblom" not in log
    assert ANNA not in (data / "iopbot.db").read_bytes().decode("latin-1")


def test_a_person_is_forgotten_when_they_say_so(data: Path) -> None:
    with running(data) as bot:
        bot.ask("testa om vår idé passar", ANNA, event(1))
        (reply,) = bot.ask("radera mina uppgifter", ANNA, event(2))
        assert "radera" in str(reply["html"]).lower()
        assert bot.stop() == 0

    with sqlite3.connect(data / "iopbot.db") as connection:
        senders = connection.execute("SELECT sender FROM inbox UNION SELECT sender FROM outbox").fetchall()
        states = connection.execute("SELECT state FROM conversations WHERE state IS NOT NULL").fetchall()
    connection.close()
    assert senders == [("",)]
    assert states == []


def test_health_is_for_everybody_and_its_details_for_those_with_the_token(watched: Running) -> None:
    open_ = watched.client.get("/health/ready").json()
    told = watched.client.get("/health/ready", headers={"Authorization": f"Bearer {TOKEN}"}).json()

    assert open_["ready"]
    assert {"name": "databas", "ok": True} in open_["parts"]
    assert all("detail" in part for part in told["parts"])


def test_metrics_count_what_happens_and_need_the_token(watched: Running) -> None:
    watched.ask("Är IOP tillåtet?", ANNA, event(1))
    refused = [watched.client.get("/metrics", headers=h).status_code for h in ({}, {"Authorization": "Bearer wrong"})]
    exposed = watched.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text

    assert refused == [401, 401]
    assert 'iopbot_messages_total{channel="web"}' in exposed
    assert 'iopbot_replies_total{channel="web",kind="answer"}' in exposed
    assert "iopbot_turn_seconds_count" in exposed
    assert 'iopbot_up{part="databas"} 1.0' in exposed


def test_the_report_asks_for_its_password(watched: Running) -> None:
    watched.ask("Vad kostar en biljett till badhuset i Borås?", BO, event(2))
    refused = watched.client.get("/rapport")
    page = watched.client.get("/rapport", auth=httpx.BasicAuth("vem som helst", TOKEN))

    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic")
    assert page.status_code == 200
    assert "badhuset" in page.text
    assert "noindex" in page.headers["x-robots-tag"]


def test_without_tokens_there_are_no_such_pages(strict: Running) -> None:
    assert [strict.client.get(path).status_code for path in ("/metrics", "/rapport")] == [404, 404]


def test_who_floods_is_told_and_others_are_served(strict: Running) -> None:
    def post(number: int, conversation: str, address: str) -> httpx.Response:
        body = {"conversation": conversation, "event": event(number), "text": "hej"}
        return strict.client.post("/api/chat/messages", json=body, headers={"X-Forwarded-For": address})

    flood = [post(number, ANNA, "192.0.2.1") for number in range(8)]
    other = post(20, BO, "192.0.2.2")

    assert [answer.status_code for answer in flood] == [200] * 5 + [429] * 3
    assert [answer.json()["told"] for answer in flood[5:]] == [False, True, True]
    assert "för fort" in flood[5].json()["message"]
    assert other.status_code == 200


def test_all_faults_of_the_settings_are_told_at_once(data: Path) -> None:
    data.mkdir()
    secret = "hemligt-lösenord"

    ended = fails_to_start(
        data,
        IOPBOT_PORT="tcp://10.0.0.1:80",
        IOPBOT_RETENTION_DAYS="0",
        IOPBOT_MATRIX_PASSWORD=secret,
        IOPBOT_METRICS_TOKEN="kort",
    )

    assert ended.returncode == 1
    for name in ("IOPBOT_PORT", "IOPBOT_RETENTION_DAYS", "IOPBOT_MATRIX_HOMESERVER", "IOPBOT_METRICS_TOKEN"):
        assert name in ended.stderr
    assert "Traceback" not in ended.stderr
    assert secret not in ended.stderr
    assert "kort\n" not in ended.stderr


def test_a_busy_port_is_told(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = fails_to_start(data, IOPBOT_PORT=port)

    assert ended.returncode == 1
    assert f":{port}" in ended.stderr
    assert "IOPBOT_PORT" in ended.stderr
