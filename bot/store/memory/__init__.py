"""The store in memory: for tests, the terminal and trying out. The same behaviour as the SQL one."""

from __future__ import annotations

from bot.ports import Bell, Clock, Health, Stores
from bot.store.ids import Keys
from bot.store.memory.held import MemoryConversations, MemoryLease, MemoryRecords, MemoryResults
from bot.store.memory.inbox import MemoryInbox
from bot.store.memory.outbox import MemoryOutbox, MemoryReplies
from bot.store.memory.shelf import Shelf


class MemoryStore:
    """All ports of a store over dicts, in one event loop."""

    def __init__(self, keys: Keys, bell: Bell, clock: Clock) -> None:
        shelf = Shelf(keys, bell, clock)
        self.tables = shelf.tables
        outbox = MemoryOutbox(shelf)
        self.stores = Stores(
            inbox=MemoryInbox(shelf),
            outbox=outbox,
            replies=MemoryReplies(shelf, outbox),
            conversations=MemoryConversations(shelf),
            records=MemoryRecords(shelf),
            results=MemoryResults(shelf),
            lease=MemoryLease(shelf),
        )

    async def open(self) -> Stores:
        """Nothing to open."""
        return self.stores

    async def close(self) -> None:
        """Nothing to close."""

    async def health(self) -> Health:
        """Always well."""
        return Health("databas", True, "i minnet")
