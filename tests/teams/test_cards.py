"""Every card that the dialogs of the project can come to: within Teams' limits, whatever is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from microsoft_teams.cards import AdaptiveCard

from bot.channels.teams.cards import size_of, step_card, suggestions_card, welcome_card
from bot.channels.teams.draw import halves, is_step, text_activity
from bot.core.turn import Brain, build_brain, turn
from bot.messages import Reply
from tests.support.making import START, message
from tests.teams.client import words_in

URL = "https://iop.en-ganska-lang-adress-for-en-kommun.example.se/lotsen"
STARTS = {
    "iop": "testa om er idé passar för IOP",
    "samarbetsform": "vilken samarbetsform passar",
    "steg": "var i processen är vi",
    "partnerskap": "förbered partnerskap",
}
MOST_BYTES = 28 * 1024
LONG = "Vi vill göra det här tillsammans med kommunen och föreningarna. " * 28


@pytest.fixture(scope="module")
def brain() -> Brain:
    return build_brain(public_url=URL, contact="Kommunens kontaktcenter, kontakt@example.se, 0123-45 67 89")


def replies(brain: Brain, start: str, way: str) -> Iterator[Reply]:
    """What a dialog says when every question gets the same kind of answer, its reasons asked for in between."""
    said, state = start, None
    for _ in range(60):
        result = turn(brain, message(said, token="t" * 22), state, START)
        state = result.state
        yield from result.replies
        reply = result.replies[-1]
        if reply.outcome is not None or not is_step(reply):
            return
        why = turn(brain, message("varför frågar ni?"), state, START)
        yield from why.replies
        said = _answer(reply, way)
    raise AssertionError("the dialog does not end")


def _answer(reply: Reply, way: str) -> str:
    labels = [choice.label for choice in reply.choices]
    if not labels:
        return LONG[:1900] if way != "the last" else "vet inte"
    return labels[0] if way == "the first" else labels[-1] if way == "the last" else labels[len(labels) // 2]


@pytest.mark.parametrize("way", ["the first", "the middle", "the last"])
@pytest.mark.parametrize("flow", STARTS)
def test_every_card_of_a_dialog_is_one_that_teams_takes(brain: Brain, flow: str, way: str) -> None:
    seen = list(replies(brain, STARTS[flow], way))

    assert len(seen) >= 3
    assert seen[-1].outcome is not None, seen[-1].text
    for reply in seen:
        _, asks = halves(reply)
        card = step_card(reply, asks or reply.blocks, "t" * 32, "o" * 12, URL)
        assert size_of(card) <= MOST_BYTES
        assert card["version"] == "1.5"
        assert card["fallbackText"]
        AdaptiveCard.model_validate(card)


@pytest.mark.parametrize("flow", STARTS)
def test_nothing_of_a_verdict_is_left_out(brain: Brain, flow: str) -> None:
    *_, outcome = replies(brain, STARTS[flow], "the first")

    said = words_in(step_card(outcome, outcome.blocks, "t" * 32, "o" * 12, URL))

    assert outcome.citations
    assert all(cited.quote in said for cited in outcome.citations)
    assert "får inte plats" not in said


def test_every_answer_is_a_message_that_teams_takes(brain: Brain) -> None:
    for topic in brain.knowledge.topics.values():
        for reply in turn(brain, message(topic.title), None, START).replies:
            made = text_activity(reply, reply.blocks, URL, suggestions_card(reply))
            assert len(json.dumps(made, ensure_ascii=False).encode()) <= MOST_BYTES
            assert made["text"]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_greeting_has_a_fallback(brain: Brain, language: str) -> None:
    text = "about" if language == "en" else "om boten"

    (reply,) = turn(brain, message(text, language=language), None, START).replies

    card = welcome_card(reply, URL)
    assert card["fallbackText"]
    assert card["version"] == "1.5"
