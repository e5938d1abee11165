"""One database, SQLite or PostgreSQL: connections, transactions, what is tried again, and errors with their remedy."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.ports import StoreError
from bot.store.sql.inline import InlineConnection, InlineEngine

T = TypeVar("T")
Engine = AsyncEngine | InlineEngine
Connection = AsyncConnection | InlineConnection
"""A connection within a transaction, of PostgreSQL or SQLite."""

Step = Callable[[Connection], Awaitable[T]]

BUSY_SECONDS = 10.0
"""How long to wait for another process that writes (SQLite), or for a free connection (PostgreSQL)."""

_BUSY_PAUSE = 0.02
_NOTHING = text("SELECT 1")

_PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0)
"""Seconds between the tries of a step that met a lost connection or a deadlock. Every step may be repeated: what it
writes is keyed by ids that are derived, so that a commit whose answer was lost does no harm."""


class Database:
    """Runs steps in transactions. Construct it in a running event loop, and `close` it there."""

    def __init__(self, url: str, pool: int = 8) -> None:
        self.url = parsed(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if file := file_of(self.url):
            _make_private(file)
        self._steps: set[asyncio.Task[Any]] = set()
        self._writing = asyncio.Lock()
        self._kept: InlineConnection | None = None
        self._writer: Engine
        self._reader: Engine
        if self.sqlite:
            self._writer = InlineEngine(self.url, "BEGIN IMMEDIATE")
            self._reader = InlineEngine(self.url, "BEGIN")
        else:
            self._writer = self._reader = create_async_engine(
                self.url,
                pool_size=pool,
                max_overflow=0,
                pool_timeout=BUSY_SECONDS,
                pool_recycle=1800,
                connect_args={"timeout": 5, "command_timeout": 30, "server_settings": {"application_name": "iopbot"}},
            )

    @property
    def where(self) -> str:
        """What an error message calls the database: the file, or the address without the password."""
        return str(self.url.database) if self.sqlite else self.url.render_as_string(hide_password=True)

    async def read(self, step: Step[T], patient: bool = True) -> T:
        """Run a step that changes nothing; `patient` tries again when the connection is lost."""
        return await self._shielded(self._reader, step, _PAUSES if patient else ())

    async def write(self, step: Step[T]) -> T:
        """Run a step and commit it."""
        return await self._shielded(self._writer, step, _PAUSES)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection in a write transaction; leaving it without a commit rolls back. Not tried again."""
        with self.explaining():
            async with self._writing_connection() as connection:
                await self._begun(connection)
                yield connection

    async def answers(self) -> None:
        """Return if the database answers; StoreError if not."""

        async def step(connection: Connection) -> None:
            await connection.execute(_NOTHING)

        await self.read(step, patient=False)

    async def tidy(self) -> None:
        """Empty SQLite's write-ahead log, which still holds what was erased."""
        if not self.sqlite:
            return
        with contextlib.suppress(SQLAlchemyError, sqlite3.Error):  # somebody reads: the next time will do
            async with self._writing_connection() as connection:
                assert isinstance(connection, InlineConnection)
                await connection.checkpoint()

    async def close(self) -> None:
        """Let running steps end, and disconnect."""
        if self._steps:
            await asyncio.wait(self._steps)
        async with self._writing:  # a step on SQLite is no task, but its commit may be under way
            if self._kept is not None:
                await self._kept.close()
                self._kept = None
        await self._writer.dispose()
        if self.sqlite:
            await self._reader.dispose()

    async def _shielded(self, engine: Engine, step: Step[T], pauses: Sequence[float]) -> T:
        # A caller that goes away (a browser that hangs up) must not tear a connection down in the middle of a step. On
        # SQLite it cannot: what runs inline does not wait for anything but its commit.
        if self.sqlite:
            return await self._tried(engine, step, pauses)
        task = asyncio.ensure_future(self._tried(engine, step, pauses))
        self._steps.add(task)
        task.add_done_callback(self._steps.discard)
        return await asyncio.shield(task)

    async def _tried(self, engine: Engine, step: Step[T], pauses: Sequence[float]) -> T:
        for pause in (*pauses, None):
            try:
                if engine is self._writer:
                    async with self._writing_connection() as connection:
                        await self._begun(connection)
                        done = await step(connection)
                        await connection.commit()
                        return done
                async with engine.connect() as connection:
                    return await step(connection)
            except (SQLAlchemyError, OSError) as error:
                if pause is None or not _passing(error):
                    raise self.explained(error) from error
            await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def _begun(self, connection: Connection) -> None:
        """Begin; on SQLite that takes the lock, and waits as long as another process has it."""
        until = asyncio.get_running_loop().time() + BUSY_SECONDS
        while True:
            try:
                await connection.begin()
                return
            except DBAPIError as error:
                if "locked" not in str(error.orig) or asyncio.get_running_loop().time() > until:
                    raise
            await asyncio.sleep(_BUSY_PAUSE)

    @asynccontextmanager
    async def _writing_connection(self) -> AsyncIterator[Connection]:
        """The connection to write with; what is not committed in the end is rolled back. On SQLite one writes, so that
        the writers of this process queue fairly instead of meeting "busy"; it is kept, as fetching it anew costs as
        much as two statements."""
        if isinstance(self._writer, AsyncEngine):
            async with self._writer.connect() as connection:
                yield connection
            return
        async with self._writing:
            kept, self._kept = self._kept or await self._writer.open(), None
            try:
                yield kept
                if kept.in_transaction():
                    await kept.rollback()
            except BaseException:
                await kept.close()
                raise
            self._kept = kept

    def explained(self, error: Exception) -> StoreError:
        """The error as a sentence with its remedy, without the statement and its values."""
        cause = str(error.orig) if isinstance(error, DBAPIError) and error.orig else str(error).split("\n")[0]
        for words, sentence in _REMEDIES.items():
            if words in cause:
                return StoreError(sentence.format(where=self.where), passing=True)
        kind = type(error.orig if isinstance(error, DBAPIError) and error.orig else error).__name__
        first = cause.split("\n")[0].removeprefix(f"<class '{kind}'>: ")
        passing = not isinstance(error, DataError | IntegrityError | ProgrammingError)
        return StoreError(f"Databasen {self.where} svarar inte som den ska ({first[:200]}).", passing)

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Errors of the database come out as StoreError."""
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            raise self.explained(error) from error


_REMEDIES = {
    "file is not a database": "{where} är ingen SQLite-databas, eller så är filen skadad. Inget har skrivits över. "
    "Flytta undan filen och återställ en säkerhetskopia, eller ange en annan fil med IOPBOT_DATABASE_URL.",
    "malformed": "Databasen {where} är skadad. Inget har skrivits över. Flytta undan filen (och filerna som slutar på "
    "-wal och -shm) och återställ en säkerhetskopia.",
    "database or disk is full": "Disken där {where} ligger är full. Frigör utrymme; boten fortsätter av sig själv.",
    "No space left": "Databasservern för {where} har slut på diskutrymme. Frigör utrymme; boten fortsätter "
    "av sig själv.",
    "disk I/O error": "Disken där {where} ligger gick inte att läsa eller skriva. Kontrollera disken och utrymmet.",
    "unable to open database file": "{where} går inte att öppna. Kontrollera att mappen finns och att boten får "
    "skriva i den.",
    "readonly database": "{where} går inte att skriva i. Ge boten skrivrätt till filen och dess mapp.",
    "database is locked": "{where} är upptagen av ett annat program. Se efter om två botar använder samma fil.",
    "password authentication failed": "Databasen {where} godtog inte lösenordet. Kontrollera IOPBOT_DATABASE_URL.",
    "does not exist": "Databasen {where} saknar det som boten söker. Kontrollera databasens namn och användare i "
    "IOPBOT_DATABASE_URL.",
}  # fmt: skip


def _passing(error: Exception) -> bool:
    """Whether the same step may well succeed in a moment: connection lost or not yet there, deadlock."""
    if isinstance(error, OSError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None) or ""
    if error.connection_invalidated or state[:2] in {"08", "53", "57"} or state in {"40001", "40P01"}:
        return not state.startswith("53100")  # disk full is told at once
    return "database is locked" in str(error.orig) or "closed" in str(error.orig)


def parsed(url: str) -> URL:
    """The URL with the driver that is used, whatever common spelling it had. Touches nothing; raises StoreError."""
    try:
        found = make_url(url)
    except (SQLAlchemyError, ValueError) as error:  # ValueError: a port that is no number
        raise StoreError("IOPBOT_DATABASE_URL går inte att läsa. Skriv till exempel sqlite:///bot.db.") from error
    backend = found.get_backend_name()
    if backend == "sqlite":
        return found.set(drivername="sqlite+pysqlite")
    if backend in {"postgresql", "postgres"}:
        return found.set(drivername="postgresql+asyncpg")
    raise StoreError(f"IOPBOT_DATABASE_URL: {backend} stöds inte. Använd sqlite:///… eller postgresql://….")


def file_of(url: URL) -> Path | None:
    """The file of an SQLite database; None for a server, and for one in memory."""
    on_disk = url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:"
    return Path(str(url.database)) if on_disk else None


def _make_private(path: Path) -> None:
    """See that the file is there and readable for its owner only: SQLite would make it readable for all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        why = f"{path} går inte att öppna ({error.strerror})."
        raise StoreError(f"{why} Kontrollera att mappen finns och att boten får skriva i den.") from error
