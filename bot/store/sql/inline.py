"""SQLite connections for SQLAlchemy's asyncio dialect that run where they are called.

A statement of ours takes some 20 microseconds, a trip to a thread and back ten times as long, and there are four for
each statement (aiosqlite's way). A commit waits for the disk: as long as the disk is quick about it (a third of a
millisecond on a usual SSD), that is less than the trip, else it goes to a thread, so that nobody else waits with it.
Nothing waits for a lock here: a database that another process writes to answers «locked» at once, and `Database` tries
again.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

PRAGMAS = (
    "busy_timeout = 5000",  # while the file is opened, and mended after a crash
    "journal_mode = WAL",
    "synchronous = FULL",
    "secure_delete = ON",  # what is erased is overwritten, not only unlinked
    "temp_store = MEMORY",
    "busy_timeout = 0",
)

QUICK_SECONDS = 0.002
"""A disk that takes no longer for a commit, as a running mean, is not worth a thread."""


class InlineCursor:
    """The part of aiosqlite's cursor that the dialect uses."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor

    async def __aenter__(self) -> InlineCursor:
        return self

    @property
    def description(self) -> Any:
        """As in the DB-API."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """As in the DB-API."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """As in the DB-API."""
        return self._cursor.lastrowid

    async def execute(self, statement: str, values: Sequence[Any] = ()) -> InlineCursor:
        """As in the DB-API."""
        self._cursor.execute(statement, values)
        return self

    async def executemany(self, statement: str, values: Sequence[Sequence[Any]]) -> InlineCursor:
        """As in the DB-API."""
        self._cursor.executemany(statement, values)
        return self

    async def fetchall(self) -> list[Any]:
        """As in the DB-API."""
        return self._cursor.fetchall()

    async def close(self) -> None:
        """As in the DB-API."""
        self._cursor.close()


class InlineConnection:
    """The part of aiosqlite's connection that the dialect uses."""

    def __init__(self, path: str) -> None:
        # No thread check: the commit runs in another thread, while nobody else uses the connection.
        self._connection: sqlite3.Connection | None = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False
        )
        self._committer = ThreadPoolExecutor(1, "sqlite-commit")
        self._usual = QUICK_SECONDS
        for pragma in PRAGMAS:
            self._open().execute(f"PRAGMA {pragma}")

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise ValueError("no active connection")
        return self._connection

    def cursor(self) -> InlineCursor:
        """A new cursor."""
        return InlineCursor(self._open().cursor())

    async def create_function(self, *arguments: Any, **named: Any) -> None:
        """As in sqlite3."""
        self._open().create_function(*arguments, **named)

    async def commit(self) -> None:
        """Commit; returns when it is on the disk."""
        if not self._open().in_transaction:
            return
        if self._usual < QUICK_SECONDS:
            self._commit()
        else:
            await asyncio.get_running_loop().run_in_executor(self._committer, self._commit)

    def _commit(self) -> None:
        started = time.perf_counter()
        self._open().commit()
        self._usual = 0.9 * self._usual + 0.1 * (time.perf_counter() - started)

    async def rollback(self) -> None:
        """As in sqlite3."""
        self._open().rollback()

    async def close(self) -> None:
        """As in sqlite3."""
        self.stop()

    def checkpoint(self) -> None:
        """Move the write-ahead log into the database and empty it, if nobody reads it."""
        self._open().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def stop(self) -> None:
        """Close at once, whatever is under way."""
        connection, self._connection = self._connection, None
        self._committer.shutdown(wait=True)
        if connection is not None:
            connection.close()


def creator(path: str) -> Callable[..., Awaitable[InlineConnection]]:
    """What create_async_engine takes as `async_creator`."""

    async def create(*_: Any, **__: Any) -> InlineConnection:
        return InlineConnection(path)

    return create
