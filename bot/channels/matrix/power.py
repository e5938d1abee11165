"""Who may change a room's settings: power levels, and the creators of rooms of version 12, who may everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

CREATORS_RULE_FROM = 12


@dataclass(frozen=True, slots=True)
class Power:
    """What the room's state says of power."""

    creators: frozenset[str] = frozenset()
    users: Mapping[str, int] = field(default_factory=dict)
    usual: int = 0
    needed: int = 50

    def told(self, event: Mapping[str, Any]) -> Power:
        """The same after a state event."""
        content = event.get("content")
        if not isinstance(content, dict) or event.get("state_key") != "":
            return self
        if event.get("type") == "m.room.create":
            return replace(self, creators=_creators(event, content))
        if event.get("type") == "m.room.power_levels":
            return self._levels(content)
        return self

    def _levels(self, content: dict[str, Any]) -> Power:
        users, events = content.get("users"), content.get("events")
        levels = {u: n for u, n in users.items() if isinstance(n, int)} if isinstance(users, dict) else {}
        named = events.get("m.room.name") if isinstance(events, dict) else None
        needed = named if isinstance(named, int) else content.get("state_default", 50)
        usual = content.get("users_default", 0)
        return replace(
            self,
            users=levels,
            usual=usual if isinstance(usual, int) else 0,
            needed=needed if isinstance(needed, int) else 50,
        )

    def may_configure(self, user: str) -> bool:
        """Whether a person may change the room's name, and so its settings."""
        return user in self.creators or self.users.get(user, self.usual) >= self.needed


def _creators(event: Mapping[str, Any], content: dict[str, Any]) -> frozenset[str]:
    version = str(content.get("room_version", "1"))
    if not version.isdecimal() or int(version) < CREATORS_RULE_FROM:
        return frozenset()
    more = content.get("additional_creators")
    return frozenset([str(event.get("sender", "")), *(map(str, more) if isinstance(more, list) else ())])
