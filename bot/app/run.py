"""`iopbot run`: one process with the web channel and every channel that is configured, until it is told to stop."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import gc
import importlib.metadata
import os
import signal
import socket
import ssl
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from fastapi import APIRouter, FastAPI
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.app.admin import report_of
from bot.app.brain import brain_of
from bot.app.library import BrainLibrary, ResultDocuments
from bot.app.parts import SystemClock, new_owner, secret_of, store_of, web_key
from bot.channels.ops.routes import Ops, create_ops
from bot.channels.web.app import WebChannel, create_web
from bot.channels.web.views import WebSettings
from bot.core.limit import Rate
from bot.core.report import Report
from bot.core.turn import Brain, turn
from bot.messages import Message
from bot.ports import BotError, Health, Outgoing, StoreError, TurnResult
from bot.service.bell import LocalBell
from bot.service.log import logger, set_up_logging
from bot.service.service import Options, Service
from bot.settings import Settings, unknown_names
from bot.store.sql import SqlStore

if TYPE_CHECKING:
    from bot.channels.matrix.channel import MatrixChannel
    from bot.channels.teams.app import Teams
    from bot.channels.teams.settings import TeamsSettings

WEB_STOP_SECONDS = 4
SERVICE_STOP_SECONDS = 5.0
"""Together less than the ten seconds that stopping may take."""

SWITCH_SECONDS = 0.0005
"""How long the event loop may keep a commit that has reached the disk waiting for its turn to say so; 0.005 unless set,
which is more than the commit itself takes."""

TURNS_SIDE_BY_SIDE = 4
"""On PostgreSQL; SQLite has one writer."""


@dataclass(frozen=True, slots=True)
class Application:
    """Everything wired, nothing running. `lines` say where each channel listens."""

    store: SqlStore
    service: Service
    asgi: ASGIApp
    lines: tuple[str, ...]
    matrix: MatrixChannel | None = None
    teams: Teams | None = None

    async def close(self) -> None:
        """Close what is open, after everything has stopped."""
        if self.matrix is not None:
            await self.matrix.close()
        if self.teams is not None:
            await self.teams.close()
        await self.store.close()


async def run(
    settings: Settings, say: Callable[[str], None] = print, teams_settings: TeamsSettings | None = None
) -> None:
    """Run until SIGTERM or SIGINT. `say` gets a line for each channel; `teams_settings`: see `build`. Raises BotError
    when it cannot start."""
    set_up_logging(settings.log_level, settings.log_format)
    sys.setswitchinterval(SWITCH_SECONDS)
    reach_others(settings)
    for hint in unknown_names():
        logger("settings").warning("unknown", detail=hint)
    with listening(settings) as listener:
        application = await build(settings, teams_settings)
        # What was loaded stays: looking through it for garbage would hold everybody up for a twentieth of a second.
        gc.collect()
        gc.freeze()
        try:
            await _serve(application, listener, settings, say)
        finally:
            await application.close()


async def build(settings: Settings, teams_settings: TeamsSettings | None = None) -> Application:
    """Wire the parts and open the store. `teams_settings` take the place of those that follow from the settings: tests
    on loopback need other keys and hosts."""
    brain, bell, clock, owner = brain_of(settings), LocalBell(), SystemClock(), new_owner()
    store = store_of(settings, bell, owner)
    options = Options(
        retention_days=settings.retention_days,
        sender_rate=Rate(settings.sender_burst, settings.sender_per_second),
        address_rate=Rate(settings.address_burst, settings.address_per_second),
        side_by_side=1 if store.database.sqlite else TURNS_SIDE_BY_SIDE,
        stop_seconds=SERVICE_STOP_SECONDS,
        folder=settings.data_dir,
    )
    service = Service(await store.open(), turn_with(brain), bell, clock, owner, options)
    asgi = _web(settings, brain, service)
    lines = [f"Webb: {settings.public_url or 'http://{address}'}/"]
    asgi.include_router(_ops(settings, store, service))
    matrix = None
    if settings.wants_matrix:
        from bot.app.matrix import matrix_channel

        stores = service.stores
        matrix = matrix_channel(settings, service.inbox, stores.replies, stores.lease, clock)
        service.add_push(matrix)
        lines.append(f"Matrix: {settings.matrix_user} på {settings.matrix_homeserver}")
    teams = None
    if settings.wants_teams or teams_settings is not None:
        from bot.app.teams import teams_of

        teams = teams_of(settings, brain, service, teams_settings)
        service.add_push(teams.channel)
        lines.append(f"Teams: {settings.public_url or 'http://{address}'}/api/messages")
    front = asgi if teams is None else with_teams(asgi, teams)
    return Application(store, service, front, tuple(lines), matrix, teams)


def with_teams(web: ASGIApp, teams: Teams) -> ASGIApp:
    """One application of the web channel and the endpoint of Teams."""

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        chosen = teams.endpoint if scope["type"] == "http" and scope["path"] == teams.path else web
        await chosen(scope, receive, send)

    return front


def turn_with(brain: Brain) -> Callable[[Message, str | None, datetime, Sequence[Outgoing]], TurnResult]:
    """The pure turn with its brain."""
    return partial(turn, brain)


def _web(settings: Settings, brain: Brain, service: Service) -> FastAPI:
    service.add(WebChannel())
    stores = service.stores
    return create_web(
        inbox=service.inbox,
        outbox=stores.outbox,
        replies=stores.replies,
        results=stores.results,
        limits=service.limits,
        library=BrainLibrary(brain),
        documents=ResultDocuments(),
        settings=WebSettings(
            public_url=settings.public_url,
            base_path=settings.base_path,
            operator=settings.operator,
            contact=settings.contact or "",
            retention_days=settings.retention_days,
            trusted_proxies=settings.trusted_proxies,
            version=importlib.metadata.version("iopbot"),
            accessibility_status=settings.accessibility_status,
            accessibility_faults=settings.accessibility_faults,
            accessibility_tested=settings.accessibility_tested,
            accessibility_updated=settings.accessibility_updated,
        ),
        clock=service.clock,
        key=web_key(secret_of(settings)),
    )


def _ops(settings: Settings, store: SqlStore, service: Service) -> APIRouter:
    async def ready() -> Sequence[Health]:
        return [await store.health(), *service.health()]

    async def metrics() -> bytes:
        try:
            counts = await service.stores.conversations.counts(service.clock.now())
        except StoreError:
            counts = None
        return service.metrics.exposed(counts, await ready())

    async def report() -> Report:
        return await report_of(service.stores, service.clock.now() - timedelta(days=settings.retention_days))

    metrics_token, report_token = map(_revealed, (settings.metrics_token, settings.report_token))
    return create_ops(Ops(ready, metrics, report, metrics_token, report_token, settings.base_path))


def _revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None


def reach_others(settings: Settings) -> None:
    """Let every library know of the proxy and the certificate authority of the operator."""
    if settings.https_proxy is not None:
        os.environ["HTTPS_PROXY"] = settings.https_proxy.get_secret_value()
    if settings.ca_file is not None:
        trusted = _with_usual_certificates(settings.ca_file)
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            os.environ[name] = trusted


def _with_usual_certificates(own: Path) -> str:
    """A file with the usual certificates and the operator's own: libraries take one file only."""
    usual = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile or ""
    known = Path(usual).read_bytes() if usual and Path(usual).is_file() else b""
    with tempfile.NamedTemporaryFile("wb", prefix="iopbot-ca-", suffix=".pem", delete=False) as both:
        both.write(known + b"\n" + own.read_bytes())
    atexit.register(Path(both.name).unlink, missing_ok=True)
    return both.name


