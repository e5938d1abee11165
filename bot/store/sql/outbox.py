"""Replies on their way out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, Text, Update, and_, bindparam, exists, func, select, update

from bot.ports import Outgoing, outbox_topic
from bot.store.sql.common import Context, due, outgoing_of
from bot.store.sql.database import Connection
from bot.store.sql.records import end_leases_of_dead
from bot.store.sql.replies import of_event
from bot.store.sql.schema import is_in, leases, outbox

BATCH = 32
"""Replies taken at a time."""

RECOVER_SECONDS = 1.0
"""How often the rows of dead processes are looked for."""


def _heads() -> Select[Any]:
    """The oldest reply of each conversation, if nothing of that conversation is being sent."""
    earlier = outbox.alias("earlier")
    waits = exists().where(
        earlier.c.channel == outbox.c.channel,
        earlier.c.conversation == outbox.c.conversation,
        is_in(earlier.c.state, "new", "sending"),
        earlier.c.seq < outbox.c.seq,
    )
    channels = outbox.c.channel.in_(bindparam("channels", expanding=True))
    return (
        select(outbox)
        .where(is_in(outbox.c.state, "new", "sending"), outbox.c.state == "new", channels, due(outbox.c.due), ~waits)
        .order_by(outbox.c.seq)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )


def _sent() -> Update:
    # An edit keeps the id of what it edited: that is what a later edit must name again.
    original = outbox.alias("original")
    first = select(original.c.shown_as).where(original.c.id == outbox.c.edits).scalar_subquery()
    shown_as = func.coalesce(first, bindparam("shown", type_=Text))
    return (
        update(outbox)
        .where(outbox.c.id == bindparam("this"), outbox.c.state.in_(("new", "sending", "uncertain")))
        .values(state="sent", reply="", address="", owner=None, shown_as=shown_as)
    )


# Built once: building a statement costs more than running it.
_HEADS = _heads()
_SENT = _sent()
_TAKE = (
    update(outbox)
    .where(outbox.c.seq.in_(bindparam("taken", expanding=True)))
    .values(state="sending", owner=bindparam("me"))
)


def _waiting_behind() -> Select[Any]:
    """The channel, if a reply of the same conversation waits to be sent."""
    settled = outbox.alias("settled")
    same = and_(settled.c.channel == outbox.c.channel, settled.c.conversation == outbox.c.conversation)
    return (
        select(outbox.c.channel)
        .join(settled, same)
        .where(settled.c.id == bindparam("this"), is_in(outbox.c.state, "new", "sending"), outbox.c.state == "new")
        .limit(1)
    )


_WAITING_BEHIND = _waiting_behind()


class SqlOutbox:
    """The port Outbox. A row in `sending` belongs to the process `owner`, alive as long as it renews its lease
    «worker:owner», and is not known to be dead."""

    def __init__(self, context: Context) -> None:
        self._in = context
        self._recovered: dict[frozenset[str], float] = {}
        """When, for the channels of each that takes: they take turns, and none is to wait for ever."""

    async def take(self, channels: Mapping[str, bool], now: datetime) -> Sequence[Outgoing]:
        """See the port."""
        if not channels:
            return ()
        at = now.timestamp()
        tick, takes = asyncio.get_running_loop().time(), frozenset(channels)
        recover = tick - self._recovered.get(takes, float("-inf")) >= RECOVER_SECONDS
        dead: Sequence[str] = ()

        async def step(connection: Connection) -> list[Outgoing]:
            nonlocal dead
            if recover:
                dead = await end_leases_of_dead(connection, self._in.alive)
                await self._recover(connection, channels, at)
            rows = (await connection.execute(_HEADS, {"channels": list(channels), "now": at})).all()
            if not rows:
                return []
            await connection.execute(_TAKE, {"taken": [row.seq for row in rows], "me": self._in.owner})
            return await self._resolved(connection, rows)

        taken = await self._in.database.write(step)
        if recover:
            self._recovered[takes] = tick
            self._in.alive.bury(dead)
        return taken

    async def _recover(self, connection: Connection, channels: Mapping[str, bool], at: float) -> None:
        # A lease from the future was taken before the clock was set back: it begins now.
        await connection.execute(update(leases).where(leases.c.taken > at).values(taken=at))
        alive = select(leases.c.owner).where(leases.c.name.like("worker:%"), leases.c.taken + leases.c.seconds > at)
        left = (
            is_in(outbox.c.state, "new", "sending")
            & (outbox.c.state == "sending")
            & (outbox.c.owner != self._in.owner)
            & outbox.c.owner.not_in(alive)
        )
        for names, state in (
            ([name for name, idempotent in channels.items() if idempotent], "new"),
            ([name for name, idempotent in channels.items() if not idempotent], "uncertain"),
        ):
            if names:
                found = update(outbox).where(left, outbox.c.channel.in_(names))
                await connection.execute(found.values(state=state, owner=None))

    async def _resolved(self, connection: Connection, rows: Sequence[Row[Any]]) -> list[Outgoing]:
        """The rows as values, with the channel's own ids of what they edit or remove."""
        wanted = {id for row in rows for id in (row.edits, row.removes) if id}
        shown: dict[str, str | None] = {}
        if wanted:
            query = select(outbox.c.id, outbox.c.shown_as).where(outbox.c.id.in_(wanted))
            shown = {row.id: row.shown_as for row in await connection.execute(query)}
        taken = []
        for row in rows:
            if row.removes and not shown.get(row.removes):
                # It was never shown, so there is nothing to take back.
                await connection.execute(
                    update(outbox).where(outbox.c.seq == row.seq).values(state="settled", owner=None)
                )
                continue
            taken.append(outgoing_of(row, shown.get(row.edits or ""), shown.get(row.removes or "")))
        return taken

    async def sent(self, id: str, shown_as: str, now: datetime) -> None:
        """See the port."""
        await self._settle(id, _SENT, {"this": id, "shown": shown_as})

    async def again(self, id: str, at: datetime) -> None:
        """See the port."""
        await self._settle(
            id,
            update(outbox)
            .where(self._mine(id))
            .values(state="new", owner=None, attempt=outbox.c.attempt + 1, due=at.timestamp()),
        )

    async def give_up(self, id: str, state: Literal["uncertain", "refused"], now: datetime) -> None:
        """See the port."""
        kept: dict[str, str | None] = {"state": state, "owner": None}
        if state == "refused":
            kept |= {"reply": "", "address": ""}
        await self._settle(id, update(outbox).where(self._mine(id)).values(kept))

    def _mine(self, id: str) -> ColumnElement[bool]:
        return (outbox.c.id == id) & (outbox.c.state == "sending") & (outbox.c.owner == self._in.owner)

    async def _settle(self, id: str, statement: Update, values: Mapping[str, str] | None = None) -> None:
        async def step(connection: Connection) -> str | None:
            await connection.execute(statement, values)
            channel: str | None = (await connection.execute(_WAITING_BEHIND, {"this": id})).scalar()
            return channel

        waiting = await self._in.database.write(step)
        if waiting is not None:
            self._in.bell.ring(outbox_topic(waiting))

    async def of_event(self, channel: str, event: str) -> Sequence[Outgoing]:
        """See the port."""

        async def step(connection: Connection) -> list[Outgoing]:
            return await of_event(connection, channel, event)

        return await self._in.database.read(step)
