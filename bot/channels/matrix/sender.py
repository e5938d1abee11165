"""From a reply to events in the room: in order per room, each under its own transaction id, in the right thread."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Mapping
from hashlib import sha256
from typing import Protocol

from bot.channels.matrix.draw import Part, drawn
from bot.channels.matrix.errors import Denied, Limited, Unreachable
from bot.channels.matrix.page import PART_OF
from bot.channels.matrix.tapped import offered
from bot.messages import Choices, Reply
from bot.ports import NotAccepted, Outgoing

REACTION_TRIES = 4
LAST_SECONDS = 0.5
"""How long stopping waits for reactions."""

LONGEST_TWICE = 8_000
"""Characters of an edit that are sent twice."""

_QUIET = frozenset({"command", "small_talk", "no_answer"})
"""Kinds of replies that are m.notice: other bots must not answer them."""

Content = dict[str, object]


class Post(Protocol):
    """What the sender asks of the homeserver."""

    async def send(self, room: str, kind: str, content: Mapping[str, object], transaction: str) -> str:
        """See Gateway."""

    async def redact(self, room: str, event: str, transaction: str) -> str:
        """See Gateway."""

    async def parts(self, room: str, first: str) -> tuple[str, ...]:
        """See History."""


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
                return await _removed(post, room, outgoing.id, outgoing.removes)
            if outgoing.edits:
                return await self._edited(post, room, outgoing, outgoing.edits)
            shown_as = await self._sent(post, room, outgoing)
        keys = offered(_choices(outgoing.reply))
        if keys:
            self._start(self._react(post, room, shown_as, keys, outgoing.id))
        return shown_as

    async def close(self) -> None:
        """Let what is done beside come to its end, if that is near."""
        if self._beside:
            await asyncio.wait(self._beside, timeout=LAST_SECONDS)
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)

    async def _sent(self, post: Post, room: str, outgoing: Outgoing) -> str:
        first = ""
        for number, part in enumerate(drawn(outgoing.reply, self._public_url)):
            event = await _say(post, room, contents(part, outgoing, first), f"{outgoing.id}-{number}")
            first = first or event
        return first

    async def _edited(self, post: Post, room: str, outgoing: Outgoing, first: str) -> str:
        """Part by part; where there are more than before they are added, where there are fewer the rest goes."""
        shown = (first, *await post.parts(room, first))
        fresh = drawn(outgoing.reply, self._public_url)
        for number, part in enumerate(fresh):
            content = contents(part, outgoing, first if number else "")
            if number < len(shown):
                content = replacing(shown[number], content)
            await _say(post, room, content, f"{outgoing.id}-{number}")
        for event in shown[len(fresh) :]:
            await post.redact(room, event, _transaction(outgoing.id, event))
        return first

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


async def _removed(post: Post, room: str, id: str, first: str) -> str:
    """Take back all parts, the first one last: as long as that is there, the others are found."""
    for event in await post.parts(room, first):
        await post.redact(room, event, _transaction(id, event))
    return await post.redact(room, first, id)


async def _say(post: Post, room: str, content: Content, transaction: str) -> str:
    try:
        return await post.send(room, "m.room.message", content, transaction)
    except Denied as error:
        # A thread that cannot be (a forged relation): better an answer beside it than none.
        if error.status != 400 or "m.relates_to" not in content or "m.new_content" in content:
            raise
        bare = {name: value for name, value in content.items() if name != "m.relates_to"}
        return await post.send(room, "m.room.message", bare, f"{transaction}-plain")


def contents(part: Part, outgoing: Outgoing, first: str = "") -> Content:
    """The content of one message; `first` is the event of the first part, for the further ones."""
    address = outgoing.address
    fresh: Content = {
        "msgtype": "m.notice" if outgoing.reply.kind in _QUIET else "m.text",
        "body": part.plain,
        "format": "org.matrix.custom.html",
        "formatted_body": part.html,
    }
    ping = not first and "ping" in address and not outgoing.edits and address.get("sender")
    fresh["m.mentions"] = {"user_ids": [address["sender"]]} if ping else {}
    if first:
        fresh[PART_OF] = first
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


def replacing(event: str, fresh: Content) -> Content:
    """The content that puts other words into an earlier message. For clients that know of no edits they stand there
    twice, as far as there is room for that."""
    within = {name: value for name, value in fresh.items() if name != "m.relates_to"}
    body, html = str(fresh["body"]), str(fresh["formatted_body"])
    if len(body) + len(html) < LONGEST_TWICE:
        twice: Content = {**within, "body": f"* {body}", "formatted_body": f"* {html}"}
    else:
        twice = {"msgtype": fresh["msgtype"], "body": f"* {body[: LONGEST_TWICE // 4]} …", "m.mentions": {}}
    return {
        **twice,
        "m.new_content": within,
        "m.relates_to": {"rel_type": "m.replace", "event_id": event},
    }


def _transaction(id: str, event: str) -> str:
    """A name for doing something with one event, the same when it is repeated."""
    return f"{id}-{sha256(event.encode()).hexdigest()[:12]}"


def _choices(reply: Reply) -> Choices | None:
    return next((block for block in reversed(reply.blocks) if isinstance(block, Choices)), None)
