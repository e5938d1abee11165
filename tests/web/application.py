"""`iopbot run` as a process of its own: real knowledge, real dialogs, SQLite in a folder of the test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_START = [sys.executable, "-u", "-c", "from bot.cli import main; main()", "run"]


class Application:
    """The bot on a free port, which it keeps when it is started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._folder = folder
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("IOPBOT_")} | {
            "IOPBOT_DATA_DIR": str(folder / "data"),
            "IOPBOT_PORT": str(port),
            "IOPBOT_SENDER_BURST": "1000",
            "IOPBOT_ADDRESS_BURST": "1000",
            "IOPBOT_CONTACT": "iop@example.org",
            "PYTHONPATH": str(ROOT),
        }
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Return when it says where it listens."""
        log = (self._folder / "log").open("a")
        with log:
            self._process = subprocess.Popen(
                _START, cwd=self._folder, env=self._environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if self.url in line:
                return
        self.kill()
        raise RuntimeError(f"the bot did not start: {(self._folder / 'log').read_text()[-2000:]}")

    def kill(self) -> None:
        """Pull the plug."""
        self._end(force=True)

    def stop(self) -> None:
        """Ask it to end."""
        self._end(force=False)

    def _end(self, force: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if force:
            process.kill()
        else:
            process.terminate()
        process.communicate(timeout=20)
