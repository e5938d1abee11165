"""From an event to a Message: when the bot is spoken to, in which conversation, and where its answer belongs."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.channels.matrix.spoken import is_mentioned, others_mentioned, plain_text
from bot.channels.matrix.tapped import read_reaction
from bot.messages import MAX_TEXT, Message
from bot.ports import Clock, Replies

CHANNEL = "matrix"
REMEMBERED = 5000
LONGEST_ID = 255
_SILENT = frozenset({"m.notice", "m.emote"})
_TOGETHER = "tillsammans"

Event = Mapping[str, Any]


class House(Protocol):
    """What the reader asks of the rooms."""

    user: str

    def member_count(self, room: str) -> int:
        """See Rooms."""

    def name_in(self, room: str) -> str:
        """See Rooms."""

    def may_configure(self, room: str, user: str) -> bool:
        """See Rooms."""

    def municipality(self, room: str) -> str | None:
        """See Rooms."""


class Past(Protocol):
    """What the reader asks of what was said before."""

    def event(self, room: str, id: str) -> Awaitable[dict[str, Any] | None]:
        """See History."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message belongs: its conversation, and the thread that the answer goes into («» for none)."""

    conversation: str
    root: str = ""


class Reader:
    """Reads the events of one account."""

    def __init__(
        self,
        house: House,
        past: Past,
        replies: Replies,
        clock: Clock,
        names: tuple[str, ...],
        prefixes: tuple[str, ...],
    ) -> None:
        self._house = house
        self._past = past
        self._replies = replies
        self._clock = clock
        self._names = names
        self._prefixes = prefixes
        self._places: OrderedDict[str, Place] = OrderedDict()

    async def read(self, room: str, event: Event) -> Message | None:
        """The message that an event is, or None when it is none of the bot's business."""
        id, sender = text_of(event, "event_id"), text_of(event, "sender")
        content = event.get("content")
        if not id or not sender or sender == self._house.user or not isinstance(content, dict):
            return None
        base = Message(
            channel=CHANNEL,
            event=id,
            conversation=room,
            sender=sender,
            received=self._clock.now(),
            municipality=self._house.municipality(room),
            may_configure=self.is_direct(room) or self._house.may_configure(room, sender),
            address={"room": room, "event": id, "sender": sender},
        )
        match event.get("type"):
            case "m.room.redaction":
                return self._redaction(base, text_of(event, "redacts") or text_of(content, "redacts"))
            case "m.reaction":
                return await self._reaction(base, room, content)
            case "m.room.message" | "m.sticker" if "state_key" not in event:
                if relation(content, "rel_type") == "m.replace":
                    return await self._edit(base, room, content)
                return await self._said(base, room, content)
        return None

    async def unreadable(self, room: str, event: str, sender: str, content: Event) -> Message | None:
        """The message that says that an encrypted event could not be read, where the bot was surely meant."""
        if relation(content, "rel_type") in ("m.replace", "m.annotation"):
            return None
        place = await self._place(room, event, sender, content, False)
        if place is None:
            return None
        address = self._address(room, event, sender, place, content)
        return Message(
            channel=CHANNEL,
            event=event,
            conversation=place.conversation,
            sender=sender,
            problem="undecryptable",
            received=self._clock.now(),
            address=address,
        )

    def is_direct(self, room: str) -> bool:
        """A room with one person beside the bot."""
        return self._house.member_count(room) <= 2

    # ---- the kinds of events

    async def _said(self, base: Message, room: str, content: Event, original: str = "") -> Message | None:
        kind = text_of(content, "msgtype")
        body = content.get("body")
        if kind in _SILENT:
            return None
        text = body if isinstance(body, str) else ""
        names = self._own_names(room)
        mentioned = is_mentioned(content, text, self._house.user, names, self._prefixes)
        place = await self._place(room, original or base.event, base.sender, content, mentioned)
        if place is None:
            return None
        self._remember(base.event, place)
        address = self._address(room, original or base.event, base.sender, place, content)
        message = base.model_copy(update={"conversation": place.conversation, "address": address})
        if kind != "m.text":
            if not (mentioned or self.is_direct(room)):
                return None
            return message.model_copy(update={"problem": "not_text"})
        said = plain_text(text, self._house.user, names, self._prefixes, self._answers(content))
        if len(said) > MAX_TEXT:
            return message.model_copy(update={"problem": "too_long"})
        return message.model_copy(update={"text": said or ("hej" if mentioned else ""), **_if_empty(said, mentioned)})

    async def _edit(self, base: Message, room: str, content: Event) -> Message | None:
        original = relation(content, "event_id")
        fresh = content.get("m.new_content")
        if not original or not isinstance(fresh, dict):
            return None
        earlier = await self._past.event(room, original)
        # The place of an edit is that of what it edits: relations in the new content don't count.
        before = earlier.get("content") if earlier else None
        relates = before.get("m.relates_to") if isinstance(before, dict) else None
        whole = {**fresh, "m.relates_to": relates} if isinstance(relates, dict) else {**fresh, "m.relates_to": {}}
        if relation(whole, "rel_type") == "m.replace":
            return None
        message = await self._said(base, room, whole, original)
        if message is None:
            return None
        self._remember(base.event, Place(message.conversation, message.address.get("root", "")))
        return message.model_copy(update={"edits": original})

    def _redaction(self, base: Message, redacts: str) -> Message | None:
        if not redacts:
            return None
        place = self._places.get(redacts, Place(base.conversation))
        return base.model_copy(update={"redacts": redacts, "conversation": place.conversation})

    async def _reaction(self, base: Message, room: str, content: Event) -> Message | None:
        target, key = relation(content, "event_id"), relation(content, "key")
        if relation(content, "rel_type") != "m.annotation" or not target or not key:
            return None
        shown = await self._replies.find(CHANNEL, target, base.sender)
        if shown is None or shown.conversation.partition("|")[0] != room:
            return None
        shared = self.is_direct(room) or shown.conversation.count("|") < 2
        tapped = read_reaction(key, shown)
        if tapped is None or not (shown.own or shared or tapped.feedback):
            return None
        parts = shown.conversation.split("|")
        address = {**base.address, "event": target, "root": parts[1] if len(parts) > 1 else ""}
        # A name of its own: taking a reaction back takes no answer back.
        return base.model_copy(
            update={
                "event": f"reaction:{base.event}",
                "conversation": shown.conversation,
                "address": address,
                **tapped.update(),
            }
        )

    # ---- where

    async def _place(self, room: str, event: str, sender: str, content: Event, mentioned: bool) -> Place | None:
        """Where a message belongs, or None when the bot was not spoken to."""
        root = relation(content, "event_id") if relation(content, "rel_type") == "m.thread" else ""
        if self.is_direct(room):
            return Place(f"{room}|{root}" if root else room, root)
        if root:
            return await self._in_thread(room, root, sender, content, mentioned)
        answered = self._answers(content)
        if answered:
            shown = await self._replies.find(CHANNEL, answered, sender)
            if shown is not None and shown.conversation.startswith(f"{room}|"):
                return self._beside(shown.conversation, sender)
            earlier = None if mentioned else await self._past.event(room, answered)
            mentioned = mentioned or (earlier is not None and earlier.get("sender") == self._house.user)
        if not mentioned:
            return None
        together = _TOGETHER in str(content.get("body", "")).lower()
        return Place(f"{room}|{event}" if together else own_conversation(room, event, sender), event)

    async def _in_thread(self, room: str, root: str, sender: str, content: Event, mentioned: bool) -> Place | None:
        shared, own = Place(f"{room}|{root}", root), Place(own_conversation(room, root, sender), root)
        if await self._replies.known(CHANNEL, shared.conversation):
            place = shared
        else:
            place = own
        if mentioned:
            return place
        if others_mentioned(content, self._house.user):
            return None
        if place is shared or await self._replies.known(CHANNEL, own.conversation):
            return place
        began = await self._past.event(room, root)
        opener = text_of(began or {}, "sender")
        if opener and await self._replies.known(CHANNEL, own_conversation(room, root, opener)):
            return place
        return None

    def _beside(self, conversation: str, sender: str) -> Place:
        """The same thread, in the conversation of this person unless it is a shared one."""
        parts = conversation.split("|")
        root = parts[1] if len(parts) > 1 else ""
        own = own_conversation(parts[0], root, sender) if len(parts) > 2 else conversation
        return Place(own, root)

    def _address(self, room: str, event: str, sender: str, place: Place, content: Event) -> dict[str, str]:
        address = {"room": room, "event": event, "sender": sender}
        if place.root:
            address["root"] = place.root
        elif self._answers(content):
            address["answers"] = "1"
        if not self.is_direct(room):
            address["ping"] = "1"
        return address

    def _answers(self, content: Event) -> str:
        """The event that a message is a reply to, or an empty string."""
        relates = content.get("m.relates_to")
        inner = relates.get("m.in_reply_to") if isinstance(relates, dict) else None
        if not isinstance(relates, dict) or not isinstance(inner, dict) or relates.get("is_falling_back") is True:
            return ""
        return text_of(inner, "event_id")

    def _own_names(self, room: str) -> tuple[str, ...]:
        name = self._house.name_in(room)
        return tuple(dict.fromkeys(n for n in (name, *self._names) if n))

    def _remember(self, event: str, place: Place) -> None:
        self._places[event] = place
        if len(self._places) > REMEMBERED:
            self._places.popitem(last=False)


def own_conversation(room: str, root: str, sender: str) -> str:
    """A person's own conversation in a thread. It is kept in the store as it is, so it holds a digest of the person's
    id: what is erased must not stand here."""
    person = hashlib.sha256(f"{room}|{root}|{sender}".encode()).hexdigest()[:16]
    return f"{room}|{root}|{person}"


def _if_empty(said: str, mentioned: bool) -> dict[str, str]:
    return {} if said or mentioned else {"problem": "empty"}


def text_of(values: Event, name: str) -> str:
    """A string of an event, or an empty one when it is missing, too long or no string. The sign that separates the
    parts of a conversation's name is in no id, so what has it is forged."""
    found = values.get(name)
    return found if isinstance(found, str) and len(found) <= LONGEST_ID and "|" not in found else ""


def relation(content: Event, name: str) -> str:
    """A string of m.relates_to."""
    relates = content.get("m.relates_to")
    return text_of(relates, name) if isinstance(relates, dict) else ""
