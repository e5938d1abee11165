"""Settings -> the parts that commands with a store need: clock, keys, store."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.ports import BotError, Stores
from bot.service.bell import LocalBell
from bot.settings import Settings
from bot.store.ids import Keys
from bot.store.sql import SqlStore

KEY_FILE = "secret.key"


class SystemClock:
    """The port Clock: the time of this machine."""

    def now(self) -> datetime:
        """See the port."""
        return datetime.now(UTC)


def secret_of(settings: Settings) -> bytes:
    """The secret that ids are derived from: the setting, or the file in the data folder, made at the first start."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    path = settings.data_dir / KEY_FILE
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _make_key(path)
        key = path.read_text(encoding="ascii").strip().encode()
    except (OSError, UnicodeDecodeError) as error:
        raise BotError(
            f"Nyckeln {path} går inte att läsa eller skapa ({error.__class__.__name__}). Kontrollera IOPBOT_DATA_DIR, "
            "och att boten får skriva där."
        ) from error
    if len(key) < 16:
        raise BotError(f"Nyckeln {path} är för kort. Ta bort filen om boten är ny, annars återställ den.")
    return key


def _make_key(path: Path) -> None:
    # Written beside and linked into place: two processes that start at once agree on one key, and none is half written.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def web_key(secret: bytes) -> bytes:
    """The key with which the web channel hashes the ids of its visitors."""
    return hmac.new(secret, b"web", hashlib.sha256).digest()


def new_owner() -> str:
    """A name for this process among the replicas."""
    return f"{os.getpid()}-{secrets.token_hex(8)}"


def store_of(settings: Settings, bell: LocalBell, owner: str) -> SqlStore:
    """The store, not opened yet."""
    return SqlStore(settings.database, Keys(secret_of(settings)), bell, SystemClock(), owner)


@asynccontextmanager
async def opened_store(settings: Settings) -> AsyncIterator[Stores]:
    """The store for a command that runs beside the bot. Raises StoreError."""
    store = store_of(settings, LocalBell(), new_owner())
    try:
        yield await store.open()
    finally:
        await store.close()
