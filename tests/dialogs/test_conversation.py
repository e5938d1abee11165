"""The triage as people go through it: every question and edge, all pairs of answers, a newcomer's scripts."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from bot.core.dialogue import Dialogue
from bot.core.state import ConversationState
from dialogs.model import Flow, FlowFile
from tests.dialogs.oracle import CRITERIA, HARD, verdict
from tests.dialogs.speaking import NOON, Talk, dialogue, flows, knowledge, message

YES = dict.fromkeys(CRITERIA, "yes")
VALUES = ("yes", "no", "unsure")


# ---- every question, edge and pair


def pairs() -> list[dict[str, str]]:
    """Rows of answers in which every pair of answers to two criteria stands at least once, chosen greedily."""
    left = {
        (a, x, b, y) for a, b in itertools.combinations(CRITERIA, 2) for x, y in itertools.product(VALUES, repeat=2)
    }
    rows = []
    while left:
        row: dict[str, str] = {}
        a, x, b, y = min(left)
        row |= {a: x, b: y}
        for criterion in CRITERIA:
            if criterion not in row:
                gain = {v: _gain(row, criterion, v, left) for v in VALUES}
                row[criterion] = max(VALUES, key=lambda v: gain[v])
        left -= {(a, row[a], b, row[b]) for a, b in itertools.combinations(CRITERIA, 2)}
        rows.append(row)
    return rows


def _gain(row: dict[str, str], criterion: str, value: str, left: set[tuple[str, str, str, str]]) -> int:
    chosen = row | {criterion: value}
    return sum(
        (a, chosen[a], b, chosen[b]) in left
        for a, b in itertools.combinations(CRITERIA, 2)
        if a in chosen and b in chosen
    )


def test_all_pairs_of_answers_through_the_conversation_end_as_the_table_says() -> None:
    rows = pairs()

    assert len(rows) < 40
    for row in rows:
        assert Talk().answer_all(row) == verdict(row)


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("value", VALUES)
def test_every_edge(criterion: str, value: str) -> None:
    answers = YES | {criterion: value}
    talk = Talk()
    while talk.question != criterion:
        talk.say("ja")
    place = CRITERIA.index(criterion)

    talk.say({"yes": "ja", "no": "nej", "unsure": "vet inte"}[value])

    if value == "no" and criterion in HARD:
        assert talk.outcome == "not_suitable"
        assert talk.question is None
    elif place + 1 < len(CRITERIA):
        assert talk.question == CRITERIA[place + 1]
        assert talk.answered == place + 1
    assert talk.outcome == verdict(answers) if talk.question is None else talk.answer_all(answers) == verdict(answers)


@pytest.mark.parametrize("flow", ["samarbetsform", "steg", "partnerskap"])
def test_the_other_flows_end_whatever_is_picked(flow: str) -> None:
    picks = itertools.product((1, 2, 3), repeat=3)
    for first, second, third in picks if flow != "partnerskap" else [(1, 1, 1)]:
        talk = Talk(flow)
        for pick in itertools.islice(itertools.cycle((first, second, third)), 40):
            if talk.question is None:
                break
            kind = flows()[flow].question(talk.question).kind
            talk.say("Ett svar med ord." if kind == "text" else str(pick))
        assert talk.outcome in {r.id for r, _ in flows()[flow].rules}
        assert talk.reply.citations


# ---- scripts


def test_a_straightforward_yes() -> None:
    talk = Talk()

    assert "Fråga 1 av ungefär 12" in talk.reply.text
    assert [c.label for c in talk.reply.choices] == ["Ja", "Nej", "Vet inte"]
    assert talk.answer_all(YES) == "possible"
    assert any("En juridisk bedömning görs för varje enskilt IOP" in c.quote for c in talk.reply.citations)


def test_a_hard_no_ends_at_once_and_the_rest_is_offered() -> None:
    talk = Talk()

    talk.say("ja", "nej")
    assert talk.outcome == "not_suitable"
    assert talk.reply.kind == "outcome"
    assert any("får inte konkurrera" in c.quote for c in talk.reply.citations)
    assert "Gå igenom resten" in talk.reply.suggestions

    talk.say("ja")
    assert talk.question == "non_economic_and_state_aid_ok"
    assert talk.answer_all(YES) == "not_suitable"


@pytest.mark.parametrize(
    "text",
    [
        "ja",
        "ja tack",
        "gärna",
        "okej",
        "resten",
        "jag vill svara på resten",
        "vi tar resten också",
        "fortsätt",
        "kör på",
    ],
)
def test_the_rest_can_be_asked_for_in_many_words(text: str) -> None:
    talk = Talk()
    talk.say("nej")

    talk.say(text)

    assert talk.question == "no_market_competition"
    assert talk.reply.kind == "question"


def test_the_rest_can_be_declined() -> None:
    talk = Talk()
    talk.say("nej")

    talk.say("nej")

    assert talk.reply.kind == "command"
    assert talk.try_to_say("ja") is None


def test_unsure_everywhere() -> None:
    assert Talk().answer_all(dict.fromkeys(CRITERIA, "unsure")) == "needs_legal_assessment"


def test_a_digression_leaves_the_dialog_where_it_was() -> None:
    talk = Talk()
    talk.say("ja", "ja")
    before = talk.state

    assert talk.try_to_say("vad menas med idéburen?") is None
    answer = dialogue().remind(talk.state, talk.reply.model_copy(update={"kind": "answer", "blocks": ()}))

    assert talk.state == before
    assert answer.kind == "answer"
    assert answer.flow is not None
    assert answer.flow.question == "non_economic_and_state_aid_ok"
    assert answer.flow.answered == 2
    assert "Fråga 3 av ungefär 12" in answer.text
    assert [c.label for c in answer.choices] == ["Ja", "Nej", "Vet inte"]


def test_changing_an_earlier_answer_keeps_the_later_ones() -> None:
    talk = Talk()
    talk.say("ja", "ja", "ja", "ja", "ja", "ja")

    talk.say("ändra fråga 2")
    assert talk.question == "no_market_competition"
    assert "Ditt svar var: ja" in talk.reply.text
    talk.say("vet inte")

    assert talk.question == "not_detail_regulated"
    assert talk.answered == 6
    assert talk.answer_all(YES) == "needs_legal_assessment"


def test_change_and_answer_in_one_breath() -> None:
    talk = Talk()
    talk.say("ja", "ja", "ja")

    talk.say("ändra fråga två till vet inte")

    assert talk.question == "nonprofit_democratic_independent_org"
    assert talk.answer_all(YES) == "needs_legal_assessment"


def test_a_change_that_ends_the_dialog_says_what_falls_away_and_a_change_back_brings_it_again() -> None:
    talk = Talk()
    talk.say("ja", "ja", "ja", "ja")

    talk.say("ändra fråga 1", "nej")
    assert talk.outcome == "not_suitable"
    assert "behövs" in talk.reply.text

    talk.say("ändra fråga 1", "ja")
    assert talk.question == "activity_is_associations_own"
    assert talk.answered == 4


def test_change_after_the_verdict_gives_a_new_verdict() -> None:
    talk = Talk()
    talk.answer_all(YES)

    talk.say("ändra fråga 11")
    assert talk.question == "long_term"
    talk.say("nej")

    assert talk.outcome == "possible_with_reservations"


@pytest.mark.parametrize(
    "text", ["ändra svaret om marknaden", "jag vill ändra svaret på frågan om marknad", "ändra konkurrens"]
)
def test_change_by_what_the_question_is_about(text: str) -> None:
    talk = Talk()
    talk.say("ja", "ja", "ja")

    talk.say(text)

    assert talk.question == "no_market_competition"


def test_the_result_can_be_shown_again() -> None:
    talk = Talk()
    talk.answer_all(YES | {"long_term": "no"})
    first = talk.reply.text

    talk.say("varför blev det så?")

    assert talk.outcome == "possible_with_reservations"
    assert talk.reply.text == first


def test_asking_for_a_flow_in_the_middle_of_one_loses_nothing() -> None:
    talk = Talk()
    talk.say("ja", "kan vi få IOP?")
    assert talk.question == "no_market_competition"
    assert "redan igång" in talk.reply.text

    talk.say("förbered partnerskap")
    assert talk.question == "no_market_competition"
    assert "avbryt" in talk.reply.text


def test_correcting_oneself() -> None:
    talk = Talk()
    talk.say("ja", "ja", "nej jag menade vet inte")

    assert talk.question == "non_economic_and_state_aid_ok"
    assert talk.answer_all(YES) == "needs_legal_assessment"


@pytest.mark.parametrize(
    "text", ["tillbaka", "ångra", "Ångra!", "gå tillbaka", "tilbaka", "oj, fel", "back", "backa", "förra frågan"]
)
def test_back_opens_the_question_before(text: str) -> None:
    talk = Talk()
    talk.say("ja", "vet inte")

    talk.say(text)

    assert talk.question == "no_market_competition"
    assert talk.answered == 1


def test_back_at_the_first_question_says_so() -> None:
    talk = Talk()

    talk.say("tillbaka")

    assert talk.question == "public_benefit"
    assert "första frågan" in talk.reply.text


def test_back_after_the_verdict_opens_the_last_question() -> None:
    talk = Talk()
    talk.answer_all(YES)

    talk.say("tillbaka")

    assert talk.question == "political_programme_mention"


@pytest.mark.parametrize("text", ["vänta", "paus", "jag återkommer", "ta en paus", "Vänta lite."])
def test_a_pause_keeps_the_dialog(text: str) -> None:
    talk = Talk()
    talk.say("ja")

    talk.say(text)
    assert talk.reply.kind == "command"
    assert talk.reply.flow is not None
    assert talk.reply.flow.id == "iop"
    assert talk.question == "no_market_competition"
    reminded = dialogue().remind(talk.state, talk.reply.model_copy(update={"blocks": ()}))
    assert "pausat" in reminded.text
    assert "Fråga 2" not in reminded.text

    talk.say("fortsätt")
    assert talk.reply.kind == "question"
    assert talk.question == "no_market_competition"


def test_an_answer_ends_a_pause() -> None:
    talk = Talk()
    talk.say("vänta", "ja")

    assert talk.question == "no_market_competition"
    assert talk.state.dialog is not None
    assert talk.state.dialog["paused"] is False


@pytest.mark.parametrize("text", ["avbryt", "sluta", "stopp", "Avbryt!", "cancel", "jag vill sluta"])
def test_stopping_forgets_the_answers(text: str) -> None:
    talk = Talk()
    talk.say("ja")

    talk.say(text)

    assert talk.reply.kind == "command"
    assert talk.reply.flow is None
    assert talk.state.dialog is None


def test_starting_over() -> None:
    talk = Talk()
    talk.say("ja", "nej", "börja om")

    assert talk.question == "public_benefit"
    assert talk.answered == 0


def test_a_summary_lists_answers_and_remarks_and_repeats_the_question() -> None:
    talk = Talk()
    talk.say("ja, men bara på <b>lördagar</b>", "vet inte", "sammanfatta")

    assert talk.reply.kind == "command"
    assert "Samhällsnytta: ja («men bara på ‹b›lördagar‹/b›»)" in talk.reply.text
    assert "<b>" not in talk.reply.text
    assert talk.question == "non_economic_and_state_aid_ok"


@pytest.mark.parametrize("text", ["varför frågar du det?", "Varför frågar du det", "varför?", "why do you ask?"])
def test_why_gives_the_quote_and_repeats_the_question(text: str) -> None:
    talk = Talk()
    talk.say("ja")

    talk.say(text)

    assert any("får inte konkurrera" in c.quote for c in talk.reply.citations)
    assert talk.question == "no_market_competition"
    assert "Fråga 2 av ungefär 12" in talk.reply.text


@pytest.mark.parametrize("criterion", CRITERIA)
def test_every_question_tells_why_it_is_asked_within_the_limits_of_a_chat_answer(criterion: str) -> None:
    cited = [knowledge().quotes[q] for q in flows()["iop"].question(criterion).why]

    assert 1 <= len(cited) <= 6
    assert sum(len(q.text) for q in cited) <= 2400


def test_explain_asks_in_other_words() -> None:
    talk = Talk()
    first = talk.reply.text

    talk.say("jag förstår inte frågan")

    assert talk.question == "public_benefit"
    assert flows()["iop"].question("public_benefit").again in talk.reply.text
    assert talk.reply.text != first


def test_nonsense_is_asked_again_in_other_words_and_then_with_the_choices_listed() -> None:
    talk = Talk()

    assert talk.try_to_say("banan") is None
    once = talk.unread("banan")
    twice = talk.unread("banankontrakt")

    assert flows()["iop"].question("public_benefit").again in once.text
    assert "Svara ja, nej eller vet inte" in twice.text
    assert talk.question == "public_benefit"
    assert talk.answered == 0
    assert "banan" not in twice.text


def test_a_statement_is_asked_back_by_its_meaning() -> None:
    talk = Talk()
    for _ in range(5):
        talk.say("ja")

    talk.say("båda lägger in pengar")
    assert talk.question == "both_contribute_resources"
    assert "Menar du att både ni och kommunen bidrar med något?" in talk.reply.text

    talk.say("ja")
    assert talk.question == "not_detail_regulated"


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("nej", "no_market_competition"),
        ("vet inte", "non_economic_and_state_aid_ok"),
        ("ja", "non_economic_and_state_aid_ok"),
    ],
)
def test_what_is_asked_back_can_be_denied_or_left_open(answer: str, question: str) -> None:
    talk = Talk()
    talk.say("ja", "nej, det finns inga")

    assert "Menar du att ni inte konkurrerar" in talk.reply.text
    talk.say(answer)

    assert talk.question == question
    assert "Menar du" not in talk.reply.text


def test_resume_after_days_and_a_restart() -> None:
    talk = Talk()
    talk.say("ja", "ja", "vänta")
    kept = talk.state.model_dump_json()

    later = Dialogue(flows(), knowledge())
    done = later.handle(ConversationState.model_validate_json(kept), message("fortsätt"), NOON)

    assert done is not None
    assert done[1].flow is not None
    assert done[1].flow.question == "non_economic_and_state_aid_ok"


def test_an_english_speaker() -> None:
    talk = Talk(first="can our association get an IOP?", language="en")

    assert "Does what you want to do benefit" in talk.reply.text
    for _ in range(12):
        if talk.question:
            talk.say("yes, we do")
    assert talk.outcome == "possible"
    assert "An IOP seems possible" in talk.reply.text


def test_what_was_said_first_is_proposed_and_not_taken_for_granted() -> None:
    talk = Talk(first="Vi är en ideell förening i Eslöv, kan vi få IOP?")

    assert talk.question == "municipality"
    assert "Du skrev Eslöv" in talk.reply.text
    talk.say("ja")
    assert talk.state.municipality == "eslov"
    while talk.question != "nonprofit_democratic_independent_org":
        talk.say("ja")
    assert "Du skrev «ideell förening»" in talk.reply.text
    talk.say("nej")
    assert talk.outcome == "not_suitable"


def test_another_municipality_can_be_named_instead() -> None:
    talk = Talk(first="vi i Eslöv undrar, kan vi få IOP?")

    talk.say("nej, Lund")

    assert talk.state.municipality == "lund"
    talk.say("tillbaka")
    assert talk.state.municipality is None
    assert talk.question == "municipality"


def test_numbers_that_tell_who_wrote_are_not_kept() -> None:
    talk = Talk()
    talk.say("ja, mitt personnummer är 19121212-1212 om det behövs", "nej, det finns inga, ring 070-123 45 67")

    assert "1212" not in talk.state.model_dump_json()
    assert "123 45 67" not in talk.state.model_dump_json()


def test_sums_stay_in_a_draft_but_not_personal_numbers() -> None:
    talk = Talk("partnerskap")
    talk.say("Föreningen, 19121212-1212", "Kommunen ger 1 200 000 kronor per år")

    assert talk.state.dialog is not None
    kept = [a[1] for a in talk.state.dialog["answers"]]
    assert kept == ["Föreningen, [personnummer]", "Kommunen ger 1 200 000 kronor per år"]


# ---- buttons


def test_a_button_answers_the_question_that_it_was_drawn_for() -> None:
    talk = Talk()

    talk.press("yes", "public_benefit", 0)
    assert talk.question == "no_market_competition"

    talk.press("no", "public_benefit", 0)
    assert talk.question == "no_market_competition"
    assert "ändra fråga 1" in talk.reply.text


def test_buttons_of_a_confirmation() -> None:
    talk = Talk()
    talk.say("ja", "nej, det finns inga")

    talk.press("confirm:yes", "no_market_competition", 1)

    assert talk.question == "non_economic_and_state_aid_ok"


def test_an_old_button_after_the_end_does_nothing() -> None:
    talk = Talk()
    talk.answer_all(YES)

    assert talk.press("yes", "long_term", 10) is None


# ---- another version of the flow


def newer(change: dict[str, object]) -> Flow:
    """The triage with one question changed, as a new version of the file would have it."""
    flow = flows()["iop"]
    questions = tuple(q.model_copy(update=change) if q.id == "no_market_competition" else q for q in flow.questions)
    spec: FlowFile = flow.spec.model_copy(update={"version": "2.0", "questions": questions})
    return replace(flow, spec=spec, hash="ffffffffffff", index={q.id: q for q in questions})


def test_under_a_new_version_answers_that_fit_are_kept_and_the_change_is_told() -> None:
    talk = Talk()
    talk.say("ja", "ja", "ja")
    talk.by = Dialogue({"iop": newer({"text": "Är ni ensamma om det?"})}, knowledge())

    talk.say("ja")

    assert "nu version 2.0" in talk.reply.text
    assert talk.question == "activity_is_associations_own"
    assert talk.reply.flow is not None
    assert talk.reply.flow.hash == "ffffffffffff"


def test_under_a_new_version_a_question_that_means_something_else_is_asked_again() -> None:
    talk = Talk()
    talk.say("ja", "ja", "ja")
    talk.by = Dialogue({"iop": newer({"revision": 2})}, knowledge())

    talk.say("sammanfatta")

    assert "1 fråga behöver besvaras igen" in talk.reply.text
    assert talk.question == "no_market_competition"
    talk.say("ja")
    assert talk.question == "nonprofit_democratic_independent_org"


def test_a_flow_that_is_gone_leaves_no_dialog_open() -> None:
    talk = Talk()
    bare = Dialogue({}, knowledge())

    assert not bare.is_open(talk.state)
    assert bare.handle(talk.state, message("ja"), NOON) is None
