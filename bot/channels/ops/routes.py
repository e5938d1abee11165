"""GET /health/live, /health/ready, /metrics and /rapport."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from bot.channels.ops.report_page import STYLE, ReportView, draw_report
from bot.ports import Health

_FRESH = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
_LOGIN = {"WWW-Authenticate": 'Basic realm="IOP-lotsen", charset="UTF-8"'}


@dataclass(frozen=True, slots=True)
class Ops:
    """What the pages ask of the rest of the house. Without a token there is no such page."""

    ready: Callable[[], Awaitable[Sequence[Health]]]
    metrics: Callable[[], Awaitable[bytes]]
    report: Callable[[], Awaitable[ReportView]]
    metrics_token: str | None = None
    report_token: str | None = None
    base: str = ""


def create_ops(ops: Ops) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.api_route("/health/live", methods=["GET", "HEAD"])
    async def live() -> Response:
        return JSONResponse({"status": "live"}, headers=_FRESH)

    @router.api_route("/health/ready", methods=["GET", "HEAD"])
    async def readiness(request: Request) -> Response:
        parts = await ops.ready()
        well = all(part.ok for part in parts)
        # What is wrong can name hosts and files: that is for those with the token only.
        full = _is(_bearer(request), ops.metrics_token)
        told = [{"name": part.name, "ok": part.ok} | ({"detail": part.detail} if full else {}) for part in parts]
        return JSONResponse({"ready": well, "parts": told}, 200 if well else 503, headers=_FRESH)

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        if ops.metrics_token is None:
            raise HTTPException(404)
        if not _is(_bearer(request), ops.metrics_token):
            raise HTTPException(401, "Authorization: Bearer …", {"WWW-Authenticate": "Bearer"})
        return Response(await ops.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8", headers=_FRESH)

    @router.get("/rapport")
    async def report(request: Request) -> Response:
        if ops.report_token is None:
            raise HTTPException(404)
        if not _is(_bearer(request) or _password(request), ops.report_token):
            return Response("Ange vilket namn som helst, och rapportens lösenord.", 401, headers={**_FRESH, **_LOGIN})
        return HTMLResponse(draw_report(await ops.report(), ops.base), headers=_FRESH)

    @router.get("/rapport.css")
    async def style() -> Response:
        return Response(STYLE, media_type="text/css", headers={"Cache-Control": "no-cache"})

    return router


def _bearer(request: Request) -> str:
    """The token of an Authorization header, or nothing."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _password(request: Request) -> str:
    """The password that a browser asked for, or nothing."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(given, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _is(given: str, wanted: str | None) -> bool:
    """Compare two secrets in a time that tells nothing of them."""
    return wanted is not None and bool(given) and hmac.compare_digest(given.encode(), wanted.encode())
