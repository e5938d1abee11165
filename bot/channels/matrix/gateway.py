"""The homeserver as the rest of the channel sees it: typed values in and out. The only module that knows nio."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import nio

from bot.channels.matrix.errors import CredentialError, Denied, Limited, TokenRefused, Unreachable
from bot.channels.matrix.page import FILTER, NO_MORE, ROOM_DATA, TIMELINE, Invite, Json, Page, RoomPage, Undecrypted
from bot.channels.matrix.power import Power

V3 = "/_matrix/client/v3"
REQUEST_SECONDS = 30
POLL_SECONDS = 30
FIRST_SYNC_SECONDS = 180
JOIN_SECONDS = 180


@dataclass(slots=True)
class Gateway:
    """One logged-in device."""

    homeserver: str
    user: str
    device: str
    store: str = ""
    store_key: str = ""
    encryption: bool = True
    proxy: str | None = None
    _client: nio.AsyncClient = field(init=False)
    _powers: dict[str, Power] = field(default_factory=dict)
    _chosen: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        config = nio.AsyncClientConfig(
            max_limit_exceeded=0,
            max_timeouts=0,
            request_timeout=REQUEST_SECONDS,
            encryption_enabled=self.encryption,
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

    # ---- session

    def resume(self, token: str) -> None:
        """Use an access token; opens the crypto store. Raises CredentialError when the store key does not fit."""
        try:
            if self._client.olm is None and self.encryption:
                self._client.restore_login(self.user, self.device, token)
            else:
                self._client.user_id, self._client.access_token = self.user, token
        except Exception as error:
            raise CredentialError(
                f"Krypteringsnycklarna i {self.store} går inte att öppna ({type(error).__name__}). Är "
                "IOPBOT_MATRIX_STORE_KEY den som de skrevs med?"
            ) from None

    def use(self, token: str) -> None:
        """Use an access token without opening the crypto store."""
        self._client.user_id, self._client.access_token = self.user, token

    async def close(self) -> None:
        """Close connections and the crypto store."""
        await self._client.close()
        store = self._client.store
        if store is not None:
            store.database.close()

    async def request(self, method: str, path: str, body: object = None, seconds: float = REQUEST_SECONDS) -> Json:
        """One request. Raises TokenRefused, Limited, Denied or Unreachable."""
        headers = {"Content-Type": "application/json"}
        if self._client.access_token:
            headers["Authorization"] = f"Bearer {self._client.access_token}"
        data = None if body is None else json.dumps(body)
        try:
            response = await self._client.send(method, path, data, headers, timeout=seconds)
            text = await response.text()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._unreachable(error) from None
        return self._checked(response.status, _object(text))

    def _checked(self, status: int, content: Json) -> Json:
        if status < 300:
            return content
        code = str(content.get("errcode", ""))
        if status == 429 or code == "M_LIMIT_EXCEEDED":
            pause = content.get("retry_after_ms")
            raise Limited("Matrix-servern vill ha en paus.", pause / 1000 if isinstance(pause, int) else 5.0)
        if code in ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"):
            raise TokenRefused(content.get("soft_logout") is True)
        if status >= 500 or not (code or "flows" in content):
            raise Unreachable(f"Matrix-servern på {_host(self.homeserver)} svarar med fel ({status}).", None)
        raise Denied(status, code, content)

    def _unreachable(self, error: BaseException) -> Unreachable:
        return Unreachable(
            f"Matrix-servern på {_host(self.homeserver)} går inte att nå ({type(error).__name__}). Kontrollera "
            "IOPBOT_MATRIX_HOMESERVER och nätet.",
            None,
        )

    # ---- receiving

    async def sync(self, since: str | None, first: bool, seconds: float = POLL_SECONDS) -> Page:
        """The next page, waiting at most so long; the first one asks for the whole state, and waits for nothing."""
        try:
            async with asyncio.timeout(FIRST_SYNC_SECONDS if first else POLL_SECONDS + 30):
                response = await self._client.sync(
                    timeout=0 if first else int(seconds * 1000),
                    sync_filter=FILTER,
                    since=since,
                    full_state=first or None,
                )
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._unreachable(error) from None
        if not isinstance(response, nio.SyncResponse):
            raise self._error_of(response)
        await self._count(response)
        return self._page(response)

    async def _count(self, response: Any) -> None:
        """See to it that it is known how many are in a room before anything said there is read: members are loaded
        lazily, and a server may leave the numbers out."""
        for id, found in response.rooms.join.items():
            room = self._client.rooms.get(id)
            if room is None or room.members_synced or not found.timeline.events:
                continue
            told = room.summary
            if told is None or told.joined_member_count is None or told.invited_member_count is None:
                try:
                    await self._client.joined_members(id)
                except (aiohttp.ClientError, OSError, TimeoutError) as error:
                    raise self._unreachable(error) from None

    def _error_of(self, response: Any) -> Exception:
        transport = response.transport_response
        content = {"errcode": response.status_code, "soft_logout": response.soft_logout}
        content["retry_after_ms"] = response.retry_after_ms
        if response.soft_logout:
            self._client.access_token = ""
        try:
            self._checked(transport.status if transport else 500, content)
        except Exception as error:
            return error
        return Unreachable("Matrix-servern svarar inte som en Matrix-server.", None)

    def _page(self, response: Any) -> Page:
        rooms = []
        for id, room in response.rooms.join.items():
            self._learn(id, [*room.state, *room.timeline.events])
            for data in room.account_data:
                if isinstance(data, nio.UnknownAccountDataEvent) and data.type == ROOM_DATA:
                    self._chosen[id] = str(data.content.get("municipality", ""))
            gap = room.timeline.prev_batch if room.timeline.limited else None
            rooms.append(RoomPage(id, _events(id, room.timeline.events), gap))
        invites = tuple(
            Invite(id, self._client.invited_rooms[id].inviter or "")
            for id in response.rooms.invite
            if id in self._client.invited_rooms
        )
        for id in response.rooms.leave:
            self._client.rooms.pop(id, None)
            self._client.invited_rooms.pop(id, None)
        keys = any(isinstance(e, nio.RoomKeyEvent | nio.ForwardedRoomKeyEvent) for e in response.to_device_events)
        return Page(response.next_batch, tuple(rooms), invites, keys)

    def _learn(self, room: str, events: Sequence[Any]) -> None:
        for event in events:
            source = event.source
            if "state_key" in source:
                self._powers[room] = self._powers.get(room, Power()).told(source)

    async def older(self, room: str, start: str, end: str | None) -> tuple[tuple[Json | Undecrypted, ...], str | None]:
        """Events before `start`, newest first, down to `end`; and where to go on, or None."""
        try:
            response = await self._client.room_messages(room, start, end, limit=TIMELINE)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._unreachable(error) from None
        if not isinstance(response, nio.RoomMessagesResponse):
            raise self._error_of(response)
        more = response.end if response.chunk and response.end and response.end != start else None
        return _events(room, response.chunk), more

    async def event(self, room: str, id: str) -> Json | None:
        """One event, decrypted if it can be; None when the server does not give it."""
        with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
            response = await self._client.room_get_event(room, id)
            if isinstance(response, nio.RoomGetEventResponse):
                return dict(response.event.source)
        return None

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
            with contextlib.suppress(nio.LocalProtocolError, aiohttp.ClientError, OSError, TimeoutError):
                await self._client.request_room_key(parsed)

    async def tend_keys(self) -> None:
        """Whatever encryption has to say to the homeserver between two syncs."""
        client = self._client
        if client.olm is None:
            return
        try:
            if client.should_upload_keys:
                await client.keys_upload()
            if client.should_query_keys:
                await client.keys_query()
            if client.should_claim_keys:
                await client.keys_claim(client.get_users_for_key_claiming())
            await client.send_to_device_messages()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._unreachable(error) from None

    # ---- rooms

    @property
    def rooms(self) -> frozenset[str]:
        """The rooms that the bot has joined."""
        return frozenset(self._client.rooms)

    def joined_count(self, room: str) -> int:
        """How many people have joined a room, the bot counted; 0 for a room that it is not in."""
        found = self._client.rooms.get(room)
        return int(found.joined_count) if found else 0

    def member_count(self, room: str) -> int:
        """How many have joined or are invited, the bot counted."""
        found = self._client.rooms.get(room)
        return int(found.member_count) if found else 0

    def is_encrypted(self, room: str) -> bool:
        """Whether what is sent to the room is encrypted."""
        found = self._client.rooms.get(room)
        return bool(found and found.encrypted)

    def name_in(self, room: str) -> str:
        """The bot's own display name in a room, or an empty string."""
        found = self._client.rooms.get(room)
        me = found.users.get(self.user) if found else None
        return str(me.display_name or "") if me else ""

    def may_configure(self, room: str, user: str) -> bool:
        """Whether a person may change the settings of a room."""
        return self._powers.get(room, Power()).may_configure(user)

    def municipality(self, room: str) -> str | None:
        """The municipality that a room has chosen."""
        return self._chosen.get(room) or None

    async def choose(self, room: str, municipality: str) -> None:
        """Keep the municipality that a room has chosen, on the server."""
        if self._chosen.get(room) == municipality:
            return
        me, where = quote(self.user, safe=""), quote(room, safe="")
        await self.request(
            "PUT", f"{V3}/user/{me}/rooms/{where}/account_data/{ROOM_DATA}", {"municipality": municipality}
        )
        self._chosen[room] = municipality

    def forget(self, room: str) -> None:
        """Drop what is held of a room that the bot is not in any more."""
        self._client.rooms.pop(room, None)
        self._client.invited_rooms.pop(room, None)
        self._powers.pop(room, None)

    # ---- sending

    async def send(self, room: str, kind: str, content: Mapping[str, object], transaction: str) -> str:
        """Send an event, encrypted where the room is; returns its id. The same transaction is sent once."""
        if self.is_encrypted(room):
            if self._client.olm is None:
                raise Denied(403, "encryption is switched off (IOPBOT_MATRIX_ENCRYPTION)")
            kind, content = await self._encrypted(room, kind, content)
        path = f"{V3}/rooms/{quote(room, safe='')}/send/{kind}/{quote(transaction, safe='')}"
        return str((await self.request("PUT", path, content))["event_id"])

    async def redact(self, room: str, event: str, transaction: str) -> str:
        """Take an event back; returns the id of the redaction."""
        path = f"{V3}/rooms/{quote(room, safe='')}/redact/{quote(event, safe='')}/{quote(transaction, safe='')}"
        return str((await self.request("PUT", path, {}))["event_id"])

    async def join(self, room: str, via: tuple[str, ...] = ()) -> None:
        """Join a room. Over federation that can take minutes."""
        servers = "&".join(f"server_name={quote(server, safe='')}" for server in via)
        await self.request("POST", f"{V3}/join/{quote(room, safe='')}?{servers}", {}, JOIN_SECONDS)

    async def leave(self, room: str) -> None:
        """Leave a room, or decline an invite, and forget it."""
        await self.request("POST", f"{V3}/rooms/{quote(room, safe='')}/leave", {})
        await self.request("POST", f"{V3}/rooms/{quote(room, safe='')}/forget", {})
        self.forget(room)

    async def receipt(self, room: str, event: str, root: str) -> None:
        """Tell that an event was read."""
        path = f"{V3}/rooms/{quote(room, safe='')}/receipt/m.read/{quote(event, safe='')}"
        await self.request("POST", path, {"thread_id": root} if root else {})

    async def typing(self, room: str, seconds: float) -> None:
        """Tell that the bot is writing, for so long; 0 ends it."""
        path = f"{V3}/rooms/{quote(room, safe='')}/typing/{quote(self.user, safe='')}"
        await self.request("PUT", path, {"typing": seconds > 0, "timeout": int(seconds * 1000)})

    async def pending_invites(self) -> tuple[Invite, ...]:
        """All invites that wait, also those of which no sync tells any more."""
        nothing = {"room": {"timeline": {"limit": 1}, "state": {"types": []}, "ephemeral": {"types": []}}, **NO_MORE}
        path = f"{V3}/sync?timeout=0&filter={quote(json.dumps(nothing), safe='')}"
        found = (await self.request("GET", path, None, FIRST_SYNC_SECONDS)).get("rooms", {}).get("invite", {})
        return tuple(Invite(room, _inviter(state, self.user)) for room, state in found.items())

    async def _encrypted(self, room: str, kind: str, content: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
        """What nio's own room_send does before it sends; reactions stay readable, as everywhere in Matrix."""
        client = self._client
        if kind == "m.reaction":
            return kind, content
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
                    await client.share_group_session(room, ignore_unverified_devices=True)
            made: tuple[str, Mapping[str, object]] = client.encrypt(room, kind, dict(content))
            return made
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._unreachable(error) from None
        except (nio.EncryptionError, nio.LocalProtocolError, nio.MembersSyncError) as error:
            raise Unreachable(f"Meddelandet gick inte att kryptera ({type(error).__name__}).", 2.0) from None

    # ---- keys of this device

    def device_keys(self) -> tuple[str, str] | None:
        """The device's own public keys (ed25519, curve25519) when the server has them, or None."""
        olm = self._client.olm
        if olm is None or not olm.account.shared:
            return None
        return olm.account.identity_keys["ed25519"], olm.account.identity_keys["curve25519"]


def _events(room: str, events: Sequence[Any]) -> tuple[Json | Undecrypted, ...]:
    return tuple(
        Undecrypted(room, event.event_id, event.sender, dict(event.source))
        if isinstance(event, nio.MegolmEvent)
        else dict(event.source)
        for event in events
    )


def _object(text: str) -> Json:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _inviter(invited: Json, user: str) -> str:
    for event in invited.get("invite_state", {}).get("events", []):
        if event.get("type") == "m.room.member" and event.get("state_key") == user:
            return str(event.get("sender", ""))
    return ""


def _host(homeserver: str) -> str:
    return urlsplit(homeserver).netloc
