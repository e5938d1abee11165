"""Conversations: commands, follow-ups, municipality, dialogs with questions beside, and erasing."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.state import ConversationState
from bot.core.turn import Brain, turn
from bot.messages import Feedback, Message, Press, Reply

Say = Callable[[str], Reply]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def message(text: str = "", **more: object) -> Message:
    return Message.model_validate(
        {"channel": "test", "event": "e", "conversation": "c", "sender": "p", "text": text, "received": NOW} | more
    )


@pytest.mark.parametrize("text", ["Tack, det var allt om IOP", "det var allt för idag", "Bra svar!", "That was all"])
def test_praise_and_an_end_are_met_as_such(say: Say, text: str) -> None:
    assert say(text).topic == "prat-tack"


@pytest.mark.parametrize("text", ["inte bra svar", "det var inget bra svar", "That was not a good answer"])
def test_praise_denied_is_a_complaint(say: Say, text: str) -> None:
    assert say(text).topic == "prat-klagomal"


def test_hos_oss_is_the_chosen_municipality(say: Say) -> None:
    say("vi är i Härryda")
    assert say("finns det nåt IOP hos oss").topic == "harryda-redan"


@pytest.mark.parametrize("text", ["är det sant att IOP är olagligt", "Är IOP tillåtet?", "är IOP förbjudet?"])
def test_whether_it_is_legal_is_answered_in_words_that_fit_both_ways_to_ask(say: Say, text: str) -> None:
    assert say(text).text.startswith("Enligt Forum är IOP tillåtet")


def test_what_they_do_is_asked_back_without_anybody_talked_of(say: Say) -> None:
    assert say("vad gör de").kind == "clarify"
    say("Vad är Boost by FC Rosengård?")
    assert say("vad gör de").citations


def test_and_in_malmo_asks_the_same_of_malmo(say: Say) -> None:
    say("Vilka kriterier har Eslöv för att ingå ett IOP?")
    reply = say("och i Malmö då?")
    assert reply.kind == "answer"
    assert reply.citations[0].issuer == "Malmö stad"


def test_who_says_that_names_the_issuers_of_the_last_answer(say: Say) -> None:
    say("Är IOP tillåtet?")
    assert "Forum" in say("vem säger det?").text


def test_number_two_shows_the_second_quote_in_its_context(say: Say) -> None:
    second = say("Är IOP tillåtet?").citations[1]
    shown = say("nummer 2").citations[0]
    assert shown.source == second.source
    assert shown.start <= second.start
    assert second.end <= shown.end


def test_show_the_source_shows_the_first_quote(say: Say) -> None:
    first = say("Är IOP tillåtet?").citations[0]
    assert say("visa källan").citations[0].source == first.source


def test_more_of_it_shows_other_quotes(say: Say) -> None:
    first = {c.start for c in say("Är IOP tillåtet?").citations}
    assert {c.start for c in say("mer om det").citations} - first


@pytest.mark.parametrize(
    "text", ["vi är i Eslöv", "kommun Eslöv", "jag bor i Eslöv", "Vi kommer från en förening i Eslöv"]
)
def test_a_municipality_is_chosen_by_saying_where_one_is(say: Say, text: str) -> None:
    assert "Eslöv" in say(text).text
    assert say("Vilka kriterier måste vara uppfyllda?").citations[0].source == "eslov-riktlinjer"


def test_only_those_who_may_configure_choose_a_rooms_municipality(brain: Brain) -> None:
    result = turn(brain, message("kommun Eslöv", may_configure=False), None, NOW)
    assert '"municipality":null' in (result.state or "")


@pytest.mark.parametrize("may", [True, False])
def test_saying_where_one_is_counts_for_ones_own_conversation_only(brain: Brain, may: bool) -> None:
    result = turn(brain, message("vi är i Eslöv", may_configure=may), None, NOW)
    assert '"municipality":"eslov"' in (result.state or "")
    assert result.replies[0].municipality is None


def test_erase_empties_the_conversation_and_asks_the_store_to_erase_the_person(brain: Brain) -> None:
    result = turn(brain, message("radera mina uppgifter"), None, NOW)
    assert result.state is None
    assert result.erase == "p"


def test_a_dialog_is_started_by_words_and_goes_on_after_a_question_beside(say: Say) -> None:
    first = say("kan vi få IOP?")
    assert first.kind == "question"
    assert first.flow is not None
    assert first.flow.id == "iop"
    aside = say("vad menas med idéburen?")
    assert aside.kind in ("answer", "related")
    assert aside.flow is not None
    assert aside.flow.question == first.flow.question


def test_erase_in_a_dialog_ends_it(say: Say) -> None:
    say("kan vi få IOP?")
    assert say("radera mina uppgifter").flow is None


def test_a_press_on_an_old_card_changes_nothing(brain: Brain) -> None:
    started = turn(brain, message("kan vi få IOP?"), None, NOW)
    press = Press(value="yes", flow="iop", question="long_term", answered=7)
    result = turn(brain, message(press=press), started.state, NOW)
    assert result.replies[-1].kind == "command"
    assert result.replies[-1].flow is None or result.replies[-1].flow.answered == 0


def test_feedback_is_kept_masked_and_thanked_for(brain: Brain) -> None:
    feedback = Feedback(value="down", comment="ring 070-123 45 67")
    result = turn(brain, message(feedback=feedback), None, NOW)
    assert result.records[0].value == "down"
    assert "123" not in result.records[0].text


def test_feedback_counts_for_the_reply_that_it_is_about(brain: Brain) -> None:
    asked = turn(brain, message("Är IOP tillåtet?"), None, NOW)
    latest = turn(brain, message(feedback=Feedback(value="up")), asked.state, NOW)
    earlier = Feedback(value="down", reply="of an earlier reply", topic="vad-iop")
    refusal = Feedback(value="down", reply="of a refusal")
    assert latest.records[0].topic == asked.replies[-1].topic
    assert turn(brain, message(feedback=earlier), asked.state, NOW).records[0].topic == "vad-iop"
    assert turn(brain, message(feedback=refusal), asked.state, NOW).records[0].topic is None


def test_unanswered_questions_are_kept_masked(brain: Brain) -> None:
    result = turn(brain, message("vad betyder qwxzv 19121212-1212 blorp?"), None, NOW)
    assert all("1212-1212" not in record.text for record in result.records)


def test_a_question_that_is_only_asked_back_is_kept_as_unanswered(brain: Brain) -> None:
    result = turn(brain, message("kommunens riktlinjer blommor"), None, NOW)
    assert result.replies[-1].kind == "clarify"
    assert [record.kind for record in result.records] == ["unanswered"]


def test_a_question_back_is_counted_and_its_words_are_not_kept(brain: Brain) -> None:
    result = turn(brain, message("ja"), None, NOW)
    assert result.replies[-1].kind == "clarify"
    assert [(record.kind, record.tier, record.text) for record in result.records] == [("answered", "clarify", "")]


def test_a_question_picked_by_its_number_is_kept_in_its_words(brain: Brain) -> None:
    state = ConversationState(suggestions=("Vad är ett IOP?", "Vad betyder qwxzv blorp?")).model_dump_json()
    result = turn(brain, message("2"), state, NOW)
    assert [record.text for record in result.records] == ["Vad betyder qwxzv blorp?"]


def test_a_file_that_is_no_dialog_is_refused_in_the_language_of_the_conversation(brain: Brain) -> None:
    state = ConversationState(language="en").model_dump_json()
    reply = turn(brain, message(file="{}"), state, NOW).replies[-1]
    assert reply.language == "en"
    assert "The file is no draft" in reply.text


@pytest.mark.parametrize("problem", ["too_long", "empty", "not_text", "undecryptable", "too_fast"])
def test_what_cannot_be_read_gets_a_clear_sentence(brain: Brain, problem: str) -> None:
    result = turn(brain, message(problem=problem), None, NOW)
    assert result.replies[0].kind == "command"
    assert len(result.replies[0].text) > 20


def test_a_state_that_cannot_be_read_starts_anew(brain: Brain) -> None:
    assert turn(brain, message("hej"), "{broken", NOW).replies[0].kind == "small_talk"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        st.text(max_size=60)
        | st.sampled_from(
            [
                "kan vi få IOP?",
                "ja",
                "nej",
                "vet inte",
                "tillbaka",
                "ändra fråga 1",
                "varför?",
                "och i Malmö då?",
                "nummer 2",
                "avbryt",
                "vänta",
                "fortsätt",
                "1",
                "sammanfatta",
                "vi är i Eslöv",
                "radera mina uppgifter",
                "Är IOP tillåtet?",
            ]
        ),
        max_size=8,
    )
)
def test_any_conversation_gets_replies_of_known_kinds(brain: Brain, texts: list[str]) -> None:
    state: str | None = None
    for text in texts:
        result = turn(brain, message(text), state, NOW)
        state = result.state
        assert result.replies
        for reply in result.replies:
            assert reply.text.strip()
            assert reply.kind in {
                "answer",
                "related",
                "clarify",
                "no_answer",
                "small_talk",
                "question",
                "outcome",
                "command",
            }


def test_nothing_is_shown_again_when_nothing_was_lost(say: Say) -> None:
    assert "inget svar" in say("Visa svaret igen").text


def test_why_leads_to_a_page_with_the_whole_verdict(brain: Brain) -> None:
    state: str | None = None
    for text in ("kan vi få IOP?", "nej", "varför?"):
        result = turn(brain, message(text, token=f"token {text}"), state, NOW)
        state = result.state
    assert result.page is not None
    assert "Nästa steg" in result.page.text
    assert "Nästa steg" not in result.replies[-1].text
    assert "/resultat/token varför?" in result.replies[-1].text