@contextlib.contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """The socket of the web channel; taken first, so that a busy port is told before anything is opened."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=256)
    except (OSError, OverflowError) as error:
        raise BotError(
            f"Det går inte att lyssna på {settings.host}:{settings.port} ({error}). Är boten redan igång? Ange annars "
            "en annan IOPBOT_PORT eller IOPBOT_HOST."
        ) from error
    with listener:
        # Connections inherit it. asyncio sets it too, but not on those of a socket that says no protocol; and a small
        # answer that waits for the acknowledgement of its own head waits for 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener


class _Server(uvicorn.Server):
    """Uvicorn without signal handlers of its own: what stops when is decided here."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


async def _serve(
    application: Application, listener: socket.socket, settings: Settings, say: Callable[[str], None]
) -> None:
    service = application.service
    config = uvicorn.Config(
        application.asgi,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,  # the web channel reads them itself, from trusted proxies only
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=WEB_STOP_SECONDS,
    )
    server = _Server(config)
    stop = _told_to_stop()
    await service.start()
    serving = asyncio.create_task(server.serve([listener]))
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"{host}:{listener.getsockname()[1]}"
    for line in application.lines:
        say(line.replace("{address}", address))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    logger("app").info("stopping")
    # First the web server, whose last requests still wait for their replies, then the loops that make them.
    server.should_exit = True
    await serving
    stopping.cancel()
    await service.stop()
    logger("app").info("stopped")


def _told_to_stop() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
