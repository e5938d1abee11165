"""Every verdict against the decision table, judged by an oracle of its own, and what a verdict rests on."""

from __future__ import annotations

import itertools

import pytest

from bot.core.dialogue import UnknownAnswer
from bot.messages import Outcome
from dialogs.engine import outcome_of
from tests.dialogs.oracle import CONDITIONS, CRITERIA, HARD, SOFT, verdict
from tests.dialogs.speaking import NOON, dialogue, flows, knowledge

YES = dict.fromkeys(CRITERIA, "yes")
VALUES = ("yes", "no", "unsure")


def run(place: str | None = None, **changed: str) -> Outcome:
    return dialogue().run_answers("iop", YES | changed, place, NOON.date())


def test_every_combination_of_answers_gets_the_outcome_of_the_table() -> None:
    flow = flows()["iop"]

    wrong = [
        combination
        for combination in itertools.product(VALUES, repeat=len(CRITERIA))
        if outcome_of(flow, (answers := dict(zip(CRITERIA, combination, strict=True))), None) != verdict(answers)
    ]

    assert not wrong


@pytest.mark.parametrize("place", ["eslov", "malmo", "lund", "boras"])
def test_a_no_to_eslovs_definition_counts_by_the_place(place: str) -> None:
    flow = flows()["iop"]
    others = [c for c in CRITERIA if c != "nonprofit_democratic_independent_org"]

    for combination in itertools.product(VALUES, repeat=8):
        answers = YES | dict(zip(others, combination, strict=False)) | {"nonprofit_democratic_independent_org": "no"}
        assert outcome_of(flow, answers, place) == verdict(answers, place)


def test_the_weights_are_those_of_the_table() -> None:
    weights = {c.id: c.weight for c in flows()["iop"].spec.criteria}

    assert weights == {
        **dict.fromkeys(HARD, "hard"), **dict.fromkeys(CONDITIONS, "condition"), **dict.fromkeys(SOFT, "soft")
    }  # fmt: skip


def test_elsewhere_the_reason_says_whose_definition_it_is() -> None:
    outcome = run("lund", nonprofit_democratic_independent_org="no")

    found = next(c for c in outcome.criteria if c.id == "nonprofit_democratic_independent_org")
    assert outcome.outcome == "needs_legal_assessment"
    assert found.finding == "unknown"
    assert found.answer == "no"
    assert "Eslövs" in found.reason
    assert "Definitionen är Eslövs" in outcome.text


def test_in_eslov_a_no_to_its_definition_is_a_no() -> None:
    assert run("eslov", nonprofit_democratic_independent_org="no").outcome == "not_suitable"


@pytest.mark.parametrize(
    ("place", "outcome"), [(None, "not_suitable"), ("malmo", "not_suitable"), ("lund", "needs_legal_assessment")]
)
def test_an_ordered_activity_decides_only_where_the_municipality_writes_so(place: str | None, outcome: str) -> None:
    found = run(place, activity_is_associations_own="no")

    assert found.outcome == outcome
    assert ("Bara Eslöv och Malmö" in found.text) == (place == "lund")


def test_elsewhere_national_words_are_cited_before_another_municipalitys_proposal() -> None:
    found = next(c for c in run("lund").criteria if c.id == "public_benefit")

    assert found.citations[0].source == "avdic-slojdlab"
    assert found.citations[0].issuer.startswith("Regeringen")


@pytest.mark.parametrize("missing", CRITERIA)
def test_a_missing_answer_counts_as_unsure_but_for_the_optional_one(missing: str) -> None:
    answers = {c: v for c, v in YES.items() if c != missing}

    outcome = dialogue().run_answers("iop", answers)

    assert outcome.outcome == verdict(answers)
    assert [c.id for c in outcome.criteria] == list(CRITERIA)


@pytest.mark.parametrize(
    ("answers", "named"), [({"no_such_thing": "yes"}, "no_such_thing"), ({"long_term": "kanske"}, "kanske")]
)
def test_an_unknown_id_or_value_is_an_error_that_names_it(answers: dict[str, str], named: str) -> None:
    with pytest.raises(UnknownAnswer, match=named):
        dialogue().run_answers("iop", answers)


# ---- what a verdict rests on


def test_every_verdict_says_that_a_legal_assessment_is_made_when_it_is_possible() -> None:
    for outcome in (run(), run(long_term="no")):
        assert any("En juridisk bedömning görs för varje enskilt IOP" in c.quote for c in outcome.citations)
        assert "juridisk bedömning" in outcome.text


