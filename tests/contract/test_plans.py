"""The statements that every message needs look at what waits, however much is kept: SQLite tells how it will look."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.sql.base import Executable

from bot.store.sql.inbox import _HEAD
from bot.store.sql.outbox import _HEADS, _SENT, _WAITING_BEHIND
from bot.store.sql.replies import _LIVING, _OF_EVENT, _STATE
from bot.store.sql.schema import metadata
from bot.store.sql.work import _DONE, _KEEP_STATE, _UNCERTAIN

HERE = {"channel": "push", "conversation": "room", "sender": "s"}
STATEMENTS = {
    "the next message": (_HEAD, {"now": 1.0}, "inbox_next"),
    "whether a reply before it is uncertain": (_HEAD, {"now": 1.0}, "outbox_uncertain"),
    "the next replies": (_HEADS, {"channels": ["push"], "now": 1.0}, "outbox_waiting"),
    "uncertain replies": (_UNCERTAIN, HERE, "outbox_uncertain"),
    "replies that wait behind another": (_WAITING_BEHIND, {"this": "id"}, "outbox_waiting"),
    "whether the turn is over": (_STATE, {"channel": "push", "event": "1"}, "sqlite_autoindex_inbox_1"),
    "the replies to an event": (_OF_EVENT, {"channel": "push", "event": "1"}, "outbox_event"),
    "the living card": (_LIVING, {"channel": "push", "here": "room"}, "inbox_conversation"),
    "that a reply was sent": (_SENT, {"this": "id", "shown": "$1"}, "sqlite_autoindex_outbox_1"),
    "that a message is done": (_DONE, {"this": 1}, "INTEGER PRIMARY KEY"),
    "the state of a conversation": (
        _KEEP_STATE,
        {"in": "push", "at": "room", "state": "", "updated": 1.0},
        "sqlite_autoindex_conversations_1",
    ),
}


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connected:
        yield connected
    engine.dispose()


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_statement_of_the_way_of_a_message_walks_through_a_table(name: str, connection: Connection) -> None:
    statement, values, index = STATEMENTS[name]

    plan = explained(connection, statement, values)

    assert any(index in line for line in plan), plan
    assert [line for line in plan if line.startswith("SCAN") and "INDEX inbox_next" not in line] == []


def explained(connection: Connection, statement: Executable, values: dict[str, object]) -> list[str]:
    """How SQLite will run a statement, a line for each step."""
    seen: list[tuple[str, object]] = []

    def keep(_connection: object, _cursor: object, sql: str, parameters: object, *_: object) -> None:
        seen.append((sql, parameters))

    event.listen(connection, "before_cursor_execute", keep)
    try:
        connection.execute(statement, values)
    finally:
        event.remove(connection, "before_cursor_execute", keep)
    sql, parameters = seen[0]
    return [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)]  # type: ignore[arg-type]
