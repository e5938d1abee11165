"""Every port of the bot in one file: what the service needs of stores and channels, and what they may raise.

The way of a message, in order:

1. A channel authenticates it, calls `Inbox.put` (committed when it returns) and only then acknowledges.
2. The turn loop takes the oldest message of a conversation that nobody works on, calls the pure turn, and commits the
   conversation's new state, the replies and «done» together (`Work.finish`).
3. A *push* channel (Matrix, Teams) has its replies sent by the send loop: `Work.finish` marks the first reply
   `sending` where this process can send it at once, `Outbox.take` marks all others, `PushChannel.send` sends,
   `Outbox.sent` marks them delivered.
   A *pull* channel (the web page) gets nothing pushed: its request waits in `Replies.wait` until the turn is over,
   hands the replies to the page, and calls `Outbox.sent` when the page confirms that it has shown them.  Until then
   `Replies.wait` and `Outbox.of_event` give the same replies again, to whichever replica the page asks.

Within one process each step wakes the next through a `Bell`; polling is the fallback between processes only.

Ids of persons (`Message.sender`) are stored as keyed hashes: what a turn, a record or an export sees is the hash, the
same for the same person and channel.  `Message.conversation` is stored as it is, since push channels need it to
answer: a channel whose conversation id is a secret (a visitor's random key) must hand over a hash of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from bot.messages import Choices, Message, Reply

# ---- errors -------------------------------------------------------------------------------------------------------


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


class StoreError(BotError):
    """The database cannot be used as it is (newer than the program, damaged, full, wrong key): says the remedy.
    `passing` when that is no fault of what was to be stored, so that the same step may succeed another time."""

    def __init__(self, message: str, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


# ---- values -------------------------------------------------------------------------------------------------------


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
    """`Message.address` of the event that it answers."""
    attempt: int = 1
    edits: str | None = None
    """The channel's own id (what `send` returned) of the earlier reply that this one replaces, because the question
    was edited. A channel that cannot edit sends it as a new message."""
    removes: str | None = None
    """The channel's own id of an earlier reply to take back, because the question was; `reply` is then empty."""
    told: bool = False
    """Of an uncertain reply: the person has been told of it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A reply that was delivered, as far as it is kept: enough to read a reaction or a press on it."""

    id: str
    """Outbox id, for `Feedback.reply`."""
    conversation: str
    event: str
    choices: Choices | None
    """The choices that the reply showed, for `Press`."""
    own: bool
    """It answered the person who is asking now."""


@dataclass(frozen=True, slots=True)
class Health:
    """State of one part for /health/ready and doctor. `detail` is a sentence with the remedy, without secrets."""

    name: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Something kept beyond the turn: feedback, a question without an answer, or that one was answered or asked back
    (`tier` says which; `text` is then empty). The service masks `text` before it is stored."""

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
    """Person key (`message.sender`) whose conversations, feedback and unanswered questions are erased in the same
    transaction; `state` should be None then."""
    told: tuple[str, ...] = ()
    """Ids of uncertain replies of which the person is told in this turn («Visa svaret igen»)."""
    shown_again: tuple[str, ...] = ()
    """Ids of uncertain replies that `replies` repeats: their text is emptied."""
    page: Reply | None = None
    """A result to keep under `message.token` until the retention time: the page that `Results.get` finds."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What is on its way, for metrics and doctor. Ages in seconds."""

    waiting: int = 0
    """Messages without a finished turn."""
    oldest_waiting: float = 0.0
    outgoing: int = 0
    """Replies to push channels that are not delivered yet."""
    oldest_outgoing: float = 0.0
    uncertain: int = 0
    parked: int = 0


# ---- channels -----------------------------------------------------------------------------------------------------


