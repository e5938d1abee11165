"""Questions taken back or edited: what is stored of them goes, and their replies are removed where they were shown."""

from __future__ import annotations

import json

from sqlalchemy import delete, or_, select, update

from bot.messages import Message, Reply
from bot.store.sql.common import Context, answers_to
from bot.store.sql.database import Connection
from bot.store.sql.schema import inbox, outbox, records, results

NOTHING = Reply(kind="command", text="").model_dump_json()
"""The reply of a removal: there is nothing to say."""


async def edited_events(connection: Connection, channel: str, event: str) -> list[str]:
    """An event and all edits of it."""
    query = select(inbox.c.event).where(inbox.c.channel == channel, inbox.c.edits == event)
    return [event, *(await connection.execute(query)).scalars()]


def removal_row(context: Context, message: Message, id: str, at: float) -> dict[str, object]:
    """The outbox row that takes the reply with this outbox id back, queued in the name of a message."""
    return {
        "id": context.keys.removal(id),
        "channel": message.channel,
        "conversation": message.conversation,
        "event": message.event,
        "sender": message.sender,
        "state": "new",
        "reply": NOTHING,
        "address": json.dumps(message.address) if message.address else "",
        "removes": id,
        "created": at,
    }


async def redact(context: Context, connection: Connection, message: Message) -> None:
    """Erase what is stored of the message that `message` takes back, and queue the removal of its replies."""
    channel, event = message.channel, message.redacts or ""
    events = await edited_events(connection, channel, event)
    mine = (inbox.c.channel == channel) & inbox.c.event.in_(events)
    await connection.execute(update(inbox).where(mine, inbox.c.state == "new").values(state="redacted", payload=""))
    await connection.execute(delete(records).where(records.c.channel == channel, records.c.event.in_(events)))
    tokens = [context.keys.page(channel, each) for each in events]
    await connection.execute(delete(results).where(results.c.token.in_(tokens)))
    answers = answers_to(channel, events)
    shown = or_(outbox.c.state == "sent", outbox.c.state == "sending")
    ids = (await connection.execute(select(outbox.c.id).where(answers, shown, outbox.c.edits.is_(None)))).scalars()
    rows = [removal_row(context, message, id, context.clock.now().timestamp()) for id in ids]
    await connection.execute(update(outbox).where(answers, ~shown).values(state="superseded", reply="", address=""))
    if rows:
        await connection.execute(context.queue, rows)
