"""`iopbot teams package`: writes the app package for Teams. Needs no part of the SDK."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

from bot.channels.teams.package import PackageSettings, write_package
from bot.settings import Settings


def teams_package(settings: Settings, file: Path) -> None:
    """Write the zip to `file`. Raises BotError with the remedy when a setting is missing."""
    package = PackageSettings(
        client_id=settings.teams_client_id or "",
        public_url=settings.public_url,
        version=importlib.metadata.version("iopbot"),
        operator=settings.operator,
    )
    write_package(package, file)
