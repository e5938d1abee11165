"""What a message tells, and what it asks."""

from __future__ import annotations

import pytest

from knowledge.answer import Answerer
from knowledge.story import Story, claimed, split


@pytest.mark.parametrize(
    ("message", "told", "asks"),
    [
        (
            "vi är en liten idrottsförening i Eslöv som vill starta läxhjälp, kan kommunen va med och betala?",
            "vi är en liten idrottsförening i Eslöv som vill starta läxhjälp,",
            "kan kommunen va med och betala?",
        ),
        (
            "Hej! Vår scoutkår i Malmö vill ha en mötesplats. Måste kommunen upphandla det då?",
            "Hej! Vår scoutkår i Malmö vill ha en mötesplats.",
            "Måste kommunen upphandla det då?",
        ),
        (
            "Hej, vår församling driver ett soppkök och nu undrar vi: hur länge kan ett avtal gälla?",
            "Hej, vår församling driver ett soppkök och nu ",
            "hur länge kan ett avtal gälla?",
        ),
        (
            "We run a small charity for newcomers. Does the city have to put it out to tender?",
            "We run a small charity for newcomers.",
            "Does the city have to put it out to tender?",
        ),
    ],
)
def test_a_story_is_told_apart_from_its_question(message: str, told: str, asks: str) -> None:
    assert split(message) == Story(told, asks)


@pytest.mark.parametrize(
    "message",
    [
        "Är IOP tillåtet?",
        "Kan vår förening, som är ny, få ett IOP i Eslöv?",
        "Vår förening i Eslöv driver läxhjälp sedan tio år.",
        "Vi är en förening i Eslöv med fyrtio medlemmar. Hur då?",
        "Det regnar och jag är trött på allt, vad är klockan?",
        "",
        "???",
    ],
)
def test_other_messages_are_taken_whole(message: str) -> None:
    assert split(message) is None


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Vår revisor påstår att allt måste upphandlas, stämmer det?", "allt måste upphandlas"),
        ("hej. jag har hört att det måste finnas tre föreningar, är det sant?", "det måste finnas tre föreningar"),
        ("Stämmer det att kommunen äger allt?", "kommunen äger allt?"),
        ("har vi förstått rätt att Eslöv säger nej till företag?", "Eslöv säger nej till företag?"),
    ],
)
def test_what_is_to_be_confirmed_is_found_in_a_claim(text: str, claim: str) -> None:
    assert claimed(text) == claim


@pytest.mark.parametrize(
    "text",
    [
        "Är IOP tillåtet?",
        "Vad säger Forum om att skriva ett syfte?",
        "Hur gör man så att det är klart vem som gör vad?",
        "Varför tycker rådet att kommunen ska bry sig?",
        "Kommunen säger att ingen har tid. Ska de inte avsätta folk?",
        "stämmer det?",
    ],
)
def test_other_messages_claim_nothing(text: str) -> None:
    assert claimed(text) is None


def test_who_claims_something_does_not_lead_the_search_astray(answerer: Answerer) -> None:
    plain = answerer.answer("Måste IOP finnas i ett politiskt program?")
    told = answerer.answer("Min chef på kultur påstår att IOP måste finnas i ett politiskt program, stämmer det?")

    assert plain.topic == told.topic
