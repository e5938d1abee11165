"""Sending to Teams over HTTP, and what each outcome means for the message.

A create is not idempotent, so only what surely was not accepted is given back for another try: 429, 412, a refused
token, and failures before the request left.  Changing and deleting a message can be repeated without harm, so there
every passing fault is.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from time import monotonic
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.channels.teams.activity import Object
from bot.channels.teams.place import Place
from bot.channels.teams.settings import TokenSource
from bot.channels.teams.web import FAILED, NOT_LEFT
from bot.ports import NotAccepted, Refused, Uncertain

CONNECT_SECONDS = 5.0
FAULT_SECONDS = 60.0
SHORT_SECONDS = 3.0
"""For what nobody misses: the typing sign."""

_PASSING = frozenset({408, 500, 502, 503, 504})


class Gone(Refused):
    """The message that should be changed is no longer there."""


class Connector:
    """Speaks to the service that an activity came from, which has `seconds` to answer. `may_serve` tells whether it may
    get the bot's token."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        token: TokenSource,
        may_serve: Callable[[str], bool],
        forget: Callable[[], None],
        seconds: float,
    ) -> None:
        self._http = http
        self._token = token
        self._may_serve = may_serve
        self._forget = forget
        self._timeout = _timeout(seconds)
        self._fault = ""
        self._since = 0.0

    @property
    def fault(self) -> str:
        """What is wrong with Teams in a sentence for the operator; empty while all is well, and some time after the
        last fault: nobody may have written since."""
        return self._fault if monotonic() - self._since < FAULT_SECONDS else ""

    async def create(self, place: Place, activity: Object) -> str:
        """Send a new message and return its id. Raises NotAccepted, Uncertain or Refused."""
        return await self._told(self._send("POST", _url(place), _addressed(activity, place), repeatable=False))

    async def update(self, place: Place, id: str, activity: Object) -> str:
        """Replace a message. Raises NotAccepted, Refused, and Gone when it is no longer there."""
        body = _addressed(activity, place) | {"id": id}
        await self._told(self._send("PUT", _url(place, id), body, repeatable=True))
        return id

    async def delete(self, place: Place, id: str) -> None:
        """Take a message back; one that is gone already is fine."""
        try:
            await self._told(self._send("DELETE", _url(place, id), None, repeatable=True))
        except Gone:
            return

    async def typing(self, place: Place) -> None:
        """Show that the bot is at work. Raises as `create` does."""
        body = _addressed({"type": "typing"}, place)
        await self._send("POST", _url(place), body, repeatable=False, seconds=SHORT_SECONDS)

    async def _told(self, sending: Awaitable[str]) -> str:
        """Note how it went, for the health of the channel."""
        try:
            id = await sending
        except (NotAccepted, Uncertain) as error:
            # What is refused concerns one conversation only, such as one that the bot was removed from.
            self._fault, self._since = str(error), monotonic()
            raise
        self._fault = ""
        return id

    async def _send(
        self, method: str, url: str, body: Object | None, *, repeatable: bool, seconds: float | None = None
    ) -> str:
        if not self._may_serve(url):
            raise Refused("Teams tjänstadress är ingen av Microsofts: dit skickas inget.")
        token = await self._token()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        timeout = _timeout(seconds) if seconds else self._timeout
        try:
            # Redirects are not followed: they would carry the token to another host.
            async with self._http.request(
                method, URL(url, encoded=True), json=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                said = await response.read()
        except NOT_LEFT as error:
            raise NotAccepted(f"Teams gick inte att nå ({type(error).__name__}).") from None
        except (aiohttp.InvalidURL, ValueError):
            raise Refused("Teams tjänstadress går inte att använda.") from None
        except FAILED as error:
            fault = f"Teams svarade inte ({type(error).__name__})."
            raise (NotAccepted(fault) if repeatable else Uncertain(fault)) from None
        if 200 <= response.status < 300:
            return _id_in(said)
        raise self._refusal(response.status, response.headers, repeatable)

    def _refusal(self, status: int, headers: Mapping[str, str], repeatable: bool) -> Exception:
        fault = f"Teams svarade {status}."
        if status in (429, 412):
            return NotAccepted(fault, _retry_after(headers))
        if status == 401:
            self._forget()
            return NotAccepted(f"{fault} Kontrollera IOPBOT_TEAMS_CLIENT_SECRET eller den hanterade identiteten.")
        if status in _PASSING or status >= 500:
            return NotAccepted(fault, _retry_after(headers)) if repeatable else Uncertain(fault)
        if status in (404, 410) and repeatable:
            return Gone(fault)
        return Refused(fault)


def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    """A while to connect, which nothing has left before, and then so long to answer."""
    return aiohttp.ClientTimeout(total=CONNECT_SECONDS + seconds, connect=CONNECT_SECONDS, sock_read=seconds)


def _url(place: Place, id: str = "") -> str:
    chat = quote(place.chat, safe=":@;=,~")
    end = f"/{quote(id, safe=':@;=,~')}" if id else ""
    return f"{place.service}/v3/conversations/{chat}/activities{end}"


def _addressed(activity: Object, place: Place) -> Object:
    return activity | {"from": {"id": place.bot}, "conversation": {"id": place.chat}}


def _id_in(said: bytes) -> str:
    try:
        body: object = json.loads(said)
    except ValueError:
        return ""
    id = body.get("id") if isinstance(body, dict) else None
    return id if isinstance(id, str) else ""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait; it may say a number or a date."""
    said = headers.get("Retry-After", "")
    try:
        seconds = float(said)
        return max(0.0, seconds) if isfinite(seconds) else None
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