class Channel(Protocol):
    """One way to talk: payload <-> Message/Reply, nothing else. This much every channel is; its replies wait in the
    outbox until it fetches them (see `Replies`)."""

    name: str

    async def run(self) -> None:
        """Receive until cancelled; every message goes through `Inbox.put` before it is acknowledged. A channel that
        is served by the ASGI application only has nothing to run and returns."""

    def health(self) -> Health:
        """How the channel is right now, without asking anybody."""

    async def check(self) -> Health:
        """For doctor: reach the other side and try the credentials, without receiving or sending."""


class PushChannel(Channel, Protocol):
    """A channel to which the send loop sends: one reply at a time per conversation, conversations side by side."""

    idempotent: bool
    """True when sending the same outbox id twice shows one message (Matrix transaction ids)."""

    async def send(self, outgoing: Outgoing) -> str:
        """Send and return the channel's own id of what was shown; raises NotAccepted, Uncertain or Refused. Any other
        exception counts as Uncertain."""


@runtime_checkable
class Exclusive(Protocol):
    """A push channel of which one process at a time can send, and only while it is connected: the send loop leaves its
    replies to others, or for later, while it is not `active`."""

    active: bool


# ---- stores -------------------------------------------------------------------------------------------------------


class Work(Protocol):
    """A message taken for its turn, with the conversation locked until the context ends."""

    message: Message
    """`sender` is the person key, `token` is set."""
    state: str | None
    """The conversation's state as JSON, or None for a new one."""
    attempts: int
    """How many turns on this message failed before."""
    uncertain: Sequence[Outgoing]
    """Earlier replies of the conversation of which it is not known whether they arrived, oldest first."""

    async def finish(self, result: TurnResult, now: datetime, at_once: bool = False) -> Outgoing | None:
        """Commit state, outbox rows, records and done; empties the message's text. `at_once` says that the caller can
        send a reply to this channel right now: the first one is then marked `sending` and returned, unless an earlier
        one of the conversation is still on its way, or it changes one."""


class Inbox(Protocol):
    """Messages on their way in; unique by (channel, event)."""

    async def put(self, messages: Sequence[Message], position: tuple[str, str] | None = None) -> int:
        """Commit new messages, and with them a sync position (key, value); returns how many were new.

        An edit (`Message.edits`) replaces the edited message if that had no turn yet, else the replies of the edit's
        turn replace those to the original. A redaction (`Message.redacts`) erases what is stored of the redacted
        message and queues the removal of its replies; both then get their own turn."""

    def take(self, now: datetime) -> AbstractAsyncContextManager[Work | None]:
        """The next message to work on, or None. Leaving without `finish` gives it back, counted as a failed turn, to
        be tried again after a moment; nothing of a conversation overtakes."""

    async def failed(self, channel: str, event: str, now: datetime) -> None:
        """Count a failed turn on a message that waits: the process died in the middle of it."""

    async def park(self, channel: str, event: str, apology: Reply, now: datetime) -> None:
        """Give a message up after repeated failures, and queue an apology."""

    async def position(self, key: str) -> str | None:
        """The sync position last committed under the key."""


class Outbox(Protocol):
    """Replies on their way out."""

    async def take(self, channels: Mapping[str, bool], now: datetime) -> Sequence[Outgoing]:
        """Mark the oldest unsent reply of each conversation `sending` and return them. `channels` maps the push
        channels of this process to whether they are idempotent: what a dead process left in `sending` is taken again
        where they are, and becomes uncertain where not."""

    async def sent(self, id: str, shown_as: str, now: datetime) -> None:
        """It arrived: empties its text. Harmless when repeated."""

    async def again(self, id: str, at: datetime) -> None:
        """It surely did not arrive: try again at the time."""

    async def give_up(self, id: str, state: Literal["uncertain", "refused"], now: datetime) -> None:
        """It may have arrived, or never will: counted, not repeated."""

    async def of_event(self, channel: str, event: str) -> Sequence[Outgoing]:
        """The replies to one event that still hold their text (for a page that asks again)."""


