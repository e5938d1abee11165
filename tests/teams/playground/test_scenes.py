"""What people do in Teams, in Microsoft's local Teams, step by step. Pictures of every step are kept in
`out/playground`, to be looked at."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.teams.playground.playground import BOT, Visit
from tests.teams.process import Process

pytestmark = [pytest.mark.chromium, pytest.mark.node]

QUESTION = "Är IOP tillåtet?"
ANSWER = "Enligt Forum är IOP tillåtet"
QUOTE = "Ett IOP är tillåtet där det inte redan existerar en marknad."


def test_answer(visit: Visit, bot: Process) -> None:
    """A greeting in the language of Teams; an answer with citations, the card that one opens, and a thumb."""
    visit.sees("I am IOP-lotsen, an automatic service")
    visit.picture("greeting")
    visit.says(QUESTION)
    visit.sees("Fråga vidare")
    lead = visit.sees(ANSWER)
    marks = visit.page.locator(".fai-Citation:visible")
    expect(marks).to_have_text(["1", "2", "3"])
    links = visit.page.get_by_role("link", name="Läs i källan")
    expect(links).to_have_count(3)
    expect(links.first).to_have_attribute("href", re.compile(rf"^{bot.url}/kallor/"))
    visit.picture("answer")
    marks.first.hover()
    card = visit.page.locator(".fai-PreviewContent").first
    expect(card).to_contain_text(QUOTE)
    expect(card).to_contain_text("Handledning i ditt arbete med idéburet offentligt partnerskap")
    visit.picture("citation")
    visit.page.mouse.move(5, 500)
    lead.scroll_into_view_if_needed()
    visit.page.get_by_role("button", name="Dislike").first.click()
    visit.page.get_by_role("dialog").get_by_role("textbox").fill("Det saknas ett exempel.")
    visit.picture("thumb")
    visit.presses("Submit")
    visit.sees("We appreciate your feedback.")
    until(lambda: bot.feedback() == [("down", "Det saknas ett exempel.")])


def test_dialog(visit: Visit) -> None:
    """A whole assessment by buttons, with a why, a step back and a question in between: one card lives."""
    visit.says("testa om er idé passar för IOP")
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
    visit.says(QUESTION)
    visit.sees(ANSWER)
    visit.sees("Genomgången fortsätter längre ned.")
    visit.sees("Fråga 2 av")
    visit.picture("digression")
    expect(visit.page.get_by_role("button", name="Vet inte", exact=True)).to_have_count(1)
    number = 2
    while visit.page.get_by_role("button", name="Vet inte", exact=True).count():
        visit.presses("Ja")
        expect(visit.page.get_by_text(re.compile(rf"Fråga {number} av"))).to_have_count(0)
        number += 1
    visit.sees("Ett IOP verkar möjligt")
    visit.picture("outcome")
    outcome = visit.card("Ett IOP verkar möjligt")
    expect(outcome).to_contain_text("Nästa steg")
    visit.picture_of(outcome, "whole-outcome")
    expect(visit.page.get_by_text("Ett IOP verkar möjligt", exact=True)).to_have_count(1)


def test_group(visit: Visit) -> None:
    """A group chat: the bot answers where it is named, and only there."""
    visit.page.get_by_role("treeitem", name="Group Chat").click()
    visit.says("Vad är ett IOP?")
    visit.says(QUESTION, mention=True)
    visit.sees(ANSWER)
    visit.picture("answer")
    expect(visit.page.get_by_text("Enligt Härrydas råd")).to_have_count(0)


def test_channel(visit: Visit) -> None:
    """A post in a channel, in whose thread somebody names the bot: the answer stands in the thread."""
    visit.page.get_by_role("treeitem", name="My Team - General").click()
    visit.sees("I am IOP-lotsen")
    visit.says("Vi funderar på ett IOP.", button="Post")
    expect(visit.page.locator("[data-lexical-editor]")).to_have_count(3)  # the new thread has a box of its own
    visit.says(QUESTION, mention=True, box=1)
    answer = visit.sees(ANSWER)
    visit.page.get_by_text("Vi funderar på ett IOP.").scroll_into_view_if_needed()
    visit.picture("thread")
    greeting = visit.page.get_by_text("I am IOP-lotsen, an automatic")
    places = [visit.page.get_by_text(QUESTION).first.bounding_box(), answer.bounding_box(), greeting.bounding_box()]
    heights = [place["y"] for place in places if place]
    assert len(heights) == 3
    assert heights == sorted(heights), "the answer does not stand in the thread"


def test_compose_box(visit: Visit) -> None:
    """Search in the compose box; a quote with its source is put into the conversation."""
    visit.page.get_by_role("button", name="Trigger Message Extension App").click()
    visit.page.get_by_role("menuitem", name="Search Command").click()
    visit.page.get_by_placeholder("Enter a search term").fill(QUESTION)
    visit.page.keyboard.press("Enter")
    found = visit.page.get_by_text("Ett IOP är tillåtet där det inte redan existerar").first
    expect(found).to_be_visible()
    visit.picture("found")
    found.click()
    expect(visit.page.locator("[data-lexical-editor]").get_by_text(QUOTE)).to_be_visible()
    visit.picture("picked")
    visit.presses("Send Message")
    expect(visit.page.locator("[data-lexical-editor]").get_by_text(QUOTE)).to_have_count(0)
    visit.sees(QUOTE)
    visit.picture("sent")
    visit.says("Vad är ett IOP?")
    visit.sees("Enligt Härrydas råd")
    expect(visit.page.get_by_label("Message author").get_by_text(BOT)).to_have_count(3)  # greeting, answer, follow-ups


def test_message_action(visit: Visit) -> None:
    """«Fråga IOP-lotsen om detta» on a message: what the sources say, and a quote of it put into the conversation."""
    visit.says(QUESTION)
    visit.sees("Fråga vidare")
    asked = visit.page.get_by_text(QUESTION, exact=True).first
    asked.hover()
    visit.page.get_by_label("Show more information").nth(1).click()
    visit.page.get_by_role("menuitem", name="Action Command").click()
    visit.presses("Create")
    dialog = visit.page.get_by_role("dialog")
    expect(dialog.get_by_text(QUOTE)).to_be_visible()
    visit.picture("asked")
    dialog.get_by_role("button", name="Insert into the chat").first.click()
    expect(visit.page.locator("[data-lexical-editor]").get_by_text(QUOTE)).to_be_visible()
    visit.picture("inserted")


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for what the bot does behind the page."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
