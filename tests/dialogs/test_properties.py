"""What holds for any conversation: nothing crashes, nothing said is lost, and back restores the very state before."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.state import ConversationState
from dialogs.commands import read_command
from dialogs.saved import dump, restore
from tests.dialogs.oracle import CRITERIA, verdict
from tests.dialogs.speaking import STEADY, Talk, dialogue, flows

ANSWERS = st.sampled_from(
    ["ja", "nej", "vet inte", "ja, men bara ibland", "nja", "3", "👍", "det gör vi", "båda bidrar", "antagligen"]
)
COMMANDS = st.sampled_from(
    ["tillbaka", "ändra fråga 1", "ändra fråga 3", "ändra fråga 99", "ändra fråga 2 till nej", "sammanfatta", "vänta",
     "fortsätt", "börja om", "varför frågar du det?", "gå igenom resten", "jag menade nej", "jag förstår inte",
     "avbryt"]
)  # fmt: skip
TEXTS = st.one_of(ANSWERS, COMMANDS, st.text(max_size=60))
FLOWS = st.sampled_from(["iop", "samarbetsform", "partnerskap", "steg"])


def given_answers(state: ConversationState) -> dict[str, object]:
    assert state.dialog is not None
    return {q: value for q, value, _, _ in state.dialog["answers"]}


@settings(STEADY, max_examples=150)
@given(FLOWS, st.lists(TEXTS, max_size=25))
def test_any_sequence_of_texts_keeps_the_dialog_whole(flow: str, texts: list[str]) -> None:
    talk = Talk(flow)
    for text in texts:
        before = talk.state
        reply = talk.try_to_say(text)
        if talk.state.dialog is None:
            assert reply is not None
            assert reply.kind == "command"
            return
        assert restore(talk.state.dialog) == restore(dump(restore(talk.state.dialog)))
        if reply is None:
            assert talk.state == before
            if dialogue().is_open(talk.state):
                assert talk.unread(text).text.strip()
            continue
        assert reply.text.strip()
        assert reply.flow is not None
        assert 0 <= reply.flow.answered <= reply.flow.total
        assert (reply.flow.question is None) == (not dialogue().is_open(talk.state))


@settings(STEADY, max_examples=150)
@given(FLOWS, st.lists(st.one_of(ANSWERS, st.text(max_size=40).filter(lambda t: read_command(t) is None)), max_size=25))
def test_no_answer_is_lost_by_anything_that_is_no_command(flow: str, texts: list[str]) -> None:
    talk = Talk(flow)
    for text in texts:
        before = given_answers(talk.state)
        if talk.try_to_say(text) is None and dialogue().is_open(talk.state):
            talk.unread(text)

        assert before.items() <= given_answers(talk.state).items()


@settings(STEADY, max_examples=150)
@given(FLOWS, st.lists(TEXTS, max_size=15), ANSWERS)
def test_back_after_an_answer_restores_the_very_state_before_it(flow: str, texts: list[str], answer: str) -> None:
    talk = Talk(flow)
    for text in texts:
        if talk.state.dialog is not None:
            talk.try_to_say(text)
    if talk.state.dialog is None or not dialogue().is_open(talk.state) or talk.state.dialog["paused"]:
        return
    before = talk.state
    answered = len(talk.state.dialog["past"])
    if talk.try_to_say(answer) is None or talk.state.dialog is None or len(talk.state.dialog["past"]) != answered + 1:
        return

    talk.say("tillbaka")

    assert talk.state == before


@settings(STEADY, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(CRITERIA), st.sampled_from(["ja", "nej", "vet inte"])), max_size=8))
def test_changes_in_any_order_end_in_the_verdict_of_the_final_answers(changes: list[tuple[str, str]]) -> None:
    values = {"ja": "yes", "nej": "no", "vet inte": "unsure"}
    answers = dict.fromkeys(CRITERIA, "yes")
    talk = Talk()
    talk.answer_all(answers)
    for criterion, word in changes:
        if talk.outcome == "not_suitable" and talk.reply.suggestions[:1] == ("Gå igenom resten",):
            talk.say("gå igenom resten")
        talk.say(f"ändra fråga {CRITERIA.index(criterion) + 1}", word)
        answers[criterion] = values[word]
        if talk.reply.suggestions[:1] == ("Gå igenom resten",):
            talk.say("gå igenom resten")

    assert talk.outcome == verdict(answers)


def test_every_flow_is_walked_by_these_properties() -> None:
    assert set(flows()) == {"iop", "samarbetsform", "partnerskap", "steg"}
