"""Matrix, on a homeserver of its own: answers beside a bare nio echo's, memory, and the first sync of 200 rooms."""

from __future__ import annotations

import asyncio
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.bench.rows import Row, at_most
from tests.matrix.bot import Bot
from tests.matrix.latency import measure
from tests.matrix.people import Person
from tests.support.synapse import Synapse

QUESTIONS = 200
ROOMS = 200
MEGOLM = [{"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]


def rows() -> Iterator[Row]:
    """Times, memory and start."""
    with ExitStack() as ending:
        synapse = Synapse(extra={"refreshable_access_token_lifetime": "5m"})  # as it is unless configured
        ending.callback(synapse.close)
        synapse.start()
        bot = Bot(synapse, synapse.register("iop"))
        ending.callback(shutil.rmtree, bot.folder, ignore_errors=True)
        ending.callback(bot.kill)
        bot.start()
        time.sleep(10)
        yield at_most("web and encrypted Matrix, idle", resident(bot), 175, "MB")
        for encrypted, kind in ((False, "plain"), (True, "encrypted")):
            times = asyncio.run(measure(synapse, bot, QUESTIONS, encrypted))
            answer, echo = (statistics.median(times[name]) for name in ("bot", "echo"))
            yield Row(f"send to answer, {kind}, median of {QUESTIONS}", f"{answer:.1f} ms", f"an echo: {echo:.1f} ms")
            yield Row("… as many times the echo's", f"{answer / echo:.2f}", "≤ 1.15", answer / echo <= 1.15)
        bot.stop()
        yield at_most(f"first sync of {ROOMS} rooms, from start to ready", first_sync_seconds(synapse), 10, "s")


def resident(bot: Bot) -> float:
    """Megabytes of memory."""
    assert bot.process is not None
    status = Path(f"/proc/{bot.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]) / 1024


def first_sync_seconds(synapse: Synapse) -> float:
    """From when a new bot listens until it is ready, in an account that is in many rooms already, half of them
    encrypted. The server's own work is part of it."""
    with ExitStack() as ending:
        bot = Bot(synapse, synapse.register("iop-rooms"))
        ending.callback(shutil.rmtree, bot.folder, ignore_errors=True)
        ending.callback(bot.kill)
        itself = Person(synapse.url, bot.user)
        people = [Person(synapse.url, synapse.register(f"member{number}")) for number in range(5)]
        for one in (itself, *people):
            ending.callback(one.close)
        for number in range(ROOMS):
            state = MEGOLM if number % 2 else []
            room = itself.room(name=f"Rum {number}", preset="public_chat", initial_state=state)
            one = people[number % len(people)]
            one.call("POST", f"/join/{room}", {})
            one.say(room, "Hej alla!")
        bot.start(ready=False)
        started = time.monotonic()
        bot.until(lambda health: health["ready"], 120)
        return time.monotonic() - started
