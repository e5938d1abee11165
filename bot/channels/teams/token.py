"""The token that the bot shows to Teams when it sends: from the SDK, by secret or managed identity."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.channels.teams.settings import TeamsSettings, TokenSource
from bot.ports import NotAccepted

if TYPE_CHECKING:
    from microsoft_teams.api import ClientCredentials, FederatedIdentityCredentials, ManagedIdentityCredentials

EARLY_SECONDS = 300
"""A token is renewed this long before it ends."""


def token_source(settings: TeamsSettings) -> TokenSource:
    """Where the bot gets its token. In insecure local mode there is none: a token is never sent to such a place."""
    if settings.insecure_local:
        return _none
    return Renewed(settings.token or _from_sdk(settings))


async def _none() -> None:
    return None


class Renewed:
    """Asks a source for a token, and again shortly before the token ends. Calling it returns the token."""

    def __init__(self, source: Callable[[], Awaitable[str | None]]) -> None:
        self._source = source
        self._token: str | None = None
        self._ends = 0.0
        self._lock = asyncio.Lock()

    async def __call__(self) -> str | None:
        """See TokenSource."""
        if self._token is None or _now() > self._ends - EARLY_SECONDS:
            async with self._lock:
                if self._token is None or _now() > self._ends - EARLY_SECONDS:
                    await self._renew()
        return self._token

    def forget(self) -> None:
        """Teams refused it: get a new one next time."""
        self._token = None

    async def _renew(self) -> None:
        try:
            token = await self._source()
        except Exception as error:
            # Whatever it was, nothing has been sent yet. The libraries' messages can hold parts of secrets.
            raise NotAccepted(f"Entra gav ingen token ({type(error).__name__}).", retry_after=30) from None
        if not token:
            raise NotAccepted("Entra gav ingen token.", retry_after=30)
        self._token, self._ends = token, _end_of(token)


def _from_sdk(settings: TeamsSettings) -> Callable[[], Awaitable[str | None]]:
    environment = dict(os.environ)
    # Imported here, for only a configured channel pays for it. The SDK copies .env into the environment when it is
    # imported, where every child process would inherit the secrets: undone at once.
    from microsoft_teams.apps.token_manager import TokenManager

    for name in os.environ.keys() - environment.keys():
        del os.environ[name]
    manager = TokenManager(_credentials(settings), settings.endpoints)

    async def token() -> str | None:
        found = await manager.get_bot_token()
        return str(found) if found is not None else None

    return token


def _credentials(
    settings: TeamsSettings,
) -> ClientCredentials | FederatedIdentityCredentials | ManagedIdentityCredentials:
    from microsoft_teams.api import ClientCredentials, FederatedIdentityCredentials, ManagedIdentityCredentials

    app, tenant, identity = settings.client_id, settings.tenant_id, settings.managed_identity
    if settings.client_secret:
        return ClientCredentials(client_id=app, client_secret=settings.client_secret, tenant_id=tenant)
    if identity == "system":
        return FederatedIdentityCredentials(
            client_id=app, managed_identity_type="system", managed_identity_client_id=None, tenant_id=tenant
        )
    if identity and identity != app:
        return FederatedIdentityCredentials(
            client_id=app, managed_identity_type="user", managed_identity_client_id=identity, tenant_id=tenant
        )
    return ManagedIdentityCredentials(client_id=app, tenant_id=tenant)


def _now() -> float:
    return datetime.now(UTC).timestamp()


def _end_of(token: str) -> float:
    """When a token ends, as it says itself; an hour from now when it does not say."""
    import jwt

    try:
        return float(jwt.decode(token, options={"verify_signature": False})["exp"])
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        return _now() + 3600
