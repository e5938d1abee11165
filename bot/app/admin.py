"""What operators do from the command line, beside the running bot: erase, export, report, back up."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from pathlib import Path

from bot.app.parts import KEY_FILE, SystemClock, opened_store
from bot.core.report import Report, make_report
from bot.ports import BotError, Stores
from bot.settings import Settings
from bot.store.sql.database import file_of, parsed


@asynccontextmanager
async def _kept(settings: Settings) -> AsyncIterator[Stores]:
    """The store that the bot has made. Raises BotError where there is none: to make an empty one, and to say that
    nobody is known there, would hide that the settings lead to the wrong place."""
    file, key = file_of(parsed(settings.database)), settings.data_dir / KEY_FILE
    remedy = "Ge kommandot samma inställningar som boten, särskilt IOPBOT_DATA_DIR, eller starta boten först."
    if file is not None and not file.is_file():
        raise BotError(f"Det finns ingen databas i {file}. {remedy}")
    if settings.secret_key is None and not key.is_file():
        raise BotError(f"Det finns ingen nyckel i {key}. {remedy}")
    async with opened_store(settings) as stores:
        yield stores


async def erase(settings: Settings, person: str) -> int:
    """Erase everything held of a person («channel:id», or the key from an export); returns how many rows went. Raises
    BotError where nothing is kept, as the next two do."""
    async with _kept(settings) as stores:
        return await stores.conversations.erase(person)


async def export(settings: Settings, person: str) -> Mapping[str, object]:
    """Everything held of a person, as JSON-able data."""
    async with _kept(settings) as stores:
        return await stores.conversations.export(person)


async def report(settings: Settings, days: int | None = None) -> Report:
    """The report on the last days; all that is kept unless told."""
    async with _kept(settings) as stores:
        return await report_of(stores, SystemClock().now() - timedelta(days=days or settings.retention_days))


async def report_of(stores: Stores, since: datetime) -> Report:
    """The report of an open store."""
    records = stores.records
    return make_report(
        since,
        await records.list("unanswered", since),
        await records.list("answered", since),
        await records.list("feedback", since),
    )


def backup(settings: Settings, file: Path) -> None:
    """Copy the SQLite database into a new file while the bot runs. Raises BotError, having written nothing."""
    database = file_of(parsed(settings.database))
    if database is None:
        raise BotError("iopbot backup är för SQLite. Säkerhetskopiera PostgreSQL med pg_dump (docs/operation.md).")
    if not database.is_file():
        raise BotError(f"Det finns ingen databas i {database} att kopiera. Kontrollera IOPBOT_DATA_DIR.")
    if file.exists():
        raise BotError(f"{file} finns redan. Ange en ny fil.")
    draft = file.with_name(f"{file.name}.part")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        # A connection that only reads never gets in the way of the bot.
        read_only = f"file:{database.absolute()}?mode=ro"
        with closing(sqlite3.connect(read_only, uri=True)) as source, closing(sqlite3.connect(draft)) as target:
            source.backup(target, pages=256, sleep=0.01)
            target.execute("PRAGMA journal_mode = DELETE")
            sound = target.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if sound != "ok":
            raise BotError(f"Kopian blev inte hel ({sound}). Databasen {database} är troligen skadad.")
        draft.rename(file)
    except (OSError, sqlite3.Error) as error:
        raise BotError(f"Säkerhetskopian {file} gick inte att skriva ({error}).") from error
    finally:
        draft.unlink(missing_ok=True)
