"""Where an answer goes: kept as `Message.address`, and read back when the answer is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from bot.channels.teams.activity import Activity
from bot.ports import Refused

Occasion = Literal["text", "press", "welcome", "feedback"]


@dataclass(frozen=True, slots=True)
class Place:
    """`chat` is Teams' id of the conversation, thread included; `owner` tells whose card it is; `card` is the pressed
    card's activity id."""

    service: str
    chat: str
    bot: str
    owner: str
    occasion: Occasion = "text"
    card: str = ""

    def address(self) -> dict[str, str]:
        """As a message keeps it."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def of(cls, address: Mapping[str, str]) -> Place:
        """From a message. Raises Refused when it was written by another version of the program."""
        try:
            return cls(**address)  # type: ignore[arg-type]
        except TypeError:
            raise Refused("Adressen går inte att läsa: den skrevs av en annan version av boten.") from None


def owner_of(activity: Activity) -> str:
    """A tag of the person within the conversation, to tell whose card was pressed. It is no secret."""
    return _digest(activity.conversation.id, activity.from_.key)[:12]


def conversation_of(activity: Activity) -> str:
    """The key of the conversation: in a group everybody has a conversation of their own, so that nobody answers
    another's question; a channel's thread is part of the id already."""
    if activity.personal:
        return activity.conversation.id
    return f"{activity.conversation.id}#{owner_of(activity)}"


def place_of(activity: Activity, occasion: Occasion = "text", card: str = "") -> Place:
    """Where the answer to an activity goes."""
    service = activity.service_url.rstrip("/")
    return Place(service, activity.conversation.id, activity.recipient.id, owner_of(activity), occasion, card)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
