"""The whole bot as a process of its own, on a free port."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.needs import ROOT

Ended = subprocess.CompletedProcess[str]


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The environment without settings of its own, and with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IOPBOT_")}
    own = {"IOPBOT_DATA_DIR": str(folder), "IOPBOT_PORT": "0", "PYTHONPATH": str(ROOT)}
    return kept | own | settings


@dataclass
class Running:
    """A bot that says that it is ready."""

    process: subprocess.Popen[str]
    address: str
    client: httpx.Client
    log: Path

    def ask(self, text: str, conversation: str, event: str, **more: object) -> list[dict[str, object]]:
        """Write something on the chat page, and get the replies."""
        body = {"conversation": conversation, "event": event, "text": text, **more}
        answer = self.client.post("/api/chat/messages", json=body)
        answer.raise_for_status()
        replies: list[dict[str, object]] = answer.json()["replies"]
        return replies

    def stop(self, number: int = signal.SIGTERM, seconds: float = 12) -> int:
        """Tell it to stop, and wait for its exit status."""
        self.process.send_signal(number)
        return self.process.wait(seconds)


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Running]:
    """A bot with its data in a folder; killed in the end if it still runs."""
    log = folder.parent / f"{folder.name}.log"
    with log.open("a") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.app"],
            env=environment(folder, **settings),
            cwd=folder.parent,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Webb: "), line + log.read_text()
        address = line.removeprefix("Webb: ").strip().rstrip("/")
        with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
            wait_until_ready(client)
            yield Running(process, address, client, log)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()  # type: ignore[union-attr]


def wait_until_ready(client: httpx.Client, seconds: float = 20) -> None:
    """Until every part says that it is well."""
    until = time.monotonic() + seconds
    while client.get("/health/ready").status_code != 200:
        assert time.monotonic() < until, client.get("/health/ready").text
        time.sleep(0.05)


def fails_to_start(folder: Path, **settings: str) -> Ended:
    """What a bot says that does not start."""
    return subprocess.run(
        [sys.executable, "-m", "bot.app"],
        env=environment(folder, **settings),
        cwd=folder.parent,
        capture_output=True,
        text=True,
        timeout=60,
    )
