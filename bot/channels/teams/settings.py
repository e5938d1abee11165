"""What the operator decides of the Teams channel, and what follows from the cloud that it runs in."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from microsoft_teams.api.auth.cloud_environment import PUBLIC, CloudEnvironment, from_name

from bot.messages import Citation
from bot.ports import BotError

Search = Callable[[str], Sequence[Citation]]
"""Looks a text up in the sources: the quotes that answer it, best first; empty when the sources hold nothing."""

TokenSource = Callable[[], Awaitable[str | None]]
"""Gives the token that the bot shows to Teams; raises NotAccepted when there is none to be had."""

SERVICE_HOSTS = {
    "public": ("smba.trafficmanager.net", ".teams.microsoft.com", ".botframework.com"),
    "usgov": ("smba.infra.gov.teams.microsoft.us", ".gov.teams.microsoft.us", ".botframework.azure.us"),
    "usgovdod": ("smba.infra.dod.teams.microsoft.us", ".dod.teams.microsoft.us", ".botframework.azure.us"),
    "china": (".botframework.azure.cn", ".teams.microsoftonline.cn"),
}  # fmt: skip
"""Hosts of Microsoft's that may get the bot's token; a leading dot means everything below. `trafficmanager.net` as a
whole is open to any customer of Azure, so only Teams' own name in it counts."""


@dataclass(frozen=True, slots=True)
class TeamsSettings:
    """Construct it with what the operator gave; `environment`, `hosts` and `token` are for tests on loopback, as is
    `answer_seconds`: how long Teams may take to answer a request.

    `managed_identity` is empty for the identity that has the app's own id, «system», or the id of an identity that the
    app trusts; it counts when there is no `client_secret`. `allowed_tenants` empty means the app's own tenant.
    `local_url` is where the bot's pages are on this machine, for links in insecure local mode.
    """

    client_id: str = ""
    tenant_id: str = ""
    client_secret: str | None = field(default=None, repr=False)
    managed_identity: str = ""
    allowed_tenants: tuple[str, ...] = ()
    cloud: str = "public"
    insecure_local: bool = False
    public_url: str = ""
    local_url: str = ""
    environment: CloudEnvironment | None = None
    hosts: tuple[str, ...] = ()
    answer_seconds: float = 15.0
    token: TokenSource | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.insecure_local and not (self.client_id and self.tenant_id):
            raise BotError("Teams kräver IOPBOT_TEAMS_CLIENT_ID och IOPBOT_TEAMS_TENANT_ID.")
        if self.insecure_local and self.public_url:
            raise BotError("IOPBOT_TEAMS_INSECURE_LOCAL går inte ihop med IOPBOT_PUBLIC_URL.")
        if self.cloud not in SERVICE_HOSTS:
            raise BotError(f"IOPBOT_TEAMS_CLOUD ska vara något av {', '.join(SERVICE_HOSTS)}.")

    @property
    def endpoints(self) -> CloudEnvironment:
        """Addresses of the cloud: of its keys, its tokens, its issuer."""
        if self.environment is not None:
            return self.environment
        return PUBLIC if self.cloud == "public" else from_name(self.cloud)

    @property
    def links(self) -> str:
        """The address that links to the sources begin with; empty means none."""
        return self.public_url or (self.local_url if self.insecure_local else "")

    @property
    def tenants(self) -> frozenset[str]:
        """Ids of the organisations whose people may write, in lower case; empty (local tests only) means any."""
        return frozenset(t.lower() for t in (self.allowed_tenants or (self.tenant_id,)) if t)

    def may_serve(self, url: str) -> bool:
        """Whether answers may be sent to the address of a service: Microsoft's by https, or loopback in local mode."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return False
        if not host or parts.username or parts.password or parts.query or parts.fragment or "\\" in url:
            return False
        if self.insecure_local:
            return parts.scheme in ("http", "https") and is_loopback(host)
        if host in self.hosts or f"{host}:{port}" in self.hosts:
            return True
        if parts.scheme != "https" or port not in (None, 443):
            return False
        return any(host.endswith(h) if h.startswith(".") else host == h for h in SERVICE_HOSTS[self.cloud])


def is_loopback(host: str) -> bool:
    """Whether a name or an address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
