"""Speak with the dialogs as a channel does: one message in, one reply out, the state kept as JSON in between."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from hypothesis import HealthCheck, settings

from bot.core.dialogue import Dialogue
from bot.core.state import ConversationState
from bot.messages import Message, Press, Reply
from dialogs.load import load_flows
from dialogs.model import Flow
from knowledge.load import load
from knowledge.model import Knowledge

STEADY = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
"""The same examples every time and no time limit for one: a busy machine must not turn a test red."""
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@cache
def knowledge() -> Knowledge:
    return load()


@cache
def flows() -> dict[str, Flow]:
    return load_flows()


@cache
def dialogue() -> Dialogue:
    return Dialogue(flows(), knowledge())


def message(text: str = "", press: Press | None = None) -> Message:
    return Message(channel="test", event="1", conversation="c", sender="s", text=text, press=press, received=NOON)


class Talk:
    """One conversation. Every step goes through JSON, as it does in the store."""

    def __init__(self, flow: str = "iop", first: str = "", by: Dialogue | None = None, **state: object) -> None:
        self.by = by or dialogue()
        self.state, self.reply = self.by.start(flow, ConversationState.model_validate(state), first, NOON)

    def say(self, *texts: str) -> Reply:
        """Say something that the dialog must take; returns the last reply."""
        for text in texts:
            done = self.try_to_say(text)
            assert done is not None, f"{text!r} was not taken"
        return self.reply

    def try_to_say(self, text: str) -> Reply | None:
        return self._done(message(text))

    def press(self, value: str, question: str | None = None, answered: int | None = None) -> Reply | None:
        return self._done(message(press=Press(value=value, flow="iop", question=question, answered=answered)))

    def unread(self, text: str) -> Reply:
        self.state, self.reply = self.by.unread(self.state, message(text))
        return self.reply

    def _done(self, said: Message) -> Reply | None:
        self.state = ConversationState.model_validate_json(self.state.model_dump_json())
        done = self.by.handle(self.state, said, NOON)
        if done is None:
            return None
        self.state, self.reply = done
        return self.reply

    @property
    def question(self) -> str | None:
        return self.reply.flow.question if self.reply.flow else None

    @property
    def answered(self) -> int:
        assert self.reply.flow is not None
        return self.reply.flow.answered

    @property
    def outcome(self) -> str | None:
        return self.reply.outcome.outcome if self.reply.outcome else None

    def answer_all(self, answers: dict[str, str], through: bool = True) -> str:
        """Answer until the outcome with plain words; `through` goes through the rest after an early end."""
        words = {"yes": "ja", "no": "nej", "unsure": "vet inte"}
        for _ in range(40):
            if self.question is None:
                if through and self.reply.suggestions[:1] == ("Gå igenom resten",):
                    self.say("gå igenom resten")
                    continue
                assert self.outcome is not None
                return self.outcome
            self.say(words[answers[self.question]])
        raise AssertionError("no outcome was reached")
