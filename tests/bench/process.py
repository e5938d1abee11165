"""What `iopbot` costs as a process: the time of one question, the memory of the bot when nobody writes."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.rows import Row, at_most

IOPBOT = str(Path(sys.executable).parent / "iopbot")


def rows() -> Iterator[Row]:
    """Time of `iopbot ask`, memory of `iopbot run`."""
    yield at_most("iopbot ask, whole process, median of 9", ask_seconds(), 0.6, "s")
    yield at_most("iopbot run, web only, idle", idle_megabytes(), 140, "MB")


def ask_seconds(times: int = 9) -> float:
    """Median time of one question with a warm disk."""
    spent = []
    for _ in range(times + 1):
        started = time.perf_counter()
        subprocess.run([IOPBOT, "ask", "--json", "Är IOP tillåtet?"], check=True, capture_output=True)
        spent.append(time.perf_counter() - started)
    return statistics.median(spent[1:])


def idle_megabytes() -> float:
    """Resident memory of the running bot after a few requests and ten quiet seconds."""
    with running() as (process, address):
        for path in ("/", "/health/ready"):
            urllib.request.urlopen(address + path, timeout=10).read()
        time.sleep(10)
        status = Path(f"/proc/{process.pid}/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(resident.split()[1]) / 1024


@contextmanager
def running(**settings: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The bot as a process of its own with a new data folder, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("IOPBOT_")}
    with tempfile.TemporaryDirectory(prefix="iopbot-bench-") as folder:
        environment = kept | {"IOPBOT_DATA_DIR": folder, "IOPBOT_PORT": str(port)} | settings
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot.app"], env=environment, cwd=folder, stdout=output, stderr=output
            )
        try:
            wait_until_ready(process, f"http://127.0.0.1:{port}", log)
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_until_ready(process: subprocess.Popen[bytes], address: str, log: Path, seconds: float = 30) -> None:
    """Until the bot says that it is ready; raises with its log when it ends or takes too long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/health/ready", timeout=2).read()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"iopbot run did not become ready:\n{log.read_text()}")
