"""Follow-ups on an answer, as people put them, and what they get."""

from collections.abc import Callable

import pytest

from bot.core.follow import read_follow_up
from bot.core.manner import asks, bare
from bot.messages import Reply
from knowledge.model import Knowledge
from knowledge.places import Names

Say = Callable[[str], Reply]
READ = {
    "who": ["vem säger det?", "vem säger de", "jaha men vem säger det då", "who says so?", "enligt vem"],
    "short": [
        "kan du förklara enklare", "kort", "för långt orkar inte läsa", "vad menar du", "fattar inte",
        "jag förstår inte",
        "kan du säga det på vanlig svenska", "sammanfatta", "can you say it simpler", "vad betyder det", "tldr",
    ],
    "quote": ["bara citatet", "citera exakt", "kan jag få citatet", "ordagrant tack", "jag vill ha det exakta citatet"],
    "dates": ["när skrevs det", "vilket år är den från", "och från vilket år", "från när är det",
        "hur gammalt är det", "är det aktuellt",
        "är siffran aktuell"],
    "when": ["när då", "när?", "ok när då"],
    "strength": ["är det bindande", "är det en åsikt eller en lag", "är det bör eller ska", "måste vi det",
        "är det ett krav"],
    "scope": ["gäller det oss i Härryda", "gäller kravet överallt eller bara i Eslöv", "gäller det alla kommuner?"],
    "again": ["samma fråga", "upprepa", "ta det igen"],
    "next": ["ok vad gör vi nu", "vad ska vi göra nu", "hur går vi vidare", "what now"],
    "source": ["var står det", "var står det exakt", "bevisa det", "källa?", "vilken sida", "visa källan"],
    "more": ["mer", "och sen?", "berätta mer om det"],
    "elsewhere": ["och i Malmö då?", "i Malmö också?", "och hos oss i Lund då"],
}  # fmt: skip
NOT_READ = [
    "vad är syftet med IOP?", "måste man ha stadgar", "när får man ingå ett IOP", "lag", "vem är Forum",
    "hur mycket kostar det", "gäller det att ha tur", "kort projekt", "vad gör Forum nu",
    "är det vinst", "vad betyder LOU",
]  # fmt: skip


@pytest.fixture(scope="module")
def names(knowledge: Knowledge) -> Names:
    return Names((name, id) for id, name in knowledge.places.items())


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in READ.items() for text in texts])
def test_a_follow_up_is_read(names: Names, name: str, text: str) -> None:
    found = read_follow_up(text, names)

    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("text", NOT_READ)
def test_a_whole_question_is_no_follow_up(names: Names, text: str) -> None:
    assert read_follow_up(text, names) is None


def test_simpler_gives_the_lead_and_one_quote_and_once_more_says_that_it_cannot(say: Say) -> None:
    whole = say("Är IOP tillåtet?")
    short = say("kan du förklara enklare")
    again = say("enklare")

    assert short.kind == "answer"
    assert len(short.citations) == 1 < len(whole.citations)
    assert again.kind == "clarify"
    assert "Enklare än så" in again.text


def test_when_after_an_answer_tells_the_dates_and_asks_what_is_meant(say: Say) -> None:
    say("Hur mycket pengar kan man få?")
    reply = say("när då")

    assert reply.kind == "clarify"
    assert "2020-12" in reply.text
    assert "hela frågan" in reply.text


def test_when_before_any_answer_asks_for_the_whole_question(say: Say) -> None:
    assert "hela frågan" in say("när då").text


def test_how_strongly_tells_who_says_bor(say: Say) -> None:
    say("Måste initiativet till dialog komma från föreningen?")
    reply = say("är det bör eller ska")

    assert "Malmö stad, återgivet av Anders Avdic: bör [" in reply.text


def test_whether_it_applies_here_says_whose_words_they_are_and_what_is_missing(say: Say) -> None:
    say("Vilka kriterier gäller för IOP?")
    reply = say("gäller det oss i Härryda")

    assert "Malmö stad, återgivet av Anders Avdic: bara Malmö" in reply.text
    assert "inga egna riktlinjer för Härryda" in reply.text
    assert any(c.source == "harryda-skrivelse" for c in reply.citations)


def test_a_quote_that_holds_both_is_told_as_both(say: Say) -> None:
    say("Vad skiljer Eslövs och Malmös syn på initiativ?")

    assert "Eslövs kommun: bör och ska-krav" in say("är det ett krav").text


