"""The keys that Microsoft signs with: fetched when needed, kept for a day, and never fetched in a rush."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
import jwt

from bot.channels.teams.web import FAILED
from bot.ports import BotError

FRESH_SECONDS = 24 * 3600.0
RETRY_SECONDS = 60.0
"""How soon the keys are fetched again for a key that is not among them: forged tokens must not become a flood."""
FAILED_SECONDS = 1.0
TIMEOUT = aiohttp.ClientTimeout(total=5.0)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key, and the channels that it may speak for; None when it does not say."""

    key: jwt.PyJWK
    endorsements: frozenset[str] | None


class Keys:
    """The keys at the address that belongs to an OpenID configuration. `tick` gives seconds that only go forward."""

    def __init__(self, openid_metadata_url: str, http: aiohttp.ClientSession, tick: Callable[[], float]) -> None:
        self._url = re.sub(r"/openidconfiguration$", "/keys", openid_metadata_url)
        self._http = http
        self._tick = tick
        self._keys: dict[str, SigningKey] = {}
        self._fetched = self._tried = float("-inf")
        self._failed = False
        self._lock = asyncio.Lock()

    async def get(self, id: str) -> SigningKey | None:
        """The key of that id, or None when Microsoft does not sign with it. Raises BotError when none can be had."""
        found = self._keys.get(id)
        if found is None or self._tick() - self._fetched > FRESH_SECONDS:
            async with self._lock:
                found = self._keys.get(id)
                if self._may_fetch(found is not None):
                    await self._fetch()
                    found = self._keys.get(id)
        if found is None and not self._keys:
            raise BotError("Microsofts nycklar gick inte att hämta.")
        return found

    def _may_fetch(self, known: bool) -> bool:
        now = self._tick()
        if self._failed or not self._keys:
            return now - self._tried >= FAILED_SECONDS
        return now - self._fetched > (FRESH_SECONDS if known else RETRY_SECONDS)

    async def _fetch(self) -> None:
        self._tried = self._tick()
        self._failed = True
        try:
            async with self._http.get(self._url, timeout=TIMEOUT, allow_redirects=False) as response:
                keys = _read(await response.json(content_type=None)) if response.status == 200 else {}
        except (*FAILED, ValueError, jwt.PyJWTError):
            return  # what was fetched before still counts
        if keys:
            self._keys, self._fetched, self._failed = keys, self._tick(), False


def _read(document: object) -> dict[str, SigningKey]:
    listed = document.get("keys") if isinstance(document, dict) else None
    out: dict[str, SigningKey] = {}
    for entry in listed if isinstance(listed, list) else []:
        if not isinstance(entry, dict) or entry.get("kty") != "RSA" or not isinstance(entry.get("kid"), str):
            continue
        said = entry.get("endorsements")
        endorsements = frozenset(map(str, said)) if isinstance(said, list) else None
        out[entry["kid"]] = SigningKey(jwt.PyJWK(entry, algorithm="RS256"), endorsements)
    return out
