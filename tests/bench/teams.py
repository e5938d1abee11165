"""The Teams channel against a bare echo bot on the same SDK, in turn, with the same connector on loopback."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median

import httpx

from tests.bench.process import running
from tests.bench.rows import Row, at_most, percentile
from tests.teams.client import Person
from tests.teams.connector import Connector

PER_SECOND = 20
SECONDS = 15
ROUNDS = 2
ROOT = Path(__file__).resolve().parents[2]
QUESTION = "Är IOP tillåtet?"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of every activity: until it was acknowledged, and until its answer arrived."""

    acknowledged: list[float]
    answered: list[float]


def rows() -> Iterator[Row]:
    """Both bots at 20 activities a second, and how they compare."""
    connector = Connector()
    try:
        echo, bot = Times([], []), Times([], [])
        for _ in range(ROUNDS):
            with echoing() as url:
                measure(url, connector, echo)
            settings = {"IOPBOT_TEAMS_INSECURE_LOCAL": "true", "IOPBOT_LOG_LEVEL": "warning"}
            with running(**settings) as (_, url):
                measure(url, connector, bot)
    finally:
        connector.close()
    for what, name in (("acknowledgement", "acknowledged"), ("answer", "answered")):
        mine, other = getattr(bot, name), getattr(echo, name)
        yield Row(f"echo, {what}, median and 99th", f"{median(other):.1f} and {percentile(other, 99):.1f} ms")
        yield Row(f"iopbot, {what}, median and 99th", f"{median(mine):.1f} and {percentile(mine, 99):.1f} ms")
        yield at_most(f"{what}, median to the echo's", median(mine) / median(other), 2.5, "times")
        yield at_most(f"{what}, 99th to the echo's", percentile(mine, 99) / percentile(other, 99), 4, "times")


@contextmanager
def echoing() -> Iterator[str]:
    """The echo bot as a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.echo_bot"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().split()[1]}"
        finally:
            process.terminate()


def measure(url: str, connector: Connector, times: Times) -> None:
    """Send at an even pace, each activity by somebody else in a chat of their own."""
    with httpx.Client(trust_env=False, timeout=20, limits=httpx.Limits(max_connections=50)) as http:
        for _ in range(10):
            _one(http, url, connector, Times([], []))  # warm
        threads = []
        started = time.monotonic()
        for n in range(PER_SECOND * SECONDS):
            time.sleep(max(0.0, started + n / PER_SECOND - time.monotonic()))
            thread = threading.Thread(target=_one, args=(http, url, connector, times))
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join(30)


def _one(http: httpx.Client, url: str, connector: Connector, times: Times) -> None:
    number = next(_numbers)
    person = Person(url, connector, chat=f"a:bench-{number}", name=f"P{number}")
    activity = person.activity(text=QUESTION)
    started = time.monotonic()
    response = http.post(f"{url}/api/messages", json=activity)
    acknowledged = time.monotonic()
    assert response.status_code == 200, response.text
    connector.until(lambda: connector.sent(person.chat), 20)
    times.acknowledged.append((acknowledged - started) * 1000)
    times.answered.append((connector.sent(person.chat)[0].at - started) * 1000)
    _forget(connector, lambda conversation: conversation == person.chat)


def _forget(connector: Connector, which: Callable[[str], bool]) -> None:
    """What was measured is not kept, or looking for answers would take longer and longer."""
    connector.requests[:] = [seen for seen in connector.requests if not which(seen.conversation)]
