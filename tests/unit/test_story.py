"""What a message tells, and what it asks."""

from __future__ import annotations

import pytest

from knowledge.story import Story, split


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
