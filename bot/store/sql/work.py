"""One turn's transaction: the conversation is locked from the taking of the message until its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from bot.messages import Message, Reply
from bot.ports import Outgoing, TurnResult, event_topic, outbox_topic
from bot.store.sql.common import Context, outbox_row, outgoing_of
from bot.store.sql.database import Connection
from bot.store.sql.person import erase_person
from bot.store.sql.redact import edited_events, removal_row
from bot.store.sql.schema import conversations, inbox, is_in, outbox, records, results

# Built once: building a statement costs more than running it.
_UNCERTAIN = (
    select(outbox)
    .where(
        outbox.c.channel == bindparam("channel"),
        outbox.c.conversation == bindparam("conversation"),
        is_in(outbox.c.state, "uncertain"),
        outbox.c.sender == bindparam("sender"),
        outbox.c.removes.is_(None),
    )
    .order_by(outbox.c.seq)
)
_KEEP_STATE = (
    update(conversations)
    .where(conversations.c.channel == bindparam("in"), conversations.c.conversation == bindparam("at"))
    .values(state=bindparam("state"), updated=bindparam("updated"))
)
_RECORD = insert(records)
_DONE = update(inbox).where(inbox.c.seq == bindparam("this")).values(state="done", payload="")
_DONE_AND_FORGOTTEN = _DONE.values(sender="")
"""The row stays, so that a repeated delivery is known; the person goes."""


async def uncertain_of(connection: Connection, message: Message) -> tuple[Outgoing, ...]:
    """Replies to this person in this conversation of which nobody knows whether they arrived."""
    here = {"channel": message.channel, "conversation": message.conversation, "sender": message.sender}
    return tuple(outgoing_of(row) for row in await connection.execute(_UNCERTAIN, here))


class SqlWork:
    """The port Work. Nothing is visible to others before `finish` has committed."""

    def __init__(
        self,
        context: Context,
        connection: Connection,
        seq: int,
        message: Message,
        state: str | None,
        attempts: int,
        edits: str | None,
        uncertain: Sequence[Outgoing],
    ) -> None:
        self._in = context
        self._connection = connection
        self._edits = edits
        self.seq = seq
        self.message = message
        self.state = state
        self.attempts = attempts
        self.uncertain = uncertain
        self.finished = False

    async def finish(self, result: TurnResult, now: datetime, at_once: bool = False) -> Outgoing | None:
        """See the port."""
        with self._in.database.explaining():
            first = await self._finish(result, now.timestamp(), at_once)
        self.finished = True
        message = self.message
        if first is None or len(result.replies) > 1:
            self._in.bell.ring(outbox_topic(message.channel))
        over = event_topic(message.channel, message.event)
        self._in.awaited.give(
            over, [self._in.keys.reply(message, index, reply) for index, reply in enumerate(result.replies)]
        )
        self._in.bell.ring(over)
        return first

    async def _finish(self, result: TurnResult, at: float, at_once: bool) -> Outgoing | None:
        if result.erase:
            await erase_person(self._connection, result.erase, before=self.seq)
        await self._keep_state(result, at)
        first = await self._queue(result, at, at_once)
        await self._record(result, at)
        if result.told or result.shown_again:
            await self._settle(result)
        await self._connection.execute(_DONE_AND_FORGOTTEN if result.erase else _DONE, {"this": self.seq})
        await self._connection.commit()
        return first

    async def _keep_state(self, result: TurnResult, at: float) -> None:
        message = self.message
        kept = {"in": message.channel, "at": message.conversation, "state": result.state, "updated": at}
        await self._connection.execute(_KEEP_STATE, kept)

    async def _queue(self, result: TurnResult, at: float, at_once: bool) -> Outgoing | None:
        earlier = await self._earlier_replies() if self._edits else []
        sender = "" if result.erase else self.message.sender
        rows = []
        for index, reply in enumerate(result.replies):
            replaces = earlier[index] if index < len(earlier) else None
            row = outbox_row(self._in, self.message, index, reply, at, replaces)
            rows.append({**row, "sender": sender})
        first = None
        if at_once and rows and not self._edits:
            first = await self._queue_first(rows.pop(0), result.replies[0])
        if rows:
            await self._connection.execute(self._in.queue, rows)
        # An edited question with fewer replies than before: the rest is taken back.
        extra = [removal_row(self._in, self.message, id, at) for id in earlier[len(result.replies) :]]
        if extra:
            await self._connection.execute(self._in.queue, extra)
        return first

    async def _queue_first(self, row: Mapping[str, object], reply: Reply) -> Outgoing | None:
        """Queue a reply; returns it if it is marked as being sent, because no earlier one is on its way."""
        message = self.message
        values = {name: value for name, value in row.items() if name != "state"}
        values |= {"to": message.channel, "here": message.conversation, "me": self._in.owner}
        state = (await self._connection.execute(self._in.queue_first, values)).scalar()
        return self._in.keys.reply(message, 0, reply) if state == "sending" else None

    async def _earlier_replies(self) -> list[str]:
        """Ids of the replies to the question as first asked, in order; those not sent yet are called off."""
        message = self.message
        events = await edited_events(self._connection, message.channel, self._edits or "")
        here = (outbox.c.channel == message.channel) & outbox.c.event.in_(events) & (outbox.c.event != message.event)
        await self._connection.execute(
            update(outbox)
            .where(here, outbox.c.state.in_(("new", "uncertain")))
            .values(state="superseded", reply="", address="")
        )
        query = (
            select(outbox.c.id)
            .where(here, outbox.c.state.in_(("sending", "sent")), outbox.c.edits.is_(None), outbox.c.removes.is_(None))
            .order_by(outbox.c.seq)
        )
        return list((await self._connection.execute(query)).scalars())

    async def _record(self, result: TurnResult, at: float) -> None:
        message = self.message
        rows = [
            {
                "kind": record.kind,
                "channel": message.channel,
                # That a question was answered is counted, and is nobody's in particular.
                "event": None if record.kind == "answered" else message.event,
                "sender": "" if record.kind == "answered" else message.sender,
                "text": record.text,
                "topic": record.topic,
                "tier": record.tier,
                "value": record.value,
                "created": at,
            }
            for record in result.records
        ]
        if rows:
            await self._connection.execute(_RECORD, rows)
        if result.page is not None:
            row = {
                "token": message.token,
                "sender": message.sender,
                "reply": result.page.model_dump_json(),
                "created": at,
            }
            await self._connection.execute(insert(results).values(row))

    async def _settle(self, result: TurnResult) -> None:
        message = self.message
        here = (
            (outbox.c.channel == message.channel)
            & (outbox.c.conversation == message.conversation)
            & is_in(outbox.c.state, "uncertain")
        )
        if result.told:
            await self._connection.execute(update(outbox).where(here, outbox.c.id.in_(result.told)).values(told=True))
        if result.shown_again:
            again = update(outbox).where(here, outbox.c.id.in_(result.shown_again))
            await self._connection.execute(again.values(state="settled", reply="", address=""))
