"""The access token of a session: renewed before it runs out, and when the server says that it has."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.channels.matrix.errors import TokenRefused
from bot.ports import NotAccepted

MARGIN_SECONDS = 60.0
"""How long before its end a token is renewed, or at half its time if it lasts shorter: a long poll fits between."""

SHORTEST_SECONDS = 1.0
"""Between two renewals, also near the end of a session whose tokens the server makes ever shorter."""

RETRY_SECONDS = 5.0

_log = logging.getLogger("bot.matrix")


@dataclass(frozen=True, slots=True)
class Grant:
    """An access token, and how many seconds it lasts from now on; None for one that does not run out."""

    value: str
    seconds: float | None = None


Renew = Callable[[], Awaitable[Grant]]
"""Trades the refresh token in. The new ones are on disk when it returns: until the first of them is used, the server
takes the old ones too, so a crash in between loses nothing. Raises TokenRefused when the refresh token is dead."""


class Token:
    """The token of one session; everybody who asks the server something takes it from here."""

    def __init__(self, grant: Grant, renew: Renew | None = None) -> None:
        self._renew = renew
        self._dead = False
        self._lock = asyncio.Lock()
        self._due: float | None = None
        self._take(grant)

    async def lasting(self) -> str:
        """The token, renewed if its end is near. What hinders that is told when the old one is refused."""
        if not self.left():
            async with self._lock:
                if not self.left():
                    try:
                        await self._renewed()
                    except NotAccepted as error:
                        self._due = self._tick() + (error.retry_after or RETRY_SECONDS)
                    except TokenRefused as error:
                        _log.warning("matrix: %s", error)
        return self.value

    def left(self) -> float:
        """Seconds until it is to be renewed: who waits for the server waits no longer than that."""
        return math.inf if self._renew is None or self._due is None else max(0.0, self._due - self._tick())

    async def after(self, refused: TokenRefused, used: str) -> None:
        """See to it that there is another token than `used`, which the server refused. Raises TokenRefused when there
        is none to be had, and NotAccepted when the server cannot be asked."""
        async with self._lock:
            if self.value == used:  # else another task was faster
                if self._renew is None:
                    raise TokenRefused(refused.soft, renewing=self._dead)
                await self._renewed()

    async def _renewed(self) -> None:
        assert self._renew is not None
        try:
            self._take(await self._renew())
        except TokenRefused:
            self._renew, self._due, self._dead = None, None, True  # the token is used as long as it lasts
            raise
        if self._due is not None:
            self._due = max(self._due, self._tick() + SHORTEST_SECONDS)

    def _take(self, grant: Grant) -> None:
        self.value = grant.value
        lasts = grant.seconds
        self._due = None if lasts is None else self._tick() + max(lasts - MARGIN_SECONDS, lasts / 2)

    def _tick(self) -> float:
        return asyncio.get_running_loop().time()
