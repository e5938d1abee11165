"""Signing in by hand, and what the bot does with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.app.doctor import doctor
from bot.app.matrix import matrix_login
from bot.ports import BotError
from bot.settings import Settings, load_settings
from tests.matrix.bot import Bot
from tests.matrix.people import Person
from tests.support.synapse import Synapse

pytestmark = pytest.mark.synapse

STORE_KEY = "a store key of the tests"


def settings_of(synapse: Synapse, user: str, folder: Path) -> Settings:
    """Settings without a password."""
    environment = {
        "IOPBOT_DATA_DIR": str(folder),
        "IOPBOT_MATRIX_HOMESERVER": synapse.url,
        "IOPBOT_MATRIX_USER": user,
        "IOPBOT_MATRIX_STORE_KEY": STORE_KEY,
    }
    return load_settings(folder, environment)


def signed_in(synapse: Synapse, user: str, folder: Path, answers: dict[str, str]) -> list[str]:
    """Run the command, answering its questions by how they begin; returns what it said."""
    settings = settings_of(synapse, user, folder)
    said: list[str] = []
    asyncio.run(matrix_login(settings, lambda question: answers[question.split()[0]], said.append))
    return said


def test_after_signing_in_by_hand_the_bot_needs_no_password(
    synapse: Synapse, own_bot: Callable[..., Bot], anna: Person
) -> None:
    bot = own_bot(IOPBOT_MATRIX_PASSWORD="")
    with pytest.raises(BotError, match="lösenordet"):
        signed_in(synapse, bot.user, bot.folder, {"Lösenord": "fel"})
    said = signed_in(synapse, bot.user, bot.folder, {"Lösenord": "password"})
    assert "signerad" in said[-1]
    bot.start()
    with pytest.raises(BotError, match="igång"):
        signed_in(synapse, bot.user, bot.folder, {"Lösenord": "password"})
    room = anna.direct(bot.user)
    anna.ask(room, "Är IOP tillåtet?", bot.user)
    [told] = [
        health for health in asyncio.run(doctor(settings_of(synapse, bot.user, bot.folder))) if health.name == "matrix"
    ]
    assert told.ok, told.detail
    kept = [path for path in (bot.folder / "matrix").rglob("*") if path.is_file()]
    assert all(path.stat().st_mode & 0o077 == 0 or path.name.endswith((".db", "lock")) for path in kept)
    assert not [path for path in kept if b"password" in path.read_bytes() or b"syt_" in path.read_bytes()]
