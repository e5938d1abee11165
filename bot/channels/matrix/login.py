"""`iopbot matrix login`: signs in once, by hand, and keeps the session for the bot."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Callable
from dataclasses import replace

from bot.channels.matrix.errors import CredentialError
from bot.channels.matrix.options import MatrixOptions
from bot.channels.matrix.session import Sessions
from bot.channels.matrix.signing import sign_device
from bot.channels.matrix.vault import Vault, store_key
from bot.ports import BotError, Clock

Ask = Callable[[str], str]
"""Asks for a secret without showing it."""


async def login(
    options: MatrixOptions, ask: Ask, say: Callable[[str], None], clock: Clock, new_identity: bool = False
) -> None:
    """Sign in with a password or a token that is asked for, keep the session, and sign the device. `new_identity` gives
    the account new cross-signing keys. Raises BotError; nothing is kept then that was not before."""
    if not options.homeserver or not options.user:
        raise CredentialError("Ange IOPBOT_MATRIX_HOMESERVER och IOPBOT_MATRIX_USER först.")
    key = store_key(options.folder, options.store_key)
    with (options.folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BotError("Boten är igång med samma datamapp. Stoppa den först.") from None
        password = options.password or ask(f"Lösenord för {options.user} (tomt om du har en åtkomstnyckel): ")
        token = options.access_token or (None if password else ask("Åtkomstnyckel: "))
        if not password and not token:
            raise CredentialError("Varken lösenord eller åtkomstnyckel angavs.")
        chosen = replace(options, password=password or None, access_token=token or None, store_key=key)
        await _signed_in(chosen, say, clock, new_identity)


async def _signed_in(options: MatrixOptions, say: Callable[[str], None], clock: Clock, new_identity: bool) -> None:
    vault = Vault(options.folder, options.store_key or "")
    gateway = await Sessions(options, vault, clock).anew()
    try:
        say(f"Inloggad som {gateway.user}, enhet {gateway.device}.")
        if options.encryption:
            await sign_device(gateway, vault, options.password, new_identity)
            say("Enheten är signerad med kontots nycklar för korssignering.")
    finally:
        with contextlib.suppress(BotError):
            await gateway.close()
