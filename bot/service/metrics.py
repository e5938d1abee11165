"""What is counted and measured, for Prometheus. No label holds a person, a conversation or a text."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.ports import Counts, Health

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """One registry of its own, so that two services in one process (in tests) do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        counter = self._counter
        self.messages = counter("messages", "Messages that channels put into the inbox", "channel")
        self.limited = counter("messages_limited", "Messages of senders who wrote too fast", "channel")
        self.replies = counter("replies", "Replies by kind (the tier of an answer)", "channel", "kind")
        self.failed_turns = counter("turns_failed", "Turns that failed", "channel")
        self.parked = counter("messages_parked", "Messages given up after repeated failures", "channel")
        self.sends = counter("sends", "What became of sending", "channel", "outcome")
        self.store_errors = counter("store_errors", "Steps that the database did not take", "step")
        self.erased = counter("rows_expired", "Rows erased because their retention time was over")
        self.intake = self._histogram("intake_seconds", "From a channel's put to its commit")
        self.turn = self._histogram("turn_seconds", "A turn, from taking the message to its commit")
        self.answer = self._histogram("answer_seconds", "From receiving a message to the commit of its replies")
        self.send = self._histogram("send_seconds", "Sending one reply", "channel")
        self._waiting = self._gauge("inbox_waiting", "Messages without a finished turn")
        self._waiting_age = self._gauge("inbox_oldest_seconds", "Age of the oldest of them")
        self._outgoing = self._gauge("outbox_waiting", "Replies to push channels that are not delivered yet")
        self._outgoing_age = self._gauge("outbox_oldest_seconds", "Age of the oldest of them")
        self._uncertain = self._gauge("outbox_uncertain", "Replies of which nobody knows whether they arrived")
        self._held_parked = self._gauge("inbox_parked", "Messages that were given up, within the retention time")
        self._up = Gauge("iopbot_up", "1 when a part is well, else 0", ["part"], registry=self.registry)

    def exposed(self, counts: Counts | None, parts: Iterable[Health]) -> bytes:
        """Everything in Prometheus' text format, with the state of now. `counts` is None when the database is away."""
        if counts is not None:
            self._waiting.set(counts.waiting)
            self._waiting_age.set(counts.oldest_waiting)
            self._outgoing.set(counts.outgoing)
            self._outgoing_age.set(counts.oldest_outgoing)
            self._uncertain.set(counts.uncertain)
            self._held_parked.set(counts.parked)
        for part in parts:
            self._up.labels(part.name).set(part.ok)
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"iopbot_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(f"iopbot_{name}", text, labels, registry=self.registry, buckets=_SECONDS)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"iopbot_{name}", text, registry=self.registry)
