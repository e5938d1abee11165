"""Replies on their way out, and what channels may ask about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from bot.ports import Outgoing, Shown, event_topic, outbox_topic
from bot.store.memory.shelf import Shelf, due


class MemoryOutbox:
    """The port Outbox; see there."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def take(self, channels: Mapping[str, bool], now: datetime) -> Sequence[Outgoing]:
        rows, met, taken = self._shelf.tables.outbox, set(), []
        for row in rows.values():
            if row.state not in {"new", "sending"} or row.here in met:
                continue
            met.add(row.here)
            if row.state == "sending" or row.outgoing.channel not in channels or not due(row.due, now):
                continue
            edits, removes = (rows[id].shown_as if id in rows else None for id in (row.edits, row.removes))
            if row.removes and not removes:
                row.state = "settled"
                continue
            row.state = "sending"
            taken.append(replace(row.outgoing, edits=edits, removes=removes))
        return taken

    async def sent(self, id: str, shown_as: str, now: datetime) -> None:
        rows = self._shelf.tables.outbox
        row = rows.get(id)
        if row is not None and row.state in {"new", "sending", "uncertain"}:
            original = rows.get(row.edits or "")
            row.shown_as = original.shown_as if original and original.shown_as else shown_as
            row.empty("sent")
            self._shelf.bell.ring(outbox_topic(row.outgoing.channel))

    async def again(self, id: str, at: datetime) -> None:
        row = self._shelf.tables.outbox.get(id)
        if row is not None and row.state == "sending":
            row.state, row.due = "new", at
            row.outgoing = replace(row.outgoing, attempt=row.outgoing.attempt + 1)
            self._shelf.bell.ring(outbox_topic(row.outgoing.channel))

    async def give_up(self, id: str, state: Literal["uncertain", "refused"], now: datetime) -> None:
        row = self._shelf.tables.outbox.get(id)
        if row is not None and row.state == "sending":
            row.state = state
            if state == "refused":
                row.empty(state)
            self._shelf.bell.ring(outbox_topic(row.outgoing.channel))

    async def of_event(self, channel: str, event: str) -> Sequence[Outgoing]:
        return [
            row.outgoing
            for row in self._shelf.tables.outbox.values()
            if (row.outgoing.channel, row.outgoing.event) == (channel, event)
            and row.state in {"new", "sending", "uncertain"}
            and row.removes is None
        ]


class MemoryReplies:
    """The port Replies; see there."""

    def __init__(self, shelf: Shelf, outbox: MemoryOutbox) -> None:
        self._shelf = shelf
        self._outbox = outbox

    async def wait(self, channel: str, event: str, seconds: float) -> Sequence[Outgoing] | None:
        topic = event_topic(channel, event)
        mark = self._shelf.bell.mark(topic)
        row = self._shelf.tables.inbox.get((channel, event))
        if row is not None and row.state == "new":
            await self._shelf.bell.wait(topic, mark, seconds)
        if row is None or row.state == "new":
            return None
        return await self._outbox.of_event(channel, event)

    async def find(self, channel: str, shown_as: str, sender: str = "") -> Shown | None:
        rows = [
            row
            for row in self._shelf.tables.outbox.values()
            if row.outgoing.channel == channel and row.shown_as == shown_as and row.removes is None
        ]
        first = next((row.outgoing for row in rows if row.edits is None), None)
        if first is None:
            return None
        own = bool(sender) and rows[0].sender == self._shelf.keys.person(channel, sender)
        return Shown(first.id, first.conversation, first.event, rows[-1].choices, own)

    async def living(self, channel: str, conversation: str) -> str | None:
        shown: dict[str, bool] = {}
        for row in self._shelf.tables.outbox.values():
            here = (row.outgoing.channel, row.outgoing.conversation) == (channel, conversation)
            if here and row.state == "sent" and row.shown_as and row.removes is None:
                shown.pop(row.shown_as, None)
                shown[row.shown_as] = row.choices is not None
        return next((id for id, asks in reversed(shown.items()) if asks), None)

    async def known(self, channel: str, conversation: str) -> bool:
        return (channel, conversation) in self._shelf.tables.states
