"""`POST /api/messages`: authenticate, check, store, and only then acknowledge."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

import structlog
from pydantic import ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.channels.teams.activity import MAX_BODY, Activity, Object, is_complete
from bot.channels.teams.auth import Caller, Unauthorized
from bot.channels.teams.channel import TeamsChannel
from bot.channels.teams.draw import CARD_TYPE
from bot.channels.teams.extension import Extension
from bot.channels.teams.intake import CHANNEL, Intake, Pressed, bot_was_added, is_mentioned, pressed_of
from bot.channels.teams.place import Place, conversation_of, owner_of
from bot.channels.teams.settings import is_loopback
from bot.channels.teams.words import words_for
from bot.messages import Message
from bot.ports import BotError, Clock, Inbox, Limits, Replies, StoreError

PATH = "/api/messages"
PRESS_SECONDS = 0.7
"""How long a press waits for its turn, so that the acknowledgement comes within a second."""

MESSAGE_TYPE = "application/vnd.microsoft.activity.message"
_ONLY_POST = JSONResponse({"error": "Only POST"}, 405, {"Allow": "POST"})
_FORWARDED = ("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "origin")


class Turned(BotError):
    """The request is turned away with an HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Presses:
    """Where presses go. Somebody who presses too fast is told so in the card, and the press leaves no trace: put with
    the others, it would be known from then on, and pressing again would do nothing."""

    inbox: Inbox
    """Applies no limit itself."""
    limits: Limits

    def admit(self, message: Message) -> Literal["pass", "tell", "drop"]:
        """Count the press, as the port Limits does."""
        return self.limits.admit("sender", f"{CHANNEL}:{message.sender}")


