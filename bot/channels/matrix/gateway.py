"""The homeserver as the rest of the channel sees it: one device that receives pages and sends events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote

import nio

from bot.channels.matrix.cipher import Cipher
from bot.channels.matrix.errors import CredentialError, Denied
from bot.channels.matrix.history import History, events_of
from bot.channels.matrix.keystore import KeyStore
from bot.channels.matrix.page import FILTER, NO_MORE, Invite, Json, Page, RoomPage
from bot.channels.matrix.rooms import Rooms
from bot.channels.matrix.token import Grant, Token
from bot.channels.matrix.wire import REQUEST_SECONDS, V3, Wire

POLL_SECONDS = 30
FIRST_SYNC_SECONDS = 180
JOIN_SECONDS = 180


@dataclass(slots=True)
class Gateway:
    """One logged-in device. `rooms`, `history` and `cipher` work through the same connection."""

    homeserver: str
    user: str
    device: str
    store: str = ""
    store_key: str = ""
    encryption: bool = True
    proxy: str | None = None
    rooms: Rooms = field(init=False)
    history: History = field(init=False)
    cipher: Cipher = field(init=False)
    _client: nio.AsyncClient = field(init=False)
    _wire: Wire = field(init=False)

    def __post_init__(self) -> None:
        config = nio.AsyncClientConfig(
            max_limit_exceeded=0,
            max_timeouts=0,
            request_timeout=REQUEST_SECONDS,
            encryption_enabled=self.encryption,
            store=KeyStore,
            store_sync_tokens=False,
            pickle_key=self.store_key or "unused",
        )
        self._client = nio.AsyncClient(
            self.homeserver,
            self.user,
            device_id=self.device,
            store_path=self.store if self.encryption else "",
            config=config,
            proxy=self.proxy,
        )
        self._wire = Wire(self.homeserver, self._client)
        self.rooms = Rooms(self.user, self._client, self._wire)
        self.history = History(self.user, self._client, self._wire)
        self.cipher = Cipher(self._client, self._wire)

    # ---- session

    def resume(self, token: Token) -> None:
        """Use an access token; opens the crypto store. Raises CredentialError when the store key does not fit."""
        try:
            if self.encryption:
                self._client.restore_login(self.user, self.device, token.value)
        except Exception as error:
            raise CredentialError(
                f"Krypteringsnycklarna i {self.store} går inte att öppna ({type(error).__name__}). Är "
                "IOPBOT_MATRIX_STORE_KEY den som de skrevs med?"
            ) from None
        self.use(token)

    def use(self, token: Token | str) -> None:
        """Use an access token without opening the crypto store."""
        self._client.user_id = self.user
        self._wire.use(Token(Grant(token)) if isinstance(token, str) else token)

    async def close(self) -> None:
        """Close connections and the crypto store."""
        await self._client.close()
        store = self._client.store
        if store is not None:
            store.database.close()

    async def request(self, method: str, path: str, body: object = None, seconds: float = REQUEST_SECONDS) -> Json:
        """One request. Raises TokenRefused, Limited, Denied or Unreachable."""
        return await self._wire.request(method, path, body, seconds)

    # ---- receiving

    async def sync(self, since: str | None, first: bool, seconds: float = POLL_SECONDS) -> Page:
        """The next page, waiting at most so long; the first one asks for the whole state, and waits for nothing."""
        await self._wire.ready()
        wait = 0 if first else int(min(seconds, self._wire.left()) * 1000)
        call = partial(self._client.sync, timeout=wait, sync_filter=FILTER, since=since, full_state=first or None)
        try:
            async with asyncio.timeout(FIRST_SYNC_SECONDS if first else POLL_SECONDS + 30):
                response = await self._wire.asked(call, nio.SyncResponse)
        except TimeoutError as error:
            raise self._wire.unreachable(error) from None
        await self.rooms.learn(response)
        return self._page(response)

    def _page(self, response: Any) -> Page:
        rooms = []
        for id, room in response.rooms.join.items():
            gap = room.timeline.prev_batch if room.timeline.limited else None
            rooms.append(RoomPage(id, events_of(id, room.timeline.events), gap))
        invited = self._client.invited_rooms
        invites = tuple(Invite(id, invited[id].inviter or "") for id in response.rooms.invite if id in invited)
        return Page(response.next_batch, tuple(rooms), invites)

    async def pending_invites(self) -> tuple[Invite, ...]:
        """All invites that wait, also those of which no sync tells any more."""
        nothing = {"room": {"timeline": {"limit": 1}, "state": {"types": []}, "ephemeral": {"types": []}}, **NO_MORE}
        path = f"{V3}/sync?timeout=0&filter={quote(json.dumps(nothing), safe='')}"
        found = (await self.request("GET", path, None, FIRST_SYNC_SECONDS)).get("rooms", {}).get("invite", {})
        return tuple(Invite(room, _inviter(state, self.user)) for room, state in found.items())

    # ---- sending

    async def send(self, room: str, kind: str, content: Mapping[str, object], transaction: str) -> str:
        """Send an event, encrypted where the room is; returns its id. The same transaction is sent once."""
        if self.rooms.is_encrypted(room):
            if not self.cipher.on:
                raise Denied(403, "encryption is switched off (IOPBOT_MATRIX_ENCRYPTION)")
            kind, content = await self.cipher.encrypted(room, kind, content)
        path = f"{V3}/rooms/{quote(room, safe='')}/send/{kind}/{quote(transaction, safe='')}"
        return str((await self.request("PUT", path, content))["event_id"])

    async def redact(self, room: str, event: str, transaction: str) -> str:
        """Take an event back; returns the id of the redaction."""
        path = f"{V3}/rooms/{quote(room, safe='')}/redact/{quote(event, safe='')}/{quote(transaction, safe='')}"
        return str((await self.request("PUT", path, {}))["event_id"])

    async def parts(self, room: str, first: str) -> tuple[str, ...]:
        """See History."""
        return await self.history.parts(room, first)

    async def receipt(self, room: str, event: str, root: str) -> None:
        """Tell that an event was read, in the thread that begins with `root`, if any: a beginning itself stands outside
        of its thread."""
        path = f"{V3}/rooms/{quote(room, safe='')}/receipt/m.read/{quote(event, safe='')}"
        await self.request("POST", path, {"thread_id": "main" if root == event else root} if root else {})

    async def typing(self, room: str, seconds: float) -> None:
        """Tell that the bot is writing, for so long; 0 ends it."""
        path = f"{V3}/rooms/{quote(room, safe='')}/typing/{quote(self.user, safe='')}"
        await self.request("PUT", path, {"typing": seconds > 0, "timeout": int(seconds * 1000)})

    # ---- coming and going

    async def join(self, room: str, via: tuple[str, ...] = ()) -> None:
        """Join a room. Over federation that can take minutes."""
        servers = "&".join(f"server_name={quote(server, safe='')}" for server in via)
        await self.request("POST", f"{V3}/join/{quote(room, safe='')}?{servers}", {}, JOIN_SECONDS)

    async def leave(self, room: str) -> None:
        """Leave a room, or decline an invite, and forget it."""
        await self.request("POST", f"{V3}/rooms/{quote(room, safe='')}/leave", {})
        await self.request("POST", f"{V3}/rooms/{quote(room, safe='')}/forget", {})
        self.rooms.forget(room)


def _inviter(invited: Json, user: str) -> str:
    for event in invited.get("invite_state", {}).get("events", []):
        if event.get("type") == "m.room.member" and event.get("state_key") == user:
            return str(event.get("sender", ""))
    return ""
