"""Every port of the bot in one file: what the service needs of stores and channels, and what they may raise.

The way of a message: a channel authenticates it, calls `Inbox.put` (committed when it returns) and only then
acknowledges.  The turn loop takes the oldest message of a conversation that nobody works on, and commits the
conversation's new state, the replies and «done» together.  The send loop takes replies from the outbox and calls
`Channel.send`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from bot.messages import Message, Reply


class BotError(Exception):
    """Base of all errors that the bot raises itself; the message says what to do next."""


class NotAccepted(BotError):
    """The other side surely did not take the message: it may be sent again, after `retry_after` seconds if given."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Uncertain(BotError):
    """The message may or may not have arrived. On a channel that is not idempotent it is never repeated unasked."""


class Refused(BotError):
    """The other side will never take this message (too large, no such room): parked, not repeated."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One reply on its way. `id` is derived from the inbox row, so a repeated turn makes the same id."""

    id: str
    channel: str
    conversation: str
    event: str
    """The event that it answers."""
    reply: Reply
    address: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 1
    edits: str | None = None
    """Outbox id of an earlier reply that this one replaces (the question was edited)."""


@dataclass(frozen=True, slots=True)
class Health:
    """State of one part for /health/ready and doctor. `detail` is a sentence with the remedy, without secrets."""

    name: str
    ok: bool
    detail: str = ""


class Channel(Protocol):
    """One way to talk: payload <-> Message/Reply, nothing else."""

    name: str
    idempotent: bool
    """True when sending the same outbox id twice shows one message (Matrix transaction ids, the web page)."""

    async def run(self) -> None:
        """Receive until cancelled; every message goes through `Inbox.put` before it is acknowledged."""

    async def send(self, outgoing: Outgoing) -> str:
        """Send and return the channel's own id of what was shown; raises NotAccepted, Uncertain or Refused."""

    def health(self) -> Health:
        """How the channel is right now."""


@dataclass(frozen=True, slots=True)
class Record:
    """Something kept beyond the turn: feedback or a question without an answer. `text` is already masked."""

    kind: Literal["feedback", "unanswered", "answered"]
    sender: str
    text: str
    topic: str | None = None
    tier: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What a turn leaves behind: committed in one transaction. `state` None erases the conversation."""

    state: str | None
    replies: tuple[Reply, ...] = ()
    records: tuple[Record, ...] = ()
    erase: str | None = None
    """Person key whose conversations, feedback and unanswered questions are erased in the same transaction."""


class Work(Protocol):
    """A message taken for its turn, with the conversation locked until the context ends."""

    message: Message
    state: str | None
    """The conversation's state as JSON, or None for a new one."""
    attempts: int
    """How many turns on this message failed before."""
    uncertain: Sequence[Outgoing]
    """Earlier replies of the conversation of which it is not known whether they arrived."""

    async def finish(self, result: TurnResult, now: datetime) -> None:
        """Commit state, outbox rows, records and done; empties the message's text."""


class Inbox(Protocol):
    """Messages on their way in; unique by (channel, event)."""

    async def put(self, messages: Sequence[Message], position: tuple[str, str] | None = None) -> int:
        """Commit new messages, and with them a sync position (key, value); returns how many were new."""

    def take(self, now: datetime) -> AbstractAsyncContextManager[Work | None]:
        """The next message to work on, or None. Leaving without `finish` gives it back, counted as a failed turn."""

    async def park(self, channel: str, event: str, apology: Reply, now: datetime) -> None:
        """Give a message up after repeated failures, and queue an apology."""

    async def position(self, key: str) -> str | None:
        """The sync position last committed under the key."""


class Outbox(Protocol):
    """Replies on their way out."""

    async def take(self, channels: Sequence[str], now: datetime) -> Sequence[Outgoing]:
        """Mark the oldest unsent reply of each conversation `sending` and return them."""

    async def sent(self, id: str, shown_as: str, now: datetime) -> None:
        """It arrived: empties its text."""

    async def again(self, id: str, at: datetime) -> None:
        """It surely did not arrive: try again at the time."""

    async def give_up(self, id: str, state: Literal["uncertain", "refused"], now: datetime) -> None:
        """It may have arrived, or never will: counted, not repeated."""

    async def of_event(self, channel: str, event: str) -> Sequence[Outgoing]:
        """The replies to one event that still hold their text (for a page that asks again)."""


class Conversations(Protocol):
    """What is held of people, for operators and for the people themselves."""

    async def erase(self, sender: str) -> int:
        """Erase everything held of a person at once; returns how many rows went."""

    async def export(self, sender: str) -> Mapping[str, object]:
        """Everything held of a person, as JSON-able data."""

    async def expire(self, before: datetime) -> int:
        """Erase everything older; returns how many rows went."""


class Records(Protocol):
    """Feedback and questions without an answer, masked."""

    async def add(self, record: Record, now: datetime) -> None:
        """Keep one."""

    async def list(self, kind: str, since: datetime) -> Sequence[tuple[datetime, Record]]:
        """Those of a kind since a time, oldest first."""


class Lease(Protocol):
    """At most one process holds a name."""

    async def hold(self, name: str, owner: str, seconds: float, now: datetime) -> bool:
        """Take or renew; False when somebody else holds it."""

    async def release(self, name: str, owner: str) -> None:
        """Let go at once."""


class Clock(Protocol):
    """The only way to learn the time."""

    def now(self) -> datetime:
        """The time now, with zone UTC."""
