"""The pages around the conversation: sources, flows, results, information, errors and their headers."""

from __future__ import annotations

import uuid
from dataclasses import replace
from itertools import pairwise

import httpx
import pytest

from bot.channels.web import source_page, words
from bot.channels.web.draw import memo, safe_link
from bot.channels.web.views import WebSettings
from bot.core.render import citation
from knowledge.model import Source
from tests.web.canned import Library, Service, knowledge
from tests.web.texts import read

PAGES = ("/", "/kallor", "/kallor/eslov-riktlinjer", "/floden", "/floden/iop", "/om", "/tillganglighet", "/finns-inte")
SOURCES = sorted(knowledge().sources)


def source(id: str = "eslov-riktlinjer", **changes: object) -> Source:
    return replace(knowledge().sources[id], **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_strict_and_sets_no_cookie(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)

    policy = response.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in response.headers
    assert not {"style", "onclick", "onload"} & read(response.text, "main").attributes


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_has_one_heading_of_its_own_and_says_its_language(
    client: httpx.AsyncClient, path: str
) -> None:
    html = (await client.get(path)).text

    assert html.startswith('<!doctype html>\n<html lang="sv">')
    assert len(read(html, "h1").found) == 1
    assert html.count("<main") == 1


async def test_https_is_kept_to_only_where_the_public_address_has_it() -> None:
    https = Service(WebSettings(public_url="https://iop.example.org"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(https.app()), base_url="http://test") as client:
        assert "strict-transport-security" in (await client.get("/om")).headers
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Service().app()), base_url="http://test") as client:
        assert "strict-transport-security" not in (await client.get("/om")).headers


async def test_under_a_path_of_a_proxy_all_addresses_carry_it() -> None:
    service = Service(WebSettings(base_path="/iop"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app()), base_url="http://test") as client:
        html = (await client.get("/")).text

    assert 'href="/iop/kallor"' in html
    assert 'src="/iop/static/' in html
    assert 'action="/iop/#svar"' in html
    assert 'data-base="/iop"' in html


async def test_a_question_can_be_given_in_the_address(client: httpx.AsyncClient) -> None:
    html = (await client.get("/", params={"fraga": "Är <b>IOP</b> tillåtet?"})).text

    assert "Är &lt;b&gt;IOP&lt;/b&gt; tillåtet?</textarea>" in html


# ---- sources


async def test_the_list_of_sources_tells_what_is_known_of_each(client: httpx.AsyncClient) -> None:
    html = (await client.get("/kallor")).text

    for found in knowledge().sources.values():
        assert f'href="/kallor/{found.id}"' in html
        assert found.title in html
    assert html.count("odaterad") >= 3
    assert "december 2020" in html


@pytest.mark.parametrize("id", SOURCES)
async def test_a_source_page_holds_the_text_character_by_character(client: httpx.AsyncClient, id: str) -> None:
    html = (await client.get(f"/kallor/{id}")).text

    assert "".join(read(html, "verbatim").found) == knowledge().sources[id].text
    assert "<mark" not in html


@pytest.mark.parametrize("id", SOURCES)
async def test_headings_never_skip_a_level(client: httpx.AsyncClient, id: str) -> None:
    html = (await client.get(f"/kallor/{id}")).text

    levels = [int(part[0]) for part in html.split("<h")[1:] if part[0].isdigit()]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


async def test_the_link_of_a_citation_marks_the_quoted_words(client: httpx.AsyncClient) -> None:
    cited = citation(knowledge().quotes["forum.tillatet-marknad"], 1)

    html = (await client.get(cited.url)).text

    assert read(html, "mark").found == [cited.quote]
    assert "".join(read(html, "verbatim").found) == knowledge().sources[cited.source].text


@pytest.mark.parametrize(
    "query",
    ["?fran=5&till=3", "?fran=-1&till=3", "?fran=0&till=99999999", "?fran=a&till=b", "?fran=1", "?fran=²&till=9"],
)
async def test_a_wrong_place_gives_the_text_without_a_mark_and_says_so(client: httpx.AsyncClient, query: str) -> None:
    response = await client.get("/kallor/eslov-riktlinjer" + query)

    assert response.status_code == 200
    assert "finns inte i texten" in response.text
    assert "<mark" not in response.text


def test_a_text_that_may_be_shown_in_part_shows_the_passage_and_its_surroundings_only() -> None:
    text = source(show="context").text
    start = text.index("IOP är ett alternativ när varken")

    shown = source_page.show(source(show="context"), str(start), str(start + 40))

    visible = "".join(str(stretch.html) for stretch in shown.stretches)
    assert "IOP är ett alternativ när varken" in visible
    assert len(visible) < len(text) / 2
    assert shown.stretches[0].cut_before
    assert shown.stretches[-1].cut_after


@pytest.mark.parametrize(("start", "end"), [(None, None), ("0", "5593"), ("0", "5000")])
def test_a_text_that_may_be_shown_in_part_is_never_shown_whole(start: str | None, end: str | None) -> None:
    shown = source_page.show(source(show="context"), start, end)

    assert shown.stretches == ()
    assert shown.notice


async def test_a_text_with_parts_tells_who_speaks_in_each(client: httpx.AsyncClient) -> None:
    html = (await client.get("/kallor/harryda-skrivelse")).text

    assert "Rådet för idéburna organisationer i Härryda · 1 april 2022" in html
    assert "<strong>förslag till beslut</strong>" in html


