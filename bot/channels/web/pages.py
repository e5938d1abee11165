"""The pages that people read: the chat page, the sources, the flows, the results, and what the service is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from bot.channels.web import assets
from bot.channels.web.chat import TOO_FAST, Chat
from bot.channels.web.draw import draw_page, draw_reply
from bot.channels.web.evidence import evidence
from bot.channels.web.intake import Incoming
from bot.channels.web.plain import new_id, read_form
from bot.channels.web.source_page import show
from bot.channels.web.views import Documents, FlowPage, Library, WebSettings
from bot.channels.web.words import SWEDISH, words_for
from bot.messages import MAX_FILE, MAX_TEXT, Reply
from bot.ports import Results

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_REVALIDATE = {"Cache-Control": "no-cache"}
_PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


@dataclass(frozen=True, slots=True)
class Site:
    """What every page is drawn with."""

    settings: WebSettings
    library: Library

    def draw(self, name: str, **values: object) -> str:
        """A whole page from a template."""
        common: Mapping[str, object] = {
            "base": self.settings.base_path,
            "assets": f"{self.settings.base_path}/static/{assets.digest()}",
            "settings": self.settings,
            "words": SWEDISH,
            "max_text": MAX_TEXT,
            "max_file": MAX_FILE,
        }
        return draw_page(name, {**common, **values})

    def error(self, status: int, heading: str, text: str) -> HTMLResponse:
        """A page that says in Swedish what went wrong and where to go instead."""
        return HTMLResponse(self.draw("error.html", heading=heading, text=text), status, headers=_PRIVATE)


def chat_page(site: Site, chat: Chat) -> APIRouter:
    """GET / and, for browsers without JavaScript, POST /."""
    router = APIRouter()

    def page(
        said: str = "", fragment: str = "", conversation: str = "", prefill: str = "", status: int = 200
    ) -> Response:
        html = site.draw(
            "chat.html",
            said=said,
            fragment=fragment,
            conversation=conversation or new_id(),
            event=new_id(),
            prefill=prefill,
            sources=site.library.sources(),
        )
        return HTMLResponse(html, status, headers={"Cache-Control": "private, no-cache"})

    @router.get("/")
    async def first(request: Request) -> Response:
        return page(prefill=request.query_params.get("fraga", "")[:MAX_TEXT])

    @router.post("/")
    async def posted(request: Request) -> Response:
        incoming, said = await read_form(request)
        if chat.admit(request) != "pass":
            fragment, status = _note(TOO_FAST), 429
        else:
            fragment, status = await _answer(chat, incoming), 200
        return page(said[:MAX_TEXT], fragment, incoming.conversation, status=status)

    return router


async def _answer(chat: Chat, incoming: Incoming) -> str:
    found = await chat.ask(incoming)
    if found is None:
        return _note("Svaret dröjer. Ladda om sidan om en liten stund, så visas det.")
    await chat.confirm([outgoing.id for outgoing in found])
    drawn = [draw_reply(outgoing.reply, outgoing.id, chat.base) for outgoing in found]
    return "".join(drawn) or _note("Svaret är redan visat.")


def _note(text: str) -> str:
    return draw_reply(Reply(kind="command", text=text), "note")


def source_pages(site: Site) -> APIRouter:
    """The list of the texts, and a page for each."""
    router = APIRouter(prefix="/kallor")

    @router.get("")
    async def sources() -> Response:
        listed = [(source, _place(site, source.place)) for source in site.library.sources()]
        return HTMLResponse(site.draw("sources.html", sources=listed), headers=_REVALIDATE)

    @router.get("/{id}")
    async def source(id: str, fran: str | None = None, till: str | None = None) -> Response:
        found = site.library.source(id)
        if found is None:
            raise HTTPException(404)
        shown = show(found, fran, till)
        html = site.draw("source.html", source=found, shown=shown, place=_place(site, found.place))
        return HTMLResponse(html, headers=_REVALIDATE)

    return router


def _place(site: Site, place: str | None) -> str:
    return site.library.place(place) if place else ""


def flow_pages(site: Site) -> APIRouter:
    """How each guided conversation goes: a picture and an outline."""
    router = APIRouter(prefix="/floden")

    def wanted(id: str) -> FlowPage:
        found = site.library.flow(id)
        if found is None:
            raise HTTPException(404)
        return found

    @router.get("")
    async def flows() -> Response:
        return HTMLResponse(site.draw("flows.html", flows=site.library.flows()), headers=_REVALIDATE)

    @router.get("/{id}")
    async def flow(id: str) -> Response:
        return HTMLResponse(site.draw("flow.html", flow=wanted(id)), headers=_REVALIDATE)

    @router.get("/{id}/bild.svg")
    async def picture(id: str) -> Response:
        svg = await asyncio.to_thread(site.library.picture, wanted(id).id)
        if svg is None:
            raise HTTPException(404)
        return Response(svg, media_type="image/svg+xml", headers=_REVALIDATE)

    return router


def result_pages(site: Site, results: Results, documents: Documents) -> APIRouter:
    """The result of a dialog under its unguessable link, and the same for downloading."""
    router = APIRouter(prefix="/resultat")

    async def wanted(token: str) -> Reply:
        found = await results.get(token) if _TOKEN.fullmatch(token) else None
        if found is None:
            raise HTTPException(404, "result")
        return found

    @router.get("/{token}")
    async def result(token: str) -> Response:
        reply = await wanted(token)
        language, found = words_for(reply.language), evidence(reply)
        html = site.draw(
            "result.html",
            reply=found.summary,
            outcome=reply.outcome,
            evidence=found,
            numbers=[citation.number for citation in found.quotes],
            token=token,
            words=language,
            id="resultat",
        )
        return HTMLResponse(html, headers=_PRIVATE)

    @router.get("/{token}/iop-lotsen.md")
    async def markdown(token: str) -> Response:
        text = documents.markdown(await wanted(token))
        return _download(text.encode(), "text/markdown; charset=utf-8", "iop-lotsen.md")

    @router.get("/{token}/iop-lotsen.docx")
    async def docx(token: str) -> Response:
        return _download(documents.docx(await wanted(token)), _DOCX, "iop-lotsen.docx")

    @router.get("/{token}/fortsatt.json")
    async def kept(token: str) -> Response:
        file = (await wanted(token)).file
        if file is None:
            raise HTTPException(404, "result")
        return _download(file.encode(), "application/json", "iop-lotsen-fortsatt.json")

    return router


def _download(content: bytes, media_type: str, name: str) -> Response:
    headers = {**_PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def information_pages(site: Site) -> APIRouter:
    """What the service is, how accessible it is, and the files that belong to the pages."""
    router = APIRouter()

    @router.get("/om")
    async def about() -> Response:
        return HTMLResponse(site.draw("about.html", sources=site.library.sources()), headers=_REVALIDATE)

    @router.get("/tillganglighet")
    async def accessibility() -> Response:
        return HTMLResponse(site.draw("accessibility.html"), headers=_REVALIDATE)

    @router.get("/static/{version}/{name}")
    async def static(version: str, name: str) -> Response:
        found = assets.serve(version, name)
        if found is None:
            raise HTTPException(404)
        return found

    @router.get("/favicon.ico")
    async def icon() -> Response:
        return assets.serve("", "icon.svg") or Response(status_code=404)

    @router.get("/robots.txt")
    async def robots() -> Response:
        return Response("User-agent: *\nDisallow: /resultat/\nDisallow: /api/\n", media_type="text/plain")

    return router
