"""What the sync loop does when a page has to be read again: a homeserver that fails at the wrong moment, on cue."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from bot.channels.matrix import receive
from bot.channels.matrix.errors import Denied
from bot.channels.matrix.page import Page, RoomPage, Undecrypted
from bot.channels.matrix.receive import Receiver
from bot.messages import Message
from bot.ports import NotAccepted

LATE = Undecrypted("!a:x", "$late", "@anna:x", {})


def said(room: str, event: dict[str, str]) -> Message:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    return Message(
        channel="matrix", event=event["event_id"], conversation=room, sender="@anna:x", text="hej", received=now
    )


async def received(failures: list[Exception], pages: int, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The events of each commit, when reading a gap fails so; one message waits for its key, which has come."""
    commits: list[list[str]] = []

    async def sync(*_: object) -> Page:
        if len(commits) == pages:
            raise asyncio.CancelledError
        return Page("t1", (RoomPage("!b:x", ({"event_id": "$new"},), "gap"),))

    async def older(*_: object) -> tuple[Sequence[object], None]:
        if failures:
            raise failures.pop(0)
        return (), None

    async def read(room: str, event: dict[str, str]) -> Message:
        return said(room, event)

    async def put(messages: Sequence[Message], _position: tuple[str, str]) -> int:
        commits.append([message.event for message in messages])
        return len(messages)

    async def position(_key: str) -> str:
        return "t0"

    async def nothing(*_: object) -> None:
        return None

    cipher = SimpleNamespace(decrypted=lambda event: {"event_id": event.event}, tend=nothing)
    gateway = SimpleNamespace(user="@bot:x", sync=sync, history=SimpleNamespace(older=older), cipher=cipher)
    loop = Receiver(
        gateway,  # type: ignore[arg-type]
        SimpleNamespace(read=read),  # type: ignore[arg-type]
        SimpleNamespace(put=put, position=position),  # type: ignore[arg-type]
        SimpleNamespace(now=lambda: datetime.now(UTC)),
        SimpleNamespace(tend=lambda _page: None, look=lambda: None),  # type: ignore[arg-type]
        SimpleNamespace(heard=lambda _message: None, lull=nothing),  # type: ignore[arg-type]
        "position",
        lambda: None,
        lambda _why: None,
    )
    loop._waiting[LATE.event] = (LATE, float("inf"))
    monkeypatch.setattr(receive.Backoff, "pause", nothing)
    with pytest.raises(asyncio.CancelledError):
        await loop.run()
    return commits


async def test_a_message_whose_key_came_late_outlives_a_failure_on_the_same_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await received([NotAccepted("429", 0)], 1, monkeypatch) == [["$late", "$new"]]


async def test_a_gap_that_may_not_be_read_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    denied = Denied(403, "M_FORBIDDEN")

    assert await received([denied, denied], 2, monkeypatch) == [["$late", "$new"], ["$new"]]
