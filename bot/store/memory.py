"""The store in memory: for tests, the terminal and trying out. The same behaviour as the SQL one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.messages import Choices, Message, Reply
from bot.ports import Bell, Clock, Counts, Health, Outgoing, Record, Shown, Stores, TurnResult
from bot.store.ids import Keys

_Here = tuple[str, str]
_RETRY = (timedelta(seconds=1), timedelta(seconds=5))
_NOTHING = Reply(kind="command", text="")
_MAX_AHEAD = timedelta(minutes=10)


def _due(at: datetime, now: datetime) -> bool:
    """A time further ahead than any retry was set before the clock was set back."""
    return at <= now or at > now + _MAX_AHEAD


@dataclass(slots=True)
class _In:
    seq: int
    message: Message
    received: datetime
    due: datetime
    state: str = "new"
    edits: str | None = None
    attempts: int = 0
    sender: str = ""

    @property
    def here(self) -> _Here:
        return self.message.channel, self.message.conversation

    def fail(self, now: datetime) -> None:
        """Count a failed turn, and wait a moment before the next."""
        self.due = now + _RETRY[min(self.attempts, len(_RETRY) - 1)]
        self.attempts += 1


@dataclass(slots=True)
class _Out:
    outgoing: Outgoing
    sender: str
    created: datetime
    due: datetime
    state: str = "new"
    edits: str | None = None
    removes: str | None = None
    shown_as: str | None = None
    choices: Choices | None = None

    @property
    def here(self) -> _Here:
        return self.outgoing.channel, self.outgoing.conversation

    def empty(self, state: str) -> None:
        """End in a state, without text."""
        self.state = state
        self.outgoing = replace(self.outgoing, reply=_NOTHING, address={})


@dataclass(slots=True)
class _Tables:
    """Everything that is kept; dicts keep the order of arrival."""

    inbox: dict[_Here, _In] = field(default_factory=dict)
    outbox: dict[str, _Out] = field(default_factory=dict)
    states: dict[_Here, str | None] = field(default_factory=dict)
    updated: dict[_Here, datetime] = field(default_factory=dict)
    busy: set[_Here] = field(default_factory=set)
    records: list[tuple[datetime, Record, _Here]] = field(default_factory=list)
    results: dict[str, tuple[Reply, str, datetime]] = field(default_factory=dict)
    positions: dict[str, str] = field(default_factory=dict)
    leases: dict[str, tuple[str, datetime, float]] = field(default_factory=dict)


class MemoryStore:
    """All ports of a store over dicts, in one event loop."""

    def __init__(self, keys: Keys, bell: Bell, clock: Clock) -> None:
        self.tables = _Tables()
        self.keys = keys
        self.bell = bell
        self.clock = clock
        self.stores = Stores(
            inbox=_Inbox(self),
            outbox=_Outbox(self),
            replies=_Replies(self),
            conversations=_Conversations(self),
            records=_Records(self),
            results=_Results(self),
            lease=_Lease(self),
        )

    async def open(self) -> Stores:
        """Nothing to open."""
        return self.stores

    async def close(self) -> None:
        """Nothing to close."""

    async def health(self) -> Health:
        """Always well."""
        return Health("databas", True, "i minnet")

    # ---- steps that several ports share

    def events(self, channel: str, event: str) -> set[str]:
        """An event and all edits of it."""
        return {event} | {
            row.message.event
            for row in self.tables.inbox.values()
            if row.message.channel == channel and row.edits == event
        }

    def queue(self, message: Message, index: int, reply: Reply, now: datetime, edits: str | None, sender: str) -> None:
        """Put the reply number `index` to a message into the outbox."""
        outgoing = Outgoing(
            id=self.keys.outgoing(message.channel, message.event, index),
            channel=message.channel,
            conversation=message.conversation,
            event=message.event,
            reply=reply,
            address=message.address,
        )
        shown = [block for block in reply.blocks if isinstance(block, Choices)]
        row = _Out(outgoing, sender, now, now, edits=edits, choices=shown[-1] if shown else None)
        self.tables.outbox.setdefault(outgoing.id, row)

    def queue_removal(self, message: Message, id: str, now: datetime) -> None:
        """Put the removal of an earlier reply into the outbox."""
        outgoing = Outgoing(
            id=self.keys.removal(id),
            channel=message.channel,
            conversation=message.conversation,
            event=message.event,
            reply=_NOTHING,
            address=message.address,
        )
        self.tables.outbox.setdefault(outgoing.id, _Out(outgoing, message.sender, now, now, removes=id))

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


class _Work:
    def __init__(self, store: MemoryStore, row: _In) -> None:
        self._store = store
        self._row = row
        message = row.message
        self.message = message.model_copy(update={"token": store.keys.page(message.channel, message.event)})
        self.state = store.tables.states.get(row.here)
        self.attempts = row.attempts
        self.uncertain: Sequence[Outgoing] = tuple(
            out.outgoing
            for out in store.tables.outbox.values()
            if out.here == row.here and out.state == "uncertain" and out.sender == row.sender and out.removes is None
        )
        self.finished = False

    async def finish(self, result: TurnResult, now: datetime) -> None:
        store, row, message = self._store, self._row, self.message
        if result.erase:
            store.erase(result.erase, before=row.seq)
        store.tables.states[row.here] = result.state
        store.tables.updated[row.here] = now
        self._queue(result, now)
        here = (message.channel, message.event)
        store.tables.records += [(now, replace(each, sender=message.sender), here) for each in result.records]
        if result.page is not None:
            store.tables.results[message.token] = (result.page, message.sender, now)
        for id in result.told:
            out = store.tables.outbox[id]
            out.outgoing = replace(out.outgoing, told=True)
        for id in result.shown_again:
            store.tables.outbox[id].empty("settled")
        row.state, row.message = "done", _emptied(message)
        row.sender = "" if result.erase else row.sender
        self.finished = True

    def _queue(self, result: TurnResult, now: datetime) -> None:
        store, message = self._store, self.message
        earlier = self._earlier_replies() if self._row.edits else []
        sender = "" if result.erase else message.sender
        for index, reply in enumerate(result.replies):
            store.queue(message, index, reply, now, earlier[index] if index < len(earlier) else None, sender)
        for id in earlier[len(result.replies) :]:
            store.queue_removal(message, id, now)

    def _earlier_replies(self) -> list[str]:
        store, message = self._store, self.message
        events = store.events(message.channel, self._row.edits or "") - {message.event}
        earlier = []
        for id, out in store.tables.outbox.items():
            if out.outgoing.channel != message.channel or out.outgoing.event not in events:
                continue
            if out.state in {"new", "uncertain"}:
                out.empty("superseded")
            elif out.state in {"sending", "sent"} and out.edits is None and out.removes is None:
                earlier.append(id)
        return earlier


def _emptied(message: Message) -> Message:
    """What stays of a message: its ids."""
    return Message(
        channel=message.channel,
        event=message.event,
        conversation=message.conversation,
        sender="",
        received=message.received,
    )


class _Inbox:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._seq = 0

    async def put(self, messages: Sequence[Message], position: tuple[str, str] | None = None) -> int:
        new = sum(self._put_one(message) for message in messages)
        if position is not None:
            self._store.tables.positions[position[0]] = position[1]
        if new:
            self._store.bell.ring("inbox")
        return new

    def _put_one(self, message: Message) -> int:
        store, key = self._store, (message.channel, message.event)
        if key in store.tables.inbox:
            return 0
        sender = store.keys.person(message.channel, message.sender)
        kept = message.model_copy(update={"sender": sender})
        now = store.clock.now()
        self._seq += 1
        row = _In(self._seq, kept, now, now, sender=sender)
        edited = store.tables.inbox.get((message.channel, message.edits or ""))
        if edited is not None and edited.sender == sender:
            row.edits = edited.edits or edited.message.event
            first = store.tables.inbox.get((message.channel, row.edits))
            if first is not None and first.state == "new":
                first.state, first.message = "superseded", _emptied(first.message)
        store.tables.inbox[key] = row
        store.tables.states.setdefault(row.here, None)
        store.tables.updated[row.here] = now
        if message.redacts:
            self._redact(kept, message.redacts, now)
        return 1

    def _redact(self, message: Message, event: str, now: datetime) -> None:
        store, channel = self._store, message.channel
        events = store.events(channel, event)
        for each in events:
            row = store.tables.inbox.get((channel, each))
            if row is not None and row.state == "new":
                row.state, row.message = "redacted", _emptied(row.message)
            store.tables.results.pop(store.keys.page(channel, each), None)
        store.tables.records = [row for row in store.tables.records if row[2][0] != channel or row[2][1] not in events]
        for id, out in list(store.tables.outbox.items()):
            if out.outgoing.channel != channel or out.outgoing.event not in events or out.removes is not None:
                continue
            if out.state not in {"sent", "sending"}:
                out.empty("superseded")
            elif out.edits is None:
                store.queue_removal(message, id, now)

    @asynccontextmanager
    async def take(self, now: datetime) -> AsyncIterator[_Work | None]:
        row = self._head(now)
        if row is None:
            yield None
            return
        work, busy, counted = _Work(self._store, row), self._store.tables.busy, True
        busy.add(row.here)
        try:
            yield work
        except asyncio.CancelledError:
            counted = False
            raise
        finally:
            busy.discard(row.here)
            if work.finished:
                for topic in ("inbox", "outbox", f"event:{row.message.channel}:{row.message.event}"):
                    self._store.bell.ring(topic)
            elif counted:
                row.fail(now)

    async def failed(self, channel: str, event: str, now: datetime) -> None:
        row = self._store.tables.inbox.get((channel, event))
        if row is not None and row.state == "new":
            row.fail(now)

    def _head(self, now: datetime) -> _In | None:
        met: set[_Here] = set()
        for row in self._store.tables.inbox.values():
            if row.state != "new" or row.here in met:
                continue
            met.add(row.here)
            if row.here not in self._store.tables.busy and _due(row.due, now):
                return row
        return None

    async def park(self, channel: str, event: str, apology: Reply, now: datetime) -> None:
        row = self._store.tables.inbox.get((channel, event))
        if row is None or row.state != "new":
            return
        self._store.queue(row.message, 0, apology, now, None, row.sender)
        row.state, row.message = "parked", _emptied(row.message)
        for topic in ("inbox", "outbox", f"event:{channel}:{event}"):
            self._store.bell.ring(topic)

    async def position(self, key: str) -> str | None:
        return self._store.tables.positions.get(key)


class _Outbox:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def take(self, channels: Mapping[str, bool], now: datetime) -> Sequence[Outgoing]:
        rows, met, taken = self._store.tables.outbox, set(), []
        for row in rows.values():
            if row.state not in {"new", "sending"} or row.here in met:
                continue
            met.add(row.here)
            if row.state == "sending" or row.outgoing.channel not in channels or not _due(row.due, now):
                continue
            edits, removes = (rows[id].shown_as if id in rows else None for id in (row.edits, row.removes))
            if row.removes and not removes:
                row.state = "settled"
                continue
            row.state = "sending"
            taken.append(replace(row.outgoing, edits=edits, removes=removes))
        return taken

    async def sent(self, id: str, shown_as: str, now: datetime) -> None:
        rows = self._store.tables.outbox
        row = rows.get(id)
        if row is not None and row.state in {"new", "sending", "uncertain"}:
            original = rows.get(row.edits or "")
            row.shown_as = original.shown_as if original and original.shown_as else shown_as
            row.empty("sent")
        self._store.bell.ring("outbox")

    async def again(self, id: str, at: datetime) -> None:
        row = self._store.tables.outbox.get(id)
        if row is not None and row.state == "sending":
            row.state, row.due = "new", at
            row.outgoing = replace(row.outgoing, attempt=row.outgoing.attempt + 1)
        self._store.bell.ring("outbox")

    async def give_up(self, id: str, state: Literal["uncertain", "refused"], now: datetime) -> None:
        row = self._store.tables.outbox.get(id)
        if row is not None and row.state == "sending":
            row.state = state
            if state == "refused":
                row.empty(state)
        self._store.bell.ring("outbox")

    async def of_event(self, channel: str, event: str) -> Sequence[Outgoing]:
        return [
            row.outgoing
            for row in self._store.tables.outbox.values()
            if (row.outgoing.channel, row.outgoing.event) == (channel, event)
            and row.state in {"new", "sending", "uncertain"}
            and row.removes is None
        ]


class _Replies:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def wait(self, channel: str, event: str, seconds: float) -> Sequence[Outgoing] | None:
        topic = f"event:{channel}:{event}"
        mark = self._store.bell.mark(topic)
        row = self._store.tables.inbox.get((channel, event))
        if row is not None and row.state == "new":
            await self._store.bell.wait(topic, mark, seconds)
        if row is None or row.state == "new":
            return None
        return await self._store.stores.outbox.of_event(channel, event)

    async def find(self, channel: str, shown_as: str, sender: str = "") -> Shown | None:
        rows = [
            row
            for row in self._store.tables.outbox.values()
            if row.outgoing.channel == channel and row.shown_as == shown_as and row.removes is None
        ]
        first = next((row.outgoing for row in rows if row.edits is None), None)
        if first is None:
            return None
        own = bool(sender) and rows[0].sender == self._store.keys.person(channel, sender)
        return Shown(first.id, first.conversation, first.event, rows[-1].choices, own)

    async def living(self, channel: str, conversation: str) -> str | None:
        shown: dict[str, bool] = {}
        for row in self._store.tables.outbox.values():
            here = (row.outgoing.channel, row.outgoing.conversation) == (channel, conversation)
            if here and row.state == "sent" and row.shown_as and row.removes is None:
                shown.pop(row.shown_as, None)
                shown[row.shown_as] = row.choices is not None
        return next((id for id, asks in reversed(shown.items()) if asks), None)

    async def known(self, channel: str, conversation: str) -> bool:
        return (channel, conversation) in self._store.tables.states


class _Conversations:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def erase(self, person: str) -> int:
        return self._store.erase(self._store.keys.person_of(person))

    async def export(self, person: str) -> Mapping[str, object]:
        key, tables = self._store.keys.person_of(person), self._store.tables
        mine = [row for row in tables.inbox.values() if row.sender == key]
        return {
            "person": key,
            "messages": [{"event": row.message.event, "state": row.state} for row in mine],
            "conversations": [{"state": tables.states.get(here)} for here in sorted({row.here for row in mine})],
            "replies": [{"state": row.state} for row in tables.outbox.values() if row.sender == key],
            "records": [{"kind": row.kind, "text": row.text} for _, row, _ in tables.records if row.sender == key],
            "results": [{"token": token} for token, row in tables.results.items() if row[1] == key],
        }

    async def expire(self, before: datetime) -> int:
        tables = self._store.tables
        went = 0
        for key in [key for key, row in tables.inbox.items() if row.received < before]:
            del tables.inbox[key]
            went += 1
        for id in [id for id, row in tables.outbox.items() if row.created < before]:
            del tables.outbox[id]
            went += 1
        kept = [row for row in tables.records if row[0] >= before]
        went += len(tables.records) - len(kept)
        tables.records = kept
        for token in [token for token, row in tables.results.items() if row[2] < before]:
            del tables.results[token]
            went += 1
        for here in [here for here, at in tables.updated.items() if at < before]:
            if not any(row.here == here for row in tables.inbox.values()):
                tables.states.pop(here, None)
                del tables.updated[here]
                went += 1
        return went

    async def counts(self, now: datetime) -> Counts:
        tables = self._store.tables
        waiting = [row.received for row in tables.inbox.values() if row.state == "new"]
        leaving = [
            row.created
            for row in tables.outbox.values()
            if row.state == "sending" or (row.state == "new" and row.outgoing.channel != "web")
        ]
        return Counts(
            waiting=len(waiting),
            oldest_waiting=max(0.0, (now - min(waiting)).total_seconds()) if waiting else 0.0,
            outgoing=len(leaving),
            oldest_outgoing=max(0.0, (now - min(leaving)).total_seconds()) if leaving else 0.0,
            uncertain=sum(row.state == "uncertain" for row in tables.outbox.values()),
            parked=sum(row.state == "parked" for row in tables.inbox.values()),
        )


class _Records:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def add(self, record: Record, now: datetime) -> None:
        self._store.tables.records.append((now, record, ("", "")))

    async def list(self, kind: str, since: datetime) -> Sequence[tuple[datetime, Record]]:
        return [(at, row) for at, row, _ in self._store.tables.records if row.kind == kind and at >= since]


class _Results:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def get(self, token: str) -> Reply | None:
        found = self._store.tables.results.get(token)
        return found[0] if found else None


class _Lease:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def hold(self, name: str, owner: str, seconds: float, now: datetime) -> bool:
        leases = self._store.tables.leases
        held = leases.get(name)
        if held is not None and held[0] != owner:
            if held[1] > now:
                leases[name] = held = (held[0], now, held[2])
            if now < held[1] + timedelta(seconds=held[2]):
                return False
        leases[name] = (owner, now, seconds)
        return True

    async def release(self, name: str, owner: str) -> None:
        held = self._store.tables.leases.get(name)
        if held is not None and held[0] == owner:
            del self._store.tables.leases[name]
