"""The whole bot in the browser: nothing canned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from docx import Document
from playwright.sync_api import Browser, Locator, Page, expect

from tests.web.application import Application
from tests.web.axe import faults
from tests.web.canned import knowledge

pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """One bot for the tests of this file."""
    application = Application(tmp_path_factory.mktemp("bot"))
    application.start()
    yield application
    application.stop()


@pytest.fixture
def visitor(browser: Browser, application: Application) -> Iterator[Page]:
    """A new visitor on the chat page; axe may be put into its pages."""
    context = browser.new_context(base_url=application.url, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/")
    page.wait_for_selector("html[data-ready]")
    yield page
    context.close()


def ask(page: Page, text: str) -> Locator:
    """Ask, and return the answer when it has come."""
    answers = page.locator("article.bot")
    before = answers.count()
    page.get_by_label("Din fråga").fill(text)
    page.keyboard.press("Enter")
    expect(answers).to_have_count(before + 1)
    return answers.last


def press(page: Page, name: str) -> Locator:
    """Press a choice, and return what it is answered with."""
    answers = page.locator("article.bot")
    before = answers.count()
    page.get_by_role("button", name=name, exact=True).click()
    expect(answers).to_have_count(before + 1)
    return answers.last


def test_a_question_is_answered_by_forum_and_eslov_with_words_that_stand_in_the_sources(visitor: Page) -> None:
    answer = ask(visitor, "Är IOP tillåtet?")

    expect(answer.locator(".role-lead")).to_contain_text("Forum")
    figures = answer.get_by_role("figure").all()
    assert len(figures) >= 2
    for figure in figures:
        address = urlsplit(figure.locator("a.context").get_attribute("href") or "")
        place = parse_qs(address.query)
        source = knowledge().sources[address.path.rsplit("/", 1)[-1]]
        words = source.text[int(place["fran"][0]) : int(place["till"][0])]
        assert figure.locator("blockquote").evaluate("element => element.textContent") == words


def test_a_citation_opens_its_source_at_the_marked_words(visitor: Page) -> None:
    answer = ask(visitor, "Är IOP tillåtet?")
    answer.get_by_role("link", name="Läs i sitt sammanhang").first.click()

    expect(visitor.locator("mark#citat")).to_be_in_viewport()
    expect(visitor.locator("mark#citat")).to_contain_text("existerar en marknad")


def test_what_the_sources_do_not_say_is_not_answered(visitor: Page) -> None:
    answer = ask(visitor, "vad kostar biljetten till badhuset i Borås?")

    expect(answer.locator(".reply")).not_to_be_empty()
    expect(answer.get_by_role("figure")).to_have_count(0)


def test_the_eligibility_dialog_goes_by_buttons_from_the_first_question_to_the_verdict(visitor: Page) -> None:
    answer = ask(visitor, "Passar vår idé för ett IOP?")
    for _ in range(20):
        if answer.get_by_role("button", name="Ja", exact=True).count() == 0:
            break
        expect(answer.get_by_role("progressbar")).to_be_visible()
        answer = press(visitor, "Ja")

    expect(answer).to_contain_text("möjligt")
    expect(answer.get_by_role("figure").first).to_be_visible()
    assert faults(visitor) == []
    link = answer.get_by_role("link", name="Öppna resultatet som en sida")
    expect(link).to_be_in_viewport()
    link.click()
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("möjligt")
    expect(visitor.get_by_role("heading", name="Kriterierna ett för ett")).to_be_visible()
    assert faults(visitor) == []
    with visitor.expect_download() as download:
        visitor.get_by_role("link", name="Hämta som Word").click()
    words = "\n".join(paragraph.text for paragraph in Document(download.value.path()).paragraphs)
    assert "Nästa steg" in words
    assert "En juridisk bedömning görs för varje enskilt IOP." in words


def test_a_dialog_goes_on_from_a_file_that_was_kept_in_another_browser(
    visitor: Page, browser: Browser, application: Application, tmp_path: Path
) -> None:
    ask(visitor, "Passar vår idé för ett IOP?")
    open_question = press(visitor, "Ja").locator(".role-question").text_content()
    paused = ask(visitor, "vänta")
    expect(visitor.get_by_role("button", name="Ja", exact=True)).to_have_count(1)
    paused.get_by_role("link", name="Spara det här och fortsätt när ni vill").click()
    with visitor.expect_download() as download:
        visitor.get_by_role("link", name="Spara för att fortsätta senare").click()
    kept = tmp_path / download.value.suggested_filename
    download.value.save_as(kept)
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"format": "iopbot-dialog-1", "flow": "<img src=x onerror=alert(1)>"}')

    context = browser.new_context(base_url=application.url)
    other = context.new_page()
    other.goto("/")
    other.get_by_label("Sparad fil").set_input_files(wrong)
    expect(other.locator("article.bot")).to_contain_text("Filen")
    other.get_by_label("Sparad fil").set_input_files(kept)
    resumed = other.locator("article.bot").nth(1)

    expect(resumed.locator(".role-question")).to_have_text(open_question or "")
    expect(resumed.get_by_role("button", name="Ja", exact=True)).to_be_visible()
    context.close()


def test_a_bot_that_is_killed_in_the_middle_of_a_dialog_goes_on_where_it_was(
    visitor: Page, application: Application
) -> None:
    ask(visitor, "Passar vår idé för ett IOP?")
    second = press(visitor, "Ja")
    question = second.locator(".role-question").text_content()

    application.kill()
    visitor.get_by_role("button", name="Ja", exact=True).click()
    expect(visitor.get_by_text("Ingen kontakt med tjänsten just nu.")).to_be_visible()
    application.start()
    visitor.get_by_role("button", name="Försök nu").click()

    third = visitor.locator("article.bot").nth(2)
    expect(third.get_by_role("progressbar")).to_have_attribute("value", "2")
    assert third.locator(".role-question").text_content() != question


def test_axe_finds_nothing_in_what_the_bot_really_says(visitor: Page) -> None:
    for text in ("hej", "Vilka kriterier gäller?", "Is IOP allowed?", "vem bestämmer?", "radera mina uppgifter"):
        ask(visitor, text)
    assert faults(visitor) == []


def test_axe_finds_nothing_on_the_pages_of_sources_and_flows(visitor: Page) -> None:
    for path in ("/kallor", "/floden"):
        visitor.goto(path)
        links = [link.get_attribute("href") or "" for link in visitor.locator("main .source-list a").all()]
        assert links
        for link in links:
            visitor.goto(link)
            assert faults(visitor) == [], link
