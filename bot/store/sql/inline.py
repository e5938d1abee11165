"""SQLite connections for steps written for asyncio, which run where they are called.

A statement of ours takes some 20 microseconds, a trip to a thread and back ten times as long, and there are four for
each statement in aiosqlite's way. A commit waits for the disk: as long as the disk is quick about it (a third of a
millisecond on a usual SSD), that is less than the trip, else it goes to a thread, so that nobody else waits with it.
Nothing waits for a lock here: a database that another process writes to answers «locked» at once, and `Database` tries
again.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, Concatenate, ParamSpec, TypeVar, TypeVarTuple, overload

from sqlalchemy import URL, Connection, CursorResult, Executable, create_engine, event
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.selectable import TypedReturnsRows

T = TypeVar("T", bound=Any)
P = ParamSpec("P")
Columns = TypeVarTuple("Columns")

Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""Of a statement's parameters: once, or once for each row."""

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

KEPT = 3
"""Connections that stay open. More come and go: nobody may be made to wait for one, as that would stop everybody."""


class InlineEngine:
    """The connections to one file, each transaction of which begins in the same way, such as with BEGIN IMMEDIATE."""

    def __init__(self, url: URL, begin: str) -> None:
        self._committer = ThreadPoolExecutor(1, "sqlite-commit")
        self._usual = QUICK_SECONDS
        path = url.database or ":memory:"
        self._engine = create_engine(
            url, creator=lambda: _opened(path), poolclass=QueuePool, pool_size=KEPT, max_overflow=-1
        )

        @event.listens_for(self._engine, "begin")
        def _begin(connection: Connection) -> None:
            # The driver begins nothing by itself. A writer takes its lock at once, so that no two meet half-way.
            connection.exec_driver_sql(begin)

    async def open(self) -> InlineConnection:
        """A connection, to be closed in the end."""
        return InlineConnection(self._engine.connect(), self)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[InlineConnection]:
        """A connection; what is not committed in the end is rolled back."""
        connection = await self.open()
        try:
            yield connection
        finally:
            await connection.close()

    async def dispose(self) -> None:
        """Close the connections that nobody uses."""
        self._committer.shutdown(wait=True)
        self._engine.dispose()

    async def commit(self, connection: Connection) -> None:
        """Commit, in the thread unless the disk is quick."""
        if self._usual < QUICK_SECONDS:
            self._commit(connection)
        else:
            await self.apart(lambda: self._commit(connection))

    async def apart(self, work: Callable[[], object]) -> None:
        """Do what waits for the disk in the thread. Whoever is cancelled meanwhile waits for its end all the same:
        until then nobody else may touch the connection."""
        working = asyncio.get_running_loop().run_in_executor(self._committer, work)
        try:
            await asyncio.shield(working)
        except asyncio.CancelledError:
            while not working.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait({working})
            raise

    def _commit(self, connection: Connection) -> None:
        started = time.perf_counter()
        connection.commit()
        self._usual = 0.9 * self._usual + 0.1 * (time.perf_counter() - started)


class InlineConnection:
    """The part of SQLAlchemy's AsyncConnection that the store uses, over a connection that is not asynchronous."""

    def __init__(self, connection: Connection, engine: InlineEngine) -> None:
        self._connection = connection
        self._engine = engine

    @overload
    async def execute(
        self, statement: TypedReturnsRows[*Columns], parameters: Values | None = None
    ) -> CursorResult[*Columns]: ...

    @overload
    async def execute(
        self, statement: Executable, parameters: Values | None = None
    ) -> CursorResult[*tuple[Any, ...]]: ...

    async def execute(self, statement: Executable, parameters: Values | None = None) -> CursorResult[*tuple[Any, ...]]:
        """As in AsyncConnection."""
        return self._connection.execute(statement, parameters)

    async def begin(self) -> object:
        """As in AsyncConnection."""
        return self._connection.begin()

    async def commit(self) -> None:
        """Commit; returns when it is on the disk."""
        if self._connection.in_transaction():
            await self._engine.commit(self._connection)

    async def rollback(self) -> None:
        """As in AsyncConnection."""
        self._connection.rollback()

    async def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def in_transaction(self) -> bool:
        """As in AsyncConnection."""
        return self._connection.in_transaction()

    async def run_sync(self, fn: Callable[Concatenate[Connection, P], T], /, *arg: P.args, **kw: P.kwargs) -> T:
        """As in AsyncConnection."""
        return fn(self._connection, *arg, **kw)

    async def checkpoint(self) -> None:
        """Move the write-ahead log into the database and empty it, if nobody reads it."""
        driver = self._connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        # Fetched, so that no statement is left in progress: with one there is no commit.
        await self._engine.apart(lambda: driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())


def _opened(path: str) -> sqlite3.Connection:
    # No thread check: a commit may run in another thread, while nobody else uses the connection.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection
