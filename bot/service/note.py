"""A note of the turn that is under way, in a file that outlives the process.

A turn that raises is counted by the store. One that kills the process (no memory left, a loop without end that the
platform ends) would be taken again at every start, for ever: the note tells the next start which message it was. It
costs two writes to the page cache a turn, and nothing waits for the disk.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SIZE = 2048
_NOTHING = b"\n" * _SIZE


class TurnNote:
    """One file for each `owner` that uses the folder; without a folder nothing is noted."""

    def __init__(self, folder: Path | None, owner: str = "me") -> None:
        self._folder = folder
        self._owner = owner
        self._path: Path | None = None
        self._file = -1

    def begin(self) -> list[tuple[str, str]]:
        """Begin to note. Returns channel and event of the turns in which other processes died."""
        if self._folder is None:
            return []
        died = [left for path in sorted(self._folder.glob("turn-*.note")) if (left := _left_in(path)) is not None]
        self._path = self._folder / f"turn-{self._owner}.note"
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return died

    @contextmanager
    def of(self, channel: str, event: str) -> Iterator[None]:
        """Note that the turn on an event is under way."""
        if self._file < 0:
            yield
            return
        os.pwrite(self._file, json.dumps([channel, event]).encode().ljust(_SIZE), 0)
        try:
            yield
        finally:
            os.pwrite(self._file, _NOTHING, 0)

    def end(self) -> None:
        """Stop noting."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._path, self._file = None, -1


def _left_in(path: Path) -> tuple[str, str] | None:
    """What a dead process noted last, if it was in a turn; its file is removed."""
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        noted = os.pread(file, _SIZE, 0).strip()
        path.unlink(missing_ok=True)
        channel, event = json.loads(noted) if noted else (None, None)
        return (str(channel), str(event)) if noted else None
    except (BlockingIOError, ValueError):
        return None  # it lives, or it died while writing
    finally:
        os.close(file)
