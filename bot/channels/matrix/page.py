"""What is asked of a sync, and one page of its answer as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TIMELINE = 100

ROOM_DATA = "se.iopbot.room"
"""Account data of the bot's own in a room: what the room has chosen."""

PART_OF = "se.iopbot.part_of"
"""In the content of the further parts of a message that was split: the event of the first one."""

Json = dict[str, Any]
"""A decoded JSON object; whoever reads a value checks its type."""

NO_MORE: Json = {"presence": {"types": []}, "account_data": {"types": []}}
FILTER = {
    **NO_MORE,
    "room": {
        "timeline": {"limit": TIMELINE, "lazy_load_members": True},
        "state": {
            "lazy_load_members": True,
            "types": [
                "m.room.create",
                "m.room.encryption",
                "m.room.member",
                "m.room.name",
                "m.room.power_levels",
                "m.room.tombstone",
            ],
        },
        "ephemeral": {"types": []},
        "account_data": {"types": [ROOM_DATA]},
    },
}


@dataclass(frozen=True, slots=True)
class Invite:
    """An invite; `sender` is empty when the server does not say who sent it."""

    room: str
    sender: str


@dataclass(frozen=True, slots=True)
class Undecrypted:
    """An event whose key is missing."""

    room: str
    event: str
    sender: str
    source: Json


@dataclass(frozen=True, slots=True)
class RoomPage:
    """What is new in one room, oldest first. `gap` is where older events can be fetched from, if some were left out."""

    room: str
    events: tuple[Json | Undecrypted, ...]
    gap: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to a sync."""

    token: str
    rooms: tuple[RoomPage, ...] = ()
    invites: tuple[Invite, ...] = ()
