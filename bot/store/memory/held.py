"""What is held of people; records, result pages, leases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.messages import Reply
from bot.ports import Counts, Record
from bot.store.memory.shelf import Shelf


class MemoryConversations:
    """The port Conversations; see there."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def erase(self, person: str) -> int:
        return self._shelf.erase(self._shelf.keys.person_of(person))

    async def export(self, person: str) -> Mapping[str, object]:
        key, tables = self._shelf.keys.person_of(person), self._shelf.tables
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
        tables = self._shelf.tables
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
        tables = self._shelf.tables
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


class MemoryRecords:
    """The port Records; see there."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def add(self, record: Record, now: datetime) -> None:
        self._shelf.tables.records.append((now, record, ("", "")))

    async def list(self, kind: str, since: datetime) -> Sequence[tuple[datetime, Record]]:
        return [(at, row) for at, row, _ in self._shelf.tables.records if row.kind == kind and at >= since]


class MemoryResults:
    """The port Results; see there."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def get(self, token: str) -> Reply | None:
        found = self._shelf.tables.results.get(token)
        return found[0] if found else None


class MemoryLease:
    """The port Lease; see there."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def hold(self, name: str, owner: str, seconds: float, now: datetime) -> bool:
        leases = self._shelf.tables.leases
        held = leases.get(name)
        if held is not None and held[0] != owner:
            if held[1] > now:
                leases[name] = held = (held[0], now, held[2])
            if now < held[1] + timedelta(seconds=held[2]):
                return False
        leases[name] = (owner, now, seconds)
        return True

    async def release(self, name: str, owner: str) -> None:
        held = self._shelf.tables.leases.get(name)
        if held is not None and held[0] == owner:
            del self._shelf.tables.leases[name]
