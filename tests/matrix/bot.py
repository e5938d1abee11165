"""The running bot: `iopbot run` in a process of its own, with settings from the environment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bot.channels.matrix.vault import Vault
from tests.needs import ROOT
from tests.support.synapse import Synapse

METRICS = "metrics-of-the-tests"


class Bot:
    """One bot with a data folder of its own. `environment` overrides its settings."""

    program: tuple[str, ...] = ("-m", "bot.app")

    def __init__(self, synapse: Synapse, user: str, folder: Path | None = None, **environment: str) -> None:
        self.user = user
        self.folder = folder or Path(tempfile.mkdtemp(prefix="iopbot-matrix-"))
        self._settings = {
            "IOPBOT_DATA_DIR": str(self.folder),
            "IOPBOT_PORT": "0",
            "IOPBOT_MATRIX_HOMESERVER": synapse.url,
            "IOPBOT_MATRIX_USER": user,
            "IOPBOT_MATRIX_PASSWORD": "password",
            "IOPBOT_MATRIX_STORE_KEY": "a store key of the tests",
            "IOPBOT_METRICS_TOKEN": METRICS,
            "IOPBOT_PUBLIC_URL": "https://iop.example.se",
            "IOPBOT_SENDER_BURST": "1000",
            "IOPBOT_LOG_FORMAT": "text",
            **environment,
        }
        self.process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self, ready: bool = True) -> None:
        """Start; and wait until every part is well, unless told otherwise."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith("IOPBOT_")}
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.program],
                env=clean | self._settings | {"PYTHONPATH": str(ROOT)},
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.startswith("Webb: "):
            self.kill()
            raise AssertionError(f"the bot did not start: {line}{self.log()[-2000:]}")
        # The line names the public address; the port is the process' own.
        self.url = f"http://127.0.0.1:{_port_of(self.process.pid)}"
        if ready:
            self.until(lambda health: health["ready"])

    def health(self) -> dict[str, object]:
        """What /health/ready says to those with the token."""
        headers = {"Authorization": f"Bearer {METRICS}"}
        found: dict[str, object] = httpx.get(f"{self.url}/health/ready", headers=headers, timeout=5).json()
        return found

    def matrix(self) -> dict[str, object]:
        """The part of it about Matrix."""
        parts = self.health()["parts"]
        assert isinstance(parts, list)
        return next(part for part in parts if part["name"] == "matrix")

    def until(self, wanted: object, seconds: float = 40) -> dict[str, object]:
        """Wait until the health is as wanted."""
        assert callable(wanted)
        end = time.monotonic() + seconds
        while True:
            health = self.health()
            if wanted(health):
                return health
            assert time.monotonic() < end, f"{health}\n{self.log()[-3000:]}"
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop in order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End at once, as a crash does."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Have it do nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End the pause."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def session(self) -> dict[str, str]:
        """The session that it has on disk."""
        kept = Vault(self.folder / "matrix", self._settings["IOPBOT_MATRIX_STORE_KEY"]).read("session")
        assert kept is not None
        return kept

    def log(self) -> str:
        """What it has logged."""
        return (self.folder / "log").read_text()

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(how)
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None


def _port_of(pid: int) -> int:
    """The TCP port on which a process listens."""
    inodes = {os.readlink(f) for f in Path(f"/proc/{pid}/fd").iterdir() if _is_socket(f)}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
            return int(fields[1].split(":")[1], 16)
    raise AssertionError("the bot does not listen")


def _is_socket(path: Path) -> bool:
    try:
        return os.readlink(path).startswith("socket:")
    except OSError:
        return False
