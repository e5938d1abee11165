"""The bot as a process of its own in insecure local mode, to be killed and started again."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, Self


class Process:
    """`python -m bot.app` on a free port of loopback, with its data in a folder. Use it as a context."""

    def __init__(self, folder: Path, **settings: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("IOPBOT_")}
        self._environment = kept | {
            "IOPBOT_DATA_DIR": str(folder),
            "IOPBOT_PORT": str(port),
            "IOPBOT_TEAMS_INSECURE_LOCAL": "true",
            "IOPBOT_LOG_LEVEL": "error",
            **settings,
        }
        self._folder = folder
        self._root = Path(__file__).resolve().parents[2]
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Return when it says where it listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.app"],
            env=self._environment | {"PYTHONPATH": str(self._root)},
            cwd=self._folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith("Teams:"):
                return
        self._end()
        raise RuntimeError("the bot ended before it listened")

    def kill(self) -> None:
        """kill -9."""
        assert self._process
        self._process.kill()
        self._end()

    def feedback(self) -> list[tuple[str, str]]:
        """Thumbs and comments that are kept."""
        return self._rows("select value, text from records where kind = 'feedback'")

    def count(self, query: str) -> int:
        """The number that a query of its database gives."""
        ((number,),) = self._rows(query)
        return int(number)

    def _rows(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(f"file:{self._folder / 'iopbot.db'}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()

    def _end(self) -> None:
        assert self._process
        self._process.wait(20)
        if self._process.stdout:
            self._process.stdout.close()
        self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._end()
