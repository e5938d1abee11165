"""What the bot's side of the connector makes of faults: what surely did not leave may be sent again."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from bot.channels.teams.connector import Connector as Sender
from bot.channels.teams.place import Place
from bot.channels.teams.token import Renewed
from bot.channels.teams.web import session
from bot.ports import NotAccepted, Refused, Uncertain
from tests.teams.connector import Connector, Fault
from tests.teams.running import bot_token

MESSAGE = {"type": "message", "text": "hej"}


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with session(proxy=False) as made:
        yield made


def sender(http: aiohttp.ClientSession, token: object = bot_token, allowed: bool = True) -> Sender:
    return Sender(http, token, lambda _: allowed, lambda: None, 1.0)  # type: ignore[arg-type]


def place(service: str, chat: str) -> Place:
    return Place(service.rstrip("/"), chat, "28:bot", "owner")


async def test_nothing_left_when_nobody_listens(http: aiohttp.ClientSession) -> None:
    with socket.socket() as taken:  # bound, but nobody listens there
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(NotAccepted):
            await sender(http).create(place(f"http://127.0.0.1:{taken.getsockname()[1]}", "a"), MESSAGE)


async def test_nothing_left_without_a_token(http: aiohttp.ClientSession, connector: Connector) -> None:
    async def broken() -> str:
        raise RuntimeError("the client secret abc is wrong")

    with pytest.raises(NotAccepted) as told:
        await sender(http, Renewed(broken)).create(place(connector.service_url, "no-token"), MESSAGE)

    assert "abc" not in str(told.value)
    assert told.value.retry_after
    assert not connector.sent("no-token")


async def test_a_token_is_not_sent_to_others(http: aiohttp.ClientSession, connector: Connector) -> None:
    with pytest.raises(Refused):
        await sender(http, allowed=False).create(place(connector.service_url, "others"), MESSAGE)

    assert not connector.sent("others")


async def test_silence_is_uncertain(http: aiohttp.ClientSession, connector: Connector) -> None:
    connector.fail("silent", Fault(0, seconds=1.5))

    with pytest.raises(Uncertain):
        await sender(http).create(place(connector.service_url, "silent"), MESSAGE)


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("7", 7, 7),
        ("0.5", 0.5, 0.5),
        ("Tue, 01 Jan 2999 00:00:00 GMT", 1e9, 1e12),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0),
        ("-5", 0, 0),
    ],
)
async def test_it_waits_as_long_as_teams_asks(
    said: str, least: float, most: float, http: aiohttp.ClientSession, connector: Connector
) -> None:
    connector.fail(f"wait-{said}", Fault(429, {"Retry-After": said}))

    with pytest.raises(NotAccepted) as told:
        await sender(http).create(place(connector.service_url, f"wait-{said}"), MESSAGE)

    assert told.value.retry_after is not None
    assert least <= told.value.retry_after <= most


@pytest.mark.parametrize("said", ["soon", "nan", "inf", ""])
async def test_what_cannot_be_read_as_a_time_counts_for_nothing(
    said: str, http: aiohttp.ClientSession, connector: Connector
) -> None:
    connector.fail(f"bad-{said}", Fault(429, {"Retry-After": said}))

    with pytest.raises(NotAccepted) as told:
        await sender(http).create(place(connector.service_url, f"bad-{said}"), MESSAGE)

    assert told.value.retry_after is None
