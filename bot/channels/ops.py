"""For those who operate the bot: health for the platform it runs on, metrics behind a token."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from bot.ports import Health

_FRESH = {"Cache-Control": "no-store"}


def create_ops(
    ready: Callable[[], Awaitable[Sequence[Health]]],
    metrics: Callable[[], Awaitable[bytes]],
    metrics_token: str | None,
) -> APIRouter:
    """GET /health/live, /health/ready and /metrics. Without a token there are no metrics."""
    router = APIRouter()

    @router.api_route("/health/live", methods=["GET", "HEAD"])
    async def live() -> Response:
        return JSONResponse({"status": "live"}, headers=_FRESH)

    @router.api_route("/health/ready", methods=["GET", "HEAD"])
    async def readiness(request: Request) -> Response:
        parts = await ready()
        well = all(part.ok for part in parts)
        # What is wrong can name hosts and files: that is for those with the token only.
        full = metrics_token is not None and bearer(request) is not None and same(bearer(request), metrics_token)
        told = [{"name": part.name, "ok": part.ok} | ({"detail": part.detail} if full else {}) for part in parts]
        return JSONResponse({"ready": well, "parts": told}, 200 if well else 503, headers=_FRESH)

    @router.get("/metrics")
    async def exposed(request: Request) -> Response:
        if metrics_token is None:
            raise HTTPException(404)
        if not same(bearer(request), metrics_token):
            raise HTTPException(401, "Authorization: Bearer …", {"WWW-Authenticate": "Bearer"})
        return Response(await metrics(), media_type="text/plain; version=0.0.4; charset=utf-8", headers=_FRESH)

    return router


def bearer(request: Request) -> str | None:
    """The token of an Authorization header, or None."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def same(given: str | None, wanted: str) -> bool:
    """Compare two secrets in a time that tells nothing of them."""
    return hmac.compare_digest((given or "").encode(), wanted.encode())
