"""The turn loop: takes messages from the inbox, has them answered, and commits the answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from pydantic import ValidationError

from bot.core.mask import mask
from bot.core.state import ConversationState
from bot.messages import Message, Paragraph, Reply
from bot.ports import Bell, Clock, Inbox, Outgoing, StoreError, TurnResult, Work
from bot.service.log import logger, trace
from bot.service.metrics import Metrics
from bot.service.note import TurnNote

Turn = Callable[[Message, str | None, datetime, Sequence[Outgoing]], TurnResult]
"""The pure turn: message, state of the conversation, now, uncertain replies."""

MAX_FAILURES = 3
POLL_SECONDS = 1.0
"""How often to look for messages that another process put, or whose retry is due."""

_SORRY = {
    "sv": "Förlåt, något gick fel när jag skulle svara. Felet är noterat. Försök gärna igen med andra ord.",
    "en": "Sorry, something went wrong when I was to answer. It has been noted. Please try again in other words.",
}


class Sender(Protocol):
    """What sends the replies of one channel in this process."""

    @property
    def ready(self) -> bool:
        """Whether it would send a reply right now."""

    def hand(self, outgoing: Outgoing) -> None:
        """Send a reply that is marked as being sent."""


class TurnLoop:
    """Runs at most `side_by_side` turns at once; those of one conversation follow each other, whatever process runs
    them."""

    def __init__(
        self,
        inbox: Inbox,
        turn: Turn,
        bell: Bell,
        clock: Clock,
        metrics: Metrics,
        side_by_side: int = 1,
        note: TurnNote | None = None,
        senders: Mapping[str, Sender] | None = None,
    ) -> None:
        self._inbox = inbox
        self._turn = turn
        self._bell = bell
        self._clock = clock
        self._metrics = metrics
        self._side_by_side = side_by_side
        self._note = note or TurnNote(None)
        self._senders = senders if senders is not None else {}
        self._pulling = asyncio.Lock()
        """One looks for the next message, or waits for it; the others work."""
        self._stopping = False
        self._log = logger("turn")

    def stop(self) -> None:
        """Finish what waits, then end `run`."""
        self._stopping = True
        self._bell.ring("inbox")

    async def run(self) -> None:
        """Take and answer messages until stopped, and then until the inbox is empty."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._side_by_side):
                group.create_task(self._work())

    async def _work(self) -> None:
        """One turn after the other."""
        while True:
            async with self._pulling:
                taken = await self._next()
            if taken is None:
                return
            await self._answer(*taken)
            if self._pulling.locked():
                # Another one has looked already: what waited behind this message in its conversation can be taken now.
                self._bell.ring("inbox")
            # On SQLite nothing of a turn may ever wait: without this a backlog would hold up sends and requests.
            await asyncio.sleep(0)

    async def _next(self) -> tuple[Work, AsyncExitStack] | None:
        """The next message, as soon as there is one, and what gives it back; None when it is time to end."""
        while True:
            mark = self._bell.mark("inbox")
            try:
                async with AsyncExitStack() as held:
                    work = await held.enter_async_context(self._inbox.take(self._clock.now()))
                    if work is not None:
                        return work, held.pop_all()
            except Exception as error:
                self._failed(error)
            if self._stopping:
                return None
            await self._bell.wait("inbox", mark, POLL_SECONDS)

    async def _answer(self, work: Work, held: AsyncExitStack) -> None:
        try:
            async with held:
                hopeless = await self._answered(work)
            if hopeless:
                message = work.message
                await self._inbox.park(message.channel, message.event, _apology(work), self._clock.now())
                self._metrics.parked.labels(message.channel).inc()
                self._log.error("parked", channel=message.channel, trace=trace(message.channel, message.event))
        except Exception as error:
            self._failed(error)
            # The message is as it was: trying it again at once would do so for as long as the disk is full.
            await self._bell.wait("inbox", self._bell.mark("inbox"), POLL_SECONDS)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, StoreError):
            self._metrics.store_errors.labels("turn").inc()
            self._log.error("store", detail=str(error))
        else:
            self._log.error("broken", exc_info=error)

    async def _answered(self, work: Work) -> bool:
        """Run the turn and commit it; returns whether the message is to be given up."""
        if work.attempts >= MAX_FAILURES:
            return True
        started = asyncio.get_running_loop().time()
        message = work.message
        try:
            with self._note.of(message.channel, message.event):
                result = _masked(self._turn(message, work.state, self._clock.now(), work.uncertain))
            sender = self._senders.get(message.channel)
            at_once = sender is not None and sender.ready
            first = await work.finish(result, self._clock.now(), at_once)
            if first is not None and sender is not None:
                sender.hand(first)
        except StoreError:
            raise
        except Exception as error:
            self._metrics.failed_turns.labels(message.channel).inc()
            self._log.error(
                "failed", channel=message.channel, trace=trace(message.channel, message.event), exc_info=error
            )
            return work.attempts + 1 >= MAX_FAILURES
        self._measure(message, result, asyncio.get_running_loop().time() - started)
        return False

    def _measure(self, message: Message, result: TurnResult, seconds: float) -> None:
        self._metrics.turn.observe(seconds)
        self._metrics.answer.observe(max(0.0, (self._clock.now() - message.received).total_seconds()))
        for reply in result.replies:
            self._metrics.replies.labels(message.channel, reply.kind).inc()
        self._log.info(
            "answered",
            channel=message.channel,
            trace=trace(message.channel, message.event),
            kinds=[reply.kind for reply in result.replies],
            ms=round(seconds * 1000, 1),
        )


def _apology(work: Work) -> Reply:
    """In the language of the conversation, as far as its state can be read."""
    try:
        spoken = ConversationState.model_validate_json(work.state).language if work.state else None
    except ValidationError:
        spoken = None
    language = spoken or work.message.language or "sv"
    return Reply(kind="command", text=_SORRY[language], blocks=(Paragraph(text=_SORRY[language]),), language=language)


def _masked(result: TurnResult) -> TurnResult:
    """Whatever the turn does, no record is kept with a number or an address of a person in it."""
    if not any(record.text for record in result.records):
        return result
    records = tuple(replace(record, text=mask(record.text)) for record in result.records)
    return replace(result, records=records)
