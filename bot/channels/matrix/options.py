"""What the operator decides of the Matrix channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MatrixOptions:
    """`folder` is the channel's own: session, keys and crypto store lie there. `proxy` is for everything that it sends.
    Without a password or a token the session kept by `iopbot matrix login` is used."""

    homeserver: str
    user: str
    folder: Path
    password: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    store_key: str | None = field(default=None, repr=False)
    encryption: bool = True
    allowed_servers: tuple[str, ...] = ()
    allowed_users: tuple[str, ...] = ()
    public_url: str = ""
    proxy: str | None = field(default=None, repr=False)
    display_name: str = "IOP-lotsen"
    prefixes: tuple[str, ...] = ("!iop",)

    @property
    def server(self) -> str:
        """The server part of the bot's own id."""
        return self.user.partition(":")[2]

    def admits(self, inviter: str) -> bool:
        """Whether an invite by this person is accepted."""
        if inviter in self.allowed_users:
            return True
        servers = self.allowed_servers or (() if self.allowed_users else (self.server,))
        return "*" in servers or inviter.partition(":")[2] in servers
