"""What channels may ask about replies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Select, bindparam, case, exists, select

from bot.messages import Choices
from bot.ports import Outgoing, Shown, event_topic
from bot.store.sql.common import Context, outgoing_of
from bot.store.sql.database import Connection
from bot.store.sql.schema import conversations, inbox, outbox

FIRST_LOOK_SECONDS = 0.03
"""How long a channel that waits for replies leaves the database alone."""

# Built once: building a statement costs more than running it.
_STATE = select(inbox.c.state).where(inbox.c.channel == bindparam("channel"), inbox.c.event == bindparam("event"))
_OF_EVENT = (
    select(outbox)
    .where(
        outbox.c.channel == bindparam("channel"),
        outbox.c.event == bindparam("event"),
        outbox.c.state.in_(("new", "sending", "uncertain")),
        outbox.c.removes.is_(None),
    )
    .order_by(outbox.c.seq)
)


def _living() -> Select[Any]:
    """What a conversation was shown. By way of the inbox, whose index on conversations covers finished rows too; not
    ordered here, or SQLite would rather walk through the whole outbox."""
    events = select(inbox.c.event).where(
        inbox.c.channel == bindparam("channel"), inbox.c.conversation == bindparam("here")
    )
    return select(outbox.c.seq, outbox.c.shown_as, outbox.c.choices.is_not(None).label("asks")).where(
        outbox.c.channel == bindparam("channel"), outbox.c.event.in_(events), outbox.c.state == "sent",
        outbox.c.shown_as.is_not(None), outbox.c.removes.is_(None),
    )  # fmt: skip


_LIVING = _living()


async def of_event(connection: Connection, channel: str, event: str) -> list[Outgoing]:
    """The replies to one event that still hold their text."""
    return [outgoing_of(row) for row in await connection.execute(_OF_EVENT, {"channel": channel, "event": event})]


class SqlReplies:
    """The port Replies."""

    def __init__(self, context: Context) -> None:
        self._in = context
        # Another process can run the turn: with one file that is rare, with replicas it is common.
        self._poll = 1.0 if context.database.sqlite else 0.1

    async def wait(self, channel: str, event: str, seconds: float) -> Sequence[Outgoing] | None:
        """See the port."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        topic = event_topic(channel, event)

        async def step(connection: Connection) -> tuple[str | None, list[Outgoing]]:
            state = (await connection.execute(_STATE, {"channel": channel, "event": event})).scalar()
            if state in {None, "new"}:
                return state, []
            return state, await of_event(connection, channel, event)

        # Mostly the turn is over in a moment, in this very process.
        with self._in.awaited.on(topic) as replies, suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, FIRST_LOOK_SECONDS)):
                return await replies
        while True:
            mark = self._in.bell.mark(topic)
            state, found = await self._in.database.read(step)
            if state is None:
                return None
            if state != "new":
                return found
            left = until - loop.time()
            if left <= 0:
                return None
            await self._in.bell.wait(topic, mark, min(left, self._poll))

    async def find(self, channel: str, shown_as: str, sender: str = "") -> Shown | None:
        """See the port."""
        query = select(outbox).where(
            outbox.c.channel == channel,
            outbox.c.shown_as == shown_as,
            outbox.c.edits.is_(None),
            outbox.c.removes.is_(None),
        )
        newest = (
            select(outbox.c.choices)
            .where(outbox.c.channel == channel, outbox.c.shown_as == shown_as)
            .order_by(outbox.c.seq.desc())
        )

        async def step(connection: Connection) -> Shown | None:
            row = (await connection.execute(query.order_by(outbox.c.seq.desc()).limit(1))).first()
            if row is None:
                return None
            choices = (await connection.execute(newest.limit(1))).scalar()
            return Shown(
                id=row.id,
                conversation=row.conversation,
                event=row.event,
                choices=Choices.model_validate_json(choices) if choices else None,
                own=bool(sender) and row.sender == self._in.keys.person(channel, sender),
            )

        return await self._in.database.read(step)

    async def living(self, channel: str, conversation: str) -> str | None:
        """See the port."""

        async def step(connection: Connection) -> str | None:
            rows = (await connection.execute(_LIVING, {"channel": channel, "here": conversation})).all()
            last = {row.shown_as: row for row in sorted(rows, key=lambda row: row.seq)}
            asking = [row for row in last.values() if row.asks]
            return max(asking, key=lambda row: row.seq).shown_as if asking else None

        return await self._in.database.read(step)

    async def known(self, channel: str, conversation: str) -> bool:
        """See the port."""
        here = exists().where(conversations.c.channel == channel, conversations.c.conversation == conversation)

        async def step(connection: Connection) -> bool:
            return bool((await connection.execute(select(case((here, 1), else_=0)))).scalar_one())

        return await self._in.database.read(step)
