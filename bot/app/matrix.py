"""The Matrix channel as the settings want it. Imported only where Matrix is set up."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import SecretStr

from bot.app.parts import SystemClock
from bot.channels.matrix.channel import MatrixChannel
from bot.channels.matrix.options import MatrixOptions
from bot.ports import Clock, Inbox, Lease, Replies
from bot.settings import Settings


def matrix_options(settings: Settings) -> MatrixOptions:
    """The channel's part of the settings."""
    return MatrixOptions(
        homeserver=settings.matrix_homeserver or "",
        user=settings.matrix_user or "",
        folder=settings.data_dir / "matrix",
        password=_plain(settings.matrix_password),
        access_token=_plain(settings.matrix_access_token),
        store_key=_plain(settings.matrix_store_key),
        encryption=settings.matrix_encryption,
        allowed_servers=settings.matrix_allowed_servers,
        allowed_users=settings.matrix_allowed_users,
        public_url=settings.public_url,
        proxy=_plain(settings.https_proxy),
    )


def matrix_channel(settings: Settings, inbox: Inbox, replies: Replies, lease: Lease, clock: Clock) -> MatrixChannel:
    """The channel, not running."""
    return MatrixChannel(matrix_options(settings), inbox, replies, lease, clock)


async def matrix_login(
    settings: Settings, ask: Callable[[str], str], say: Callable[[str], None], new_identity: bool = False
) -> None:
    """`iopbot matrix login`. `ask` asks for a secret without showing it (`getpass.getpass`). Raises BotError."""
    from bot.channels.matrix.login import login

    await login(matrix_options(settings), ask, say, SystemClock(), new_identity)


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None
