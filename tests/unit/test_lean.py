"""Short questions that lean on the answer before, and what does not lean."""

from collections.abc import Callable

import pytest

from bot.core.lean import Leaning
from bot.core.manner import scorns
from bot.core.turn import Brain
from bot.messages import Reply
from knowledge.places import place_names

Say = Callable[[str], Reply]
VICTIM_SUPPORT = "Hur mycket kostar IOP med Brottsofferjouren i Linköping per år?"
LEANING = [
    "hur länge?", "vad kostar det?", "vem driver det?", "hur mycket av det betalar kommunen?",
    "och vilka är parterna då?",
    "vem är det för?", "hur många är med?", "vilket år var det?", "pågår det fortfarande?", "how much does it cost?",
    "who pays?", "vad heter de?", "när startade det?", "hur gick det?", "vem betalar?",
]  # fmt: skip
STANDING = [
    "vad är ett IOP?", "kan vi få pengar?", "vem är du?", "vad kan du?", "och i Malmö då?", "hur länge gäller ett IOP?",
    "vad är skillnaden mot bidrag?", "hur mår du?", "är det upphandling?", "sparas det?", "tack",
    "vad gör Brottsofferjouren?", "kostar det något för vår förening?",
]  # fmt: skip


@pytest.fixture(scope="module")
def leaning(brain: Brain) -> Leaning:
    return Leaning(brain.knowledge, brain.answerer, place_names(brain.knowledge.places))


@pytest.mark.parametrize("text", LEANING)
def test_what_names_nothing_leans(leaning: Leaning, text: str) -> None:
    assert leaning.leans(text)


@pytest.mark.parametrize("text", STANDING)
def test_what_says_what_it_is_about_does_not_lean(leaning: Leaning, text: str) -> None:
    assert not leaning.leans(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hur mycket av det betalar kommunen?", "553 200"), ("hur länge?", "treårigt"), ("vad kostar det?", "kronor"),
        ("how long?", "treårigt"), ("vem betalar?", "Brottsofferjouren"), ("vilka är parterna?", "Brottsofferjouren"),
    ],
)  # fmt: skip
def test_a_question_about_an_example_is_answered_about_that_one(say: Say, text: str, words: str) -> None:
    say(VICTIM_SUPPORT)
    reply = say(text)

    assert reply.kind in ("answer", "related")
    assert words in " ".join(c.quote for c in reply.citations)


def test_which_year_is_answered_from_the_quotes_just_shown(say: Say) -> None:
    say("vem kom på det här med IOP från början")
    reply = say("vilket år var det?")

    assert "2010" in reply.text


@pytest.mark.parametrize("text", ["hur många var med?", "vad kostade det?"])
def test_what_the_sources_do_not_say_of_an_example_is_told_as_such(say: Say, text: str) -> None:
    say("Vad är The Good Talents i Botkyrka?")
    reply = say(text)

    assert reply.kind in ("no_answer", "related")
    assert all("Linköping" not in c.quote for c in reply.citations)


def test_of_the_matter_in_general_it_is_asked_in_general(say: Say) -> None:
    say("vad är iop")

    assert say("hur länge?").topic == "avtal-avtalstid"


def test_a_place_asked_about_after_others_is_quoted_first(say: Say) -> None:
    say("är det ens tillåtet med iop")
    say("vem säger det?")
    reply = say("och i Eslöv då?")

    assert reply.citations[0].source == "eslov-riktlinjer"
    assert "Eslöv" in reply.text


def test_more_about_a_place_begins_with_that_place(say: Say) -> None:
    say("Vilka steg anger Eslöv för att ingå ett IOP?")

    assert say("mer om det").citations[0].source == "eslov-riktlinjer"
    assert "Eslöv" in say("visa källan").text


def test_the_municipality_is_corrected_and_is_no_answer(say: Say) -> None:
    say("kan vi få IOP?")
    first = say("vi är i Malmö")
    second = say("nej vi är i Eslöv")

    assert first.flow is not None
    assert second.flow is not None
    assert second.flow.answered == first.flow.answered
    assert "Eslöv" in second.text


def test_a_proposed_municipality_is_changed_also_where_the_dialog_asked_for_it(say: Say) -> None:
    say("kan vi få IOP i Eslöv?")
    say("ja")
    say("byt kommun till Malmö")

    assert "Kommun: Malmö" in say("sammanfatta").text


@pytest.mark.parametrize(
    "text", ["ni är idioter allihop på kommunen", "vilka puckon ni är", "kommunen suger", "go to hell", "ni är skit"]
)
def test_abuse_alone_gets_no_answer(say: Say, text: str) -> None:
    assert say(text).kind in ("small_talk", "no_answer")


@pytest.mark.parametrize(
    "text", ["jävligt bra", "är det dumt att söka IOP?", "era idioter, får kommunen detaljstyra?", "va fan är iop"]
)
def test_what_asks_or_praises_is_no_abuse(text: str) -> None:
    assert not scorns(text)


def test_what_is_asked_on_after_privacy_is_about_privacy(say: Say) -> None:
    topic = say("sparas det jag skriver?").topic

    assert say("hur länge?").topic == topic
    assert say("kan kommunen se det?").topic == topic
    assert say("tack för snacket").kind == "small_talk"


def test_an_answer_to_the_dialog_ends_what_was_said_beside(say: Say) -> None:
    say("kan vi få iop")
    aside = say("sparas det här?").topic
    say("ja")

    assert say("hur mycket?").topic != aside


def test_an_address_of_ones_own_is_not_needed(say: Say) -> None:
    reply = say("min mail är anna@example.com")

    assert reply.kind == "small_talk"
    assert "anna@" not in reply.text


def test_an_english_conversation_stays_english(say: Say) -> None:
    say("Can our association get an IOP?")

    assert say("not for profit, yes").language == "en"
    assert say("I think so").language == "en"
