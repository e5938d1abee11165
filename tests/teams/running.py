"""The whole bot on a real port, in a thread with an event loop of its own: settings, SQLite, turns, sends, Teams."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import uvicorn
from microsoft_teams.api.auth.cloud_environment import PUBLIC, with_overrides

from bot.app.run import Application, build
from bot.channels.teams.settings import TeamsSettings
from bot.settings import load_settings
from tests.teams.connector import Connector

APP = "11111111-2222-3333-4444-555555555555"
TENANT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
PUBLIC_URL = "https://iop.example.se"
BOT_TOKEN = "the-bot's-own-token"


async def bot_token() -> str:
    return BOT_TOKEN


class Running:
    """Starts when made; `close` stops it. `burst` is how much one person may write at once, `answer_seconds` how long
    Teams may take to answer."""

    def __init__(self, folder: Path, connector: Connector, burst: int = 1000, answer_seconds: float = 15) -> None:
        self.folder = folder
        self._connector = connector
        self._burst = burst
        self._answer_seconds = answer_seconds
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._fault: BaseException | None = None
        self.url = ""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        if not self._ready.wait(30) or self._fault:
            raise RuntimeError("the bot did not start") from self._fault

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as fault:
            self._fault = fault
            self._ready.set()

    async def _serve(self) -> None:
        application = await self._built()
        config = uvicorn.Config(application.asgi, "127.0.0.1", 0, log_level="warning", lifespan="off", log_config=None)
        server = _Announcing(config)
        self._stop, self._loop = asyncio.Event(), asyncio.get_running_loop()
        await application.service.start()
        serving = asyncio.create_task(server.serve())
        await server.listening.wait()
        self.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._stop.wait()
        server.should_exit = server.force_exit = True
        await serving
        await application.service.stop()
        await application.close()

    async def _built(self) -> Application:
        settings = load_settings(
            self.folder,
            {
                "IOPBOT_DATA_DIR": str(self.folder),
                "IOPBOT_PUBLIC_URL": PUBLIC_URL,
                "IOPBOT_SENDER_BURST": str(self._burst),
                "IOPBOT_SENDER_PER_SECOND": "0.2",
                "IOPBOT_LOG_LEVEL": "error",
            },
        )
        teams = TeamsSettings(
            client_id=APP,
            tenant_id=TENANT,
            public_url=PUBLIC_URL,
            environment=with_overrides(PUBLIC, openid_metadata_url=self._connector.metadata_url),
            hosts=(f"127.0.0.1:{self._connector.port}",),
            token=bot_token,
            answer_seconds=self._answer_seconds,
        )
        return await build(settings, teams)

    def stored(self) -> int:
        """Messages that the store holds."""
        return self._count("select count(*) from inbox")

    def replies(self, conversation: str, state: str) -> int:
        """Replies to a conversation that are in a state."""
        return self._count("select count(*) from outbox where conversation = ? and state = ?", conversation, state)

    def feedback(self) -> list[tuple[str, str]]:
        """Thumbs and comments that are kept."""
        with closing(sqlite3.connect(f"file:{self.folder / 'iopbot.db'}?mode=ro", uri=True)) as connection:
            return connection.execute("select value, text from records where kind = 'feedback'").fetchall()

    def _count(self, query: str, *values: str) -> int:
        with closing(sqlite3.connect(f"file:{self.folder / 'iopbot.db'}?mode=ro", uri=True)) as connection:
            count: int = connection.execute(query, values).fetchone()[0]
        return count

    def close(self) -> None:
        assert self._loop
        assert self._stop
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)


class _Announcing(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()
