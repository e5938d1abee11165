"""People who change their minds, hesitate, decline, leave for now, or answer another question than the open one."""

from __future__ import annotations

import pytest

from dialogs.commands import read_command
from tests.dialogs.speaking import Talk, dialogue, flows


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("gå tillbaka två frågor", "back"),
        ("ja ändra den", "back"),
        ("jag menar nej på den om marknad", "change"),
        ("nej på fråga 2", "change"),
        ("nej vänta", "regret"),
        ("no wait", "regret"),
        ("pausa, jag har möte", "pause"),
        ("orkar inte mer idag", "pause"),
        ("jag tar det imorgon", "pause"),
        ("jag återkommer imorgon", "pause"),
        ("hej nu är jag tillbaka", "resume"),
        ("måste gå nu", "pause"),
        ("ja vi fortsätter", "resume"),
        ("nej jag vill inte svara på frågor", "cancel"),
        ("lägg av", "cancel"),
        ("nej jag fattar verkligen inte", "explain"),
        ("vi förstår fortfarande inte vad ni menar", "explain"),
        ("ändra den om resurser", "change"),
        ("avbryt nu", "cancel"),
        ("kan jag få det som en sammanfattning", "summary"),
        ("Sammanfatta för protokollet", "summary"),
        ("spara detta", "summary"),
        ("spelar det nån roll vad jag svarar", "why"),
        ("vad ska vi göra nu", "next"),
    ],
)
def test_a_command_is_read(text: str, name: str) -> None:
    command = read_command(text)

    assert command is not None
    assert command.name == name


@pytest.mark.parametrize(
    "text",
    [
        "ja kör på",
        "sparas det här?",
        "vi kan inte nu",
        "nej inte än",
        "ja, jag måste fråga",
        "stopp, vad menar du",
        "fel sak",
    ],
)
def test_what_is_no_command_is_left_alone(text: str) -> None:
    command = read_command(text)

    assert command is None or command.name == "regret"


def test_several_answers_are_taken_back_at_once() -> None:
    talk = Talk()

    reply = talk.say("ja", "ja", "vet inte", "gå tillbaka två frågor")

    assert "De 2 senaste svaren" in reply.text
    assert reply.flow is not None
    assert reply.flow.question == "no_market_competition"


def test_what_contradicts_an_earlier_answer_is_asked_back_there() -> None:
    talk = Talk()

    asked = talk.say("ja", "ja", "nej vänta, det finns faktiskt ett gym som gör samma sak")
    assert "Menar du att det redan finns andra" in asked.text
    assert asked.flow is not None
    assert asked.flow.question == "no_market_competition"

    assert talk.say("ja").kind == "outcome"


def test_denying_that_leaves_the_earlier_answer_open_to_change() -> None:
    talk = Talk()

    reply = talk.say("ja", "ja", "nej vänta, det finns ett gym som gör samma sak", "nej", "tillbaka")

    assert reply.flow is not None
    assert reply.flow.question == "non_economic_and_state_aid_ok"


def test_a_regret_alone_tells_how_to_change_and_changes_nothing() -> None:
    talk = Talk()

    reply = talk.say("ja", "nej vänta")

    assert "skriv «tillbaka»" in reply.text
    assert reply.flow is not None
    assert reply.flow.answered == 1


def test_an_answer_to_a_question_named_by_its_matter_changes_that_one() -> None:
    reply = Talk().say("ja", "ja", "vet inte", "jag menar nej på den om konkurrens")

    assert "Ändrat" in reply.text
    assert reply.kind == "outcome"


@pytest.mark.parametrize("text", ["nej tack", "jag vill inte"])
def test_declining_is_no_verdict(text: str) -> None:
    reply = Talk().say(text)

    assert reply.kind == "question"
    assert "avbryt" in reply.text


def test_a_decisive_no_that_tells_of_another_question_is_asked_back() -> None:
    talk = Talk()

    reply = talk.say("ja", "ja", "ja", "ja", "nej dom lägger sig inte i")

    assert reply.kind == "question"
    assert "Menar du att det är kommunen som har beställt" in reply.text


def test_what_is_told_too_early_is_kept_for_its_question() -> None:
    talk = Talk()
    talk.say("ja", "ja", "ja", "ja")

    assert talk.try_to_say("vi lägger in volontärer å lokal, kommunen pröjsar resten") is None
    assert "tar jag med mig" in talk.unread("vi lägger in volontärer å lokal, kommunen pröjsar resten").text

    assert "Du skrev «vi lägger in volontärer" in talk.say("ja").text