async def test_markup_in_a_source_is_text() -> None:
    nasty = source(text="<script>alert(1)</script>\n\n[x](javascript:alert(1))", sections=(), parts=(), passages=())
    service = Service()
    service.library = Library({nasty.id: nasty})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app()), base_url="http://test") as client:
        html = (await client.get(f"/kallor/{nasty.id}")).text

    assert "script" not in read(html[html.index("<main") : html.index("</main>") + 7], "main").tags
    assert "&lt;script&gt;" in html


# ---- flows, results, the rest


async def test_a_flow_is_shown_as_a_picture_and_in_words(client: httpx.AsyncClient) -> None:
    html = (await client.get("/floden/iop")).text
    picture = await client.get("/floden/iop/bild.svg")

    assert "Bidrar verksamheten till samhällsnytta?" in html
    assert '<img src="/floden/iop/bild.svg" alt="' in html
    assert picture.headers["content-type"].startswith("image/svg+xml")


async def test_a_result_can_be_read_printed_and_downloaded_by_its_link_only(
    client: httpx.AsyncClient, service: Service
) -> None:
    press = {"value": "yes", "flow": "iop", "question": "q2", "answered": 2}
    message = {"conversation": str(uuid.uuid4()), "event": str(uuid.uuid4()), "press": press}
    (reply,) = (await client.post("/api/chat/messages", json=message)).json()["replies"]
    link = "/resultat/" + reply["html"].split('href="/resultat/')[1].split('"')[0]

    page = await client.get(link)
    markdown = await client.get(f"{link}/iop-lotsen.md")
    word = await client.get(f"{link}/iop-lotsen.docx")

    assert "Ett IOP kan vara möjligt" in page.text
    assert "Behöver undersökas" in page.text
    assert "Vikt enligt tjänstens egen läsning: avgörande" in page.text
    assert "script" not in read(page.text[page.text.index("<main") : page.text.index("</main>") + 7], "main").tags
    assert "0123456789abcdef" in page.text
    assert [link for link in (1, 2) if f'href="#resultat-{link}"' in page.text] == [1, 2]
    assert page.text.count('<figure class="quote') == 2
    for response in (page, markdown, word):
        assert response.headers["x-robots-tag"] == "noindex, nofollow"
        assert response.headers["cache-control"] == "no-store"
    assert 'filename="iop-lotsen.docx"' in word.headers["content-disposition"]
    assert (await client.get(link[:-1])).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/kallor/nej",
        "/floden/nej",
        "/floden/nej/bild.svg",
        "/resultat/kort",
        "/resultat/" + "a" * 40,
        "/x/y",
        "/static/1/x.css",
    ],
)
async def test_what_does_not_exist_is_a_page_in_swedish(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert response.status_code == 404
    assert "Sidan finns inte" in response.text


async def test_an_unknown_address_of_the_api_is_answered_with_json(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/nej")).json()["problem"] == "http"
    assert (await client.get("/api/chat/messages")).status_code == 405


async def test_static_files_may_be_kept_for_ever_under_their_own_version_only(client: httpx.AsyncClient) -> None:
    html = (await client.get("/")).text
    path = html.split('rel="stylesheet" href="')[1].split('"')[0]

    current = await client.get(path)
    other = await client.get("/static/000000000000/style.css")

    assert "immutable" in current.headers["cache-control"]
    assert current.headers["content-type"].startswith("text/css")
    assert other.headers["cache-control"] == "no-store"
    assert other.content == current.content


async def test_the_accessibility_statement_shows_what_the_operator_has_to_fill_in() -> None:
    empty, filled = Service(), Service(WebSettings(operator="Testköpings kommun", contact="iop@example.org"))
    pages = []
    for service in (empty, filled):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app()), base_url="http://test") as client:
            pages.append((await client.get("/tillganglighet")).text)

    assert "[fyll i: den som ansvarar för tjänsten]" in pages[0]
    assert "Testköpings kommun står bakom" in pages[1]
    assert "iop@example.org" in pages[1]


# ---- words


@pytest.mark.parametrize(
    ("published", "dated", "said"),
    [
        ("2022-04-25", None, "25 april 2022"),
        ("2020-12", None, "december 2020"),
        ("2022", None, "2022"),
        (None, None, "odaterad"),
        (None, "odaterad, efter 2016", "odaterad, efter 2016"),
        ("2022-13-01", None, "2022-13-01"),
    ],
)
def test_dates_are_told_in_words(published: str | None, dated: str | None, said: str) -> None:
    assert words.date_in_words(published, dated) == said


def test_a_copied_quote_carries_its_full_reference() -> None:
    text = memo(citation(knowledge().quotes["eslov.kriterier-ram"], 1))

    assert text == (
        "”För att ett IOP ska vara möjligt ska ett antal kriterier vara uppfyllda.”\n"
        "Källa: Eslövs kommun: Riktlinjer för idéburet offentligt partnerskap (odaterad), "
        "avsnittet ”När kan vi ingå ett idéburet offentligt partnerskap?”. Styrka: ska-krav."
    )


def test_a_copied_quote_of_reported_words_names_both() -> None:
    text = memo(citation(knowledge().quotes["regeringen.kannetecken"], 1))

    assert "Regeringens vägledning (2019), återgivet av Anders Avdic" in text


def test_an_unknown_strength_is_never_told_as_more_than_a_statement() -> None:
    assert words.known_strength("holy") == "statement"


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("/kallor", "/kallor"),
        ("https://example.org/a?b", "https://example.org/a?b"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("//example.org", None),
        ("javascript:alert(1)", None),
        ("java\tscript:alert(1)", None),
        ("data:text/html,x", None),
        ("/\\example.org", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_only_harmless_addresses_become_links(url: str, link: str | None) -> None:
    assert safe_link(url) == link
