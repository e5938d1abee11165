"""Answers are tiered, sourced and verbatim, name whose words they are, and say so when the sources hold nothing."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.render import reply_of
from bot.messages import Reply
from knowledge.answer import Answerer, Context
from knowledge.model import FEW, MANY, Knowledge

KINDS = {"answer", "related", "clarify", "no_answer", "small_talk"}


def test_is_iop_allowed_begins_with_forum_and_has_eslovs_legal_assessment_beside_it(answerer: Answerer) -> None:
    answer = answerer.answer("Är IOP tillåtet?")
    assert answer.tier == "answer"
    assert answer.lead.startswith("Enligt Forum ")
    assert answer.quotes[0].text.startswith("Ett IOP är tillåtet där det inte redan existerar en marknad.")
    assert any(q.text == "En juridisk bedömning görs för varje enskilt IOP." for q in answer.quotes)


def test_the_chosen_municipality_comes_first(answerer: Answerer) -> None:
    answer = answerer.answer("Vilka kriterier måste vara uppfyllda?", Context("eslov"))
    assert answer.quotes[0].source.id == "eslov-riktlinjer"
    assert "Eslöv" in answer.lead


def test_a_named_municipality_goes_before_the_chosen_one(answerer: Answerer) -> None:
    answer = answerer.answer("Vilka kriterier har Malmö?", Context("eslov"))
    assert answer.quotes[0].issuer.id == "malmo"


def test_a_municipality_without_rules_is_told_so(answerer: Answerer) -> None:
    answer = answerer.answer("Vilka kriterier gäller för IOP i Kiruna?")
    assert any("inga egna regler för Kiruna" in remark for remark in answer.remarks)


@pytest.mark.parametrize(
    "question",
    [
        "hur lång är handläggningstiden för ett IOP i Luleå?",
        "får vi skatteavdrag för det vi lägger in?",
        "biljettpris till badhuset i Borås",
        "hur lagar man lasagne",
    ],
)
def test_what_the_sources_do_not_say_is_not_answered(answerer: Answerer, question: str) -> None:
    assert answerer.answer(question).tier in ("no_answer", "related")


def test_a_misprint_is_told_beside_the_quote(answerer: Answerer) -> None:
    answer = answerer.answer("Vad kostar samarbetet med Brottsofferjouren i Linköping totalt per år?")
    assert "1 194 50 kronor" in answer.quotes[0].text
    assert "skrivfel" in (answer.quotes[0].note or "")


def test_second_hand_words_name_both_who_says_and_who_reports(answerer: Answerer) -> None:
    cited = reply_of(answerer.answer("Vilka kriterier har Malmö?")).citations[0]
    assert cited.issuer == "Malmö stad"
    assert cited.publisher == "Anders Avdic"
    assert cited.reported


def test_a_proposal_is_never_told_as_a_decision(answerer: Answerer) -> None:
    cited = reply_of(answerer.answer("Vad föreslår socialförvaltningen om Kvinnojouren MOA?")).citations[0]
    assert cited.status == "förslag till beslut"


def test_english_gets_an_english_lead_and_swedish_quotes(answerer: Answerer) -> None:
    answer = answerer.answer("Is an IOP legal?")
    assert answer.language == "en"
    assert "Forum" in answer.lead
    assert "is" in answer.lead
    assert "tillåtet" in answer.quotes[0].text


@pytest.mark.parametrize("typed", ["e IOP tilåtet", "är i o p tillåtet?", "ÄR IOP TILLÅTET", "ar iop tillatet"])
def test_misspelled_everyday_input_finds_the_same_topic(answerer: Answerer, typed: str) -> None:
    answer = answerer.answer(typed)
    assert answer.topic is not None
    assert answer.topic.id.startswith("lag-")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=400)
    | st.lists(st.sampled_from("iop vad är eslöv malmö pengar avtal vem när ? och skr".split())).map(" ".join)
)
def test_any_text_gives_a_reply_of_a_known_kind_with_verbatim_quotes(answerer: Answerer, text: str) -> None:
    answer = answerer.answer(text)
    assert answer.tier in KINDS
    assert answer.lead
    assert len(answer.quotes) <= MANY[0]
    assert sum(len(q.text) for q in answer.quotes) <= max(MANY[1], FEW[1])
    for cited in reply_of(answer).citations:
        assert (
            cited.quote
            == next(q.source.text for q in answer.quotes if q.source.id == cited.source)[cited.start : cited.end]
        )


def test_what_a_person_writes_is_not_echoed(say: Callable[[str], Reply]) -> None:
    assert "<script" not in say("<script>alert('hej')</script>").text


def test_a_suggestion_that_is_picked_is_answered_by_its_own_topic(answerer: Answerer, knowledge: Knowledge) -> None:
    asked = {topic.id: answerer.answer(topic.title) for topic in knowledge.topics.values()}

    assert [id for id, answer in asked.items() if answer.topic is None or answer.topic.id != id] == []


@pytest.mark.parametrize("trail", ["då", "egentligen", "för det", "då nu"])
def test_what_trails_off_changes_no_answer(answerer: Answerer, trail: str) -> None:
    plain = answerer.answer("Måste vi ha organisationsnummer")

    assert answerer.answer(f"Måste vi ha organisationsnummer {trail}").topic == plain.topic
    assert plain.topic is not None
