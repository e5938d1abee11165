"""One process holds the account: a lock on the folder for this machine, a lease in the database for all machines."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from bot.channels.matrix.vault import write_whole
from bot.ports import Clock, Lease, StoreError

LEASE_SECONDS = 20.0
BEAT_SECONDS = 10.0
LOOK_SECONDS = 3.0
"""How often a process that waits looks whether the account is free."""


@contextlib.asynccontextmanager
async def folder_lock(folder: Path, waiting: Callable[[], None]) -> AsyncIterator[None]:
    """Hold the folder's lock; `waiting` is called while another process of this machine has it."""
    with (folder / "lock").open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waiting()
                await asyncio.sleep(LOOK_SECONDS)
        yield


def instance(folder: Path) -> str:
    """A name for this folder, kept in it: after a crash the same machine need not wait for its own lease to end."""
    path = folder / "instance"
    if not path.exists():
        write_whole(path, secrets.token_hex(8).encode())
    return path.read_text(encoding="ascii").strip()


class Holder:
    """Holds the lease «matrix:account» in the name of one folder."""

    def __init__(self, lease: Lease, clock: Clock, account: str, owner: str) -> None:
        self._lease = lease
        self._clock = clock
        self._name = f"matrix:{account}"
        self._owner = owner

    async def take(self, waiting: Callable[[], None]) -> None:
        """Return when the lease is held; `waiting` is called while another process has it."""
        while not await self._hold():
            waiting()
            await asyncio.sleep(LOOK_SECONDS)

    async def keep(self) -> None:
        """Renew; return as soon as the lease is lost, or could not be renewed for as long as it lasts."""
        loop = asyncio.get_running_loop()
        renewed = loop.time()
        while True:
            await asyncio.sleep(BEAT_SECONDS if loop.time() - renewed < BEAT_SECONDS else 1.0)
            try:
                async with asyncio.timeout(max(0.1, renewed + LEASE_SECONDS - loop.time())):
                    held = await self._lease.hold(self._name, self._owner, LEASE_SECONDS, self._clock.now())
                if not held:
                    return
                renewed = loop.time()
            except (StoreError, TimeoutError):
                if loop.time() - renewed >= LEASE_SECONDS - 1:
                    return

    async def release(self) -> None:
        """Let another process take over at once."""
        with contextlib.suppress(StoreError):
            await self._lease.release(self._name, self._owner)

    async def _hold(self) -> bool:
        try:
            return await self._lease.hold(self._name, self._owner, LEASE_SECONDS, self._clock.now())
        except StoreError:
            return False
