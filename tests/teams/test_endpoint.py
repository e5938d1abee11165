"""The endpoint as the ASGI application that it is: every request gets its status, and none breaks anything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from math import inf

import pytest
from starlette.types import Message as Event
from starlette.types import Scope

from bot.app.run import with_teams
from bot.channels.teams.app import Teams, create_teams
from bot.channels.teams.routes import PATH, Presses
from bot.channels.teams.settings import TeamsSettings
from bot.core.limit import Rate
from bot.ports import Stores
from bot.service.bell import LocalBell
from bot.service.limits import SharedLimits
from bot.store.ids import Keys
from bot.store.memory import MemoryStore
from tests.support.making import SECRET, SetClock


@pytest.fixture
async def stores() -> Stores:
    return await MemoryStore(Keys(SECRET), LocalBell(), SetClock()).open()


@pytest.fixture
async def teams(stores: Stores) -> AsyncIterator[Teams]:
    """In insecure local mode, so that no token is needed."""
    limits = SharedLimits(Rate(inf, 0), Rate(inf, 0), lambda: 0.0)
    made = create_teams(
        settings=TeamsSettings(insecure_local=True),
        inbox=stores.inbox,
        presses=Presses(stores.inbox, limits),
        replies=stores.replies,
        clock=SetClock(),
        search=lambda _: (),
    )
    yield made
    await made.close()


def scope(method: str = "POST", path: str = PATH, **headers: str) -> Scope:
    """A request from this machine."""
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8080"), *((k.encode(), v.encode()) for k, v in headers.items())],
        "client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 8080),
    }  # fmt: skip


async def asked(teams: Teams, request: Scope, *events: Event) -> list[Event]:
    """What the bot's whole application answers, when its pages answer 404."""
    coming, answer = iter(events), list[Event]()

    async def receive() -> Event:
        return next(coming)

    async def send(event: Event) -> None:
        answer.append(event)

    async def web(_scope: Scope, _receive: object, _send: object) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})

    await with_teams(web, teams)(request, receive, send)
    return answer


async def status(teams: Teams, request: Scope, *events: Event) -> int:
    first, *_ = await asked(teams, request, *events)
    return int(first["status"])


def part(body: bytes, more: bool = False) -> Event:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_client_that_goes_away_in_the_middle_breaks_nothing(teams: Teams, stores: Stores) -> None:
    gone: Event = {"type": "http.disconnect"}

    assert await status(teams, scope(), part(b'{"type": "mess', more=True), gone) == 400
    assert (await stores.conversations.counts(SetClock().now())).waiting == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"type": 1}'])
async def test_what_is_no_activity_is_turned_away(body: bytes, teams: Teams) -> None:
    assert await status(teams, scope(), part(body)) == 400


async def test_a_body_without_end_is_turned_away(teams: Teams) -> None:
    parts = [part(b"x" * 100_000, more=True) for _ in range(100)]

    assert await status(teams, scope(), *parts) == 413


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
async def test_every_other_method_is_told_which_one_is_taken(method: str, teams: Teams) -> None:
    for _ in range(2):  # one answer serves them all
        start, body = await asked(teams, scope(method))

        assert start["status"] == 405
        assert (b"allow", b"POST") in start["headers"]
        assert body["body"]


@pytest.mark.parametrize("path", ["/", PATH + "/", PATH + "/more", "/api", "/API/messages"])
async def test_every_other_path_is_the_pages_business(path: str, teams: Teams) -> None:
    assert await status(teams, scope(path=path), part(b"")) == 404


async def test_what_is_no_request_is_the_pages_business(teams: Teams) -> None:
    assert await status(teams, scope() | {"type": "websocket"}) == 404
