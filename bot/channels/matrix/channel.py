"""The Matrix channel: holds the account, keeps a session open whatever happens, and sends."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace

from bot.channels.matrix.alone import Holder, folder_lock, instance
from bot.channels.matrix.backoff import Backoff
from bot.channels.matrix.courtesy import Courtesy
from bot.channels.matrix.doorman import Doorman
from bot.channels.matrix.errors import CredentialError, TokenRefused
from bot.channels.matrix.gateway import Gateway
from bot.channels.matrix.options import MatrixOptions
from bot.channels.matrix.reader import CHANNEL, Reader
from bot.channels.matrix.receive import Receiver
from bot.channels.matrix.sender import Sender
from bot.channels.matrix.session import Sessions
from bot.channels.matrix.signing import sign_device
from bot.channels.matrix.vault import Vault, store_key
from bot.channels.matrix.wire import V3
from bot.ports import BotError, Clock, Health, Inbox, Lease, NotAccepted, Outgoing, Refused, Replies

CREDENTIAL_PAUSE = 15.0
"""After a refused credential: it does not become right by trying often, but an operator may change it."""

_log = logging.getLogger("bot.matrix")


@dataclass(slots=True)
class _Live:
    """A session that is open and has synced."""

    gateway: Gateway
    courtesy: Courtesy


class MatrixChannel:
    """The ports Channel and PushChannel."""

    name = CHANNEL
    idempotent = True

    def __init__(self, options: MatrixOptions, inbox: Inbox, replies: Replies, lease: Lease, clock: Clock) -> None:
        self._inbox = inbox
        self._replies = replies
        self._lease = lease
        self._clock = clock
        self._options = options
        self._sender = Sender(options.public_url)
        self._live: _Live | None = None
        self._held: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._silent = asyncio.Event()
        self._health = Health(CHANNEL, False, "startar")
        self._warning = ""

    # ---- ports

    async def run(self) -> None:
        """See the port. When cancelled it receives no more, but what is answered can still be sent until `close`."""
        await self.close()
        self._stopping.clear()
        self._silent.clear()
        self._held = asyncio.create_task(self._hold())
        try:
            await asyncio.shield(self._held)
        except asyncio.CancelledError:
            if self._live is None:
                await self.close()
            else:
                self._stopping.set()
                await self._silent.wait()
            raise

    async def close(self) -> None:
        """End the session and let go of the account."""
        await self._sender.close()
        if self._held is not None:
            self._held.cancel()
            await asyncio.gather(self._held, return_exceptions=True)

    async def _hold(self) -> None:
        vault = self._vault()
        async with folder_lock(self._options.folder, self._waits):
            holder = Holder(self._lease, self._clock, self._options.user, instance(self._options.folder))
            while True:
                await holder.take(self._waits)
                try:
                    await self._until_lost(holder, vault)
                finally:
                    await holder.release()

    async def send(self, outgoing: Outgoing) -> str:
        """See the port."""
        live = self._live
        if live is None:
            raise NotAccepted("Matrix är inte anslutet.", 1.0)
        room = outgoing.address.get("room") or outgoing.conversation.partition("|")[0]
        if room not in live.gateway.rooms:
            raise Refused("Boten är inte med i rummet.")
        try:
            shown_as = await self._sender.send(live.gateway, outgoing)
            if outgoing.reply.municipality:
                await live.gateway.rooms.choose(room, outgoing.reply.municipality)
        except CredentialError as error:
            raise NotAccepted(str(error), 2.0) from None  # nothing is tried before the session is open again
        live.courtesy.answered(outgoing.event)
        return shown_as

    @property
    def active(self) -> bool:
        """See the port Exclusive."""
        return self._live is not None

    def health(self) -> Health:
        """See the port."""
        return self._health

    async def check(self) -> Health:
        """See the port."""
        options = self._options
        plain = Gateway(options.homeserver, options.user, "", encryption=False, proxy=options.proxy)
        try:
            await plain.request("GET", "/_matrix/client/versions")
            kept = store_key(options.folder, options.store_key, make=False)
            device = await Sessions(options, Vault(options.folder, kept), self._clock).tried()
        except BotError as error:
            return Health(CHANNEL, False, str(error))
        finally:
            await plain.close()
        how = f"inloggad som {options.user}, enhet {device}" if device else "loggar in vid starten"
        return Health(CHANNEL, True, how)

    # ---- the session

    async def _until_lost(self, holder: Holder, vault: Vault) -> None:
        """Work until the lease is lost."""
        work, beat = asyncio.create_task(self._work(vault)), asyncio.create_task(holder.keep())
        try:
            await asyncio.wait({work, beat}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            await _ended(work, beat)
            self._health = Health(CHANNEL, False, "avbruten")

    async def _work(self, vault: Vault) -> None:
        """Sessions one after the other, until cancelled."""
        sessions = Sessions(self._options, vault, self._clock)
        backoff, slowly = Backoff(1.0), Backoff(CREDENTIAL_PAUSE)
        while True:
            try:
                gateway = await sessions.open()
                try:
                    backoff.reset()
                    await self._session(gateway, vault)
                finally:
                    self._live = None
                    await gateway.close()
            except TokenRefused as error:
                self._troubled(str(error))
                await (backoff if self._options.password else slowly).pause()
            except CredentialError as error:
                self._troubled(str(error))
                await slowly.pause()
            except BotError as error:
                self._troubled(str(error))
                await backoff.pause(error.retry_after if isinstance(error, NotAccepted) else None)

    async def _session(self, gateway: Gateway, vault: Vault) -> None:
        self._warning = ""
        await self._name(gateway)
        await self._signed(gateway, vault)
        doorman, courtesy = Doorman(gateway, self._options), Courtesy(gateway)
        reader = Reader(
            gateway.rooms,
            gateway.history,
            self._replies,
            self._clock,
            (self._options.display_name,),
            self._options.prefixes,
        )
        live = _Live(gateway, courtesy)

        def alive() -> None:
            self._live = live
            self._health = Health(CHANNEL, True, self._warning or f"inloggad som {gateway.user}")

        position = f"matrix {self._options.homeserver} {gateway.user}"
        receiver = Receiver(
            gateway, reader, self._inbox, self._clock, doorman, courtesy, position, alive, self._troubled
        )
        self._silent.clear()
        receiving = asyncio.create_task(receiver.run())
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({receiving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not receiving.done():
                await _ended(receiving)
                self._silent.set()
                await asyncio.Event().wait()  # until it is closed
            receiving.result()
        finally:
            await _ended(receiving, stopping)
            self._silent.set()
            await doorman.close()
            await courtesy.close()

    async def _signed(self, gateway: Gateway, vault: Vault) -> None:
        """Trouble with signing is told, but no reason to stay silent."""
        if not self._options.encryption:
            return
        try:
            await sign_device(gateway, vault, self._options.password)
        except TokenRefused:
            raise
        except BotError as error:
            self._warning = str(error)
            _log.warning("the device is not cross-signed: %s", error)

    async def _name(self, gateway: Gateway) -> None:
        """A display name for an account that has none of its own."""
        path = f"{V3}/profile/{gateway.user}/displayname"
        try:
            name = (await gateway.request("GET", path)).get("displayname")
            if not name or name == gateway.user[1:].partition(":")[0]:
                await gateway.request("PUT", path, {"displayname": self._options.display_name})
        except TokenRefused:
            raise
        except BotError:
            _log.warning("the display name could not be set")

    def _vault(self) -> Vault:
        try:
            key = store_key(self._options.folder, self._options.store_key)
        except OSError as error:
            raise CredentialError(
                f"Mappen {self._options.folder} går inte att använda ({error.strerror}). Kontrollera IOPBOT_DATA_DIR."
            ) from None
        self._options = replace(self._options, store_key=key)
        return Vault(self._options.folder, key)

    def _waits(self) -> None:
        self._health = Health(CHANNEL, True, "en annan process har kontot; den här tar över om den faller bort")

    def _troubled(self, why: str) -> None:
        if self._health.ok or self._health.detail != why:
            _log.warning("matrix: %s", why)
        self._health = Health(CHANNEL, False, why)


async def _ended(*tasks: asyncio.Task[None] | asyncio.Task[bool]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
