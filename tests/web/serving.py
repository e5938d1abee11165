"""The application on a real port, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import socket
import threading

import uvicorn

from tests.web.canned import Service


class Server:
    """Serves a canned service. Stopped and started again, it keeps its port and its store, as a restarted bot does."""

    def __init__(self, service: Service | None = None) -> None:
        self.service = service or Service()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._uvicorn: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Return when it answers."""
        ready = threading.Event()
        config = uvicorn.Config(self.service.app(), "127.0.0.1", self._port, log_level="warning", lifespan="off")
        self._uvicorn = _Announcing(config, ready)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        if not ready.wait(20):
            raise RuntimeError("the server did not start")

    async def _run(self) -> None:
        assert self._uvicorn is not None
        async with self.service.answering():
            await self._uvicorn.serve()

    def stop(self) -> None:
        """Close all connections and return when it is gone."""
        if self._uvicorn is None or self._thread is None:
            return
        self._uvicorn.should_exit = True
        self._uvicorn.force_exit = True
        self._thread.join(20)
        self._uvicorn = self._thread = None


class _Announcing(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()