def test_a_mocking_yes_is_asked_back_and_its_words_are_not_kept() -> None:
    talk = Talk()

    assert "Menar du att verksamheten gör nytta" in talk.say("ja bajs").text
    assert "bajs" not in talk.say("ja", "sammanfatta").text


def test_a_yes_that_turns_is_no_confirmation() -> None:
    talk = Talk()

    assert "bara är till för de egna medlemmarna" in talk.say("ja, fast nej, det är mest för oss medlemmar").text
    assert talk.say("jo men tvärtom, det är inte så").kind == "question"


def test_a_yes_to_changing_an_answer_confirms_the_change() -> None:
    reply = Talk().say("ja", "ja", "nej vänta, det finns ett gym som gör samma sak", "ja ändra den")

    assert "Ändrat" in reply.text


def test_an_option_that_the_first_message_named_can_be_said_yes_to() -> None:
    talk = Talk("steg", "vad är nästa steg för oss, vi har redan pratat med kommunen")
    assert "Du skrev «pratat med kommunen»" in talk.reply.text

    assert talk.say("ja").kind == "outcome"


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("kan du skriva ett utkast till avtal åt oss?", "partnerskap"),
        ("starta bedömningen", "iop"),
        ("Pröva om verksamheten uppfyller kriterierna för IOP", "iop"),
        ("snälla gör en bedömning", "iop"),
        ("kan du berätta om avtal för oss", None),
    ],
)
def test_a_dialog_is_asked_for_politely(text: str, flow: str | None) -> None:
    assert dialogue().starts(text) == flow


def test_a_slip_is_mended_after_the_verdict() -> None:
    reply = Talk().say("ja", "nää", "va? nej jag menar ja")

    assert reply.kind == "question"
    assert "Ändrat" in reply.text


def test_half_a_yes_is_noted_as_something_to_look_into() -> None:
    assert "så att det undersöks" in Talk().say("till viss del").text


def test_asked_to_explain_twice_it_shows_what_the_sources_say() -> None:
    talk = Talk()

    once = talk.say("vad menar du")
    twice = talk.say("fattar inte")

    assert flows()["iop"].question("public_benefit").again in once.text
    assert not once.citations
    assert twice.citations


def test_after_the_end_only_the_next_steps_are_told() -> None:
    reply = Talk().say("nej", "vad ska vi göra nu")

    assert "Nästa steg" in reply.text
    assert "Talar emot" not in reply.text
    assert reply.citations


def test_stopping_in_english_names_the_dialog_in_english() -> None:
    talk = Talk(language="en")

    assert flows()["iop"].spec.title_en in talk.say("stop").text


def ended(language: str = "sv") -> Talk:
    talk = Talk(language=language)
    talk.say("nej" if language == "sv" else "no")
    while talk.reply.outcome is None:
        talk.say("ja" if language == "sv" else "yes")
    return talk


def test_why_after_the_verdict_tells_the_reasons_and_no_more() -> None:
    talk = ended()
    verdict = talk.reply
    reasons = talk.say("varför det?")

    assert reasons.outcome is not None
    assert verdict.outcome is not None
    assert reasons.outcome.outcome == verdict.outcome.outcome
    assert "Talar emot" in reasons.text
    assert verdict.outcome.title in reasons.text
    assert "Nästa steg" in verdict.text
    assert "Nästa steg" not in reasons.text
    assert reasons.citations == verdict.citations[: len(reasons.citations)]


def test_an_english_verdict_says_in_english_how_strongly_it_is_said() -> None:
    outcome = ended("en").reply.outcome

    assert outcome is not None
    told = " ".join(c.reason for c in outcome.criteria)
    assert "This is how strongly it is said:" in told
    assert "reported by" in told
    for swedish in ("sägs det", "återgivet av", "säger något annat", "ska-krav"):
        assert swedish not in told


def test_an_english_reading_is_asked_back_with_the_question() -> None:
    talk = Talk(language="en")
    talk.say("probably")

    assert "Does what you want to do benefit" in talk.reply.text
    assert "I take your answer as yes" in talk.reply.text


@pytest.mark.parametrize("text", ["never mind, stop", "never mind", "please stop", "stop it"])
def test_a_dialog_is_stopped_in_everyday_english(text: str) -> None:
    talk = Talk(language="en")
    talk.say(text)

    assert talk.state.dialog is None


def test_land_is_not_taken_for_the_municipality_of_that_name() -> None:
    assert "Du skrev" not in Talk(first="Vi har mark, kan vi få IOP?").reply.text
    assert "Du skrev Mark." in Talk(first="Vi är i Marks kommun, kan vi få IOP?").reply.text
