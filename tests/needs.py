"""What some tests need beside Python, how it is recognised, and what to install when it is missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


@dataclass(frozen=True, slots=True)
class Need:
    """A service that tests marked with `marker` use. `found` gives the path of its program, or None."""

    marker: str
    found: Callable[[], str | None]
    remedy: str


def chromium() -> str | None:
    """Debian's browser."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def postgresql() -> str | None:
    """The newest `initdb`; Debian keeps it outside PATH, beside `postgres` and `pg_ctl`."""
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return str(kept[-1]) if kept else shutil.which("initdb")


def synapse() -> str | None:
    """A homeserver that is installed, or can be: the tests make its venv themselves."""
    made = ROOT / ".venv-synapse/bin/python"
    return str(made) if made.exists() else shutil.which("python3")


def node() -> str | None:
    """Node.js with npm."""
    return shutil.which("node") if shutil.which("npm") else None


def graphviz() -> str | None:
    """The program that draws flows."""
    return shutil.which("dot")


NEEDS = {
    need.marker: need
    for need in (
        Need("chromium", chromium, "apt-get install chromium"),
        Need("postgresql", postgresql, "apt-get install postgresql"),
        Need("synapse", synapse, "apt-get install python3-venv"),
        Need("node", node, "apt-get install nodejs npm"),
        Need("graphviz", graphviz, "apt-get install graphviz"),
    )
}
