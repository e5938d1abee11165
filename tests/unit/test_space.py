"""The vector space by its definition: what a question and a text have in common, word by word."""

from __future__ import annotations

import random

import pytest

from knowledge.rarity import Query, Rarity
from knowledge.space import Space, compared, highest, nearest

WORDS = "avtal avtalet avtalen partnerskap partnerskapet kommun kommunen bidrag förening ?hur #pengar".split()


@pytest.fixture(scope="module")
def texts() -> list[list[str]]:
    dice = random.Random(7)
    return [dice.choices(WORDS, k=dice.randint(1, 6)) for _ in range(400)]


@pytest.fixture(scope="module")
def rarity(texts: list[list[str]]) -> Rarity:
    return Rarity(Rarity.prepare(texts))


@pytest.fixture(scope="module")
def space(rarity: Rarity, texts: list[list[str]]) -> Space:
    return Space(Space.prepare(rarity, texts))


def by_definition(rarity: Rarity, query: Query, text: list[str]) -> tuple[float, float]:
    """Soft cosine, and share of the question's weight that the text holds."""
    vector = rarity.vector(text)
    cosine = held = 0.0
    for weight, alike in query:
        shares = {rarity.words[number]: share for number, share in alike}
        cosine += weight * max((shares.get(word, 0.0) * value for word, value in vector.items()), default=0.0)
        held += weight * max((shares.get(word, 0.0) for word in vector), default=0.0)
    return cosine, held / sum(weight for weight, _ in query)


QUESTIONS = (
    ["avtalet", "bidraget", "?hur"],
    ["partnerskapens", "kommun"],
    ["#pengar"],
    ["okänt", "föreningar", "avtal"],
)


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_topics_are_compared_as_the_soft_cosine_is_defined(
    question: list[str], rarity: Rarity, space: Space, texts: list[list[str]]
) -> None:
    query = rarity.query(question)
    found = compared(space.look_up(query), range(len(texts)))
    for key, text in enumerate(texts):
        assert found[key] == pytest.approx(by_definition(rarity, query, text), abs=1e-6)


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_the_nearest_wordings_have_the_highest_cosines_of_the_candidates(
    question: list[str], rarity: Rarity, space: Space, texts: list[list[str]]
) -> None:
    query = rarity.query(question)
    near = space.near(query, 20)
    assert [score for _, score in near] == sorted((score for _, score in near), reverse=True)
    for key, score in near:
        assert score == pytest.approx(by_definition(rarity, query, texts[key])[0], abs=1e-6)
    assert set(nearest(space.look_up(query), 20)) == {key for key, _ in near}


def test_of_equal_scores_the_first_texts_are_taken() -> None:
    assert highest({4: 0.5, 1: 0.9, 3: 0.5, 2: 0.5}, 3) == {1: 0.9, 2: 0.5, 3: 0.5}
    assert highest({4: 0.5}, 3) == {4: 0.5}


def test_a_word_counts_as_itself_first_and_an_unknown_one_as_what_it_is_like(rarity: Rarity) -> None:
    itself, *others = rarity.alike("avtalet")
    assert (rarity.words[itself[0]], itself[1]) == ("avtalet", 1.0)
    assert all(share < 1.0 for _, share in others)
    assert "partnerskapet" in {rarity.words[number] for number, _ in rarity.alike("partnerskapens")}
    assert rarity.alike("#okänt") == () == rarity.alike("zzzz")
