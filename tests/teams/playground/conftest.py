"""A bot in insecure local mode, and for every scene a playground with new chats and a page in front of it."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.needs import ROOT
from tests.teams.playground.playground import Visit, browser, playground
from tests.teams.process import Process

OUT = ROOT / "out/playground"
"""Where the pictures are kept, for people to look at."""

_went_wrong = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the fixture know whether the scene went wrong."""
    report = yield
    item.stash[_went_wrong] = report.failed
    return report


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with Process(tmp_path_factory.mktemp("playground"), IOPBOT_SENDER_BURST="1000") as process:
        yield process


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Closed with the module: as long as Playwright is open, no other event loop can run."""
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        made = browser(playwright)
        yield made
        made.close()


@pytest.fixture
def visit(request: pytest.FixtureRequest, bot: Process, chromium: Browser) -> Iterator[Visit]:
    """A new chat with the bot; one more picture and the page itself are kept of a scene that goes wrong."""
    name = request.node.name.removeprefix("test_")
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob(f"{name}-*"):
        old.unlink()
    with playground(f"{bot.url}/api/messages") as url:
        made = Visit.open(chromium, url, OUT, name)
        yield made
        if request.node.stash.get(_went_wrong, False):
            made.picture("wrong")
            (OUT / f"{name}-wrong.html").write_text(made.page.content(), encoding="utf-8")
        made.page.close()
