"""The conversation over HTTP: a message comes in, is stored, and the replies to it are waited for and drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from bot.channels.web.draw import draw_reply
from bot.channels.web.intake import (
    CHANNEL,
    MAX_BODY,
    MAX_FILE_BODY,
    Acknowledgement,
    Incoming,
    Intake,
    Network,
    address_of,
    read_json,
)
from bot.ports import Clock, Inbox, Limits, Outbox, Outgoing, Replies

TOO_FAST = "Nu går det lite för fort. Vänta några sekunder, så svarar jag sedan."
RETRY_AFTER = 2
"""Seconds after which a page that wrote too fast may try again."""


@dataclass(frozen=True, slots=True)
class Chat:
    """The parts that a conversation needs. `wait_seconds` is how long a request waits for its replies."""

    inbox: Inbox
    outbox: Outbox
    replies: Replies
    limits: Limits
    clock: Clock
    intake: Intake
    trusted: Sequence[Network]
    base: str
    wait_seconds: float

    def admit(self, request: Request) -> Literal["pass", "tell", "drop"]:
        """Count a message of the request's address."""
        return self.limits.admit("address", address_of(request, self.trusted))

    async def ask(self, incoming: Incoming) -> Sequence[Outgoing] | None:
        """Store the message, once, and wait for its replies; None when they take longer."""
        message = self.intake.message(incoming, self.clock.now())
        await self.inbox.put([message])
        return await self.replies.wait(CHANNEL, message.event, self.wait_seconds)

    async def confirm(self, ids: Sequence[str]) -> None:
        """The page has shown these replies. Their ids can't be guessed, so whoever names one has seen it."""
        now = self.clock.now()
        for id in ids:
            await self.outbox.sent(id, id, now)

    def person(self, conversation: str) -> str:
        """What the operator's erase and export call the person of a conversation."""
        return f"{CHANNEL}:{self.intake.conversation(conversation)}"

    def as_json(self, outgoing: Outgoing) -> dict[str, object]:
        """A reply as the page gets it."""
        reply = outgoing.reply
        return {
            "id": outgoing.id,
            "kind": reply.kind,
            "language": reply.language,
            "html": draw_reply(reply, outgoing.id, self.base),
            "suggestions": list(reply.suggestions),
            "choices": [choice.label for choice in reply.choices],
            "flow": reply.flow.model_dump() if reply.flow else None,
        }


def chat_routes(chat: Chat) -> APIRouter:
    """POST /api/chat/messages, /api/chat/files and /api/chat/ack."""
    router = APIRouter(prefix="/api/chat")

    async def answered(request: Request, most: int) -> Response:
        admitted = chat.admit(request)  # first of all: reading a body is work too
        if admitted != "pass":
            return too_fast(told=admitted == "drop")
        incoming = await read_json(request, Incoming, most)
        await chat.confirm(incoming.ack)
        found = await chat.ask(incoming)
        body = {
            "replies": [chat.as_json(outgoing) for outgoing in found or ()],
            "pending": found is None,
            "person": chat.person(incoming.conversation),
        }
        return JSONResponse(body, 202 if found is None else 200)

    @router.post("/messages")
    async def messages(request: Request) -> Response:
        return await answered(request, MAX_BODY)

    @router.post("/files")
    async def files(request: Request) -> Response:
        return await answered(request, MAX_FILE_BODY)

    @router.post("/ack")
    async def acknowledge(request: Request) -> Response:
        if chat.admit(request) != "pass":
            return too_fast(told=True)
        acknowledgement = await read_json(request, Acknowledgement)
        await chat.confirm(acknowledgement.ack)
        return Response(status_code=204)

    return router


def too_fast(told: bool) -> Response:
    """What a sender gets who writes too fast; `told` says that the page need not say so again."""
    body = {"problem": "too_fast", "message": TOO_FAST, "told": told}
    return JSONResponse(body, 429, {"Retry-After": str(RETRY_AFTER)})
