"""Messages on their way in, and their turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from bot.messages import Message, Reply
from bot.ports import Outgoing, TurnResult, event_topic, outbox_topic
from bot.store.memory.shelf import Here, InRow, Shelf, due, emptied


class MemoryWork:
    """The port Work; see there."""

    def __init__(self, shelf: Shelf, row: InRow) -> None:
        self._shelf = shelf
        self._row = row
        message = row.message
        token, feedback = shelf.keys.page(message.channel, message.event), message.feedback
        if feedback is not None and feedback.reply is not None:
            rated = shelf.tables.outbox.get(feedback.reply)
            feedback = feedback.model_copy(update={"topic": rated.topic if rated else None})
        self.message = message.model_copy(update={"token": token, "feedback": feedback})
        self.state = shelf.tables.states.get(row.here)
        self.attempts = row.attempts
        self.uncertain: Sequence[Outgoing] = tuple(
            out.outgoing
            for out in shelf.tables.outbox.values()
            if out.here == row.here and out.state == "uncertain" and out.sender == row.sender and out.removes is None
        )
        self.finished = False

    async def finish(self, result: TurnResult, now: datetime, at_once: bool = False) -> Outgoing | None:
        shelf, row, message = self._shelf, self._row, self.message
        if result.erase:
            shelf.erase(result.erase, before=row.seq)
        shelf.tables.states[row.here] = result.state
        shelf.tables.updated[row.here] = now
        free = at_once and not row.edits and not shelf.sends_to(row.here)
        self._queue(result, now)
        for record in result.records:
            # That a question was answered is counted, and is nobody's in particular.
            sender, event = ("", "") if record.kind == "answered" else (message.sender, message.event)
            shelf.tables.records.append((now, replace(record, sender=sender), (message.channel, event)))
        if result.page is not None:
            shelf.tables.results[message.token] = (result.page, message.sender, now)
        for id in result.told:
            out = shelf.tables.outbox[id]
            out.outgoing = replace(out.outgoing, told=True)
        for id in result.shown_again:
            shelf.tables.outbox[id].empty("settled")
        row.state, row.message = "done", emptied(message)
        row.sender = "" if result.erase else row.sender
        self.finished = True
        return shelf.sending(message, 0) if free and result.replies else None

    def _queue(self, result: TurnResult, now: datetime) -> None:
        shelf, message = self._shelf, self.message
        earlier = self._earlier_replies() if self._row.edits else []
        sender = "" if result.erase else message.sender
        for index, reply in enumerate(result.replies):
            shelf.queue(message, index, reply, now, earlier[index] if index < len(earlier) else None, sender)
        for id in earlier[len(result.replies) :]:
            shelf.queue_removal(message, id, now)

    def _earlier_replies(self) -> list[str]:
        shelf, message = self._shelf, self.message
        events = shelf.events(message.channel, self._row.edits or "") - {message.event}
        earlier = []
        for id, out in shelf.tables.outbox.items():
            if out.outgoing.channel != message.channel or out.outgoing.event not in events:
                continue
            if out.state in {"new", "uncertain"}:
                out.empty("superseded")
            elif out.state in {"sending", "sent"} and out.edits is None and out.removes is None:
                earlier.append(id)
        return earlier


class MemoryInbox:
    """The port Inbox; see there."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._seq = 0

    async def put(self, messages: Sequence[Message], position: tuple[str, str] | None = None) -> int:
        new = sum(self._put_one(message) for message in messages)
        if position is not None:
            self._shelf.tables.positions[position[0]] = position[1]
        if new:
            self._shelf.bell.ring("inbox")
        return new

    def _put_one(self, message: Message) -> int:
        shelf, key = self._shelf, (message.channel, message.event)
        if key in shelf.tables.inbox:
            return 0
        sender = shelf.keys.person(message.channel, message.sender)
        kept = message.model_copy(update={"sender": sender})
        now = shelf.clock.now()
        self._seq += 1
        row = InRow(self._seq, kept, now, now, sender=sender)
        edited = shelf.tables.inbox.get((message.channel, message.edits or ""))
        if edited is not None and edited.sender == sender:
            row.edits = edited.edits or edited.message.event
            first = shelf.tables.inbox.get((message.channel, row.edits))
            if first is not None and first.state == "new":
                first.state, first.message = "superseded", emptied(first.message)
        shelf.tables.inbox[key] = row
        shelf.tables.states.setdefault(row.here, None)
        shelf.tables.updated[row.here] = now
        if message.redacts:
            self._redact(kept, message.redacts, now)
        return 1

    def _redact(self, message: Message, event: str, now: datetime) -> None:
        shelf, channel = self._shelf, message.channel
        events = shelf.events(channel, event)
        for each in events:
            row = shelf.tables.inbox.get((channel, each))
            if row is not None and row.state == "new":
                row.state, row.message = "redacted", emptied(row.message)
            shelf.tables.results.pop(shelf.keys.page(channel, each), None)
        shelf.tables.records = [row for row in shelf.tables.records if row[2][0] != channel or row[2][1] not in events]
        for id, out in list(shelf.tables.outbox.items()):
            if out.outgoing.channel != channel or out.outgoing.event not in events or out.removes is not None:
                continue
            if out.state not in {"sent", "sending"}:
                out.empty("superseded")
            elif out.edits is None:
                shelf.queue_removal(message, id, now)

    @asynccontextmanager
    async def take(self, now: datetime) -> AsyncIterator[MemoryWork | None]:
        row = self._head(now)
        if row is None:
            yield None
            return
        work, busy, counted = MemoryWork(self._shelf, row), self._shelf.tables.busy, True
        busy.add(row.here)
        try:
            yield work
        except asyncio.CancelledError:
            counted = False
            raise
        finally:
            busy.discard(row.here)
            if work.finished:
                channel, event = row.message.channel, row.message.event
                for topic in ("inbox", outbox_topic(channel), event_topic(channel, event)):
                    self._shelf.bell.ring(topic)
            elif counted:
                row.fail(now)

    async def failed(self, channel: str, event: str, now: datetime) -> None:
        row = self._shelf.tables.inbox.get((channel, event))
        if row is not None and row.state == "new":
            row.fail(now)

    def _head(self, now: datetime) -> InRow | None:
        met: set[Here] = set()
        for row in self._shelf.tables.inbox.values():
            if row.state != "new" or row.here in met:
                continue
            met.add(row.here)
            if row.here not in self._shelf.tables.busy and due(row.due, now):
                return row
        return None

    async def park(self, channel: str, event: str, apology: Reply, now: datetime) -> None:
        row = self._shelf.tables.inbox.get((channel, event))
        if row is None or row.state != "new":
            return
        self._shelf.queue(row.message, 0, apology, now, None, row.sender)
        row.state, row.message = "parked", emptied(row.message)
        for topic in ("inbox", outbox_topic(channel), event_topic(channel, event)):
            self._shelf.bell.ring(topic)

    async def position(self, key: str) -> str | None:
        return self._shelf.tables.positions.get(key)
