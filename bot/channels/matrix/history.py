"""What was said before: events that are fetched one by one, or page by page."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import nio

from bot.channels.matrix.errors import Denied, TokenRefused
from bot.channels.matrix.page import PART_OF, TIMELINE, Json, Undecrypted
from bot.channels.matrix.wire import Wire
from bot.ports import NotAccepted


class History:
    """Reads the past of rooms."""

    def __init__(self, user: str, client: nio.AsyncClient, wire: Wire) -> None:
        self._user = user
        self._client = client
        self._wire = wire

    async def older(self, room: str, start: str, end: str | None) -> tuple[tuple[Json | Undecrypted, ...], str | None]:
        """Events before `start`, newest first, down to `end`; and where to go on, or None."""
        response = await self._wire.asked(
            lambda: self._client.room_messages(room, start, end, limit=TIMELINE), nio.RoomMessagesResponse
        )
        more = response.end if response.chunk and response.end and response.end != start else None
        return events_of(room, response.chunk), more

    async def event(self, room: str, id: str) -> Json | None:
        """One event, decrypted if it can be; None when the server does not give it."""
        with contextlib.suppress(NotAccepted, Denied, TokenRefused):
            response = await self._wire.asked(lambda: self._client.room_get_event(room, id), nio.RoomGetEventResponse)
            return dict(response.event.source)
        return None

    async def parts(self, room: str, first: str) -> tuple[str, ...]:
        """The further parts of a message of the bot's that was split, in order, without those that were taken back.
        The room itself knows them, so that nothing needs to be kept elsewhere."""
        try:
            start = await self._wire.asked(lambda: self._client.room_context(room, first, 1), nio.RoomContextResponse)
            mine = {"senders": [self._user], "types": ["m.room.message", "m.room.encrypted"]}
            later = await self._wire.asked(
                lambda: self._client.room_messages(
                    room, start.start, direction=nio.MessageDirection.front, limit=TIMELINE, message_filter=mine
                ),
                nio.RoomMessagesResponse,
            )
        except Denied:
            return ()
        said = [event for event in events_of(room, later.chunk) if not isinstance(event, Undecrypted)]
        return tuple(str(event["event_id"]) for event in said if _is_part(event.get("content"), first))


def events_of(room: str, events: Sequence[Any]) -> tuple[Json | Undecrypted, ...]:
    """Events of nio's as they came, apart from those that could not be decrypted."""
    return tuple(
        Undecrypted(room, event.event_id, event.sender, dict(event.source))
        if isinstance(event, nio.MegolmEvent)
        else dict(event.source)
        for event in events
    )


def _is_part(content: object, first: str) -> bool:
    if not isinstance(content, dict) or content.get(PART_OF) != first:
        return False
    relates = content.get("m.relates_to")
    return not (isinstance(relates, dict) and relates.get("rel_type") == "m.replace")