class Replies(Protocol):
    """What a channel may ask about replies."""

    async def wait(self, channel: str, event: str, seconds: float) -> Sequence[Outgoing] | None:
        """The undelivered replies to an event as soon as its turn is over (empty when there is nothing to say, or all
        were confirmed before); None when the time is up or no such event is known (never put, or dropped because its
        sender writes too fast). Event ids must be unguessable, or bound to their conversation, by the channel."""

    async def find(self, channel: str, shown_as: str, sender: str = "") -> Shown | None:
        """The reply that the channel showed under its own id, for a reaction or a press by `sender` (the channel's own
        id of the person, not the key)."""

    async def living(self, channel: str, conversation: str) -> str | None:
        """The channel's own id of the newest delivered reply of a conversation that still shows choices (a channel that
        changes a card in place shows several replies under one id: the last of them counts), or None."""

    async def known(self, channel: str, conversation: str) -> bool:
        """Whether the bot has taken part in a conversation (a thread) and still holds its state."""


class Conversations(Protocol):
    """What is held of people, for operators and for the people themselves. `person` is a person key, or
    «channel:id» with the channel's own id of the person."""

    async def erase(self, person: str) -> int:
        """Erase everything held of a person at once; returns how many rows went."""

    async def export(self, person: str) -> Mapping[str, object]:
        """Everything held of a person, as JSON-able data."""

    async def expire(self, before: datetime) -> int:
        """Erase everything older; returns how many rows went."""

    async def counts(self, now: datetime) -> Counts:
        """What is on its way."""


class Records(Protocol):
    """Feedback and questions without an answer, masked."""

    async def add(self, record: Record, now: datetime) -> None:
        """Keep one."""

    async def list(self, kind: str, since: datetime) -> Sequence[tuple[datetime, Record]]:
        """Those of a kind since a time, oldest first."""


class Results(Protocol):
    """Result pages that can be shared: their tokens are unguessable, and they go with the retention time."""

    async def get(self, token: str) -> Reply | None:
        """The result kept under a token, or None."""


class Lease(Protocol):
    """At most one process holds a name."""

    async def hold(self, name: str, owner: str, seconds: float, now: datetime) -> bool:
        """Take or renew; False when somebody else holds it."""

    async def release(self, name: str, owner: str) -> None:
        """Let go at once."""


@dataclass(frozen=True, slots=True)
class Stores:
    """The ports of one store, as app.py hands them out."""

    inbox: Inbox
    outbox: Outbox
    replies: Replies
    conversations: Conversations
    records: Records
    results: Results
    lease: Lease


# ---- the rest -----------------------------------------------------------------------------------------------------


class Limits(Protocol):
    """Who writes too fast. `Inbox.put` as channels get it applies the limit per sender itself; a channel that knows
    network addresses asks for these before it puts."""

    def admit(self, kind: Literal["sender", "address"], key: str) -> Literal["pass", "tell", "drop"]:
        """Count one message: `tell` the first time that it is too many, then `drop` until there is room again."""


class Bell(Protocol):
    """Wakes whoever waits for a topic in this process. Rings are never lost: one that comes between a look and a
    `wait` ends the wait at once."""

    def ring(self, topic: str) -> None:
        """Wake everybody who waits for the topic."""

    def mark(self, topic: str) -> int:
        """A number to take before looking for work, for `wait`."""

    async def wait(self, topic: str, mark: int, seconds: float) -> bool:
        """Return True as soon as the topic was rung after the mark, False when the time is up."""


class Clock(Protocol):
    """The only way to learn the time."""

    def now(self) -> datetime:
        """The time now, with zone UTC."""


def outbox_topic(channel: str) -> str:
    """The bell's topic for «a reply to this channel waits to be sent»."""
    return f"outbox:{channel}"


def event_topic(channel: str, event: str) -> str:
    """The bell's topic for «the turn on this event is over»."""
    return f"event:{channel}:{event}"
