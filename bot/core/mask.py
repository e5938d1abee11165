"""Takes out of free text what could tell who wrote it. Rather too much than too little: nobody needs the numbers."""

from __future__ import annotations

import re
import unicodedata

EMAIL = "[e-postadress]"
PERSON = "[personnummer]"
PHONE = "[telefonnummer]"
NUMBER = "[nummer]"

_GAP = r"[\s.\-+‐‑‒–—−/()\u00ad\u200b-\u200d\u2060]{0,3}"
"""What people, and copied text, put between the digits of one number."""

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}\s?(?:@|＠|\(at\)|\[at\])\s?[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}")
_DIGITS = re.compile(rf"(?:\+\s?)?\d(?:{_GAP}\d){{6,}}")
_DATE = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NON_DIGITS = re.compile(r"\D+")


def mask(text: str) -> str:
    """The text with e-mail addresses, Swedish personal identity and coordination numbers, telephone numbers and any
    number of more than six digits replaced by a word in brackets. Dates (2024-05-01) and years stay."""
    return _DIGITS.sub(_number, _EMAIL.sub(EMAIL, text))


def is_personal_number(digits: str) -> bool:
    """Whether ten or twelve digits are a Swedish personal identity number or coordination number (the day plus 60).

    The date must be possible and the last digit right by the Luhn rule; see Skatteverket, SKV 704 and SKV 707.
    """
    if len(digits) == 12 and digits[:2] in {"18", "19", "20"}:
        digits = digits[2:]
    if len(digits) != 10 or not digits.isdigit():
        return False
    month, day = int(digits[2:4]), int(digits[4:6])
    if not 1 <= month <= 12 or not (1 <= day <= 31 or 61 <= day <= 91):
        return False
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _number(match: re.Match[str]) -> str:
    written = match.group()
    digits = "".join(str(unicodedata.digit(sign)) for sign in written if sign.isdigit())
    if is_personal_number(digits):
        return PERSON
    if _DATE.fullmatch(written) or all(_YEAR.fullmatch(part) for part in _NON_DIGITS.split(written)):
        return written
    # A personal number that has another number right beside it: «19850101-1236 2».
    if any(is_personal_number(digits[:length]) for length in (12, 10)):
        return PERSON
    phone = written.startswith("+") or digits.startswith("0")
    return PHONE if phone and len(digits) <= 16 else NUMBER
