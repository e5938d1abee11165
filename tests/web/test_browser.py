"""The chat page in Debian's Chromium, as a visitor uses it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.web.serving import Server

pytestmark = pytest.mark.chromium

QUESTION = "Är IOP tillåtet?"


def ask(page: Page, text: str) -> None:
    """Write a question and send it with Enter."""
    page.get_by_label("Din fråga").fill(text)
    page.keyboard.press("Enter")


def asked(server: Server, text: str) -> int:
    """How many turns there were on a text."""
    return sum(turn.text == text for turn in server.service.turns)


def replies(page: Page) -> int:
    return page.locator("article.bot").count()


def test_a_question_is_answered_with_quotes_that_look_like_quotes(page: Page) -> None:
    ask(page, QUESTION)

    answer = page.locator("article.bot")
    expect(answer).to_contain_text("Enligt Forum är ett IOP tillåtet")
    figures = answer.get_by_role("figure")
    expect(figures).to_have_count(2)
    expect(figures.nth(1)).to_contain_text("Ska-krav")
    expect(figures.nth(1)).to_contain_text("Eslövs kommun")
    expect(figures.nth(1)).to_contain_text("odaterad")
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")


def test_a_citation_opens_the_source_scrolled_to_the_marked_words(page: Page) -> None:
    ask(page, QUESTION)

    page.get_by_role("link", name="Läs i sitt sammanhang").first.click()

    mark = page.locator("mark#citat")
    expect(mark).to_contain_text("Ett IOP är tillåtet där det inte redan existerar en marknad.")
    expect(mark).to_be_in_viewport()
    assert page.evaluate("window.scrollY") > 300


def test_the_start_of_a_long_answer_is_in_view(page: Page) -> None:
    ask(page, "lista")

    expect(page.locator("article.bot .role-lead")).to_be_in_viewport()
    expect(page.locator("article.you")).to_be_in_viewport()
    expect(page.locator("article.bot figure").last).not_to_be_in_viewport()


def test_examples_and_suggestions_are_buttons_that_ask(page: Page) -> None:
    page.get_by_role("button", name=QUESTION).click()
    page.get_by_role("button", name="Vad säger Eslöv?").click()

    expect(page.locator("article.you")).to_have_text(["Du skrev" + QUESTION, "Du skrevVad säger Eslöv?"])
    expect(page.locator("article.bot")).to_have_count(2)
    expect(page.get_by_role("button", name="Vem ska ta initiativet?")).to_be_hidden()


def test_copying_a_quote_gives_the_words_and_the_full_reference(page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)

    page.get_by_role("button", name="Kopiera citat 2").click()

    expect(page.locator("figure").nth(1).get_by_role("status")).to_have_text("Kopierat")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(
        "”För att ett IOP ska vara möjligt ska ett antal kriterier vara uppfyllda.”\nKälla: Eslövs"
    )
    assert copied.endswith("#citat")
    assert page.url + "kallor/eslov-riktlinjer?fran=" in copied


def test_a_dialog_shows_its_progress_and_takes_only_the_open_question(page: Page, server: Server) -> None:
    ask(page, "Passar vår idé?")
    progress = page.get_by_role("progressbar")
    expect(progress).to_have_accessible_name("Fråga 1 av ungefär 3")

    page.get_by_role("button", name="Ja", exact=True).click()

    expect(progress).to_have_count(2)
    expect(page.get_by_role("button", name="Ja", exact=True)).to_have_count(1)
    press = server.service.turns[-1].press
    assert press is not None
    assert (press.value, press.flow, press.question, press.answered) == ("yes", "iop", "q0", 0)


def test_several_options_are_ticked_and_sent_together(page: Page, server: Server) -> None:
    ask(page, "lista")
    page.get_by_role("button", name="Svara med de valda").click()
    expect(page.get_by_role("alert")).to_contain_text("Välj minst ett alternativ")

    page.get_by_label("Det ena").check()
    page.get_by_label("Det andra").check()
    page.get_by_role("button", name="Svara med de valda").click()

    expect(page.locator("article.you").last).to_contain_text("Det ena, Det andra")
    expect(page.locator("article.bot")).to_have_count(2)
    press = server.service.turns[-1].press
    assert press is not None
    assert press.value == "a,b"


def test_the_result_of_a_dialog_opens_as_a_page(page: Page) -> None:
    ask(page, "Passar vår idé?")
    for number in range(1, 4):
        page.get_by_role("button", name="Ja", exact=True).click()
        expect(page.locator("article.bot")).to_have_count(number + 1)

    page.get_by_role("link", name="Öppna resultatet").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Ett IOP kan vara möjligt")
    expect(page.get_by_role("button", name="Skriv ut")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Hämta som Word").click()
    assert download.value.suggested_filename == "iop-lotsen.docx"


def test_a_thumb_is_thanked_for_beside_the_answer(page: Page, server: Server) -> None:
    ask(page, QUESTION)

    page.get_by_role("button", name="Svaret stämmer inte").click()

    expect(page.locator(".rate")).to_have_text("Tack för att du säger till.")
    expect(page.locator("article.bot")).to_have_count(1)
    feedback = server.service.turns[-1].feedback
    assert feedback is not None
    assert feedback.value == "down"
    assert feedback.reply == page.locator("article.bot").get_attribute("data-id")


def test_an_english_answer_says_so_and_keeps_its_quotes_swedish(page: Page) -> None:
    ask(page, "Is it allowed?")

    answer = page.locator("article.bot")
    expect(answer).to_have_attribute("lang", "en")
    expect(answer.locator("blockquote").first).to_have_attribute("lang", "sv")
    expect(answer.get_by_role("link", name="Read in context").first).to_be_visible()


# ---- keyboard


def test_everything_works_with_the_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Hoppa till innehållet")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, QUESTION)
    page.keyboard.press("Enter")

    expect(page.locator("article.bot")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Läs i sitt sammanhang").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("mark#citat")).to_be_visible()
    page.go_back()

    expect(page.locator("article.bot")).to_be_visible()
    page.get_by_label("Din fråga").focus()
    page.keyboard.type("Passar vår idé?")
    page.keyboard.press("Enter")
    expect(page.locator(".role-question")).to_be_visible()
    expect(page.get_by_label("Din fråga")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Vet inte")).to_be_focused()


def test_shift_and_enter_make_a_new_line(page: Page, server: Server) -> None:
    page.get_by_label("Din fråga").focus()
    page.keyboard.type("Vi är en förening.")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Får vi?")
    page.keyboard.press("Enter")

    expect(page.locator("article.bot")).to_have_count(1)
    assert asked(server, "Vi är en förening.\nFår vi?") == 1


def _tab_to(page: Page, name: str) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == name:
            return
    pytest.fail(f"{name!r} can't be reached with the Tab key")


# ---- sizes and colours


@pytest.mark.parametrize(("width", "height"), [(320, 640), (390, 844), (640, 400), (1920, 1080)])
def test_no_page_scrolls_sideways(page: Page, width: int, height: int) -> None:
    """640 by 400 is what a window of 1280 by 800 shows at 200 percent."""
    page.set_viewport_size({"width": width, "height": height})
    ask(page, "lista")
    expect(page.locator("article.bot figure")).to_have_count(6)
    _fits(page)
    ask(page, "ettmycketlångtord" * 30)
    expect(page.locator("article.bot")).to_have_count(2)
    _fits(page)
    for path in ("/kallor", "/kallor/avdic-slojdlab?fran=0&till=100", "/om", "/tillganglighet", "/floden/iop", "/nej"):
        page.goto(path)
        _fits(page)


def test_at_twice_the_size_the_whole_conversation_works(page: Page) -> None:
    page.set_viewport_size({"width": 640, "height": 400})

    ask(page, QUESTION)
    expect(page.locator("article.bot .role-lead")).to_be_in_viewport()
    page.get_by_role("button", name="Passar vår idé för ett IOP?").click()
    page.get_by_role("button", name="Ja", exact=True).click()

    expect(page.get_by_role("progressbar")).to_have_count(2)
    assert page.evaluate("getComputedStyle(document.querySelector('.composer')).position") == "static"


def test_dark_colours_follow_the_system(page: Page) -> None:
    light = _brightness(page)
    page.emulate_media(color_scheme="dark")
    dark = _brightness(page)

    assert light > 200
    assert dark < 60


def test_a_source_prints_with_its_mark_and_without_the_frame(page: Page) -> None:
    page.goto("/kallor/forum-handledning?fran=1200&till=1300#citat")
    page.emulate_media(media="print")

    expect(page.locator("mark").first).to_be_visible()
    expect(page.get_by_role("navigation", name="Sidor")).to_be_hidden()
    assert len(page.pdf()) > 10_000


def _fits(page: Page) -> None:
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), page.url


def _brightness(page: Page) -> int:
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in colour.strip("rgb()").split(",")) // 3


# ---- what the browser keeps, and lost connections


def test_a_page_that_is_loaded_again_still_holds_the_conversation(page: Page, server: Server) -> None:
    ask(page, QUESTION)
    expect(page.locator("article.bot figure")).to_have_count(2)
    page.get_by_label("Din fråga").fill("halvfärdig")

    page.reload()

    expect(page.locator("article.you")).to_contain_text(QUESTION)
    expect(page.locator("article.bot figure")).to_have_count(2)
    expect(page.get_by_label("Din fråga")).to_have_value("halvfärdig")
    ask(page, "Passar vår idé?")
    expect(page.locator(".role-question")).to_be_visible()
    assert len({turn.conversation for turn in server.service.turns}) == 1
    assert asked(server, QUESTION) == 1


def test_another_visitor_sees_nothing_of_it(page: Page, browser: Browser, server: Server) -> None:
    ask(page, QUESTION)
    expect(page.locator("article.bot")).to_have_count(1)

    other = browser.new_context(base_url=server.url)
    theirs = other.new_page()
    theirs.goto("/")
    theirs.wait_for_selector("html[data-ready]")

    expect(theirs.locator("article")).to_have_count(0)
    other.close()


def test_clearing_empties_the_page_and_has_the_service_erase_what_it_holds(page: Page, server: Server) -> None:
    ask(page, QUESTION)
    expect(page.locator("article.bot")).to_have_count(1)
    page.get_by_role("button", name="Rensa samtalet").click()
    page.get_by_role("dialog").get_by_role("button", name="Avbryt").click()
    expect(page.locator("article.bot")).to_have_count(1)

    page.get_by_role("button", name="Rensa samtalet").click()
    with page.expect_response("**/api/chat/ack"):
        page.get_by_role("dialog").get_by_role("button", name="Rensa samtalet").click()

    expect(page.locator("article")).to_have_count(0)
    expect(page.get_by_label("Din fråga")).to_be_focused()
    expect(page.get_by_role("button", name=QUESTION)).to_be_visible()
    first, erase = server.service.turns
    assert (erase.text, erase.conversation) == ("radera mina uppgifter", first.conversation)
    ask(page, "hej")
    expect(page.locator("article.bot")).to_have_count(1)
    assert server.service.turns[-1].conversation != first.conversation


def test_what_is_written_without_a_connection_is_sent_once_when_it_is_back(
    page: Page, context: BrowserContext, server: Server
) -> None:
    context.set_offline(True)
    ask(page, QUESTION)
    expect(page.get_by_text("Du verkar vara utan nät.")).to_be_visible()
    expect(page.locator("article.you")).to_contain_text("Inte skickat ännu")

    context.set_offline(False)

    expect(page.locator("article.bot figure")).to_have_count(2)
    expect(page.get_by_text("Du verkar vara utan nät.")).to_have_count(0)
    expect(page.locator("article.you")).not_to_contain_text("Inte skickat ännu")
    assert asked(server, QUESTION) == 1


def test_an_unsent_message_survives_closing_the_page(page: Page, context: BrowserContext, server: Server) -> None:
    context.set_offline(True)
    ask(page, QUESTION)
    expect(page.locator("article.you")).to_contain_text("Inte skickat ännu")
    page.close()
    context.set_offline(False)

    again = context.new_page()
    again.goto("/")

    expect(again.locator("article.bot figure")).to_have_count(2)
    assert asked(server, QUESTION) == 1


def test_a_bot_that_is_restarted_finds_the_conversation_again(page: Page, server: Server) -> None:
    ask(page, QUESTION)
    expect(page.locator("article.bot")).to_have_count(1)
    server.stop()
    ask(page, "Passar vår idé?")
    expect(page.get_by_text("Ingen kontakt med tjänsten just nu.")).to_be_visible()

    server.start()
    page.get_by_role("button", name="Försök nu").click()

    expect(page.locator(".role-question")).to_be_visible()
    assert asked(server, "Passar vår idé?") == 1
    assert len({turn.conversation for turn in server.service.turns}) == 1


def test_an_answer_that_is_lost_on_its_way_is_fetched_again(page: Page, server: Server) -> None:
    lost: list[str] = []

    def lose_first(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().text())
        route.abort("connectionreset")

    page.route("**/api/chat/messages", lose_first)
    ask(page, QUESTION)

    expect(page.locator("article.bot figure")).to_have_count(2)
    assert "Enligt Forum" in lost[0]
    assert asked(server, QUESTION) == 1
    assert replies(page) == 1


@pytest.mark.parametrize("status", [403, 413])
def test_a_message_that_a_filter_stops_is_given_up_and_the_next_one_goes_through(
    page: Page, server: Server, status: int
) -> None:
    def filtered(route: Route) -> None:
        if "union select" in (route.request.post_data or ""):
            route.fulfill(status=status, content_type="text/html", body="<html><h1>Blocked</h1></html>")
        else:
            route.continue_()

    page.route("**/api/chat/messages", filtered)
    ask(page, "union select")

    expect(page.get_by_role("alert")).to_contain_text("stoppade meddelandet")
    expect(page.locator("article.you.failed")).to_contain_text("Meddelandet kunde inte tas emot.")
    ask(page, QUESTION)
    expect(page.locator("article.bot figure")).to_have_count(2)
    assert asked(server, "union select") == 0


def test_a_page_of_another_service_in_between_is_waited_for_but_not_for_ever(page: Page, server: Server) -> None:
    login = {"status": 200, "content_type": "text/html", "body": "<html><h1>Log in</h1></html>"}
    page.route("**/api/chat/messages", lambda route: route.fulfill(**login))
    ask(page, QUESTION)
    expect(page.get_by_text("Ingen kontakt med tjänsten just nu.")).to_be_visible()

    page.unroute("**/api/chat/messages")
    page.get_by_role("button", name="Försök nu").click()

    expect(page.locator("article.bot figure")).to_have_count(2)
    page.route("**/api/chat/messages", lambda route: route.fulfill(**login))
    ask(page, "Passar vår idé?")
    page.evaluate("setInterval(() => window.dispatchEvent(new Event('online')), 100)")  # each has it try at once
    expect(page.get_by_role("alert")).to_contain_text("stoppade meddelandet")
    expect(page.get_by_role("button", name="Försök nu")).to_be_hidden()


def test_who_writes_too_fast_is_told_and_still_answered(page: Page, server: Server) -> None:
    limits = server.service.limits
    limits.verdict = "tell"
    ask(page, QUESTION)
    expect(page.get_by_text("Nu går det lite för fort.")).to_be_visible()

    limits.verdict = "pass"

    expect(page.locator("article.bot")).to_have_count(1)
    assert asked(server, QUESTION) == 1


def test_a_text_that_is_too_long_is_kept_and_explained(page: Page, server: Server) -> None:
    ask(page, "x" * 2001)

    expect(page.get_by_role("alert")).to_contain_text("2001 tecken")
    expect(page.get_by_label("Din fråga")).to_have_value("x" * 2001)
    assert server.service.turns == []


def test_what_was_shown_is_confirmed_to_the_service(page: Page, server: Server) -> None:
    ask(page, QUESTION)

    with page.expect_response("**/api/chat/ack") as confirmed:
        expect(page.locator("article.bot")).to_have_count(1)

    assert confirmed.value.status == 204
    assert {row.state for row in server.service.store.tables.outbox.values()} == {"sent"}


# ---- hostile input


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=\"document.title='taken'\">",
        "<script>document.title='taken'</script>",
        "[klicka](javascript:document.title='taken')",
        "\"><svg onload=document.title='taken'>",
        "**fet** `kod` <b>x</b>",
    ],
)
def test_what_a_visitor_writes_is_shown_as_written(page: Page, text: str) -> None:
    title = page.title()
    ask(page, text)

    expect(page.locator("article.you p")).to_have_text(text)
    expect(page.locator("article.bot")).to_contain_text(text)
    page.reload()
    expect(page.locator("article.you p")).to_have_text(text)
    assert page.title() == title
    assert page.locator("#log img, #log svg, #log script, #log b, #log a[href^='javascript']").count() == 0


# ---- without JavaScript


def test_without_javascript_the_conversation_works_as_pages(browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")

    page.get_by_label("Din fråga").fill("Passar vår idé?")
    page.get_by_role("button", name="Skicka").click()
    page.get_by_role("button", name="Ja", exact=True).click()
    expect(page.get_by_role("progressbar")).to_have_accessible_name("Fråga 2 av ungefär 3")
    page.get_by_label("Din fråga").fill(QUESTION)
    page.get_by_role("button", name="Skicka").click()
    page.get_by_role("link", name="Läs i sitt sammanhang").first.click()

    expect(page.locator("mark#citat")).to_be_in_viewport()
    assert len({turn.conversation for turn in server.service.turns}) == 1
    context.close()
