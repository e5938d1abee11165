"""Prints the resident memory in MB of a bot after 1,000 messages, and after as many as told: DATABASE COUNT."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path

from bot.app.parts import SystemClock
from bot.core.limit import Rate
from bot.core.turn import build_brain, turn
from bot.service.bell import LocalBell
from bot.service.log import set_up_logging
from bot.service.service import Options, Service
from bot.store.ids import Keys
from bot.store.sql import SqlStore
from tests.support.making import SECRET, message

SAID = ("Är IOP tillåtet?", "testa om vår idé passar", "ja", "vet ej", "Vad kostar badhuset i Borås?", "avbryt", "hej")
AT_ONCE = 20
PEOPLE = 5000


def resident() -> float:
    """Resident memory of this process in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def main(path: str, count: int) -> None:
    """Write as `count` people do, on pages that confirm what they have shown."""
    set_up_logging("error", "json")
    bell, clock = LocalBell(), SystemClock()
    store = SqlStore(f"sqlite:///{path}", Keys(SECRET), bell, clock, "me")
    plenty = Options(sender_rate=Rate(10**6, 10**6))
    service = Service(await store.open(), partial(turn, build_brain()), bell, clock, "me", plenty)
    await service.start()

    async def say(number: int) -> None:
        # Every message has words of its own, so that nothing remembered for a text is used twice.
        text = f"{SAID[number % len(SAID)]} ({number})"
        who = f"c{number % PEOPLE}"
        said = message(text, channel="web", event=f"e{number}", conversation=who, sender=who, received=clock.now())
        await service.inbox.put([said])
        for out in await service.stores.replies.wait("web", said.event, 60) or ():
            await service.stores.outbox.sent(out.id, out.id, clock.now())

    for start in range(0, count, AT_ONCE):
        await asyncio.gather(*(say(number) for number in range(start, start + AT_ONCE)))
        if start + AT_ONCE == 1000:
            print(resident(), flush=True)
    print(resident(), flush=True)
    await service.stop()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
