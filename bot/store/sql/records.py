"""Feedback, unanswered questions and result pages; leases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, or_, select

from bot.messages import Reply
from bot.ports import Record
from bot.store.sql.alive import Alive
from bot.store.sql.common import Context
from bot.store.sql.database import Connection
from bot.store.sql.schema import leases, records, results


class SqlRecords:
    """The port Records."""

    def __init__(self, context: Context) -> None:
        self._in = context

    async def add(self, record: Record, now: datetime) -> None:
        """See the port."""
        row = {
            "kind": record.kind,
            "sender": record.sender,
            "text": record.text,
            "topic": record.topic,
            "tier": record.tier,
            "value": record.value,
            "created": now.timestamp(),
        }

        async def step(connection: Connection) -> None:
            await connection.execute(self._in.insert(records).values(row))

        await self._in.database.write(step)

    async def list(self, kind: str, since: datetime) -> Sequence[tuple[datetime, Record]]:
        """See the port."""
        query = (
            select(records)
            .where(records.c.kind == kind, records.c.created >= since.timestamp())
            .order_by(records.c.created, records.c.seq)
        )

        async def step(connection: Connection) -> list[tuple[datetime, Record]]:
            return [
                (
                    datetime.fromtimestamp(row.created, UTC),
                    Record(row.kind, row.sender, row.text, row.topic, row.tier, row.value),
                )
                for row in await connection.execute(query)
            ]

        return await self._in.database.read(step)


class SqlResults:
    """The port Results."""

    def __init__(self, context: Context) -> None:
        self._in = context

    async def get(self, token: str) -> Reply | None:
        """See the port."""

        async def step(connection: Connection) -> Reply | None:
            found = (await connection.execute(select(results.c.reply).where(results.c.token == token))).scalar()
            return Reply.model_validate_json(found) if found else None

        return await self._in.database.read(step)


async def end_leases_of_dead(connection: Connection, alive: Alive) -> Sequence[str]:
    """End the leases of the processes that are known to be dead; returns them, to be buried after the commit."""
    dead = alive.dead()
    if dead:
        await connection.execute(delete(leases).where(leases.c.owner.in_(dead)))
    return dead


class SqlLease:
    """The port Lease. Whoever holds one in the name of this process gives a sign of life. A lease from the future was
    taken before the clock was set back: who meets it lets it begin now, so that a living holder has the time to renew
    it."""

    def __init__(self, context: Context) -> None:
        self._in = context

    async def hold(self, name: str, owner: str, seconds: float, now: datetime) -> bool:
        """See the port."""
        at = now.timestamp()
        insert = self._in.insert(leases).values(name=name, owner=owner, taken=at, seconds=seconds)
        free = or_(leases.c.owner == owner, leases.c.taken + leases.c.seconds <= at)
        take = insert.on_conflict_do_update(
            index_elements=["name"], set_={"owner": owner, "taken": at, "seconds": seconds}, where=free
        ).returning(leases.c.owner)
        begin_now = leases.update().where(leases.c.name == name, leases.c.owner != owner, leases.c.taken > at)

        if owner == self._in.owner:
            self._in.alive.begin()
        dead: Sequence[str] = ()

        async def step(connection: Connection) -> bool:
            nonlocal dead
            dead = await end_leases_of_dead(connection, self._in.alive)
            if (await connection.execute(take)).first() is not None:
                return True
            await connection.execute(begin_now.values(taken=at))
            return False

        held = await self._in.database.write(step)
        self._in.alive.bury(dead)
        return held

    async def release(self, name: str, owner: str) -> None:
        """See the port."""

        async def step(connection: Connection) -> None:
            await connection.execute(delete(leases).where(leases.c.name == name, leases.c.owner == owner))

        await self._in.database.write(step)
        if owner == self._in.owner:
            self._in.alive.end()