@pytest.mark.parametrize(
    ("criterion", "issuers"),
    [
        ("public_benefit", {"eslov", "malmo", "socialforvaltning"}),
        ("no_market_competition", {"eslov", "malmo", "forum", "socialforvaltning", "skr"}),
        ("non_economic_and_state_aid_ok", {"regeringen", "avdic"}),
        ("nonprofit_democratic_independent_org", {"eslov", "boras"}),
        ("activity_is_associations_own", {"eslov", "malmo"}),
        ("both_contribute_resources", {"regeringen", "socialforvaltning", "forum", "skr"}),
        ("not_detail_regulated", {"socialforvaltning", "forum", "skr"}),
        ("not_part_of_regular_grant", {"socialforvaltning", "forum", "skr", "eslov"}),
        ("initiative_from_association", {"eslov", "malmo"}),
        ("not_already_done_by_municipality", {"eslov"}),
        ("long_term", {"socialforvaltning", "forum", "skr"}),
        ("political_programme_mention", {"skr", "forum", "socialforvaltning", "eslov"}),
    ],
)
def test_a_criterion_cites_every_issuer_that_states_it(criterion: str, issuers: set[str]) -> None:
    found = knowledge().criteria[criterion]

    assert issuers <= {q.issuer.id for q in (*found.quotes, *found.differs)}


def test_a_should_is_never_told_as_a_must() -> None:
    """Where the words say «bör», the strength says so, and a soft criterion's reason holds no «ska» or «måste»."""
    for criterion in knowledge().criteria.values():
        for quote in criterion.quotes:
            if " bör " in quote.text and " ska " not in quote.text and "får inte" not in quote.text:
                assert quote.strength in ("should", "preferable"), quote.id
    for weight in flows()["iop"].spec.criteria:
        if weight.weight == "soft":
            reasons = f"{weight.met} {weight.not_met} {weight.unknown} {weight.mend}"
            assert "måste" not in reasons
            assert "krav" not in reasons


def test_skr_is_told_as_differing_on_the_market() -> None:
    outcome = run(no_market_competition="no")

    found = next(c for c in outcome.criteria if c.id == "no_market_competition")
    assert found.citations[-1].quote.startswith("I en marknadssituation är det angeläget")
    assert "säger något annat" in found.reason


def test_the_chosen_municipalitys_own_words_come_first() -> None:
    for place, issuer in (("eslov", "Eslövs kommun"), ("malmo", "Malmö stad")):
        outcome = run(place, public_benefit="unsure")
        found = next(c for c in outcome.criteria if c.id == "public_benefit")
        assert found.citations[0].issuer == issuer
        assert f"Så säger {issuer}." in found.reason


def test_where_only_another_municipality_states_a_criterion_the_reason_says_so() -> None:
    outcome = run("lund", not_already_done_by_municipality="no")

    found = next(c for c in outcome.criteria if c.id == "not_already_done_by_municipality")
    assert "Bara Eslövs kommun säger det" in found.reason
    assert "Lund" in found.reason
    assert "Bara Eslövs kommun säger det" in outcome.text


def test_a_single_no_to_a_condition_says_what_must_be_mended() -> None:
    outcome = run(both_contribute_resources="no")

    assert outcome.outcome == "possible_with_reservations"
    assert "starkt förbehåll" in outcome.text
    assert "innan ett avtal skrivs" in outcome.text


def test_not_suitable_names_what_could_change_it_and_other_forms() -> None:
    outcome = run(both_contribute_resources="no", not_detail_regulated="no")

    quotes = " ".join(c.quote for c in outcome.citations)
    assert "är inte ett köp av tjänst eller verksamhet, utan en samfinansierad insats" in quotes
    assert "Förutsättningarna för att ingå ett IOP avtal är bland annat" in quotes
    assert any("annan form" in s for s in outcome.next_steps)
    assert "Kom överens om" in outcome.text


@pytest.mark.parametrize(
    "changed", [{}, {"long_term": "unsure"}, {"public_benefit": "no"}, {"public_benefit": "unsure"}]
)
def test_a_verdict_is_guidance_and_can_be_traced(changed: dict[str, str]) -> None:
    flow = flows()["iop"]

    outcome = run(**changed)

    assert "vägledande och avgör ingenting" in outcome.text
    assert "projektets egen läsning" in outcome.text
    assert "2026-03-01" in outcome.text
    assert flow.version in outcome.text
    assert flow.hash in outcome.text
    assert outcome.flow.hash == flow.hash


def test_every_citation_is_the_slice_that_it_claims() -> None:
    sources = {id: s.text for id, s in knowledge().sources.items()}

    for changed in ({}, dict.fromkeys(CRITERIA, "no"), dict.fromkeys(CRITERIA, "unsure")):
        outcome = run(**changed)
        cited = [*outcome.citations, *(c for criterion in outcome.criteria for c in criterion.citations)]
        assert cited
        assert all(sources[c.source][c.start : c.end] == c.quote for c in cited)
