"""The service: everything between channels and store, started and stopped in order."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.core.limit import Rate
from bot.ports import Bell, Channel, Clock, Health, PushChannel, Stores
from bot.service.limits import LimitedInbox, SharedLimits
from bot.service.log import logger, trace
from bot.service.metrics import Metrics
from bot.service.note import TurnNote
from bot.service.sends import SendLoop
from bot.service.turns import Turn, TurnLoop
from bot.service.upkeep import LEASE_SECONDS, Heartbeat, Retention

RESTART_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Pauses before a channel that ended is run again."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator decides of the service. `side_by_side` turns run at once: 1 is right for SQLite, which has one
    writer; `stop_seconds` is how long stopping may take."""

    retention_days: int = 21
    sender_rate: Rate = field(default_factory=lambda: Rate(10, 1))
    address_rate: Rate = field(default_factory=lambda: Rate(40, 10))
    side_by_side: int = 1
    stop_seconds: float = 5.0
    lease_seconds: float = LEASE_SECONDS
    folder: Path | None = None
    """Where to note the turn that is under way, so that a message which kills the process is found out."""


@dataclass(slots=True)
class Service:
    """Make it, give `inbox` and `limits` to the channels, `add` the channels, `start`, and in the end `stop`."""

    stores: Stores
    turn: Turn
    bell: Bell
    clock: Clock
    owner: str
    options: Options = field(default_factory=Options)
    metrics: Metrics = field(default_factory=Metrics)
    _channels: list[Channel] = field(default_factory=list)
    _sends: dict[str, SendLoop] = field(default_factory=dict)
    _receiving: list[asyncio.Task[None]] = field(default_factory=list)
    _working: list[asyncio.Task[None]] = field(default_factory=list)
    _beside: list[asyncio.Task[None]] = field(default_factory=list)
    limits: SharedLimits = field(init=False)
    inbox: LimitedInbox = field(init=False)
    _turns: TurnLoop = field(init=False)
    _heartbeat: Heartbeat = field(init=False)
    _note: TurnNote = field(init=False)

    def __post_init__(self) -> None:
        def tick() -> float:
            return asyncio.get_running_loop().time()

        options, stores = self.options, self.stores
        self.limits = SharedLimits(options.sender_rate, options.address_rate, tick)
        self.inbox = LimitedInbox(stores.inbox, self.limits, self.metrics)
        self._note = TurnNote(options.folder, self.owner)
        self._turns = TurnLoop(
            stores.inbox, self.turn, self.bell, self.clock, self.metrics, options.side_by_side, self._note, self._sends
        )
        self._heartbeat = Heartbeat(stores.lease, self.owner, self.clock, options.lease_seconds)

    def add(self, channel: Channel) -> None:
        """A channel whose replies wait until it fetches them."""
        self._channels.append(channel)

    def add_push(self, channel: PushChannel) -> None:
        """A channel that replies are sent to."""
        self._channels.append(channel)
        self._sends[channel.name] = SendLoop(channel, self.stores.outbox, self.bell, self.clock, self.metrics)

    @property
    def channels(self) -> Sequence[Channel]:
        """All channels that were added."""
        return self._channels

    async def start(self) -> None:
        """Go on with whatever was left, and receive. Raises StoreError when the store cannot be used."""
        await self._heartbeat.beat()
        for channel, event in self._note.begin():
            logger("service").error("died_in_turn", channel=channel, trace=trace(channel, event))
            await self.stores.inbox.failed(channel, event, self.clock.now())
        retention = Retention(self.stores.conversations, self.options.retention_days, self.clock, self.metrics)
        self._beside = [_task(self._heartbeat.run()), _task(retention.run())]
        self._working = [_task(self._turns.run()), *(_task(loop.run()) for loop in self._sends.values())]
        self._receiving = [_task(self._receive(channel)) for channel in self._channels]

    async def stop(self) -> None:
        """Stop receiving, finish the turns, send what waits; what is not done in time goes on after the next start."""
        await _cancelled(self._receiving)
        try:
            async with asyncio.timeout(self.options.stop_seconds):
                # First the turns, since they make what is to be sent.
                self._turns.stop()
                await asyncio.gather(*self._working[:1], return_exceptions=True)
                for loop in self._sends.values():
                    loop.stop()
                await asyncio.gather(*self._working[1:], return_exceptions=True)
                await self._heartbeat.end()
        except TimeoutError:
            logger("service").warning("stopped_before_all_was_done")
        await _cancelled([*self._working, *self._beside])
        self._note.end()

    def health(self) -> list[Health]:
        """How the loops and the channels are."""
        ended = [task for task in (*self._working, *self._beside) if task.done()]
        loops = Health("slingor", not ended, "starta om boten" if ended else "igång")
        return [loops, *(channel.health() for channel in self._channels)]

    async def _receive(self, channel: Channel) -> None:
        """Run a channel, and run it again when it breaks."""
        log = logger("channel")
        failures = 0
        while True:
            started = asyncio.get_running_loop().time()
            try:
                return await channel.run()
            except Exception as error:
                log.error("ended", channel=channel.name, exc_info=error)
            if asyncio.get_running_loop().time() - started > RESTART_SECONDS[-1]:
                failures = 0
            await asyncio.sleep(RESTART_SECONDS[min(failures, len(RESTART_SECONDS) - 1)])
            failures += 1


def _task(coroutine: Coroutine[None, None, None]) -> asyncio.Task[None]:
    task = asyncio.create_task(coroutine)
    task.add_done_callback(_told)
    return task


def _told(task: asyncio.Task[None]) -> None:
    """Log why a loop broke: nobody waits for it before the bot stops."""
    if not task.cancelled() and (error := task.exception()) is not None:
        logger("service").error("loop_broke", exc_info=error)


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
