"""Requests to the homeserver in the name of one device: JSON comes back, or an error that says what to do."""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
import nio

from bot.channels.matrix.errors import Denied, Limited, TokenRefused, Unreachable
from bot.channels.matrix.page import Json
from bot.channels.matrix.token import Token

V3 = "/_matrix/client/v3"
REQUEST_SECONDS = 30
BROKEN = (aiohttp.ClientError, OSError, TimeoutError)
"""What a connection can raise."""

T = TypeVar("T")


class Wire:
    """The connection of one nio client. Whatever is asked goes out with a token that lasts, and once more with a new
    one when the server refuses it."""

    def __init__(self, homeserver: str, client: nio.AsyncClient) -> None:
        self._homeserver = homeserver
        self._client = client
        self._token: Token | None = None

    def use(self, token: Token) -> None:
        """Take the token for everything from now on."""
        self._token = token
        self._client.access_token = token.value

    async def request(self, method: str, path: str, body: object = None, seconds: float = REQUEST_SECONDS) -> Json:
        """One request. Raises TokenRefused, Limited, Denied or Unreachable."""
        data = None if body is None else json.dumps(body)

        async def step() -> Json:
            headers = {"Content-Type": "application/json"}
            if self._client.access_token:
                headers["Authorization"] = f"Bearer {self._client.access_token}"
            response = await self._client.send(method, path, data, headers, timeout=seconds)
            return self._checked(response.status, _object(await response.text()))

        return await self._with_token(step)

    async def asked(self, call: Callable[[], Awaitable[Any]], wanted: type[T]) -> T:
        """One of nio's own calls. Raises the same."""

        async def step() -> T:
            response = await call()
            if not isinstance(response, wanted):
                raise self._error_of(response)
            return response

        return await self._with_token(step)

    def left(self) -> float:
        """See Token."""
        return self._token.left() if self._token is not None else math.inf

    async def ready(self) -> None:
        """See to it that nio's token lasts for what comes next."""
        if self._token is not None:
            self._client.access_token = await self._token.lasting()

    def unreachable(self, error: BaseException) -> Unreachable:
        """What to say when the connection broke."""
        return Unreachable(
            f"Matrix-servern på {self._host} går inte att nå ({type(error).__name__}). Kontrollera "
            "IOPBOT_MATRIX_HOMESERVER och nätet.",
            None,
        )

    async def _with_token(self, step: Callable[[], Awaitable[T]]) -> T:
        try:
            await self.ready()
            used = self._client.access_token
            try:
                return await step()
            except TokenRefused as error:
                if self._token is None:
                    raise
                await self._token.after(error, used)
                self._client.access_token = self._token.value
                return await step()
        except BROKEN as error:
            raise self.unreachable(error) from None

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
            raise Unreachable(f"Matrix-servern på {self._host} svarar med fel ({status}).", None)
        raise Denied(status, code, content)

    def _error_of(self, response: Any) -> Exception:
        if not isinstance(response, nio.ErrorResponse):
            return Unreachable("Matrix-servern svarar inte som en Matrix-server.", None)
        transport = response.transport_response
        content = {"errcode": response.status_code, "soft_logout": response.soft_logout}
        content["retry_after_ms"] = response.retry_after_ms
        try:
            self._checked(transport.status if transport else 500, content)
        except Exception as error:
            return error
        return Unreachable("Matrix-servern svarar inte som en Matrix-server.", None)

    @property
    def _host(self) -> str:
        return urlsplit(self._homeserver).netloc


def _object(text: str) -> Json:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
