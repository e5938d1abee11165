"""`iopbot doctor`: tries out what the bot needs, one line for each part. Creates and changes nothing."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Awaitable, Callable

from sqlalchemy import make_url

from bot.app.parts import KEY_FILE, brain_of, secret_of
from bot.app.run import reach_others
from bot.ports import BotError, Health
from bot.settings import Settings, unknown_names
from bot.store.ids import Keys
from bot.store.sql.database import Database
from bot.store.sql.migrate import examine
from knowledge.authoring import AuthoringError

LOW_DISK = 200 * 1024 * 1024
"""Bytes that should be free where the database grows."""


async def doctor(settings: Settings) -> list[Health]:
    """How each part is, with the remedy where it is not well."""
    reach_others(settings)
    found = [_settings(), _folder(settings)]
    for name, check in _CHECKS.items():
        try:
            found.append(await check(settings))
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
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and url.database and not os.path.exists(url.database):  # noqa: ASYNC240
        return Health("databas", True, f"{url.database} skapas vid första starten")
    has_key = settings.secret_key is not None or (settings.data_dir / KEY_FILE).exists()
    database = Database(settings.database)
    try:
        state = await examine(database, Keys(secret_of(settings)) if has_key else None)
    finally:
        await database.close()
    return Health("databas", True, f"{database.where}: {state}")


async def _content(settings: Settings) -> Health:
    brain = brain_of(settings)
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


_CHECKS: dict[str, Callable[[Settings], Awaitable[Health]]] = {
    "databas": _database,
    "innehåll": _content,
    "webb": _port,
}
