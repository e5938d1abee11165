"""Where nio keeps the device's keys: its own SQLite store, without what it would write again with every page."""

from __future__ import annotations

from collections.abc import Collection

from nio.store import DefaultStore


class KeyStore(DefaultStore):  # type: ignore[misc]
    """Knows which rooms it has written down as encrypted: nio hands over those of every page, which takes longer than
    reading the page."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._written: frozenset[str] = frozenset()

    def save_encrypted_rooms(self, rooms: Collection[str]) -> None:
        """See nio."""
        if not self._written.issuperset(rooms):
            super().save_encrypted_rooms(rooms)
            self._written = self._written.union(rooms)

    def delete_encrypted_room(self, room: str) -> None:
        """See nio."""
        super().delete_encrypted_room(room)
        self._written -= {room}
