"""Which of the processes that use one SQLite file live: told by the kernel, so that nobody waits for a lease to end.

Each has a file of its own beside the database, and a lock on it that no process outlives, however it ends. A number of
a process would not do: two containers with one volume count from 1 each. The lease stays what everything rests on; the
lock only says earlier that it is worth nothing any more. Where there is no file (another version of the program, a
backup that was restored, a disk without locks), the lease runs out as on PostgreSQL.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Sequence
from pathlib import Path

_OWNER = re.compile(r"[\w-]{1,64}")


class Alive:
    """The sign of life of the process `owner`, and those of others. Without a database file there are none."""

    def __init__(self, database: Path | None, owner: str) -> None:
        self._database = database if _OWNER.fullmatch(owner) else None
        self._owner = owner
        self._lock = -1

    def begin(self) -> None:
        """Give a sign of life until `end`, or until the process ends. Harmless when repeated."""
        if self._database is None or self._lock >= 0:
            return
        draft = self._file(f"{self._owner}.new")
        try:
            lock = os.open(draft, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.rename(draft, self._file(self._owner))  # it is never seen without its lock
        except OSError:
            os.close(lock)
            draft.unlink(missing_ok=True)
        else:
            self._lock = lock

    def end(self) -> None:
        """Nothing is left of this process that others would have to take over."""
        if self._lock >= 0:
            self.bury([self._owner])
            self.close()

    def close(self) -> None:
        """Give no sign of life any more, as if the process had died."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def dead(self) -> Sequence[str]:
        """Owners that have died without `end`."""
        if self._database is None:
            return ()
        known = self._file("")
        with contextlib.suppress(OSError), os.scandir(known.parent) as entries:
            files = [e.name for e in entries if e.name.startswith(known.name) and e.is_file(follow_symlinks=False)]
            owners = [name.removeprefix(known.name) for name in files]
            return [owner for owner in owners if _OWNER.fullmatch(owner) and owner != self._owner and self._died(owner)]
        return ()

    def bury(self, owners: Sequence[str]) -> None:
        """Remove what the dead have left, after everything that was theirs has been taken over."""
        for owner in owners:
            with contextlib.suppress(OSError):
                self._file(owner).unlink()

    def _died(self, owner: str) -> bool:
        try:
            file = os.open(self._file(owner), os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return False
        finally:
            os.close(file)
        return True

    def _file(self, owner: str) -> Path:
        assert self._database is not None
        return self._database.with_name(f"{self._database.name}-alive-{owner}")
