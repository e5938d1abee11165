"""Keep what takes long to prepare in a file, under the fingerprint of the content that it was made from."""

from __future__ import annotations

import hashlib
import marshal
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

APART_SECONDS = 120
"""After this long a process that prepares is ended, and the work done here."""

MOST_KEPT = 3
"""Files of one name: a few programs with other content may share the folder."""


def kept_in(folder: Path | None, fingerprint: str, prepare: Callable[[], T], name: str, apart: bool = False) -> T:
    """The kept value, or a newly prepared one, which is then kept with the last few of its name. Plain values only
    (marshal). With `apart` it is prepared in a process of its own where that is safe, which leaves its memory behind.

    A folder that cannot be written costs time, nothing else.
    """
    if folder is None or not fingerprint:
        return prepare()
    path = folder / f"{name}-{key_of(fingerprint)}.bin"

    def keep() -> T:
        value = prepare()
        data = marshal.dumps(value)  # type: ignore[arg-type]
        _write(path, hashlib.sha256(data).digest() + data)
        return value

    for _ in range(2):
        with suppress(OSError, ValueError, EOFError, TypeError):
            value: T = marshal.loads(_whole(path.read_bytes()))  # noqa: S302  (our own file, in the bot's own folder)
            return value
        if not apart or not _apart(keep):
            break
    return keep()


def _apart(step: Callable[[], object]) -> bool:
    """Do it in a process of its own, where that is safe: preparing takes tens of megabytes in small pieces, which a
    process that goes on would never give back. False when it was not tried."""
    if not hasattr(os, "fork") or threading.active_count() > 1:
        return False
    child = os.fork()
    if child == 0:
        try:
            signal.alarm(APART_SECONDS)
            step()
        finally:
            os._exit(0)  # whatever the parent has begun is not for the child to end
    os.waitpid(child, 0)
    return True


def key_of(fingerprint: str) -> str:
    """The fingerprint together with this package's own code and the Python version, so that neither an update nor
    another interpreter reads what does not fit."""
    return hashlib.sha256(f"{fingerprint} {_code()} {sys.version}".encode()).hexdigest()[:32]


def _whole(kept: bytes) -> memoryview:
    """The data after its digest. Raises ValueError for what a disk has damaged: marshal takes the interpreter down with
    it, at every start."""
    size = hashlib.sha256().digest_size
    data = memoryview(kept)[size:]
    if hashlib.sha256(data).digest() != kept[:size]:
        raise ValueError("The file is damaged.")
    return data


def _code() -> str:
    """Changes whenever a module of this package changes: name, size and time of every file."""
    parts = []
    for file in sorted(Path(__file__).parent.glob("*.py")):
        stat = file.stat()
        parts.append(f"{file.name}:{stat.st_size}:{stat.st_mtime_ns}")
    return " ".join(parts)


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = sorted(path.parent.glob(f"{path.name.split('-')[0]}-*.bin"), key=lambda p: p.stat().st_mtime)
        for old in kept[: -(MOST_KEPT - 1)]:
            old.unlink(missing_ok=True)
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):  # a folder that is none
            temporary.unlink(missing_ok=True)
