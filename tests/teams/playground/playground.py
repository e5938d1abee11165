"""Microsoft's own local Teams: the Microsoft 365 Agents Playground as a process, and a browser in front of it."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from playwright.sync_api import Browser, Page, Playwright

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


@contextmanager
def playground(cli: Path, endpoint: str) -> Iterator[str]:
    """The playground in front of a bot; gives its address. `cli` is `cli.js` of @microsoft/m365agentsplayground."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"TEAMSAPPTESTER_BROWSER": "none", "BROWSER": "none"}
    command = ["node", str(cli), "start", "-e", endpoint, "-c", "msteams", "-p", str(port), "--disable-telemetry"]
    with tempfile.TemporaryDirectory(prefix="playground-") as folder, (Path(folder) / "log").open("w+") as log:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            _until_it_answers(url, process)
            yield url
        finally:
            process.terminate()
            process.wait(20)


def _until_it_answers(url: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    until = monotonic() + seconds
    while monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).read()
            return
        except (urllib.error.URLError, OSError):
            sleep(0.2)
    raise RuntimeError("the playground did not start")


def browser(playwright: Playwright) -> Browser:
    """Debian's Chromium."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))


def opened(chromium: Browser, url: str) -> Page:
    """The playground's page; every other host is out of reach."""
    page = chromium.new_page(viewport={"width": 1400, "height": 1000}, locale="sv-SE")
    host = url.split("//")[1]
    page.route("**/*", lambda route: route.continue_() if host in route.request.url else route.abort())
    page.set_default_timeout(15_000)
    page.goto(url)
    page.wait_for_selector("[data-lexical-editor]")
    return page


def say(page: Page, text: str) -> None:
    """Write a message and send it."""
    editor = page.locator("[data-lexical-editor]").first
    editor.click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
