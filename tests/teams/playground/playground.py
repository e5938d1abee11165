"""Microsoft's own local Teams: the Microsoft 365 Agents Playground as a process, and a browser in front of it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from tests.support.npm import installed

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BOT = "Test Bot"
"""What the playground calls every bot."""


@contextmanager
def playground(endpoint: str) -> Iterator[str]:
    """The playground in front of a bot, with new chats; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cli = installed(Path(__file__).parent / "js") / "@microsoft/m365agentsplayground/cli.js"
    environment = os.environ | {"TEAMSAPPTESTER_BROWSER": "none", "BROWSER": "none"}
    command = ["node", str(cli), "start", "-e", endpoint, "-c", "msteams", "-p", str(port), "--disable-telemetry"]
    with tempfile.TemporaryDirectory(prefix="playground-") as folder, (Path(folder) / "log").open("w+") as log:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            _until_it_answers(url, process, Path(folder) / "log")
            yield url
        finally:
            process.kill()
            process.wait(20)


def _until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    until = monotonic() + seconds
    while monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).read()
            return
        except (urllib.error.URLError, OSError):
            sleep(0.1)
    raise RuntimeError(f"the playground did not start: {log.read_text()[-1000:]}")


def browser(playwright: Playwright) -> Browser:
    """Debian's Chromium."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))


@dataclass
class Visit:
    """The playground's page in a browser that reaches no other host, and where its pictures go."""

    page: Page
    out: Path
    name: str
    taken: int = 0

    @classmethod
    def open(cls, chromium: Browser, url: str, out: Path, name: str) -> Visit:
        """Open the page, without its log."""
        page = chromium.new_page(viewport={"width": 1400, "height": 1100}, locale="sv-SE", reduced_motion="reduce")
        page.route("**/*", lambda route: route.continue_() if route.request.url.startswith(url) else route.abort())
        page.set_default_timeout(20_000)
        page.goto(url)
        page.wait_for_selector("[data-lexical-editor]")
        page.get_by_role("button", name="Hide log panel").click()
        return cls(page, out, name)

    def picture(self, what: str) -> None:
        """Keep what is seen now."""
        self.taken += 1
        self.page.screenshot(path=self.out / f"{self.name}-{self.taken}-{what}.png", animations="disabled")

    def card(self, text: str) -> Locator:
        """The newest card that says the text."""
        return self.page.locator(".ac-adaptiveCard").filter(has_text=text).last

    def picture_of(self, card: Locator, what: str) -> None:
        """Keep a whole card, however long it is."""
        self.taken += 1
        usual = self.page.viewport_size
        assert usual
        self.page.set_viewport_size({"width": usual["width"], "height": 5000})
        card.screenshot(path=self.out / f"{self.name}-{self.taken}-{what}.png", animations="disabled")
        self.page.set_viewport_size(usual)

    def sees(self, text: str | re.Pattern[str]) -> Locator:
        """Wait until the text stands in the conversation; the newest place counts, and comes into view."""
        found = self.page.get_by_text(text).last
        expect(found).to_be_visible()
        found.evaluate("element => element.scrollIntoView({block: 'nearest'})")
        return found

    def says(self, text: str, mention: bool = False, box: int = 0, button: str = "Send Message") -> None:
        """Write a message in the box of that number from above, naming the bot if wanted, and send it."""
        editor = self.page.locator("[data-lexical-editor]").nth(box)
        editor.click()
        if mention:
            editor.press_sequentially("@Test")
            self.page.locator("#typeahead-menu").get_by_text(BOT, exact=True).click()
            editor.press_sequentially(" ")
        self.page.keyboard.insert_text(text)
        self.page.get_by_role("button", name=button, exact=True).first.click()

    def presses(self, title: str) -> None:
        """Press the newest button of that name."""
        self.page.get_by_role("button", name=title, exact=True).last.click()
