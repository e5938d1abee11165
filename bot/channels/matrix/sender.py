"""From a reply to events in the room: in order per room, each under its own transaction id, in the right thread."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Mapping
from typing import Protocol

from bot.channels.matrix.draw import Part, drawn
from bot.channels.matrix.errors import Denied, Limited, Unreachable
from bot.channels.matrix.tapped import offered
from bot.messages import Choices, Reply
from bot.ports import NotAccepted, Outgoing

REACTION_TRIES = 4
_QUIET = frozenset({"command", "small_talk", "no_answer"})
"""Kinds of replies that are m.notice: other bots must not answer them."""

Content = dict[str, object]


class Post(Protocol):
    """What the sender asks of the homeserver."""

    async def send(self, room: str, kind: str, content: Mapping[str, object], transaction: str) -> str:
        """See Gateway."""

    async def redact(self, room: str, event: str, transaction: str) -> str:
        """See Gateway."""


class Sender:
    """Sends replies. One at a time per room, so that a pause that the server asks for does not change the order."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._beside: set[asyncio.Task[None]] = set()

    async def send(self, post: Post, outgoing: Outgoing) -> str:
        """Send, edit or take back; returns the id of the event that people see (of the first, when split)."""
        room = outgoing.address.get("room") or outgoing.conversation.partition("|")[0]
        async with self._locks[room]:
            if outgoing.removes:
                return await post.redact(room, outgoing.removes, outgoing.id)
            shown_as = await self._parts(post, room, outgoing)
        keys = () if outgoing.edits else offered(_choices(outgoing.reply))
        if keys:
            self._start(self._react(post, room, shown_as, keys, outgoing.id))
        return shown_as

    async def close(self) -> None:
        """Give up what was being done beside."""
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)

    async def _parts(self, post: Post, room: str, outgoing: Outgoing) -> str:
        shown_as = ""
        for number, part in enumerate(drawn(outgoing.reply, self._public_url)):
            content = contents(part, outgoing, first=number == 0)
            transaction = f"{outgoing.id}-{number}"
            try:
                event = await post.send(room, "m.room.message", content, transaction)
            except Denied as error:
                # A thread that cannot be (a forged relation): better an answer beside it than none.
                if error.status != 400 or "m.relates_to" not in content:
                    raise
                content.pop("m.relates_to")
                event = await post.send(room, "m.room.message", content, f"{transaction}-plain")
            shown_as = shown_as or event
        return shown_as

    async def _react(self, post: Post, room: str, event: str, keys: tuple[str, ...], id: str) -> None:
        """The reactions that can be tapped. The question stands without them, so trouble is no reason to repeat it."""
        for number, key in enumerate(keys):
            relates = {"rel_type": "m.annotation", "event_id": event, "key": key}
            for attempt in range(REACTION_TRIES):
                try:
                    await post.send(room, "m.reaction", {"m.relates_to": relates}, f"{id}-r{number}")
                    break
                except (Limited, Unreachable) as error:
                    await asyncio.sleep(error.retry_after or 2.0**attempt)
                except (Denied, NotAccepted):
                    return

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._beside.discard(task)
        if not task.cancelled():
            task.exception()


def contents(part: Part, outgoing: Outgoing, first: bool = True) -> Content:
    """The content of one message."""
    address = outgoing.address
    fresh: Content = {
        "msgtype": "m.notice" if outgoing.reply.kind in _QUIET else "m.text",
        "body": part.plain,
        "format": "org.matrix.custom.html",
        "formatted_body": part.html,
    }
    if outgoing.edits and first:
        return {
            **fresh,
            "body": f"* {part.plain}",
            "formatted_body": f"* {part.html}",
            "m.mentions": {},
            "m.new_content": {**fresh, "m.mentions": {}},
            "m.relates_to": {"rel_type": "m.replace", "event_id": outgoing.edits},
        }
    ping = first and "ping" in address and not outgoing.edits and address.get("sender")
    fresh["m.mentions"] = {"user_ids": [address["sender"]]} if ping else {}
    asked = {"m.in_reply_to": {"event_id": address.get("event", "")}}
    if address.get("root"):
        fresh["m.relates_to"] = {
            "rel_type": "m.thread",
            "event_id": address["root"],
            "is_falling_back": True,
            **asked,
        }
    elif address.get("answers"):
        fresh["m.relates_to"] = asked
    return fresh


def _choices(reply: Reply) -> Choices | None:
    return next((block for block in reversed(reply.blocks) if isinstance(block, Choices)), None)
