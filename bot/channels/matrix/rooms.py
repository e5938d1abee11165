"""What is known of the rooms that the bot is in: who is there, who decides, and what was chosen."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

import nio

from bot.channels.matrix.errors import Denied
from bot.channels.matrix.page import ROOM_DATA
from bot.channels.matrix.power import Power
from bot.channels.matrix.wire import V3, Wire


class Rooms:
    """The rooms of one account, as the syncs have told of them."""

    def __init__(self, user: str, client: nio.AsyncClient, wire: Wire) -> None:
        self.user = user
        self._client = client
        self._wire = wire
        self._powers: dict[str, Power] = {}
        self._chosen: dict[str, str] = {}

    def __contains__(self, room: str) -> bool:
        """Whether the bot has joined the room."""
        return room in self._client.rooms

    def joined_count(self, room: str) -> int:
        """How many people have joined a room, the bot counted; 0 for a room that it is not in."""
        found = self._client.rooms.get(room)
        return int(found.joined_count) if found else 0

    def member_count(self, room: str) -> int:
        """How many have joined or are invited, the bot counted."""
        found = self._client.rooms.get(room)
        return int(found.member_count) if found else 0

    def is_encrypted(self, room: str) -> bool:
        """Whether what is sent to the room is encrypted."""
        found = self._client.rooms.get(room)
        return bool(found and found.encrypted)

    def name_in(self, room: str) -> str:
        """The bot's own display name in a room, or an empty string."""
        found = self._client.rooms.get(room)
        me = found.users.get(self.user) if found else None
        return str(me.display_name or "") if me else ""

    def may_configure(self, room: str, user: str) -> bool:
        """Whether a person may change the settings of a room."""
        return self._powers.get(room, Power()).may_configure(user)

    def municipality(self, room: str) -> str | None:
        """The municipality that a room has chosen."""
        return self._chosen.get(room) or None

    async def choose(self, room: str, municipality: str) -> None:
        """Keep the municipality that a room has chosen, on the server."""
        if self._chosen.get(room) == municipality:
            return
        me, where = quote(self.user, safe=""), quote(room, safe="")
        path = f"{V3}/user/{me}/rooms/{where}/account_data/{ROOM_DATA}"
        await self._wire.request("PUT", path, {"municipality": municipality})
        self._chosen[room] = municipality

    async def learn(self, response: nio.SyncResponse) -> None:
        """Take in what a sync tells, beside what nio itself keeps."""
        for id, room in response.rooms.join.items():
            self._told(id, [*room.state, *room.timeline.events])
            for data in room.account_data:
                if isinstance(data, nio.UnknownAccountDataEvent) and data.type == ROOM_DATA:
                    self._chosen[id] = str(data.content.get("municipality", ""))
        for id in response.rooms.leave:
            self.forget(id)
        await self._count(response)

    def forget(self, room: str) -> None:
        """Drop what is held of a room that the bot is not in any more."""
        self._client.rooms.pop(room, None)
        self._client.invited_rooms.pop(room, None)
        self._powers.pop(room, None)
        self._chosen.pop(room, None)

    def _told(self, room: str, events: Sequence[Any]) -> None:
        for event in events:
            if "state_key" in event.source:
                self._powers[room] = self._powers.get(room, Power()).told(event.source)

    async def _count(self, response: nio.SyncResponse) -> None:
        """See to it that it is known how many are in a room before anything said there is read: members are loaded
        lazily, and a server may leave the numbers out."""
        for id, found in response.rooms.join.items():
            room = self._client.rooms.get(id)
            if room is None or room.members_synced or not found.timeline.events:
                continue
            told = room.summary
            if told is None or told.joined_member_count is None or told.invited_member_count is None:
                with contextlib.suppress(Denied):  # out again already; the next sync says so
                    await self._wire.asked(partial(self._client.joined_members, id), nio.JoinedMembersResponse)
