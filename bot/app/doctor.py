"""`iopbot doctor`: tries out what the bot needs, one line for each part. Creates and changes nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.app.brain import brain_of
from bot.app.parts import KEY_FILE, SystemClock, secret_of
from bot.app.run import reach_others
from bot.messages import Message
from bot.ports import BotError, Health, Outgoing, TurnResult
from bot.service.bell import LocalBell
from bot.service.service import Service
from bot.settings import Settings, unknown_names
from bot.store.ids import Keys
from bot.store.memory import MemoryStore
from bot.store.sql.database import Database, file_of, parsed
from bot.store.sql.migrate import examine
from knowledge.authoring import AuthoringError

CHECK_SECONDS = 20
LOW_DISK = 200 * 1024 * 1024
"""Bytes that should be free where the database grows."""


async def doctor(settings: Settings) -> list[Health]:
    """How each part is, with the remedy where it is not well."""
    reach_others(settings)
    found = [_settings(), _folder(settings)]
    checks = _CHECKS | ({"matrix": _matrix} if settings.wants_matrix else {})
    checks |= {"teams": _teams} if settings.wants_teams else {}
    for name, check in checks.items():
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                found.append(await check(settings))
        except TimeoutError:
            found.append(Health(name, False, f"Inget svar inom {CHECK_SECONDS} sekunder. Kontrollera adress och nät."))
        except (BotError, AuthoringError) as error:
            found.append(Health(name, False, str(error)))
        except Exception as error:
            found.append(Health(name, False, f"{type(error).__name__}. Se loggen från iopbot run."))
    return found


def _settings() -> Health:
    hints = unknown_names()
    return Health("inställningar", True, " ".join(hints) or "går att läsa")


def _folder(settings: Settings) -> Health:
    folder = settings.data_dir
    there = folder
    while not there.exists():
        there = there.parent
    if not os.access(there, os.W_OK | os.X_OK):
        return Health(
            "datamapp", False, f"Det går inte att skriva i {there}. Ändra IOPBOT_DATA_DIR eller rättigheterna."
        )
    free = shutil.disk_usage(there).free
    if free < LOW_DISK:
        return Health("datamapp", False, f"Bara {free // 2**20} MB är lediga där {folder} ligger. Frigör utrymme.")
    return Health("datamapp", True, str(folder) if folder.exists() else f"{folder} skapas vid första starten")


async def _database(settings: Settings) -> Health:
    file = file_of(parsed(settings.database))
    if file is not None and not file.exists():
        return Health("databas", True, f"{file} skapas vid första starten")
    has_key = settings.secret_key is not None or (settings.data_dir / KEY_FILE).exists()
    database = Database(settings.database)
    try:
        state = await examine(database, Keys(secret_of(settings)) if has_key else None)
    finally:
        await database.close()
    return Health("databas", True, f"{database.where}: {state}")


async def _content(settings: Settings) -> Health:
    brain = brain_of(settings, keep=False)
    knowledge = brain.knowledge
    counted = f"{len(knowledge.sources)} källor, {len(knowledge.topics)} ämnen, {len(brain.dialogue.flows)} dialoger"
    return Health("innehåll", True, counted)


async def _port(settings: Settings) -> Health:
    where = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        if error.errno == 98:
            return Health("webb", True, f"{where} är upptagen: boten (eller något annat) lyssnar redan där")
        return Health("webb", False, f"Det går inte att lyssna på {where} ({error.strerror}). Ändra IOPBOT_HOST.")
    return Health("webb", True, settings.public_url or f"http://{where}/")


async def _matrix(settings: Settings) -> Health:
    from bot.app.matrix import matrix_channel

    stores = _nowhere().stores
    return await matrix_channel(settings, stores.inbox, stores.replies, stores.lease, SystemClock()).check()


async def _teams(settings: Settings) -> Health:
    from bot.app.teams import teams_of

    service = Service(_nowhere().stores, _no_turn, LocalBell(), SystemClock(), "doctor")
    teams = teams_of(settings, brain_of(settings, keep=False), service)
    try:
        return await teams.channel.check()
    finally:
        await teams.close()


def _nowhere() -> MemoryStore:
    """A store for channels that only try their credentials."""
    return MemoryStore(Keys(b"the doctor keeps nothing"), LocalBell(), SystemClock())


def _no_turn(_message: Message, _state: str | None, _now: datetime, _uncertain: Sequence[Outgoing]) -> TurnResult:
    raise AssertionError("the doctor answers nobody")


_CHECKS: dict[str, Callable[[Settings], Awaitable[Health]]] = {
    "databas": _database,
    "innehåll": _content,
    "webb": _port,
}
