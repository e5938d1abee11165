"""Fifty conversations at once for a minute through the web channel: on SQLite, and on PostgreSQL with two replicas."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import httpx

from tests.bench.process import running
from tests.bench.rows import Row, at_most, percentile
from tests.support.postgres import Postgres

CONVERSATIONS = 50
SECONDS = 60
PAUSE = 1.0
"""Seconds between a reply and the next message of the same person: faster than anybody types."""
SAID = (
    "Är IOP tillåtet?",
    "och i Eslöv då?",
    "testa om vår idé passar",
    "ja",
    "vad menas med idéburen?",
    "avbryt",
    "hej",
)
UNLIMITED = {"IOPBOT_ADDRESS_PER_SECOND": "100000", "IOPBOT_ADDRESS_BURST": "100000", "IOPBOT_SENDER_PER_SECOND": "100"}


@dataclass
class Tally:
    """What all conversations met."""

    milliseconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def rows() -> Iterator[Row]:
    """Errors and times, first on SQLite, then on PostgreSQL."""
    with running(**UNLIMITED) as (_, address):
        yield from told("SQLite", asyncio.run(converse([address])))
    server = Postgres()
    server.start()
    try:
        shared = {"IOPBOT_DATABASE_URL": server.database(), "IOPBOT_SECRET_KEY": uuid.uuid4().hex, **UNLIMITED}
        with ExitStack() as replicas:
            addresses = [replicas.enter_context(running(**shared))[1] for _ in range(2)]
            yield from told("PostgreSQL, two replicas", asyncio.run(converse(addresses)))
    finally:
        server.close()


def told(where: str, tally: Tally) -> Iterator[Row]:
    """The rows of one run."""
    sent = len(tally.milliseconds) + len(tally.errors)
    faults = f"{len(tally.errors)} {tally.errors[:1] or ''}".strip()
    yield Row(f"{where}: lost, doubled or failed of {sent:,}", faults, "0", not tally.errors)
    yield at_most(f"{where}: median", percentile(tally.milliseconds, 50), 50, "ms")
    yield Row(f"{where}: 99th percentile", f"{percentile(tally.milliseconds, 99):.1f} ms")


async def converse(addresses: Sequence[str]) -> Tally:
    """All conversations; each goes to the replicas in turn."""
    tally = Tally()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=CONVERSATIONS)
    async with httpx.AsyncClient(timeout=30, limits=limits, trust_env=False) as client:
        until = time.monotonic() + SECONDS
        async with asyncio.TaskGroup() as group:
            for number in range(CONVERSATIONS):
                group.create_task(talk(client, addresses, number, until, tally))
    return tally


async def talk(client: httpx.AsyncClient, addresses: Sequence[str], number: int, until: float, tally: Tally) -> None:
    """One person: begins at a moment of their own, and writes again a while after each reply."""
    conversation, seen = str(uuid.uuid4()), set[str]()
    await asyncio.sleep(PAUSE * number / CONVERSATIONS)
    while time.monotonic() < until:
        address = addresses[number % len(addresses)]
        body = {"conversation": conversation, "event": str(uuid.uuid4()), "text": SAID[number % len(SAID)]}
        started = time.perf_counter()
        try:
            answer = await client.post(f"{address}/api/chat/messages", json=body, headers={"Origin": address})
            answer.raise_for_status()
            replies = {reply["id"] for reply in answer.json()["replies"]}
        except httpx.HTTPError as error:
            tally.errors.append(repr(error))
        else:
            if replies and not replies & seen:
                tally.milliseconds.append(1000 * (time.perf_counter() - started))
            else:
                tally.errors.append("lost" if not replies else "doubled")
            seen |= replies
        number += 1
        await asyncio.sleep(PAUSE)
