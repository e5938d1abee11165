"""A chat platform for tests, on a socket: it keeps what people wrote until somebody fetches it, and what it was sent.

With transaction ids it is like a Matrix homeserver: the same id is shown once. Without them it is like Teams: whatever
is sent is shown.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Platform:
    """Serves on a Unix socket in `folder`. `shown` maps a conversation to the texts that people see, in order."""

    folder: Path
    idempotent: bool
    events: list[dict[str, str]] = field(default_factory=list)
    shown: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    connected: int = 0
    """How many connections have fetched something: a bot that runs has one."""
    _by_id: dict[str, str] = field(default_factory=dict)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _server: asyncio.Server | None = None

    @property
    def path(self) -> str:
        """The socket."""
        return str(self.folder / "platform")

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, self.path)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()

    async def write(self, conversation: str, text: str) -> None:
        """Somebody writes something."""
        async with self._changed:
            event = {"event": f"e{len(self.events)}", "conversation": conversation, "text": text}
            self.events.append(event)
            self._changed.notify_all()

    async def until(self, done: object, seconds: float) -> None:
        """Wait until `done()` is true of what is shown."""
        assert callable(done)
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(done)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            fetched = False
            while line := await reader.readline():
                request = json.loads(line)
                if request["op"] == "sync" and not fetched:
                    fetched = True
                    async with self._changed:
                        self.connected += 1
                        self._changed.notify_all()
                answer = await (self._sync(request) if request["op"] == "sync" else self._send(request))
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, json.JSONDecodeError):
            pass  # the bot was killed in the middle of a word
        finally:
            writer.close()

    async def _sync(self, request: dict[str, int]) -> dict[str, object]:
        since = request["since"]
        async with self._changed:
            try:
                async with asyncio.timeout(0.5):
                    await self._changed.wait_for(lambda: len(self.events) > since)
            except TimeoutError:
                pass
            batch = self.events[since : since + 5]
        return {"events": batch, "next": since + len(batch)}

    async def _send(self, request: dict[str, str]) -> dict[str, str]:
        async with self._changed:
            if not self.idempotent or request["id"] not in self._by_id:
                self.shown[request["conversation"]].append(request["text"])
                self._by_id[request["id"]] = f"${len(self._by_id)}"
            self._changed.notify_all()
        return {"shown_as": self._by_id[request["id"]]}
