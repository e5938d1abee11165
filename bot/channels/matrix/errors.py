"""What can go wrong between the bot and its homeserver; each message says the remedy, and holds no secret."""

from __future__ import annotations

from collections.abc import Mapping

from bot.ports import BotError, NotAccepted, Refused


class CredentialError(BotError):
    """Password, token or store key are wrong: nothing works before the operator has changed something."""


class TokenRefused(CredentialError):
    """The access token is not valid any more. `soft`: the device still exists, a new token brings it back. `renewing`:
    the refresh token was not taken either."""

    def __init__(self, soft: bool, renewing: bool = False) -> None:
        why = "har gått ut och går inte att förnya" if renewing else "är återkallad eller har gått ut"
        super().__init__(
            f"Matrix-servern godtar inte åtkomstnyckeln längre (den {why}). Ange en ny "
            "IOPBOT_MATRIX_ACCESS_TOKEN, eller ett lösenord, eller kör «iopbot matrix login»."
        )
        self.soft = soft


class Unreachable(NotAccepted):
    """The homeserver did not answer, or not as a homeserver does."""


class Limited(NotAccepted):
    """The homeserver wants a pause (429)."""


class Denied(Refused):
    """The homeserver said no. `code` is Matrix' own, such as M_FORBIDDEN; `status` is that of HTTP; `content` is what
    it sent with it."""

    def __init__(self, status: int, code: str, content: Mapping[str, object] | None = None) -> None:
        super().__init__(f"Matrix-servern sade nej ({status} {code}).")
        self.status = status
        self.code = code
        self.content: Mapping[str, object] = content or {}
