"""Settings -> the brain. A module of its own, since commands that keep nothing need no store, and start sooner so."""

from __future__ import annotations

from bot.core.turn import Brain, build_brain
from bot.settings import Settings


def brain_of(settings: Settings, keep: bool = True, municipality: str | None = None) -> Brain:
    """Load the content; with `keep`, what is prepared of it is kept in the cache folder for the next time, and
    `municipality` goes before that of the settings. Raises AuthoringError when the content is faulty."""
    return build_brain(
        settings.knowledge_dirs,
        settings.dialog_dirs,
        municipality or settings.municipality,
        settings.contact,
        settings.public_url,
        settings.retention_days,
        settings.cache_dir if keep else None,
    )
