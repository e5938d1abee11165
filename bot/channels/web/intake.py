"""From an HTTP request to a Message: sizes, shapes and addresses are checked here and nowhere else."""

from __future__ import annotations

import hmac
import ipaddress
import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Literal, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.messages import MAX_FILE, MAX_TEXT, Feedback, Message, Press
from bot.ports import BotError

CHANNEL = "web"
MAX_BODY = 16 * 1024
"""Largest request body in bytes."""
MAX_FILE_BODY = 512 * 1024
"""Largest body of a request that brings a file to go on from."""
MOST_SHOWN = 20
"""Most replies that one request confirms: as many as the page sends. Each costs the database a transaction."""

_UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
Uuid = Annotated[str, Field(pattern=_UUID)]
OutboxId = Annotated[str, Field(min_length=1, max_length=128)]

Body = TypeVar("Body", bound=BaseModel)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class BadRequest(BotError):
    """The request can't be read; the message is for whoever sent it, `status` is the HTTP status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    conversation: Uuid
    ack: list[OutboxId] = Field(default_factory=list, max_length=MOST_SHOWN)


class Acknowledgement(_Body):
    """Body of POST /api/chat/ack: outbox ids that the page has shown."""


class Incoming(_Body):
    """Body of POST /api/chat/messages: one of text, press and feedback, or of /api/chat/files: `file`. Any JSON may
    stand in `text`."""

    event: Uuid
    file: str = Field(default="", max_length=MAX_FILE)
    text: object = None
    press: Press | None = None
    feedback: Feedback | None = None


async def read_body(request: Request, most: int = MAX_BODY) -> bytes:
    """The body, at most `most` bytes of it; a larger one is refused before it is read to its end."""
    too_large = BadRequest("Meddelandet är för stort för att tas emot.", 413)
    try:
        if int(request.headers.get("content-length") or 0) > most:
            raise too_large
    except ValueError:
        raise BadRequest("Förfrågan gick inte att läsa.") from None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise too_large
    return bytes(body)


async def read_json(request: Request, shape: type[Body], most: int = MAX_BODY) -> Body:
    """The body as `shape`; raises BadRequest. Only JSON is taken, so that no other site's form can post here."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise BadRequest("Förfrågan ska vara JSON.", 415)
    body = await read_body(request, most)
    try:
        return shape.model_validate(json.loads(body))
    except (ValidationError, ValueError, RecursionError):
        raise BadRequest("Förfrågan har inte den form som väntas.", 422) from None


class Intake:
    """Builds messages. Conversation and event ids are hashed with `key`: what is stored opens no conversation."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def conversation(self, conversation: str) -> str:
        """What a conversation is called in the store; the channel knows its person under the same name."""
        return self._hash("conversation", conversation.lower())

    def event(self, conversation: str, event: str) -> str:
        """What an event is called in the store; bound to its conversation."""
        return self._hash("event", conversation.lower(), event.lower())

    def message(self, incoming: Incoming, received: datetime) -> Message:
        """The message, with its problem when the text can't be taken as it came."""
        text, problem = self._text(incoming)
        conversation = self.conversation(incoming.conversation)
        return Message(
            channel=CHANNEL,
            event=self.event(incoming.conversation, incoming.event),
            conversation=conversation,
            sender=conversation,
            text=text,
            press=incoming.press,
            feedback=incoming.feedback,
            file=incoming.file,
            problem=problem,
            received=received,
        )

    def _text(self, incoming: Incoming) -> tuple[str, Literal["too_long", "empty", "not_text"] | None]:
        if incoming.press or incoming.feedback or incoming.file:
            return "", None
        if incoming.text is None:
            return "", "empty"
        if not isinstance(incoming.text, str):
            return "", "not_text"
        text = clean(incoming.text)
        if not text:
            return "", "empty"
        return ("", "too_long") if len(text) > MAX_TEXT else (text, None)

    def _hash(self, *fields: str) -> str:
        return hmac.new(self._key, "\0".join(fields).encode(), sha256).hexdigest()[:40]


def clean(text: str) -> str:
    """The text without control signs and lone surrogates, which no store takes, and without outer white space."""
    kept = "".join(sign for sign in text if sign in "\n\t" or (ord(sign) >= 32 and not 0xD800 <= ord(sign) < 0xE000))
    return kept.replace("\x7f", "").strip()


def networks(names: Sequence[str]) -> tuple[Network, ...]:
    """Addresses and networks as a tuple of networks; raises ValueError naming a wrong one."""
    return tuple(ipaddress.ip_network(name.strip(), strict=False) for name in names if name.strip())


def address_of(request: Request, trusted: Sequence[Network]) -> str:
    """The address to limit by: the peer, or behind trusted proxies the last forwarded one that is not such a proxy.

    IPv6 addresses are taken by their /64, since that is what one household or office has.
    """
    peer = request.client.host if request.client else "unknown"
    if not _within(peer, trusted):
        return _grouped(peer)
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    for name in reversed([name.strip() for name in forwarded if name.strip()]):
        if not _address(name):
            break
        peer = name
        if not _within(name, trusted):
            break
    return _grouped(peer)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _within(name: str, trusted: Sequence[Network]) -> bool:
    address = _address(name)
    return address is not None and any(address in network for network in trusted)


def _grouped(name: str) -> str:
    address = _address(name)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address) if address else "unknown"
