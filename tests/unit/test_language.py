"""Folding, words, typing errors, and telling English from Swedish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language import Speller, content_words, fold, grams, is_english, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [("ÅÄÖ åäö", "aao aao"), ("Café", "cafe"), ("IOP", "iop"), ("a\u030a", "a"), ("ß", "ss")],
)
def test_fold_drops_case_and_accents(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_words_drop_endings_after_a_colon() -> None:
    assert words("IOP:er, LOU:s regler och 2022KS259!") == ["iop", "lou", "regler", "och", "2022ks259"]


def test_content_words_keep_everything_when_only_stop_words_are_left() -> None:
    assert content_words("vad är det") == ["vad", "ar", "det"]
    assert content_words("vad är ett partnerskap") == ["partnerskap"]


def test_grams_mark_the_borders_of_a_word() -> None:
    assert grams("iop") == ("_iop", "iop_")
    assert grams("av") == ("_av_",)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["upphandlnig"], ["upphandling"]),
        (["partner", "skap"], ["partnerskap"]),
        (["kommunn"], ["kommun"]),
        (["skär"], ["skär"]),
        (["xyzzyqw"], ["xyzzyqw"]),
    ],
)
def test_speller_mends_errors_and_split_compounds_and_leaves_the_rest(typed: list[str], meant: list[str]) -> None:
    assert Speller(["upphandling", "partnerskap", "kommun", "skal"]).mend(typed) == meant


@pytest.mark.parametrize(
    "text",
    ["Is an IOP legal?", "who made you?", "What counts as non-profit?", "can we get money from the municipality"],
)
def test_english_is_told(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize("text", ["Är IOP tillåtet?", "kan vi få hjälp", "NGO i Eslöv?", "hur gör man", "", "IOP"])
def test_swedish_is_told(text: str) -> None:
    assert not is_english(text)


@given(st.text())
def test_words_are_folded_letters_and_digits_whatever_is_typed(text: str) -> None:
    for word in words(text):
        assert word
        assert word.isascii()
        assert word.isalnum()
        assert word == word.lower()
