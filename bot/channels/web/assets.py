"""The page's own style sheet, scripts and pictures: read once, served from memory under an address of their digest."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from fastapi import Response

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def files() -> dict[str, tuple[bytes, str]]:
    """File name -> content and media type."""
    return {
        file.name: (file.read_bytes(), _TYPES[file.suffix])
        for file in sorted(_FOLDER.iterdir())
        if file.suffix in _TYPES
    }


@cache
def digest() -> str:
    """A short digest over all files: part of their addresses, so that browsers may keep them for ever."""
    total = sha256()
    for name, (content, _) in files().items():
        total.update(name.encode() + b"\0" + content)
    return total.hexdigest()[:12]


def serve(version: str, name: str) -> Response | None:
    """A file, or None. Asked for under another version's address (replicas being updated) it is not to be kept."""
    found = files().get(name)
    if found is None:
        return None
    content, media_type = found
    keep = _FOR_EVER if version == digest() else "no-store"
    return Response(content, media_type=media_type, headers={"Cache-Control": keep})
