"""The Teams channel, made from the parts that bot/app passes in."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from bot.channels.teams.auth import Authenticator
from bot.channels.teams.channel import TeamsChannel
from bot.channels.teams.connector import Connector
from bot.channels.teams.extension import Extension
from bot.channels.teams.keys import Keys
from bot.channels.teams.routes import PATH, Endpoint, Presses
from bot.channels.teams.settings import Search, TeamsSettings
from bot.channels.teams.token import Renewed, token_source
from bot.channels.teams.web import session
from bot.ports import Clock, Inbox, Replies

if TYPE_CHECKING:
    import aiohttp


@dataclass(frozen=True, slots=True)
class Teams:
    """The channel for the service, its endpoint, and the connections to close in the end."""

    channel: TeamsChannel
    endpoint: Endpoint
    http: aiohttp.ClientSession
    path: str = PATH

    async def close(self) -> None:
        """Close what is open, after the last message was sent."""
        await self.channel.typing.stop()
        await self.http.close()


def create_teams(
    *, settings: TeamsSettings, inbox: Inbox, presses: Presses, replies: Replies, clock: Clock, search: Search
) -> Teams:
    """Wire the channel, within a running event loop. Raises BotError when the settings do not fit together."""
    http = session(proxy=not settings.insecure_local)
    keys = Keys(settings.endpoints.openid_metadata_url, http, monotonic)
    token = token_source(settings)
    forget = token.forget if isinstance(token, Renewed) else _nothing
    connector = Connector(http, token, settings.may_serve, forget, settings.answer_seconds)
    authenticator = Authenticator(keys, settings.client_id, settings.endpoints.token_issuer)
    channel = TeamsChannel(settings, connector, replies, keys, authenticator, token)
    endpoint = Endpoint(channel, inbox, presses, replies, clock, Extension(search, settings.links))
    return Teams(channel, endpoint, http)


def _nothing() -> None:
    """There is no token to forget."""