class Endpoint:
    """Takes requests of Teams. Nothing is stored of one that is turned away."""

    def __init__(
        self,
        channel: TeamsChannel,
        inbox: Inbox,
        presses: Presses,
        replies: Replies,
        clock: Clock,
        extension: Extension,
    ) -> None:
        self._channel = channel
        self._settings = channel.settings
        self._inbox = inbox
        self._presses = presses
        self._replies = replies
        self._clock = clock
        self._extension = extension
        self._intake = Intake()
        self._log = structlog.get_logger(part="teams")
        self._invokes: dict[str, Callable[[Activity], Awaitable[Object]]] = {
            "adaptiveCard/action": self._press,
            "composeExtension/query": self._query,
            "composeExtension/fetchTask": self._dialog,
            "composeExtension/submitAction": self._chosen,
            "message/submitAction": self._feedback,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The endpoint as an ASGI application of its own: what the web channel's has around each of its pages would
        take longer than to store a message."""
        response = await self._handled(Request(scope, receive)) if scope["method"] == "POST" else _ONLY_POST
        await response(scope, receive, send)

    async def _handled(self, request: Request) -> Response:
        """The whole way of a request, in order."""
        try:
            caller = await self._authenticated(request)
            activity = _parsed(await _body(request))
            self._checked(activity, caller)
            return await self._answered(activity)
        except Turned as error:
            self._log.info("turned_away", status=error.status, why=str(error))
            return JSONResponse({"error": str(error)}, error.status)
        except Unauthorized as error:
            self._log.warning("unauthorized", why=str(error))
            return JSONResponse({"error": "Unauthorized"}, 401)
        except StoreError as error:
            # Not acknowledged: Teams delivers it again.
            self._log.error("store", detail=str(error))
            return JSONResponse({"error": "The store is away"}, 503)

    async def _authenticated(self, request: Request) -> Caller | None:
        """Who sent it; None in insecure local mode, where whoever sits at this machine may."""
        if not self._settings.insecure_local:
            try:
                return await self._channel.authenticator.check(request.headers.get("authorization", ""))
            except Unauthorized:
                raise
            except BotError as error:
                raise Turned(503, str(error)) from None
        names = request.headers.keys()
        if any(name in _FORWARDED or name.startswith("x-forwarded") for name in names):
            raise Turned(403, "a forwarded request in insecure local mode")
        if request.client is None or not is_loopback(request.client.host):
            raise Turned(403, "a request from another machine in insecure local mode")
        if not is_loopback((request.url.hostname or "").strip("[]")):
            raise Turned(403, "a request for another host in insecure local mode")
        return None

    def _checked(self, activity: Activity, caller: Caller | None) -> None:
        if caller is not None and not caller.vouches_for(activity.service_url, activity.channel_id):
            raise Unauthorized("another service URL, or a channel that the key does not speak for")
        if activity.channel_id != "msteams":
            raise Turned(403, "another channel than Teams")
        tenants = self._settings.tenants
        if tenants and activity.tenant not in tenants and not (self._settings.insecure_local and not activity.tenant):
            raise Turned(403, "another organisation")
        if not self._settings.may_serve(activity.service_url):
            raise Turned(403, "a service URL that is not Microsoft's")
        if not is_complete(activity):
            raise Turned(400, "an incomplete activity")

    async def _answered(self, activity: Activity) -> Response:
        if activity.type == "invoke":
            handle = self._invokes.get(activity.name or "")
            if handle is None:
                raise Turned(501, "an invoke that the bot does not know")
            return JSONResponse(await handle(activity))
        message = await self._message(activity)
        if message is not None and await self._inbox.put([message]) and _begins_typing(activity, message):
            self._channel.typing.begin(message.event, Place.of(message.address))
        return Response(status_code=200)

    async def _message(self, activity: Activity) -> Message | None:
        """The message that an activity is, or None when there is nothing to say to it."""
        now = self._clock.now()
        match activity.type:
            case "message":
                if not activity.id:
                    raise Turned(400, "a message without id")
                pressed = pressed_of(activity)
                if pressed is not None:
                    await self._pressed_in_words(activity, pressed)
                    return None
                return self._intake.message(activity, now) if await self._is_for_us(activity) else None
            case "messageUpdate":
                return self._intake.edited(activity, now) if await self._is_for_us(activity) else None
            case "messageDelete":
                return self._intake.deleted(activity, now)
            case "installationUpdate" | "conversationUpdate" if bot_was_added(activity):
                return self._intake.welcome(activity, now)
        return None

    async def _pressed_in_words(self, activity: Activity, pressed: Pressed) -> None:
        """A button in an older client, which sends the press as a message and so can only be told by one."""
        if pressed.owner != owner_of(activity):
            return
        now = self._clock.now()
        message = self._intake.press(activity, pressed, now)
        verdict = self._presses.admit(message)
        if verdict != "drop":
            said = message if verdict == "pass" else self._intake.too_fast(activity, now)
            await self._presses.inbox.put([said])

    async def _is_for_us(self, activity: Activity) -> bool:
        """In a group only what mentions the bot, what was pressed on a card of it, and what somebody who already talks
        with it in this thread writes there."""
        if activity.personal or is_mentioned(activity) or activity.values.get("iop") == "fraga":
            return True
        threaded = activity.conversation.conversation_type == "channel" and ";messageid=" in activity.conversation.id
        return threaded and await self._replies.known(CHANNEL, conversation_of(activity))

    # ---- invokes

    async def _press(self, activity: Activity) -> Object:
        """A button of a card: see `channel`. Told from a press on an old card, and from one by somebody else."""
        pressed = pressed_of(activity)
        words = words_for("en" if activity.english else "sv")
        if pressed is None:
            raise Turned(400, "a press without data")
        if pressed.owner != owner_of(activity):
            return _said(words.not_yours)
        if await self._is_old(activity):
            return _said(words.old_card)
        message = self._intake.press(activity, pressed, self._clock.now())
        if self._presses.admit(message) != "pass":
            return _said(words.too_fast)
        new = await self._presses.inbox.put([message])
        found = await self._replies.wait(CHANNEL, message.event, PRESS_SECONDS)
        card_drawn = next((c for out in reversed(found or ()) if (c := self._channel.card(out))), None)
        if card_drawn is not None:
            return {"statusCode": 200, "type": CARD_TYPE, "value": card_drawn}
        return _said(words.known if not new and found is not None else words.taken)

    async def _is_old(self, activity: Activity) -> bool:
        """Whether another card of the conversation asks now. A card of which it is not known that it arrived is not
        old: the turn decides about it."""
        card = activity.reply_to_id or ""
        living = await self._replies.living(CHANNEL, conversation_of(activity))
        return living not in (None, card) and await self._replies.find(CHANNEL, card) is not None

    async def _feedback(self, activity: Activity) -> Object:
        shown = await self._replies.find(CHANNEL, activity.reply_to_id or "")
        message = self._intake.feedback(activity, self._clock.now(), shown.id if shown else None)
        if message is not None:
            await self._inbox.put([message])
        return {}

    async def _query(self, activity: Activity) -> Object:
        return self._extension.found(activity)

    async def _dialog(self, activity: Activity) -> Object:
        return self._extension.dialog(activity)

    async def _chosen(self, activity: Activity) -> Object:
        return self._extension.chosen(activity)


def _said(text: str) -> Object:
    return {"statusCode": 200, "type": MESSAGE_TYPE, "value": text}


def _begins_typing(activity: Activity, message: Message) -> bool:
    """In channels Teams shows no typing sign."""
    if activity.conversation.conversation_type == "channel":
        return False
    return not (message.press or message.feedback or message.redacts)


async def _body(request: Request) -> bytes:
    """The body; one that is too large is turned away before it is read to its end."""
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > MAX_BODY:
        raise Turned(413, "too large")
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(10):
            async for part in request.stream():
                size += len(part)
                if size > MAX_BODY:
                    raise Turned(413, "too large")
                parts.append(part)
    except TimeoutError:
        raise Turned(408, "too slow") from None
    except ClientDisconnect:
        raise Turned(400, "gone before its end") from None
    return b"".join(parts)


def _parsed(body: bytes) -> Activity:
    try:
        return Activity.model_validate_json(body)
    except ValidationError:
        raise Turned(400, "no activity that can be read") from None
