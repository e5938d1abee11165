"""The web channel: everything under one FastAPI application, made from the parts that app.py passes in."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.channels.web.chat import Chat, chat_routes
from bot.channels.web.draw import environment
from bot.channels.web.headers import FIXED, SecurityHeaders
from bot.channels.web.intake import CHANNEL, BadRequest, Intake, networks
from bot.channels.web.pages import Site, chat_page, flow_pages, information_pages, result_pages, source_pages
from bot.channels.web.views import Documents, Library, WebSettings
from bot.ports import Clock, Health, Inbox, Limits, Outbox, Replies, Results

_NOT_FOUND = "Kontrollera adressen, eller gå till startsidan och ställ din fråga där."
_NO_RESULT = (
    "Resultatet finns inte, eller finns inte längre: resultat raderas efter en tid. "
    "Gå gärna igenom frågorna en gång till."
)


class WebChannel:
    """The chat page as a channel: it fetches its replies itself, so there is nothing to run beside the application."""

    name = CHANNEL

    async def run(self) -> None:
        """Nothing: requests come through the ASGI application."""

    def health(self) -> Health:
        """Always well as long as the process answers."""
        return Health(CHANNEL, True)

    async def check(self) -> Health:
        """Whether the pages can be drawn."""
        environment().get_template("chat.html")
        return Health(CHANNEL, True, "sidorna kan visas")


def create_web(
    *,
    inbox: Inbox,
    outbox: Outbox,
    replies: Replies,
    results: Results,
    limits: Limits,
    library: Library,
    documents: Documents,
    settings: WebSettings,
    clock: Clock,
    key: bytes,
) -> FastAPI:
    """The application. `key` hashes conversation ids before they are stored; replicas must share it.

    Raises ValueError when a trusted proxy is neither an address nor a network.
    """
    site = Site(settings, library)
    chat = Chat(
        inbox=inbox,
        outbox=outbox,
        replies=replies,
        limits=limits,
        clock=clock,
        intake=Intake(key),
        trusted=networks(settings.trusted_proxies),
        base=settings.base_path,
        wait_seconds=settings.wait_seconds,
    )
    app = FastAPI(title="IOP-lotsen", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(SecurityHeaders, https=settings.public_url.startswith("https://"))
    app.include_router(chat_page(site, chat))
    app.include_router(chat_routes(chat))
    app.include_router(source_pages(site))
    app.include_router(flow_pages(site))
    app.include_router(result_pages(site, results, documents))
    app.include_router(information_pages(site))
    _add_errors(app, site)
    return app


def _add_errors(app: FastAPI, site: Site) -> None:
    @app.exception_handler(BadRequest)
    async def bad_request(request: Request, error: BadRequest) -> Response:
        if _is_page(request):
            return site.error(error.status, "Det gick inte att läsa", str(error))
        return JSONResponse({"problem": "bad_request", "message": str(error)}, error.status)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        if not _is_page(request):
            return JSONResponse({"problem": "http", "message": error.detail}, error.status_code, error.headers)
        if error.status_code == 404:
            text = _NO_RESULT if error.detail == "result" else _NOT_FOUND
            return site.error(404, "Sidan finns inte", text)
        response = site.error(error.status_code, "Det gick inte", "Sidan kan inte användas på det sättet.")
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        message = "Något gick fel hos oss. Försök igen om en stund."
        response: Response = JSONResponse({"problem": "error", "message": message}, 500)
        if _is_page(request):
            response = site.error(500, "Något gick fel", message)
        response.headers.update(FIXED)  # this answer is made outside the middleware
        return response


def _is_page(request: Request) -> bool:
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    return not path.startswith(("/api/", "/health", "/metrics"))
