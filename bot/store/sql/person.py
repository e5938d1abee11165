"""Everything that is held of a person: to erase it, to hand it out, and to let it expire."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Table, delete, exists, func, or_, select, tuple_, update

from bot.ports import Counts
from bot.store.sql.common import Context
from bot.store.sql.database import Connection
from bot.store.sql.schema import conversations, inbox, is_in, leases, outbox, records, results

_Here = tuple[str, str]


async def erase_person(connection: Connection, person: str, before: int | None = None) -> int:
    """Erase all rows of a person key; with `before`, messages from that inbox number on are left (they are still to be
    answered). Returns how many rows went."""
    spoken = select(inbox.c.channel, inbox.c.conversation).where(inbox.c.sender == person).distinct()
    places: list[_Here] = [(row.channel, row.conversation) for row in await connection.execute(spoken)]
    mine = inbox.c.sender == person
    went = 0
    for statement in (
        delete(inbox).where(mine if before is None else mine & (inbox.c.seq < before)),
        delete(outbox).where(outbox.c.sender == person),
        delete(records).where(records.c.sender == person),
        delete(results).where(results.c.sender == person),
    ):
        went += (await connection.execute(statement)).rowcount
    for channel, conversation in places:
        went += await _forget(connection, channel, conversation)
    return went


async def _forget(connection: Connection, channel: str, conversation: str) -> int:
    """Empty a conversation's state, and delete the conversation if nothing else is left of it."""
    here = (conversations.c.channel == channel) & (conversations.c.conversation == conversation)
    emptied = await connection.execute(
        update(conversations).where(here, conversations.c.state.is_not(None)).values(state=None)
    )
    others = exists().where(inbox.c.channel == channel, inbox.c.conversation == conversation)
    await connection.execute(delete(conversations).where(here, ~others))
    return emptied.rowcount


class SqlConversations:
    """The port Conversations."""

    def __init__(self, context: Context) -> None:
        self._in = context

    async def erase(self, person: str) -> int:
        """See the port."""
        key = self._in.keys.person_of(person)
        return await self._in.database.write(lambda connection: erase_person(connection, key))

    async def export(self, person: str) -> Mapping[str, object]:
        """See the port."""
        key = self._in.keys.person_of(person)

        async def step(connection: Connection) -> Mapping[str, object]:
            messages = await _held(connection, inbox, key)
            places = sorted({(row.channel, row.conversation) for row in messages})
            here = tuple_(conversations.c.channel, conversations.c.conversation).in_(places)
            spoken = (await connection.execute(select(conversations).where(here))).all() if places else []
            return {
                "person": key,
                "messages": [_message(row) for row in messages],
                "conversations": [_conversation(row) for row in spoken],
                "replies": [_reply(row) for row in await _held(connection, outbox, key)],
                "records": [_record(row) for row in await _held(connection, records, key)],
                "results": [_result(row) for row in await _held(connection, results, key)],
            }

        return await self._in.database.read(step)

    async def expire(self, before: datetime) -> int:
        """See the port."""
        at = before.timestamp()
        waiting = exists().where(
            inbox.c.channel == conversations.c.channel, inbox.c.conversation == conversations.c.conversation
        )

        async def step(connection: Connection) -> int:
            went = 0
            for statement in (
                delete(inbox).where(inbox.c.received < at),
                delete(outbox).where(outbox.c.created < at),
                delete(records).where(records.c.created < at),
                delete(results).where(results.c.created < at),
                delete(conversations).where(conversations.c.updated < at, ~waiting),
                delete(leases).where(leases.c.taken < at),
            ):
                went += (await connection.execute(statement)).rowcount
            return went

        went = await self._in.database.write(step)
        await self._in.database.tidy()
        return went

    async def counts(self, now: datetime) -> Counts:
        """See the port."""
        at = now.timestamp()
        waiting = select(func.count(), func.min(inbox.c.received)).where(is_in(inbox.c.state, "new"))
        parked = select(func.count()).where(inbox.c.state == "parked")
        # Replies that a page fetches are not on their way to anybody; only what was tried or waits for push counts.
        leaving = select(func.count(), func.min(outbox.c.created)).where(
            is_in(outbox.c.state, "new", "sending"),
            or_(outbox.c.state == "sending", (outbox.c.state == "new") & (outbox.c.channel != "web")),
        )
        uncertain = select(func.count()).where(is_in(outbox.c.state, "uncertain"))

        async def step(connection: Connection) -> Counts:
            inside = (await connection.execute(waiting)).one()
            outside = (await connection.execute(leaving)).one()
            return Counts(
                waiting=inside[0],
                oldest_waiting=_age(inside[1], at),
                outgoing=outside[0],
                oldest_outgoing=_age(outside[1], at),
                uncertain=(await connection.execute(uncertain)).scalar_one(),
                parked=(await connection.execute(parked)).scalar_one(),
            )

        return await self._in.database.read(step)


def _age(since: float | None, at: float) -> float:
    return max(0.0, at - since) if since is not None else 0.0


def _when(at: float) -> dict[str, str]:
    return {"time": datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")}


def _message(row: Row[Any]) -> dict[str, object]:
    content = json.loads(row.payload) if row.payload else None
    named = {"channel": row.channel, "conversation": row.conversation, "event": row.event, "state": row.state}
    return named | {"content": content} | _when(row.received)


def _conversation(row: Row[Any]) -> dict[str, object]:
    state = json.loads(row.state) if row.state else None
    return {"channel": row.channel, "conversation": row.conversation, "state": state} | _when(row.updated)


def _reply(row: Row[Any]) -> dict[str, object]:
    content = json.loads(row.reply) if row.reply else None
    named = {"channel": row.channel, "conversation": row.conversation, "event": row.event, "state": row.state}
    return named | {"content": content} | _when(row.created)


def _record(row: Row[Any]) -> dict[str, object]:
    return {name: row._mapping[name] for name in ("kind", "text", "topic", "tier", "value")} | _when(row.created)


def _result(row: Row[Any]) -> dict[str, object]:
    return {"token": row.token, "content": json.loads(row.reply)} | _when(row.created)


async def _held(connection: Connection, table: Table, person: str) -> Sequence[Row[Any]]:
    query = select(table).where(table.c.sender == person).order_by(*table.primary_key)
    return (await connection.execute(query)).all()
