"""Small values for tests: messages, replies, results, and a clock that is set by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from bot.messages import Message, Paragraph, Reply
from bot.ports import TurnResult

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = b"a secret of at least 16 bytes"
_numbers = count(1)


class SetClock:
    """The port Clock, standing still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, seconds: float) -> datetime:
        """Go forward, or back, and return the new time."""
        self._now += timedelta(seconds=seconds)
        return self._now


def message(text: str = "Är IOP tillåtet?", **fields: object) -> Message:
    """A message in channel `push`, with an event id of its own unless given."""
    values: dict[str, object] = {
        "channel": "push",
        "event": f"event-{next(_numbers)}",
        "conversation": "room",
        "sender": "@anna:example.org",
        "received": START,
        "address": {"thread": "t1"},
    }
    return Message.model_validate(values | {"text": text} | fields)


def reply(text: str = "Ja.") -> Reply:
    """A reply with one paragraph."""
    return Reply(kind="answer", text=text, blocks=(Paragraph(text=text),))


def result(*texts: str, state: str | None = '{"n": 1}', **fields: object) -> TurnResult:
    """What a turn leaves behind, with a reply for each text."""
    return TurnResult(state=state, replies=tuple(map(reply, texts)), **fields)  # type: ignore[arg-type]
