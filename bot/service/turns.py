"""The turn loop: takes messages from the inbox, has them answered, and commits the answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.core.mask import mask
from bot.messages import Message, Paragraph, Reply
from bot.ports import Bell, Clock, Inbox, Outgoing, StoreError, TurnResult
from bot.service.log import logger, trace
from bot.service.metrics import Metrics
from bot.service.note import TurnNote

Turn = Callable[[Message, str | None, datetime, Sequence[Outgoing]], TurnResult]
"""The pure turn: message, state of the conversation, now, uncertain replies."""

MAX_FAILURES = 3
POLL_SECONDS = 1.0
"""How often to look for messages that another process put, or whose retry is due."""

_SORRY = "Förlåt, något gick fel när jag skulle svara. Felet är noterat. Försök gärna igen med andra ord."
APOLOGY = Reply(kind="command", text=_SORRY, blocks=(Paragraph(text=_SORRY),))


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
        self._stopping = False
        self._log = logger("turn")

    def stop(self) -> None:
        """Finish what waits, then end `run`."""
        self._stopping = True
        self._bell.ring("inbox")

    async def run(self) -> None:
        """Take and answer messages until stopped, and then until the inbox is empty."""
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                mark = self._bell.mark("inbox")
                took: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
                task = asyncio.create_task(self._one(took))
                running.add(task)
                task.add_done_callback(running.discard)
                if await took:
                    if len(running) >= self._side_by_side:
                        await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                elif not self._stopping:
                    await self._bell.wait("inbox", mark, POLL_SECONDS)
                elif running - {task}:
                    await asyncio.wait(running)
                else:
                    return
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _one(self, took: asyncio.Future[bool]) -> None:
        """One turn; `took` is told as soon as it is known whether there was a message."""
        try:
            failed = await self._take_and_answer(took)
            if failed is not None:
                await self._inbox.park(failed.channel, failed.event, APOLOGY, self._clock.now())
                self._metrics.parked.labels(failed.channel).inc()
                self._log.error("parked", channel=failed.channel, trace=trace(failed.channel, failed.event))
        except StoreError as error:
            self._metrics.store_errors.labels("turn").inc()
            self._log.error("store", detail=str(error))
        except Exception as error:
            self._log.error("broken", exc_info=error)
        finally:
            if not took.done():
                took.set_result(False)

    async def _take_and_answer(self, took: asyncio.Future[bool]) -> Message | None:
        """Returns the message if it is to be given up."""
        started = asyncio.get_running_loop().time()
        now = self._clock.now()
        async with self._inbox.take(now) as work:
            took.set_result(work is not None)
            if work is None:
                return None
            message = work.message
            if work.attempts >= MAX_FAILURES:
                return message
            try:
                with self._note.of(message.channel, message.event):
                    result = _masked(self._turn(message, work.state, now, work.uncertain))
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
                return message if work.attempts + 1 >= MAX_FAILURES else None
        self._measure(message, result, asyncio.get_running_loop().time() - started)
        return None

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


def _masked(result: TurnResult) -> TurnResult:
    """Whatever the turn does, no record is kept with a number or an address of a person in it."""
    if not any(record.text for record in result.records):
        return result
    records = tuple(replace(record, text=mask(record.text)) for record in result.records)
    return replace(result, records=records)
