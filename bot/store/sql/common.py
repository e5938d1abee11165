"""What the parts of the SQL store share: the connection to the rest of the world, and rows <-> values."""

from __future__ import annotations

import json
from asyncio import Future, get_running_loop
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError
from sqlalchemy import ColumnElement, Double, Row, String, Table, Text, and_, bindparam, case, exists, or_
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.dml import ReturningInsert

from bot.messages import Choices, Message, Reply
from bot.ports import Bell, Clock, Outgoing
from bot.store.ids import Keys
from bot.store.sql.alive import Alive
from bot.store.sql.database import Database
from bot.store.sql.schema import is_in, outbox

EARLY_SECONDS = 1.0
MOST_EARLY = 64
"""How long, and how many, replies are kept for an asker who has not come to wait yet."""

MAX_AHEAD = 600.0
"""A retry that is due further ahead than this was written before the clock was set back: it is due now."""


class Awaited:
    """Replies for those who wait in this very process, so that they need not fetch what it has just stored. A turn can
    be over before its asker comes to wait: the last few are kept a moment."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Future[Sequence[Outgoing]]]] = {}
        self._early: OrderedDict[str, tuple[float, Sequence[Outgoing]]] = OrderedDict()

    @contextmanager
    def on(self, topic: str) -> Iterator[Future[Sequence[Outgoing]]]:
        """What will hold the replies, once the turn is over."""
        loop = get_running_loop()
        future: Future[Sequence[Outgoing]] = loop.create_future()
        given, replies = self._early.pop(topic, (0.0, ()))
        if given > loop.time() - EARLY_SECONDS:
            future.set_result(replies)
        waiting = self._waiting.setdefault(topic, [])
        waiting.append(future)
        try:
            yield future
        finally:
            waiting.remove(future)
            if not waiting:
                self._waiting.pop(topic, None)

    def give(self, topic: str, replies: Sequence[Outgoing]) -> None:
        """Give the replies to those who wait for them, or to who comes in a moment."""
        waiting = [future for future in self._waiting.get(topic, ()) if not future.done()]
        for future in waiting:
            future.set_result(replies)
        if not waiting:
            self._early[topic] = get_running_loop().time(), replies
            while len(self._early) > MOST_EARLY:
                self._early.popitem(last=False)


@dataclass(frozen=True)
class Context:
    """What every part of the store is built with. `owner` names this process among the replicas."""

    database: Database
    keys: Keys
    bell: Bell
    clock: Clock
    owner: str
    alive: Alive
    awaited: Awaited = field(default_factory=Awaited)

    @cached_property
    def queue(self) -> PostgresqlInsert | SqliteInsert:
        """Insert rows into the outbox, those that are there already left as they are."""
        return self.insert(outbox).on_conflict_do_nothing(index_elements=["id"])

    @cached_property
    def queue_first(self) -> ReturningInsert[str]:
        """Insert one row into the outbox as being sent by the process `me`, or as waiting if an earlier reply of the
        conversation `here` in the channel `to` is on its way; returns which. Nothing for one that is there already."""
        earlier = outbox.alias("earlier")
        on_its_way = exists().where(
            earlier.c.channel == bindparam("to", type_=String),
            earlier.c.conversation == bindparam("here", type_=Text),
            is_in(earlier.c.state, "new", "sending"),
        )
        row = self.insert(outbox).values(
            state=case((on_its_way, "new"), else_="sending"),
            owner=case((on_its_way, None), else_=bindparam("me", type_=String)),
        )
        return row.on_conflict_do_nothing(index_elements=["id"]).returning(outbox.c.state)

    def insert(self, table: Table) -> PostgresqlInsert | SqliteInsert:
        """An insert of the database's dialect, for ON CONFLICT."""
        return sqlite_insert(table) if self.database.sqlite else postgresql_insert(table)


def due(column: ColumnElement[float]) -> ColumnElement[bool]:
    """Whether a row's time has come, at the parameter `now`."""
    now = bindparam("now", type_=Double)
    return or_(column <= now, column > now + MAX_AHEAD)


def dump_message(message: Message) -> str:
    """As JSON; half characters (lone surrogates), which no database takes, become question marks."""
    try:
        return message.model_dump_json()
    except PydanticSerializationError:
        plain = json.dumps(message.model_dump(mode="python"), default=str)
        return json.dumps(_whole(json.loads(plain)))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_whole(key): _whole(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return value


def last_choices(reply: Reply) -> str | None:
    """The choices that a reply shows, as JSON."""
    shown = [block for block in reply.blocks if isinstance(block, Choices)]
    return shown[-1].model_dump_json() if shown else None


def outgoing_of(row: Row[Any], edits: str | None = None, removes: str | None = None) -> Outgoing:
    """A row of the outbox as value; `edits` and `removes` are ids of the channel."""
    try:
        reply = Reply.model_validate_json(row.reply)
    except ValidationError:
        # Written by another version of the program: its words are still right.
        reply = Reply(kind="command", text=str(json.loads(row.reply or "{}").get("text", "")))
    return Outgoing(
        id=row.id,
        channel=row.channel,
        conversation=row.conversation,
        event=row.event,
        reply=reply,
        address=json.loads(row.address) if row.address else {},
        attempt=row.attempt,
        edits=edits,
        removes=removes,
        told=row.told,
    )


def outbox_row(
    context: Context, message: Message, index: int, reply: Reply, now: float, edits: str | None
) -> dict[str, object]:
    """The row for the reply number `index` to a message."""
    return {
        "id": context.keys.outgoing(message.channel, message.event, index),
        "channel": message.channel,
        "conversation": message.conversation,
        "event": message.event,
        "sender": message.sender,
        "state": "new",
        "reply": reply.model_dump_json(),
        "address": json.dumps(message.address) if message.address else "",
        "choices": last_choices(reply),
        "topic": reply.topic,
        "edits": edits,
        "created": now,
    }


def answers_to(channel: str, events: Sequence[str]) -> ColumnElement[bool]:
    """The replies to some events, removals left out."""
    return and_(outbox.c.channel == channel, outbox.c.event.in_(events), outbox.c.removes.is_(None))
