"""axe-core finds nothing on any page, in light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.axe import faults
from tests.web.serving import Server

pytestmark = pytest.mark.chromium

PATHS = (
    "/",
    "/kallor",
    "/kallor/eslov-riktlinjer?fran=100&till=200",
    "/kallor/harryda-skrivelse?fran=1&till=2000",
    "/kallor/socialnamnden-uppdrag",
    "/kallor/forum-handledning",
    "/kallor/avdic-slojdlab",
    "/om",
    "/tillganglighet",
    "/floden",
    "/floden/iop",
    "/finns-inte",
)


@pytest.fixture(params=[("light", 1280), ("dark", 320)], ids=["light and wide", "dark and narrow"])
def reader(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Page]:
    """A browser that lets axe be put into the page, which the page's own policy would not."""
    scheme, width = request.param
    context = browser.new_context(
        base_url=server.url,
        bypass_csp=True,
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_on_any_page(reader: Page) -> None:
    for path in PATHS:
        reader.goto(path)
        assert faults(reader) == [], path


def test_axe_finds_nothing_in_a_conversation(reader: Page) -> None:
    reader.goto("/")
    for number, text in enumerate(
        ("Är IOP tillåtet?", "lista", "Is it allowed?", "vad kostar det?", "Passar vår idé?")
    ):
        reader.get_by_label("Din fråga").fill(text)
        reader.keyboard.press("Enter")
        expect(reader.locator("article.bot")).to_have_count(number + 1)
    assert faults(reader) == []
    reader.get_by_role("button", name="Rensa samtalet").click()
    assert faults(reader) == []
    reader.get_by_role("button", name="Avbryt").click()
    for number in range(3):
        reader.get_by_role("button", name="Ja", exact=True).click()
        expect(reader.locator("article.bot")).to_have_count(number + 6)
    reader.get_by_role("link", name="Öppna resultatet").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Ett IOP kan vara möjligt")
    assert faults(reader) == []
