"""The Teams channel as the settings want it. Imported only where Teams is set up."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from pydantic import SecretStr

from bot.channels.teams.app import Teams, create_teams
from bot.channels.teams.routes import Presses
from bot.channels.teams.settings import Search, TeamsSettings
from bot.core.limit import Rate
from bot.core.render import citation
from bot.core.turn import Brain
from bot.messages import Citation
from bot.service.limits import LimitedInbox, SharedLimits
from bot.service.service import Service
from bot.settings import Settings
from knowledge.answer import Context


def teams_settings(settings: Settings) -> TeamsSettings:
    """The channel's part of the settings. Raises BotError when they do not fit together."""
    return TeamsSettings(
        client_id=settings.teams_client_id or "",
        tenant_id=settings.teams_tenant_id or "",
        client_secret=_plain(settings.teams_client_secret),
        managed_identity=settings.teams_managed_identity,
        allowed_tenants=settings.teams_allowed_tenants,
        cloud=settings.teams_cloud,
        insecure_local=settings.teams_insecure_local,
        public_url=settings.public_url,
        local_url=f"http://{'[::1]' if ':' in settings.host else settings.host}:{settings.port}",
    )


def teams_of(settings: Settings, brain: Brain, service: Service, given: TeamsSettings | None = None) -> Teams:
    """The channel, not running."""
    return create_teams(
        settings=given or teams_settings(settings),
        inbox=service.inbox,
        presses=Presses(_unlimited(service), service.limits),
        replies=service.stores.replies,
        clock=service.clock,
        search=search_in(brain, settings),
    )


def _unlimited(service: Service) -> LimitedInbox:
    """The inbox without its limit, for what was counted before; it is measured like the rest."""
    endless = Rate(inf, 0)
    return LimitedInbox(service.stores.inbox, SharedLimits(endless, endless, lambda: 0.0), service.metrics)


def search_in(brain: Brain, settings: Settings) -> Search:
    """Looks a text up: the quotes that the bot would answer with. Nothing when it would not answer from the sources."""

    def search(text: str) -> Sequence[Citation]:
        answer = brain.answerer.answer(text, Context(brain.municipality))
        if answer.tier not in ("answer", "related"):
            return ()
        return [citation(quote, n, settings.public_url) for n, quote in enumerate(answer.quotes, 1)]

    return search


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None
