"""Who may speak to the bot: the token that Teams shows with every request.

The SDK's own server is not used for this. It fetches keys synchronously (a slow key server would stop every channel of
the process), fetches them again for every forged key id, takes tokens without expiry, checks no endorsements, and can
be told by an environment variable to check nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import jwt

from bot.channels.teams.keys import Keys
from bot.ports import BotError

LEEWAY_SECONDS = 300
MAX_TOKEN = 8192


class Unauthorized(BotError):
    """The request does not come from Teams. The message is for the operator's log and holds nothing of the token."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What a valid token says: where its sender takes answers, and the channels that its key may speak for."""

    service_url: str
    endorsements: frozenset[str] | None

    def vouches_for(self, service_url: str, channel: str) -> bool:
        """Whether the token was made for an activity with this service URL and channel."""
        if not service_url or self.service_url.rstrip("/") != service_url.rstrip("/"):
            return False
        return self.endorsements is None or channel in self.endorsements


class Authenticator:
    """Checks tokens of the Bot Framework for one app and one cloud."""

    def __init__(self, keys: Keys, client_id: str, issuer: str) -> None:
        self._keys = keys
        self._client_id = client_id
        self._issuer = issuer

    async def check(self, authorization: str) -> Caller:
        """The caller that an Authorization header proves. Raises Unauthorized."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN:
            raise Unauthorized("no bearer token")
        try:
            header = jwt.get_unverified_header(token)
            id = header.get("kid")
            if header.get("alg") != "RS256" or not isinstance(id, str) or not 0 < len(id) <= 128:
                raise Unauthorized("another algorithm, or no key id")
            key = await self._keys.get(id)
            if key is None:
                raise Unauthorized("unknown key")
            claims = jwt.decode(
                token,
                key.key,
                algorithms=["RS256"],
                audience=self._client_id,
                issuer=self._issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.PyJWTError as error:
            raise Unauthorized(type(error).__name__) from None
        url = claims.get("serviceurl") or claims.get("serviceUrl")
        if not isinstance(url, str) or not url:
            raise Unauthorized("no service URL in the token")
        return Caller(url, key.endorsements)
