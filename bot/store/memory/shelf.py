"""What the store in memory keeps, and the steps that several of its ports share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.messages import Choices, Message, Reply
from bot.ports import Bell, Clock, Outgoing, Record
from bot.store.ids import Keys

Here = tuple[str, str]
_RETRY = (timedelta(seconds=1), timedelta(seconds=5))
NOTHING = Reply(kind="command", text="")
_MAX_AHEAD = timedelta(minutes=10)


def due(at: datetime, now: datetime) -> bool:
    """A time further ahead than any retry was set before the clock was set back."""
    return at <= now or at > now + _MAX_AHEAD


@dataclass(slots=True)
class InRow:
    seq: int
    message: Message
    received: datetime
    due: datetime
    state: str = "new"
    edits: str | None = None
    attempts: int = 0
    sender: str = ""

    @property
    def here(self) -> Here:
        return self.message.channel, self.message.conversation

    def fail(self, now: datetime) -> None:
        """Count a failed turn, and wait a moment before the next."""
        self.due = now + _RETRY[min(self.attempts, len(_RETRY) - 1)]
        self.attempts += 1


@dataclass(slots=True)
class OutRow:
    outgoing: Outgoing
    sender: str
    created: datetime
    due: datetime
    state: str = "new"
    edits: str | None = None
    removes: str | None = None
    shown_as: str | None = None
    choices: Choices | None = None
    topic: str | None = None

    @property
    def here(self) -> Here:
        return self.outgoing.channel, self.outgoing.conversation

    def empty(self, state: str) -> None:
        """End in a state, without text."""
        self.state = state
        self.outgoing = replace(self.outgoing, reply=NOTHING, address={})


@dataclass(slots=True)
class Tables:
    """Everything that is kept; dicts keep the order of arrival."""

    inbox: dict[Here, InRow] = field(default_factory=dict)
    outbox: dict[str, OutRow] = field(default_factory=dict)
    states: dict[Here, str | None] = field(default_factory=dict)
    updated: dict[Here, datetime] = field(default_factory=dict)
    busy: set[Here] = field(default_factory=set)
    records: list[tuple[datetime, Record, Here]] = field(default_factory=list)
    results: dict[str, tuple[Reply, str, datetime]] = field(default_factory=dict)
    positions: dict[str, str] = field(default_factory=dict)
    leases: dict[str, tuple[str, datetime, float]] = field(default_factory=dict)


def emptied(message: Message) -> Message:
    """What stays of a message: its ids."""
    return Message(
        channel=message.channel,
        event=message.event,
        conversation=message.conversation,
        sender="",
        received=message.received,
    )


@dataclass(frozen=True, slots=True)
class Shelf:
    """The tables, and what is needed to work on them."""

    keys: Keys
    bell: Bell
    clock: Clock
    tables: Tables = field(default_factory=Tables)

    def events(self, channel: str, event: str) -> set[str]:
        """An event and all edits of it."""
        return {event} | {
            row.message.event
            for row in self.tables.inbox.values()
            if row.message.channel == channel and row.edits == event
        }

    def queue(self, message: Message, index: int, reply: Reply, now: datetime, edits: str | None, sender: str) -> None:
        """Put the reply number `index` to a message into the outbox."""
        outgoing = self.keys.reply(message, index, reply)
        shown = [block for block in reply.blocks if isinstance(block, Choices)]
        row = OutRow(outgoing, sender, now, now, edits=edits, choices=shown[-1] if shown else None, topic=reply.topic)
        self.tables.outbox.setdefault(outgoing.id, row)

    def sends_to(self, here: Here) -> bool:
        """Whether a reply of the conversation is still on its way."""
        return any(row.here == here and row.state in {"new", "sending"} for row in self.tables.outbox.values())

    def sending(self, message: Message, index: int) -> Outgoing:
        """Mark the reply number `index` to a message as being sent."""
        row = self.tables.outbox[self.keys.outgoing(message.channel, message.event, index)]
        row.state = "sending"
        return row.outgoing

    def queue_removal(self, message: Message, id: str, now: datetime) -> None:
        """Put the removal of an earlier reply into the outbox."""
        outgoing = Outgoing(
            id=self.keys.removal(id),
            channel=message.channel,
            conversation=message.conversation,
            event=message.event,
            reply=NOTHING,
            address=message.address,
        )
        self.tables.outbox.setdefault(outgoing.id, OutRow(outgoing, message.sender, now, now, removes=id))

    def erase(self, person: str, before: int | None = None) -> int:
        """Erase all rows of a person key; messages from the number `before` on are left."""
        tables = self.tables
        mine = [key for key, row in tables.inbox.items() if row.sender == person]
        places = {tables.inbox[key].here for key in mine}
        gone: list[object] = [tables.inbox.pop(key) for key in mine if before is None or tables.inbox[key].seq < before]
        gone += [tables.outbox.pop(key) for key, row in list(tables.outbox.items()) if row.sender == person]
        kept = [row for row in tables.records if row[1].sender != person]
        gone += [row for row in tables.records if row[1].sender == person]
        tables.records = kept
        gone += [tables.results.pop(key) for key, row in list(tables.results.items()) if row[1] == person]
        for here in places:
            if tables.states.get(here) is not None:
                gone.append(tables.states[here])
                tables.states[here] = None
            if not any(row.here == here for row in tables.inbox.values()):
                tables.states.pop(here, None)
                tables.updated.pop(here, None)
        return len(gone)
