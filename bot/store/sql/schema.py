"""The tables. Times are seconds since 1970 (UTC) as floating numbers: both databases keep them as they are.

Two columns carry text of people, and only while it is needed: `inbox.payload` until the turn is over, and
`outbox.reply` until the reply is delivered.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)

metadata = MetaData()


def is_in(state: ColumnElement[str], *names: str) -> ColumnElement[bool]:
    """Whether a row is in one of some states. Written out instead of bound: with a parameter in its place neither
    database can know that an index on just these rows will do, and both walk through every row that is still kept."""
    written: list[ColumnElement[str]] = [literal_column(f"'{name}'") for name in names]
    return state.in_(written) if len(written) > 1 else state == written[0]


_Seq = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts upwards by itself only in an INTEGER primary key."""

inbox = Table(
    "inbox",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("channel", String(40), nullable=False),
    Column("event", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("sender", String(64), nullable=False),
    Column("state", String(12), nullable=False),  # new, done, parked, superseded, redacted
    Column("payload", Text, nullable=False),
    Column("edits", Text),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due", Double, nullable=False, server_default=text("0")),
    Column("received", Double, nullable=False),
    UniqueConstraint("channel", "event", name="inbox_event"),
    Index("inbox_next", "seq", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")),
    Index("inbox_sender", "sender"),
    Index("inbox_conversation", "channel", "conversation", "state", "seq"),
    Index("inbox_received", "received"),
    sqlite_autoincrement=True,
)  # fmt: skip

conversations = Table(
    "conversations",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("conversation", Text, primary_key=True),
    Column("state", Text),
    Column("updated", Double, nullable=False),
    Index("conversations_updated", "updated"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("channel", String(40), nullable=False),
    Column("conversation", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("sender", String(64), nullable=False),
    Column("state", String(12), nullable=False),  # new, sending, sent, uncertain, refused, superseded, settled
    Column("reply", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("choices", Text),
    Column("topic", Text),
    Column("attempt", Integer, nullable=False, server_default=text("1")),
    Column("due", Double, nullable=False, server_default=text("0")),
    Column("owner", String(64)),
    Column("edits", String(64)),
    Column("removes", String(64)),
    Column("shown_as", Text),
    Column("told", Boolean, nullable=False, server_default=text("false")),
    Column("created", Double, nullable=False),
    Index("outbox_waiting", "channel", "conversation", "seq", sqlite_where=text("state IN ('new', 'sending')"),
          postgresql_where=text("state IN ('new', 'sending')")),
    Index("outbox_uncertain", "channel", "conversation", sqlite_where=text("state = 'uncertain'"),
          postgresql_where=text("state = 'uncertain'")),
    Index("outbox_event", "channel", "event"),
    Index("outbox_shown", "channel", "shown_as"),
    Index("outbox_sender", "sender"),
    Index("outbox_created", "created"),
    sqlite_autoincrement=True,
)  # fmt: skip

records = Table(
    "records",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("kind", String(12), nullable=False),
    Column("channel", String(40)),
    Column("event", Text),
    Column("sender", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("topic", Text),
    Column("tier", Text),
    Column("value", Text),
    Column("created", Double, nullable=False),
    Index("records_kind", "kind", "created"),
    Index("records_sender", "sender"),
    Index("records_event", "channel", "event"),
    sqlite_autoincrement=True,
)

results = Table(
    "results",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("sender", String(64), nullable=False),
    Column("reply", Text, nullable=False),
    Column("created", Double, nullable=False),
    Index("results_sender", "sender"),
)

positions = Table(
    "positions",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("value", Text, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("taken", Double, nullable=False),
    Column("seconds", Double, nullable=False),
)

about = Table(
    "about",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
"""What the database knows of itself: the fingerprint of the key that its ids were derived with."""
