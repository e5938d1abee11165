"""What the web tests share: a client on the application, and a real server with a real browser in front of it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.web.canned import Service
from tests.web.serving import Server

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture
def service() -> Service:
    """A service of its own."""
    return Service()


@pytest_asyncio.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """A client on the application of `service`, which answers."""
    transport = httpx.ASGITransport(service.app(), client=("192.0.2.1", 50000))
    async with service.answering(), httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Closed with the module: as long as Playwright is open, no other event loop can run."""
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of its own on a free port, which the test may stop and start."""
    server = Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def context(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """A visitor's browser: without a past, and without animations."""
    context = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """The chat page, opened. Fails the test when the page broke a rule of its own or asked another host."""
    page = context.new_page()
    faults: list[str] = []
    hosts: set[str] = set()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto("/")
    page.wait_for_selector("html[data-ready]")
    yield page
    assert not faults
    assert len(hosts) == 1
