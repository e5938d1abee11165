"""`python -m tests.teams.playground CLI OUT`: what people do in Teams, in Microsoft's local Teams, step by step; keeps
a screenshot of every step in the folder OUT.

CLI is `cli.js` of the npm package @microsoft/m365agentsplayground (tried with 0.2.28). Not part of the tests that every
change must pass: the package is not pinned by the project, and its pages change.
"""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.teams.playground.playground import browser, opened, playground, say
from tests.teams.process import Process

START = "testa om er idé passar för IOP"


@dataclass
class Visit:
    """One page, and where its pictures go."""

    page: Page
    out: Path
    name: str
    taken: int = 0

    def picture(self, what: str) -> None:
        self.taken += 1
        self.page.screenshot(path=self.out / f"{self.name}-{self.taken}-{what}.png")

    def sees(self, text: str | re.Pattern[str]) -> Locator:
        """Wait until the text stands in the conversation; the newest place counts."""
        found = self.page.get_by_text(text).last
        expect(found).to_be_visible(timeout=15_000)
        found.scroll_into_view_if_needed()
        return found

    def presses(self, title: str) -> None:
        """Press the newest button of that name."""
        self.page.get_by_role("button", name=title, exact=True).last.click()


def answers(visit: Visit) -> None:
    """A question, its citation marks, and the card that a mark opens. Follow-ups are only looked at: the playground
    does nothing with the messageBack of their buttons."""
    say(visit.page, "Är IOP tillåtet?")
    visit.sees("Ja, enligt Forum är IOP tillåtet")
    marks = visit.page.locator(".fai-Citation")
    assert marks.count() == 3, marks.count()
    visit.picture("answer")
    marks.first.scroll_into_view_if_needed()
    marks.first.hover()
    visit.page.wait_for_timeout(1500)
    visit.picture("citation")
    visit.sees("Fråga vidare")


def dialog(visit: Visit) -> None:
    """A whole assessment by buttons, with a why, a step back and a question in between."""
    say(visit.page, START)
    visit.sees("Fråga 1 av")
    visit.picture("first-question")
    visit.presses("Varför frågar ni?")
    visit.sees("Jag frågar för att källorna säger")
    visit.picture("why")
    visit.presses("Ja")
    visit.sees("Fråga 2 av")
    visit.presses("Tillbaka")
    visit.sees("Fråga 1 av")
    visit.picture("back")
    visit.presses("Ja")
    visit.sees("Fråga 2 av")
    say(visit.page, "Är IOP tillåtet?")
    visit.sees("Ja, enligt Forum är IOP tillåtet")
    visit.sees("Genomgången fortsätter längre ned.")
    visit.picture("digression")
    number = 2
    while visit.page.get_by_role("button", name="Vet inte", exact=True).count():
        visit.sees(re.compile(rf"Fråga {number} av"))
        visit.presses("Ja")
        number += 1
        expect(visit.page.get_by_text(re.compile(rf"Fråga {number - 1} av"))).to_have_count(0, timeout=15_000)
    visit.sees("Ett IOP verkar möjligt")
    visit.picture("outcome")


def group(visit: Visit) -> None:
    """A group chat, where the bot is named."""
    visit.page.get_by_text("Group Chat", exact=True).click()
    editor = visit.page.locator("[data-lexical-editor]").first
    editor.click()
    visit.page.keyboard.type("@Test", delay=80)
    visit.page.wait_for_timeout(800)
    visit.picture("mention")
    visit.page.get_by_text("Test Bot", exact=True).last.click()
    visit.page.keyboard.type(" Är IOP tillåtet?")
    visit.page.keyboard.press("Enter")
    visit.sees("Ja, enligt Forum är IOP tillåtet")
    visit.picture("answer")


def thumbs(visit: Visit) -> None:
    """A thumb on an answer."""
    say(visit.page, "Vad är ett IOP?")
    visit.sees("Enligt Härrydas råd")
    visit.page.get_by_role("button", name=re.compile("^(Like|Gilla|Dislike)", re.IGNORECASE)).first.click()
    visit.page.wait_for_timeout(800)
    visit.picture("thumb")


def compose(visit: Visit) -> None:
    """Search in the compose box, and a quote inserted into the conversation."""
    visit.page.get_by_role("button", name="Trigger Message Extension App").click()
    visit.page.get_by_role("menuitem", name="Search Command").click()
    visit.page.get_by_placeholder("Enter a search term").fill("Är IOP tillåtet?")
    visit.page.keyboard.press("Enter")
    found = visit.page.get_by_text("Ett IOP är tillåtet där det inte redan existerar").first
    expect(found).to_be_visible(timeout=15_000)
    visit.picture("found")
    found.click()
    visit.page.wait_for_timeout(1000)
    visit.picture("inserted")


SCENES = {"svar": answers, "dialog": dialog, "grupp": group, "tumme": thumbs, "sok": compose}


def main(cli: Path, out: Path, names: list[str]) -> int:
    """Every scene with a bot and a playground of its own; returns how many went wrong."""
    out.mkdir(parents=True, exist_ok=True)
    wrong = 0
    with sync_playwright() as playwright:
        chromium = browser(playwright)
        for name in names or SCENES:
            with tempfile.TemporaryDirectory(prefix="iopbot-") as folder:
                bot = Process(Path(folder), IOPBOT_SENDER_BURST="1000")
                with bot, playground(cli, f"{bot.url}/api/messages") as url:
                    visit = Visit(opened(chromium, url), out, name)
                    try:
                        SCENES[name](visit)
                        print(f"{name}: ok, {visit.taken} pictures")
                    except Exception as error:
                        wrong += 1
                        visit.picture("wrong")
                        (out / f"{name}.html").write_text(visit.page.content(), encoding="utf-8")
                        print(f"{name}: {type(error).__name__}: {str(error)[:500]}", file=sys.stderr)
                    visit.page.close()
        chromium.close()
    return wrong


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]), sys.argv[3:]))
