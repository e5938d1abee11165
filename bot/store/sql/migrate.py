"""Brings the database to the version of the program: at every start, under a lock, and never backwards."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection as BlockingConnection
from sqlalchemy import inspect, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.ports import StoreError
from bot.store.ids import Keys
from bot.store.sql.database import Connection, Database
from bot.store.sql.schema import about

HEAD = "0002"
"""The newest file in migrations/versions; kept here so that a start without news need not load Alembic."""

SCRIPTS = Path(__file__).parent.parent / "migrations"

_LOCK = 0x10B0_7001
"""Number of the advisory lock of PostgreSQL under which one process migrates while the others wait."""


async def prepare(database: Database, keys: Keys) -> None:
    """Check the file, migrate, and see that the key is the one that the database was made with. Raises StoreError."""

    async def step(connection: Connection) -> None:
        if database.sqlite:
            await _sound(connection, database)
        else:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        await connection.run_sync(_migrate, database.where)
        await _same_key(connection, keys, database)

    await database.write(step)


async def examine(database: Database, keys: Keys | None) -> str:
    """What `prepare` would meet, in a few words, without changing anything. Raises StoreError where it would."""

    async def step(connection: Connection) -> str:
        if database.sqlite:
            await _sound(connection, database)
        version = await connection.run_sync(_version, database.where)
        if version is None:
            return "tom, tabellerna skapas vid första starten"
        if keys is not None:
            _compare(await _kept_fingerprint(connection), keys, database)
        return f"version {version}" + ("" if version == HEAD else f", lyfts till {HEAD} vid nästa start")

    return await database.read(step)


async def _sound(connection: Connection, database: Database) -> None:
    row = (await connection.execute(text("PRAGMA quick_check(1)"))).scalar_one()
    if row != "ok":
        raise StoreError(
            f"Databasen {database.where} är skadad ({str(row)[:100]}). Inget har skrivits över. Flytta undan filen "
            "(och filerna som slutar på -wal och -shm) och återställ en säkerhetskopia."
        )


def _migrate(connection: BlockingConnection, where: str) -> None:
    if _version(connection, where) != HEAD:
        _upgrade(connection)


def _version(connection: BlockingConnection, where: str) -> str | None:
    """The version of the database, None for an empty one. Raises StoreError for one that is not for this program."""
    present = set(inspect(connection).get_table_names())
    version = None
    if "alembic_version" in present:
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    elif present:
        raise StoreError(
            f"Databasen {where} innehåller tabeller som boten inte har skapat. Ange en egen databas i "
            "IOPBOT_DATABASE_URL."
        )
    if version is not None and version > HEAD:
        raise StoreError(
            f"Databasen {where} har version {version}, nyare än programmets {HEAD}. Kör en nyare version av iopbot, "
            "eller återställ den säkerhetskopia som togs före uppgraderingen. Inget har ändrats."
        )
    return version


def _upgrade(connection: BlockingConnection) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(SCRIPTS))

    def steps(revision: tuple[str, ...], _context: MigrationContext) -> list[object]:
        return list(scripts._upgrade_revs(HEAD, revision))  # type: ignore[arg-type]

    context = MigrationContext.configure(connection, opts={"fn": steps, "script": scripts})
    with Operations.context(context):
        context.run_migrations()


async def _same_key(connection: Connection, keys: Keys, database: Database) -> None:
    insert = sqlite_insert if database.sqlite else postgresql_insert
    row = {"key": "secret", "value": keys.fingerprint()}
    await connection.execute(insert(about).values(row).on_conflict_do_nothing())
    _compare(await _kept_fingerprint(connection), keys, database)


async def _kept_fingerprint(connection: Connection) -> str | None:
    return (await connection.execute(select(about.c.value).where(about.c.key == "secret"))).scalar()


def _compare(kept: str | None, keys: Keys, database: Database) -> None:
    if kept is not None and kept != keys.fingerprint():
        raise StoreError(
            f"Databasen {database.where} hör till en annan nyckel. Ge alla kopior av boten samma IOPBOT_SECRET_KEY "
            "(eller IOPBOT_SECRET_KEY_FILE), den som databasen skapades med."
        )
