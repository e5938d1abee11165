"""Messages that ask several things at once: taken apart, and answered question by question."""

from __future__ import annotations

import pytest

from bot.core.render import reply_of
from bot.messages import Heading, Paragraph
from knowledge.answer import Answerer
from knowledge.parts import parts_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("vem betalar, och hur länge gäller avtalet?", ("vem betalar", "hur länge gäller avtalet?")),
        ("Två frågor: får vi ta betalt och måste vi ha årsmöte?", ("får vi ta betalt", "måste vi ha årsmöte?")),
        ("Vem beslutar? Och hur överklagar man?", ("Vem beslutar?", "Och hur överklagar man?")),
        ("Vi i scoutkåren undrar hur man börjar, vem som beslutar", ("hur man börjar", "vem som beslutar")),
        (
            "Berätta om Boost: vem driver det och vilka är med?",
            ("Berätta om Boost: vem driver det", "Berätta om Boost: vilka är med?"),
        ),
    ],
)
def test_a_message_is_taken_apart_where_another_question_begins(text: str, parts: tuple[str, ...]) -> None:
    assert tuple(part.removeprefix("Två frågor: ") for part in parts_of(text)) == parts


@pytest.mark.parametrize(
    "text",
    [
        "Är IOP tillåtet?",
        "Får vi eller kommunen bestämma?",
        "Är det vi som ska börja, eller är det kommunen?",
        "När alla har skrivit på, är det klart då?",
        "Finns det en förening som stöttar brottsoffer och har avtal med kommunen?",
        "Vi har en ridklubb och vill starta läxhjälp. Kan kommunen betala?",
        "",
    ],
)
def test_one_question_stays_whole(text: str) -> None:
    assert parts_of(text) == ()


def test_each_question_is_answered_with_its_own_quotes_below_it(answerer: Answerer) -> None:
    answer = answerer.answer("Vad är ett IOP, vem betalar och måste vi ha en värdegrund?")
    reply = reply_of(answer)

    assert answer.tier == "answer"
    assert len(answer.parts) == 3
    assert all(part.quotes for part in answer.parts)
    assert [block.text for block in reply.blocks if isinstance(block, Heading)] == [part.title for part in answer.parts]
    assert [block.text.rpartition(" [")[2] for block in reply.blocks[1:] if isinstance(block, Paragraph)] == [
        "1, 2]",
        "3, 4]",
        "5, 6]",
    ]
    assert [citation.number for citation in reply.citations] == list(range(1, len(answer.quotes) + 1))
    assert answer.quotes == tuple(quote for part in answer.parts for quote in part.quotes)


def test_whoever_is_named_is_quoted(answerer: Answerer) -> None:
    answer = answerer.answer("Vad säger Eslöv, Forum och SKR om konkurrens på en marknad?")

    assert {"eslov", "forum", "skr"} <= {quote.issuer.id for quote in answer.quotes}


def test_what_is_left_over_is_told(answerer: Answerer) -> None:
    whole = answerer.answer("Vad är ett IOP, vem betalar, och vad blir vädret i morgon?")

    assert len(whole.parts) == 2
    assert any("En del av det du frågar" in remark for remark in whole.remarks)


def test_questions_that_the_sources_leave_open_are_told_as_such_one_by_one(answerer: Answerer) -> None:
    answer = answerer.answer("vem betalar om nån skadar sig, å måste vi ha organisationsnummer?")

    assert answer.tier == "no_answer"
    assert len(answer.parts) == 2
    assert not any("En del av det du frågar" in remark for remark in answer.remarks)
