"""What may be kept of a free text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.mask import EMAIL, NUMBER, PERSON, PHONE, is_personal_number, mask

# Numbers from Skatteverket's list of test numbers.
PERSONAL = ["198507099805", "19850709-9805", "850709-9805", "8507099805", "850709+9805", "850709 9805", "850709–9805"]
COORDINATION = ["198507699802", "850769-9802"]


@pytest.mark.parametrize("number", [*PERSONAL, "191212121212", "121212-1212"])
def test_personal_numbers_are_masked(number: str) -> None:
    assert mask(f"Mitt personnummer är {number}.") == f"Mitt personnummer är {PERSON}."


@pytest.mark.parametrize("number", COORDINATION)
def test_coordination_numbers_are_masked(number: str) -> None:
    assert mask(f"samordningsnummer {number} tack") == f"samordningsnummer {PERSON} tack"


def test_the_checksum_and_the_date_decide_what_is_a_personal_number() -> None:
    assert is_personal_number("8507099805")
    assert not is_personal_number("8507099806")
    assert not is_personal_number("8513099801")
    assert not is_personal_number("218507099805")


def test_a_mistyped_personal_number_is_masked_as_a_number() -> None:
    assert mask("850709-9806") == NUMBER


@pytest.mark.parametrize(
    "number", ["070-123 45 67", "+46 (0)70 123 45 67", "0046701234567", "0413-620 00", "08/12 34 56 7", "+4670-1234567"]
)
def test_telephone_numbers_are_masked(number: str) -> None:
    assert mask(f"ring {number} i dag") == f"ring {PHONE} i dag"


@pytest.mark.parametrize("address", ["anna.berg@example.org", "a_b+c@förening.se", "anna (at) example.org"])
def test_mail_addresses_are_masked(address: str) -> None:
    assert mask(f"skriv till {address}, tack") == f"skriv till {EMAIL}, tack"


@pytest.mark.parametrize("number", ["1234567", "1 194 500", "１２３４５６７８", "12345678901234567890", "802400-1236"])
def test_long_numbers_are_masked(number: str) -> None:
    assert mask(f"summan {number} kr") == f"summan {NUMBER} kr"


@pytest.mark.parametrize(
    "text",
    ["Hur många av 123456 får IOP?", "den 2024-05-01", "åren 2019-2023", "4 kap. 2 § 2016:1145", "10, 20 och 30", ""],
)
def test_what_tells_nothing_of_a_person_stays(text: str) -> None:
    assert mask(text) == text


@given(st.text(alphabet="0123456789 -+.@aåb()\n", max_size=80))
def test_no_long_number_is_ever_left(text: str) -> None:
    left = mask(text)

    assert not re.search(r"\d{9,}", left)
    for run in re.findall(r"\d{7,}", left):
        pytest.fail(f"{run} was left")


@given(st.text(max_size=300))
def test_any_text_can_be_masked(text: str) -> None:
    assert mask(mask(text)) == mask(text)
