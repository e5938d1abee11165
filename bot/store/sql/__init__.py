"""The durable store: SQLite or PostgreSQL, one implementation on SQLAlchemy Core."""

from __future__ import annotations

from bot.ports import Bell, Clock, Health, StoreError, Stores
from bot.store.ids import Keys
from bot.store.sql.alive import Alive
from bot.store.sql.common import Context
from bot.store.sql.database import Database, file_of
from bot.store.sql.inbox import SqlInbox
from bot.store.sql.migrate import prepare
from bot.store.sql.outbox import SqlOutbox
from bot.store.sql.person import SqlConversations
from bot.store.sql.records import SqlLease, SqlRecords, SqlResults
from bot.store.sql.replies import SqlReplies

__all__ = ["Database", "SqlStore", "prepare"]


class SqlStore:
    """A database in use. `owner` names this process among the replicas: unique, at most 64 characters."""

    def __init__(self, url: str, keys: Keys, bell: Bell, clock: Clock, owner: str) -> None:
        self.database = Database(url)
        self._keys = keys
        self._alive = Alive(file_of(self.database.url), owner)
        context = Context(self.database, keys, bell, clock, owner, self._alive)
        self.stores = Stores(
            inbox=SqlInbox(context),
            outbox=SqlOutbox(context),
            replies=SqlReplies(context),
            conversations=SqlConversations(context),
            records=SqlRecords(context),
            results=SqlResults(context),
            lease=SqlLease(context),
        )

    async def open(self) -> Stores:
        """Check and migrate the database. Raises StoreError with the remedy, having changed nothing."""
        await prepare(self.database, self._keys)
        return self.stores

    async def close(self) -> None:
        """Let running steps end, and disconnect."""
        await self.database.close()
        self._alive.close()

    async def health(self) -> Health:
        """Whether the database answers right now."""
        try:
            await self.database.answers()
        except StoreError as error:
            return Health("databas", False, str(error))
        return Health("databas", True, self.database.where)
