"""Messages on their way in: intake, the queue of turns, parking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Select, exists, select, update

from bot.messages import Feedback, Message, Reply
from bot.ports import StoreError, event_topic, outbox_topic
from bot.store.sql.common import Context, due, dump_message, outbox_row
from bot.store.sql.database import Connection
from bot.store.sql.redact import redact
from bot.store.sql.schema import conversations, inbox, is_in, outbox, positions
from bot.store.sql.work import SqlWork, uncertain_of

RETRY_SECONDS = (1.0, 5.0)
"""Pause after the first failed turn on a message, and after later ones."""

# Statements of the way that every message goes are built once: building one costs more than running it.


def _head() -> Select[Any]:
    """The oldest message whose turn it is, with its conversation locked where the database locks rows."""
    earlier = inbox.alias("earlier")
    overtaking = exists().where(
        earlier.c.channel == inbox.c.channel,
        earlier.c.conversation == inbox.c.conversation,
        is_in(earlier.c.state, "new"),
        earlier.c.seq < inbox.c.seq,
    )
    here = (conversations.c.channel == inbox.c.channel) & (conversations.c.conversation == inbox.c.conversation)
    unsure = exists().where(
        outbox.c.channel == inbox.c.channel,
        outbox.c.conversation == inbox.c.conversation,
        is_in(outbox.c.state, "uncertain"),
    )
    return (
        select(inbox.c.seq, inbox.c.payload, inbox.c.attempts, inbox.c.edits, conversations.c.state)
        .add_columns(unsure.label("unsure"))
        .join(conversations, here)
        .where(is_in(inbox.c.state, "new"), due(inbox.c.due), ~overtaking)
        .order_by(inbox.c.seq)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


_HEAD = _head()


class SqlInbox:
    """The port Inbox over the tables inbox and positions."""

    def __init__(self, context: Context) -> None:
        self._in = context
        touched = context.insert(conversations)
        self._touch = touched.on_conflict_do_update(
            index_elements=["channel", "conversation"], set_={"updated": touched.excluded.updated}
        )
        self._insert = (
            context.insert(inbox).on_conflict_do_nothing(index_elements=["channel", "event"]).returning(inbox.c.seq)
        )
        moved = context.insert(positions)
        self._move = moved.on_conflict_do_update(index_elements=["key"], set_={"value": moved.excluded.value})

    async def put(self, messages: Sequence[Message], position: tuple[str, str] | None = None) -> int:
        """See the port."""

        async def step(connection: Connection) -> int:
            await self._open(connection, messages)
            new = 0
            for message in messages:
                new += await self._put_one(connection, message)
            if position is not None:
                await connection.execute(self._move, {"key": position[0], "value": position[1]})
            return new

        new = await self._in.database.write(step)
        if new:
            self._in.bell.ring("inbox")
        return new

    async def _open(self, connection: Connection, messages: Sequence[Message]) -> None:
        # The row of the conversation is what a turn locks. Touching it also keeps the retention loop from deleting it
        # under a message that is just coming in. Sorted, so that two batches never wait for each other crosswise.
        now = self._in.clock.now().timestamp()
        for channel, conversation in sorted({(message.channel, message.conversation) for message in messages}):
            row = {"channel": channel, "conversation": conversation, "updated": now}
            await connection.execute(self._touch, row)

    async def _put_one(self, connection: Connection, message: Message) -> int:
        sender = self._in.keys.person(message.channel, message.sender)
        kept = message.model_copy(update={"sender": sender})
        edits = await self._edited(connection, kept) if message.edits else None
        row = {
            "channel": message.channel,
            "event": message.event,
            "conversation": message.conversation,
            "sender": sender,
            "state": "new",
            "payload": dump_message(kept),
            "edits": edits,
            "received": self._in.clock.now().timestamp(),
        }
        if (await connection.execute(self._insert, row)).first() is None:
            return 0
        if edits:
            await connection.execute(
                update(inbox)
                .where(inbox.c.channel == message.channel, inbox.c.event == edits, inbox.c.state == "new")
                .values(state="superseded", payload="")
            )
        if message.redacts:
            await redact(self._in, connection, kept)
        return 1

    async def _edited(self, connection: Connection, message: Message) -> str | None:
        """The first event of the chain that a message edits, if the same person wrote it."""
        query = select(inbox.c.event, inbox.c.edits).where(
            inbox.c.channel == message.channel, inbox.c.event == message.edits, inbox.c.sender == message.sender
        )
        row = (await connection.execute(query)).first()
        return None if row is None else row.edits or row.event

    @asynccontextmanager
    async def take(self, now: datetime) -> AsyncIterator[SqlWork | None]:
        """See the port."""
        work: SqlWork | None = None
        counted = True
        try:
            async with self._in.database.transaction() as connection:
                work = await self._head(connection, now)
                yield work
        except asyncio.CancelledError:
            counted = False  # a shutdown is no failure of the message
            raise
        except StoreError as error:
            counted = not error.passing  # neither is a database that is away
            raise
        finally:
            if work is not None and not work.finished and counted:
                await self._count_failure(inbox.c.seq == work.seq, work.attempts, now)

    async def _head(self, connection: Connection, now: datetime) -> SqlWork | None:
        row = (await connection.execute(_HEAD, {"now": now.timestamp()})).first()
        if row is None:
            return None
        try:
            message = Message.model_validate_json(row.payload)
        except ValidationError:
            # Written by another version of the program: given up, so that it holds up nobody.
            await connection.execute(update(inbox).where(inbox.c.seq == row.seq).values(state="parked", payload=""))
            await connection.commit()
            self._in.bell.ring("inbox")  # there may be others behind it
            return None
        message = message.model_copy(
            update={
                "token": self._in.keys.page(message.channel, message.event),
                "feedback": await self._rated(connection, message),
            }
        )
        uncertain = await uncertain_of(connection, message) if row.unsure else ()
        return SqlWork(self._in, connection, row.seq, message, row.state, row.attempts, row.edits, uncertain)

    async def _rated(self, connection: Connection, message: Message) -> Feedback | None:
        """The message's feedback with the topic of the reply that it is about."""
        if message.feedback is None or message.feedback.reply is None:
            return message.feedback
        query = select(outbox.c.topic).where(outbox.c.id == message.feedback.reply)
        topic = (await connection.execute(query)).scalar()
        return message.feedback.model_copy(update={"topic": topic})

    async def failed(self, channel: str, event: str, now: datetime) -> None:
        """See the port."""
        await self._count_failure((inbox.c.channel == channel) & (inbox.c.event == event), 0, now)

    async def _count_failure(self, this: ColumnElement[bool], before: int, now: datetime) -> None:
        pause = RETRY_SECONDS[min(before, len(RETRY_SECONDS) - 1)]
        count = update(inbox).where(this, inbox.c.state == "new")

        async def step(connection: Connection) -> None:
            await connection.execute(count.values(attempts=inbox.c.attempts + 1, due=now.timestamp() + pause))

        await self._in.database.write(step)

    async def park(self, channel: str, event: str, apology: Reply, now: datetime) -> None:
        """See the port."""
        this = (inbox.c.channel == channel) & (inbox.c.event == event) & (inbox.c.state == "new")

        async def step(connection: Connection) -> None:
            payload = (await connection.execute(select(inbox.c.payload).where(this).with_for_update())).scalar()
            if payload is None:
                return
            message = Message.model_validate_json(payload)
            row = outbox_row(self._in, message, 0, apology, now.timestamp(), None)
            await connection.execute(self._in.queue, row)
            await connection.execute(update(inbox).where(this).values(state="parked", payload=""))

        await self._in.database.write(step)
        for topic in ("inbox", outbox_topic(channel), event_topic(channel, event)):
            self._in.bell.ring(topic)

    async def position(self, key: str) -> str | None:
        """See the port."""

        async def step(connection: Connection) -> str | None:
            return (await connection.execute(select(positions.c.value).where(positions.c.key == key))).scalar()

        return await self._in.database.read(step)