def test_the_date_is_told_with_the_line_that_holds_it(say: Say) -> None:
    say("Är IOP tillåtet?")
    reply = say("när skrevs det")

    assert "Eslövs kommun, odaterad" in reply.text
    assert [c.quote.splitlines()[-1] for c in reply.citations] == ["Dec 2020"]


def test_a_question_of_small_words_alone_is_about_what_was_just_said(say: Say) -> None:
    topic = say("Vad betalar Linköping till Brottsofferjouren?").topic

    assert say("hur mycket totalt").topic == topic


def test_only_the_quote_is_the_first_quote_alone(say: Say) -> None:
    first = say("Är IOP tillåtet?").citations[0]
    only = say("bara citatet")

    assert [c.quote for c in only.citations] == [first.quote]


def test_the_same_question_is_asked_again_after_another_municipality_is_chosen(say: Say) -> None:
    topic = say("vad gäller om kommunen redan bedriver verksamheten").topic
    say("jag jobbar i Malmö")

    assert say("samma fråga").topic == topic


def test_a_greeting_does_not_hide_the_question(say: Say) -> None:
    assert say("Hi, what is an IOP?").topic == "vad-iop"
    assert say("vad är iop din idiot").topic == "vad-iop"


def test_what_now_offers_the_dialogs(say: Say) -> None:
    reply = say("ok vad gör vi nu")

    assert reply.kind == "clarify"
    assert reply.choices
    assert say("1").flow is not None


def test_a_cry_for_help_is_answered_alone_and_stays_in_mind(say: Say) -> None:
    first = say("jag orkar inte leva längre")
    second = say("ingen bryr sig")

    assert "90101" in first.text
    assert "90101" in second.text
    assert not first.suggestions
    assert "90101" not in say("Vad är ett IOP?").text


def test_the_bare_name_asks_what_it_is(say: Say) -> None:
    assert say("IOP?").topic == "vad-iop"


def test_without_an_answer_to_explain_it_asks_what_to_explain(say: Say) -> None:
    reply = say("jag fattar noll")

    assert reply.kind == "clarify"
    assert say("1").topic == "vad-iop"


def test_what_is_picked_leaves_the_language_as_it_was(say: Say) -> None:
    say("what now")

    assert "one question at a time" in say("1").text


def test_how_long_it_takes_is_a_question_and_not_about_a_dialog(say: Say) -> None:
    assert say("hur lång tid tar det").kind in ("answer", "related")


@pytest.mark.parametrize("text", ["delvis", "tror inte det", "hoppa över", "🤷", "Ja, tre år."])
def test_an_answer_to_nothing_is_not_searched_for(say: Say, text: str) -> None:
    assert say(text).kind == "clarify"


def test_and_for_us_in_asks_the_same_of_that_place(say: Say) -> None:
    say("Vilka kriterier gäller för IOP?")
    reply = say("och för oss i Lund")

    assert reply.citations
    assert "Lund" in reply.text


def test_finding_fault_is_no_answer_to_nothing(say: Say) -> None:
    say("Är IOP tillåtet?")

    assert say("fel svar").kind != "clarify"


def test_the_address_to_ask_at_is_told_in_full_once(say: Say) -> None:
    first = say("hur lång är handläggningstiden för ett IOP?")
    second = say("finns det en blankett för ansökan om IOP?")

    assert "kansli@socialforum.se" in first.text
    assert second.kind == "no_answer"
    assert "kansli@socialforum.se" not in second.text
    assert "Forums kansli" in second.text


def test_whoever_is_told_of_112_is_told_nothing_beside(say: Say) -> None:
    reply = say("telefonnummer till Kvinnojouren MOA")

    assert "112" in reply.text
    assert "Forums kansli" not in reply.text
    assert not reply.suggestions


def test_thumbs_up_and_english_thanks_are_met(say: Say) -> None:
    assert say("👍").kind == "small_talk"
    say("What is an IOP?")
    assert "welcome" in say("thanks mate").text


def test_the_language_can_be_chosen(say: Say) -> None:
    assert "English" in say("in english please").text
    assert "svenska" in say("ok på svenska tack").text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Hej! Hur börjar man?", "Hur börjar man?"),
        ("ok tack 👍", "ok tack 👍"),
        ("vad är iop din idiot", "vad är iop"),
        ("svara på frågan för fan", "svara på frågan"),
        ("hej", "hej"),
    ],
)
def test_manner_is_taken_off_what_is_said(text: str, kept: str) -> None:
    assert bare(text) == kept


def test_telling_is_no_asking() -> None:
    assert asks("vad menas med idéburen")
    assert asks("berätta om Malmö")
    assert not asks("vår kassör har slutat")
