"""Encryption: nio's olm machine, with what it leaves to its callers."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import nio

from bot.channels.matrix.errors import Unreachable
from bot.channels.matrix.page import Json, Undecrypted
from bot.channels.matrix.wire import BROKEN, Wire


class Cipher:
    """Encrypts and decrypts for one device; does nothing where encryption is switched off."""

    def __init__(self, client: nio.AsyncClient, wire: Wire) -> None:
        self._client = client
        self._wire = wire

    @property
    def on(self) -> bool:
        """Whether there is a crypto store."""
        return self._client.olm is not None

    def device_keys(self) -> tuple[str, str] | None:
        """The device's own public keys (ed25519, curve25519) when the server has them, or None."""
        olm = self._client.olm
        if olm is None or not olm.account.shared:
            return None
        return olm.account.identity_keys["ed25519"], olm.account.identity_keys["curve25519"]

    async def tend(self) -> None:
        """Whatever encryption has to say to the homeserver between two syncs."""
        client = self._client
        if client.olm is None:
            return
        await self._wire.ready()
        try:
            if client.should_upload_keys:
                await client.keys_upload()
            if client.should_query_keys:
                await client.keys_query()
            if client.should_claim_keys:
                await client.keys_claim(client.get_users_for_key_claiming())
            await client.send_to_device_messages()
        except BROKEN as error:
            raise self._wire.unreachable(error) from None

    async def encrypted(self, room: str, kind: str, content: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
        """What nio's own room_send does before it sends; reactions stay readable, as everywhere in Matrix."""
        client = self._client
        if kind == "m.reaction":
            return kind, content
        await self._wire.ready()
        try:
            if not client.rooms[room].members_synced:
                await client.joined_members(room)
            if client.should_query_keys:
                await client.keys_query()
            if client.olm.should_share_group_session(room):
                waiting = client.sharing_session.get(room)
                if waiting is not None:
                    await waiting.wait()
                else:
                    await self._share(room)
            made: tuple[str, Mapping[str, object]] = client.encrypt(room, kind, dict(content))
            return made
        except BROKEN as error:
            raise self._wire.unreachable(error) from None
        except (nio.EncryptionError, nio.LocalProtocolError, nio.MembersSyncError) as error:
            raise Unreachable(f"Meddelandet gick inte att kryptera ({type(error).__name__}).", 2.0) from None

    async def _share(self, room: str) -> None:
        """Give the room's devices the key of what follows. nio takes it for given also when the server refused it."""
        given = (await self._client.share_group_session(room, ignore_unverified_devices=True)).users_shared_with
        olm = self._client.olm
        for user in self._client.rooms[room].users:
            for device in olm.device_store.active_user_devices(user):
                reachable = olm.session_store.get(device.curve25519) and not olm.is_device_blacklisted(device)
                if reachable and device.id != self._client.device_id and (user, device.id) not in given:
                    self._client.invalidate_outbound_session(room)
                    raise Unreachable("Rummets nyckel gick inte att dela ut.", 2.0)

    def decrypted(self, event: Undecrypted) -> Json | None:
        """Try again to decrypt an event."""
        parsed = nio.Event.parse_encrypted_event(event.source)
        if not isinstance(parsed, nio.MegolmEvent) or self._client.olm is None:
            return None
        parsed.room_id = event.room
        try:
            return dict(self._client.decrypt_event(parsed).source)
        except nio.EncryptionError:
            return None

    async def ask_for_key(self, event: Undecrypted) -> None:
        """Ask the other devices for the key of an event."""
        parsed = nio.Event.parse_encrypted_event(event.source)
        if isinstance(parsed, nio.MegolmEvent) and self._client.olm is not None:
            await self._wire.ready()
            with contextlib.suppress(nio.LocalProtocolError, *BROKEN):
                await self._client.request_room_key(parsed)
