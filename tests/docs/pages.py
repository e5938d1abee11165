"""Reading the project's Markdown: sections under headings, first columns of tables, links."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def page(name: str) -> str:
    """The text of a file, named from the project's root."""
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the project that exists: tracked, or new and not ignored."""
    told = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(path for name in told.stdout.split("\0") if name and (path := ROOT / name).is_file())


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of the same level or above; empty when there is none."""
    found = re.search(rf"^(#+) {re.escape(heading)}\s*$", text, re.MULTILINE)
    if not found:
        return ""
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def first_column(table: str) -> list[str]:
    """The names in `code` at the start of each row."""
    return re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)


def table_after(text: str, marker: str) -> str:
    """The first table after a marker, up to the next empty line."""
    place = text.find(marker)
    if place < 0:
        return ""
    start = text.find("\n|", place)
    between = text[place:start]
    if start < 0 or "<!-- " in between[len(marker) :]:
        return ""
    return text[start + 1 :].split("\n\n", 1)[0]


def links(text: str) -> list[str]:
    """Targets of Markdown links that point into the project."""
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    return [t.split("#")[0] for t in targets if not re.match(r"[a-z]+:|#|/", t)]
