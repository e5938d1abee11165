"""What operators do from the command line, beside the running bot: erase, export, report, back up."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import make_url

from bot.app.parts import SystemClock, opened_store
from bot.core.report import Report, make_report
from bot.ports import BotError, Stores
from bot.settings import Settings


async def erase(settings: Settings, person: str) -> int:
    """Erase everything held of a person («channel:id», or the key from an export); returns how many rows went."""
    async with opened_store(settings) as stores:
        return await stores.conversations.erase(person)


async def export(settings: Settings, person: str) -> Mapping[str, object]:
    """Everything held of a person, as JSON-able data."""
    async with opened_store(settings) as stores:
        return await stores.conversations.export(person)


async def report(settings: Settings, days: int | None = None) -> Report:
    """The report on the last days; all that is kept unless told."""
    async with opened_store(settings) as stores:
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
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BotError("iopbot backup är för SQLite. Säkerhetskopiera PostgreSQL med pg_dump (docs/operation.md).")
    if not Path(url.database).is_file():
        raise BotError(f"Det finns ingen databas i {url.database} att kopiera.")
    if file.exists():
        raise BotError(f"{file} finns redan. Ange en ny fil.")
    draft = file.with_name(f"{file.name}.part")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        # A connection that only reads never gets in the way of the bot.
        read_only = f"file:{Path(url.database).absolute()}?mode=ro"
        with closing(sqlite3.connect(read_only, uri=True)) as source, closing(sqlite3.connect(draft)) as target:
            source.backup(target, pages=256, sleep=0.01)
            target.execute("PRAGMA journal_mode = DELETE")
            sound = target.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if sound != "ok":
            raise BotError(f"Kopian blev inte hel ({sound}). Databasen {url.database} är troligen skadad.")
        draft.rename(file)
    except (OSError, sqlite3.Error) as error:
        raise BotError(f"Säkerhetskopian {file} gick inte att skriva ({error}).") from error
    finally:
        draft.unlink(missing_ok=True)
