"""An independent encrypted client: matrix-js-sdk with its Rust crypto in Node 22, in strict mode."""

from __future__ import annotations

import hashlib
import json
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.needs import ROOT

HERE = Path(__file__).parent / "js"
MODULES = ROOT / "node_modules" / "iopbot-matrix-peer"
"""Installed outside of `tests`, in a folder that git does not see."""

Event = dict[str, Any]


def installed() -> Path:
    """The folder with the client and its modules; installed once."""
    stamp = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    done = MODULES / ".done"
    if not done.exists() or done.read_text() != stamp:
        shutil.rmtree(MODULES, ignore_errors=True)
        MODULES.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, MODULES)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=MODULES, check=True)
        done.write_text(stamp)
    shutil.copy(HERE / "peer.mjs", MODULES)
    return MODULES


class Peer:
    """One account with one device."""

    def __init__(self, url: str, user: str, password: str = "password") -> None:
        folder = installed()
        self.user = user
        self.events: list[Event] = []
        self._lines: queue.Queue[Event] = queue.Queue()
        self._process = subprocess.Popen(
            [str(folder / "node_modules/.bin/node"), "peer.mjs", url, user, password],
            cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        self._until_line("ready")

    def close(self) -> None:
        """End the client."""
        self._process.kill()
        self._process.wait()
        self._reading.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def room(self, *invited: str) -> str:
        """An encrypted room in which all invited have arrived."""
        room = str(self._do("room", invite=list(invited), name="Hemligt")["room"])
        for user in invited:
            self.until(lambda e, u=user: e["room"] == room and e["key"] == u and e["content"]["membership"] == "join")
        return room

    def say(self, room: str, text: str, **content: object) -> str:
        """Say something, encrypted."""
        return str(self._do("say", room=room, content={"body": text, **content})["id"])

    def react(self, room: str, event: str, key: str) -> None:
        """Tap a reaction."""
        self._do("react", room=room, event=event, key=key)

    def ask(self, room: str, text: str, bot: str, **content: object) -> Event:
        """Say something, and return the first message of the bot after it."""
        before = len(self.events)
        self.say(room, text, **content)
        return self.until(lambda e: is_message(e, room, bot), before)

    def until(self, wanted: Callable[[Event], bool], start: int = 0, seconds: float = 40) -> Event:
        """The first event from number `start` on that is wanted."""
        end = time.monotonic() + seconds
        while True:
            for event in self.events[start:]:
                if wanted(event):
                    return event
            try:
                self._take(self._lines.get(timeout=max(0.0, end - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"nothing came; seen: {self.events[-5:]}") from None

    def _do(self, command: str, **values: object) -> Event:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": command, **values}) + "\n")
        self._process.stdin.flush()
        return self._until_line(command)

    def _until_line(self, did: str, seconds: float = 60) -> Event:
        end = time.monotonic() + seconds
        while True:
            line = self._lines.get(timeout=max(0.1, end - time.monotonic()))
            assert line["did"] != "failed", line
            if line["did"] == did:
                return line
            self._take(line)

    def _take(self, line: Event) -> None:
        if line["did"] == "event":
            self.events.append(line)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                self._lines.put(json.loads(line))


def is_message(event: Event, room: str, sender: str) -> bool:
    """Whether an event is something that somebody said in a room, read or not."""
    return bool(
        event["room"] == room
        and event["sender"] == sender
        and event["type"] in ("m.room.message", "m.room.encrypted")
        and (event["relation"] or {}).get("rel_type") != "m.replace"
    )
