"""Logging in, and staying so: the session is kept in the vault, since transaction ids and keys belong to its device."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bot.channels.matrix.errors import CredentialError, Denied, TokenRefused
from bot.channels.matrix.gateway import Gateway
from bot.channels.matrix.options import MatrixOptions
from bot.channels.matrix.token import Grant, Token
from bot.channels.matrix.vault import Vault
from bot.channels.matrix.wire import V3
from bot.ports import BotError, Clock

SESSION = "session"
DEVICE_NAME = "IOP-lotsen"


@dataclass(frozen=True, slots=True)
class Session:
    """One device of the account. `expires`: when the token runs out, in seconds since 1970; empty for never.
    `published` is set once its encryption keys are on the server."""

    homeserver: str
    user: str
    device: str
    token: str
    refresh: str = ""
    expires: str = ""
    published: str = ""


class Sessions:
    """Opens the account's session, and keeps it."""

    def __init__(self, options: MatrixOptions, vault: Vault, clock: Clock) -> None:
        self._options = options
        self._vault = vault
        self._clock = clock

    async def open(self) -> Gateway:
        """A gateway that is logged in, its keys published. Raises CredentialError, Unreachable or Limited."""
        session = await self._valid(self._kept())
        if self._options.encryption and session.published and not self._store_of(session).exists():
            session = await self._anew(session)
        return await self._opened(session)

    async def anew(self) -> Gateway:
        """The same after signing in again, as a new device where there is a password."""
        return await self._opened(await self._valid(None))

    async def _opened(self, session: Session) -> Gateway:
        gateway = self.gateway(session)
        try:
            gateway.resume(self._token(session))
            if self._options.encryption:
                await gateway.cipher.tend()
                if not gateway.cipher.device_keys():
                    raise BotError("Matrix-servern tog inte emot krypteringsnycklarna; nytt försök görs.")
        except BaseException:
            await gateway.close()
            raise
        session = self._kept() or session  # its token may have been renewed meanwhile
        if self._options.encryption and not session.published:
            self.keep(replace(session, published="yes"))
        return gateway

    async def tried(self) -> str:
        """The device that the server takes the kept or given token for; empty when there is only a password, or a
        refresh token. Changes nothing."""
        kept, given = self._kept(), self._options.access_token
        token = given or (kept.token if kept else "")
        if not token and not self._options.password:
            await self._valid(kept)  # tells what is missing
        try:
            return await self._whoami(token) if token else ""
        except TokenRefused as error:
            if error.soft and not given and kept is not None and kept.refresh:
                return ""
            raise

    def gateway(self, session: Session) -> Gateway:
        """A gateway for a session, nothing opened."""
        options, crypto = self._options, self._options.folder / "crypto"
        if options.encryption:
            crypto.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = options.store_key or ""
        return Gateway(
            options.homeserver, options.user, session.device, str(crypto), key, options.encryption, options.proxy
        )

    def keep(self, session: Session) -> None:
        """Write the session into the vault, if it changed."""
        values = asdict(session)
        if self._vault.read(SESSION) != values:
            self._vault.write(SESSION, values)

    def _kept(self) -> Session | None:
        values = self._vault.read(SESSION)
        session = Session(**values) if values else None
        here = session and (session.homeserver, session.user) == (self._options.homeserver, self._options.user)
        return session if here else None

    async def _valid(self, kept: Session | None) -> Session:
        """A session whose token the server takes."""
        given = self._options.access_token
        if given:
            device = await self._whoami(given)
            same = kept if kept and kept.device == device else None
            session = replace(same, token=given, refresh="", expires="") if same else self._made(device, given)
            self.keep(session)
            return session
        if kept is not None and kept.token:
            try:
                await self._whoami(kept.token)
                return kept
            except TokenRefused as error:
                if kept.refresh:
                    try:
                        return await self._renewed(kept)
                    except TokenRefused:
                        error = TokenRefused(error.soft, renewing=True)
                if not self._options.password:
                    raise error
                return await self._logged_in(kept if error.soft else None)
        if self._options.password:
            return await self._logged_in(None)
        if kept is not None:
            raise TokenRefused(False)
        raise CredentialError(
            "För Matrix saknas IOPBOT_MATRIX_PASSWORD eller IOPBOT_MATRIX_ACCESS_TOKEN. Ange en av dem, eller kör "
            "«iopbot matrix login»."
        )

    async def _whoami(self, token: str) -> str:
        """The device that a token belongs to."""
        answer = await self._ask("GET", f"{V3}/account/whoami", None, token)
        if answer.get("user_id") != self._options.user:
            raise CredentialError("Åtkomstnyckeln hör till ett annat konto än IOPBOT_MATRIX_USER.")
        device = answer.get("device_id")
        if not isinstance(device, str):
            raise CredentialError("Åtkomstnyckeln hör inte till någon enhet. Skapa en genom att logga in.")
        return device

    async def _anew(self, lost: Session) -> Session:
        """A new device, since the crypto store of the old one is gone."""
        if not self._options.password:
            raise CredentialError(
                "Krypteringslagret i datamappen saknas, så enheten kan inte läsa mer. Ange IOPBOT_MATRIX_PASSWORD "
                "eller en ny IOPBOT_MATRIX_ACCESS_TOKEN, eller kör «iopbot matrix login»."
            )
        fresh = await self._logged_in(None)
        with contextlib.suppress(BotError):
            await self._ask("POST", f"{V3}/logout", {}, lost.token)
        return fresh

    async def _logged_in(self, again: Session | None) -> Session:
        """Log in with the password; `again` is the session whose device still exists."""
        body: dict[str, Any] = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": self._options.user},
            "password": self._options.password,
            "initial_device_display_name": DEVICE_NAME,
            "refresh_token": True,
        }
        if again is not None:
            body["device_id"] = again.device
        try:
            answer = await self._ask("POST", f"{V3}/login", body)
        except Denied as error:
            raise CredentialError(
                f"Matrix-servern godtar inte kontot {self._options.user} med det lösenordet ({error.code}). "
                "Kontrollera IOPBOT_MATRIX_USER och IOPBOT_MATRIX_PASSWORD."
            ) from None
        session = self._granted(self._made(str(answer["device_id"]), ""), answer)
        if again is not None:
            session = replace(session, published=again.published)
        # Kept before it is used: a crash now must not cost one device each time.
        self.keep(session)
        return session

    async def _renewed(self, kept: Session) -> Session:
        """The session with new tokens, kept before the first of them is used. Raises TokenRefused when the refresh
        token is dead."""
        try:
            answer = await self._ask("POST", f"{V3}/refresh", {"refresh_token": kept.refresh})
        except (Denied, TokenRefused):
            raise TokenRefused(soft=True, renewing=True) from None
        fresh = self._granted(kept, answer)
        self.keep(fresh)
        return fresh

    def _granted(self, session: Session, answer: Mapping[str, Any]) -> Session:
        """The session with the tokens that the server gave."""
        lasts = answer.get("expires_in_ms")
        expires = f"{self._clock.now().timestamp() + lasts / 1000:.3f}" if isinstance(lasts, int) else ""
        refresh = str(answer.get("refresh_token") or session.refresh)
        return replace(session, token=str(answer["access_token"]), refresh=refresh, expires=expires)

    def _token(self, session: Session) -> Token:
        """The session's token, which is renewed when it must be."""

        async def renew() -> Grant:
            return self._grant(await self._renewed(self._kept() or session))

        return Token(self._grant(session), renew if session.refresh else None)

    def _grant(self, session: Session) -> Grant:
        left = float(session.expires) - self._clock.now().timestamp() if session.expires else None
        return Grant(session.token, left)

    async def _ask(self, method: str, path: str, body: object = None, token: str = "") -> dict[str, Any]:
        plain = Gateway(self._options.homeserver, self._options.user, "", encryption=False, proxy=self._options.proxy)
        try:
            plain.use(token)
            return await plain.request(method, path, body)
        finally:
            await plain.close()

    def _made(self, device: str, token: str) -> Session:
        return Session(self._options.homeserver, self._options.user, device, token)

    def _store_of(self, session: Session) -> Path:
        return self._options.folder / "crypto" / f"{session.user}_{session.device}.db"
