"""Messages beside the open question of a dialog, through the whole of a turn."""

from collections.abc import Callable
from datetime import UTC, datetime

from bot.core.turn import Brain, turn
from bot.messages import Message, Reply

Say = Callable[[str], Reply]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def open_question(reply: Reply) -> str | None:
    return reply.flow.question if reply.flow else None


def test_a_yes_with_a_question_is_answered_and_the_yes_waits(say: Say) -> None:
    say("kan vi få IOP?")

    beside = say("ja det tycker jag, men vad räknas som samhällsnytta?")

    assert beside.kind in ("answer", "related", "no_answer")
    assert open_question(beside) == "public_benefit"
    assert "Menar du att verksamheten gör nytta" in beside.text
    assert open_question(say("ja")) == "no_market_competition"


def test_a_yes_with_why_is_told_why(say: Say) -> None:
    say("kan vi få IOP?")

    reply = say("ja, men varför frågar du det?")

    assert "källorna säger så här" in reply.text
    assert "Menar du att verksamheten gör nytta" in reply.text


def test_telling_of_oneself_is_not_met_with_some_quote(say: Say) -> None:
    say("kan vi få IOP?")

    for text in ("vi är inte utan medlemmar om man säger så", "det var lite si och så med kaffet i går"):
        reply = say(text)
        assert not reply.citations
        assert open_question(reply) == "public_benefit"


def test_a_question_without_a_question_mark_is_answered(say: Say) -> None:
    say("kan vi få IOP?")

    assert say("men vad är det där statsstödet för nåt").kind in ("answer", "related")


def test_a_greeting_in_a_dialog_is_no_introduction(say: Say) -> None:
    say("kan vi få IOP?")

    reply = say("hej")

    assert reply.kind == "small_talk"
    assert "automatisk tjänst" not in reply.text
    assert open_question(reply) == "public_benefit"


def test_a_goodbye_pauses_the_dialog(say: Say) -> None:
    say("kan vi få IOP?")

    reply = say("hej då")

    assert "Dina svar ligger kvar" in reply.text
    assert "Gör det ni vill göra nytta" not in reply.text
    assert open_question(reply) == "public_benefit"
    assert "nytta" in say("fortsätt").text


def test_a_cry_for_help_is_not_followed_by_the_question(say: Say) -> None:
    say("kan vi få IOP?")

    reply = say("jag orkar inte leva längre")

    assert "90101" in reply.text
    assert "Gör det ni vill göra nytta" not in reply.text
    assert open_question(reply) == "public_benefit"


def test_anger_is_met_with_a_way_out_and_other_words(say: Say) -> None:
    say("kan vi få IOP?")

    reply = say("håll käften")

    assert reply.kind == "small_talk"
    assert "avbryt" in reply.text


def test_within_a_dialog_no_dialog_is_suggested(say: Say) -> None:
    say("kan vi få IOP?")

    assert not any("Testa" in s for s in say("vad räknas som samhällsnytta?").suggestions)


def test_what_cannot_be_read_is_followed_by_the_open_question(brain: Brain) -> None:
    def message(**more: object) -> Message:
        return Message.model_validate(
            {"channel": "test", "event": "e", "conversation": "c", "sender": "p", "received": NOW} | more
        )

    begun = turn(brain, message(text="kan vi få IOP?"), None, NOW)
    reply = turn(brain, message(problem="not_text"), begun.state, NOW).replies[-1]

    assert "Jag kan bara läsa text" in reply.text
    assert "Gör det ni vill göra nytta" in reply.text
    assert open_question(reply) == "public_benefit"


def test_courtesies_are_no_text_for_a_draft(say: Say) -> None:
    first = open_question(say("förbered ett partnerskap"))

    assert open_question(say("hej igen")) == first
    assert open_question(say("tack")) == first
    assert open_question(say("Vi i Hembygdsföreningen")) != first
