"""An earlier answer that is to be another: «fråga 2 ska vara nej», «på första frågan menade jag nej»."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dialogs.words import ORDINALS

_ANSWER = r"(?P<to>ja|jo|nej|nä|vet (?:inte|ej)|osäker|yes|no|unsure|dont know)"
_ABOUT_IT = (
    r"(?:jag|vi|du|nej|oj|vänta|förresten|förlåt|men|vill|måste|kan|ska|får|skulle|ändrar|ändra|ändrade|mig|oss|ångrar"
    r"|ångra|byter|byta|svarade|svara|fel|skrev|tänkte|tryckte|råkade|mitt|vårt|min|vår|svar|svaret|på|om|ta|gå|hoppa"
    r"|tillbaka|till|det|i|vid|börja|från|rätta|rättar|menade|actually|want|to|change|my|answer|on|go|back|please)"
)
_THEN = (
    r"(?:ska|skulle|vara|det|är|var|blir|blev|menade|menar|jag|vi|borde|bör|fel|ändras|ändra|ändrar|till|åt|mig|oss|tack|igen"
    r"|svara|svaret|egentligen|faktiskt|nog|i|stället|istället|should|be|is|was|wrong|to|meant|instead|please)"
)
_NUMBERED = (
    r"(?:(?:fråga|frågan|svar|svaret|question|answer)(?: nr| nummer)?"
    r" (?P<number>\d{1,2}|ett|två|tre|fyra|fem|sex|sju|åtta)"
    r"|(?:den |det )?(?P<ordinal>första|andra|tredje|fjärde|femte|sjätte|sjunde|åttonde|first|second|third)"
    r" (?:frågan|svaret|question|answer)"
    r"|(?P<one>ettan|tvåan|trean|fyran|femman|sexan|sjuan|åttan))"
)
MENDING = re.compile(rf"^(?:{_ABOUT_IT} )*{_NUMBERED}(?: {_THEN})*(?: {_ANSWER})?$")
"""«Fråga 2 ska vara nej», «jag ändrar mig på fråga 2, ja», «jag svarade fel på första frågan»."""
MENDING_LAST = re.compile(
    rf"^(?:{_ABOUT_IT} )*(?:förra|senaste|föregående|last|previous)(?: (?:frågan|svaret|question|answer))?(?: {_THEN})*"
    rf"(?: {_ANSWER})?$"
)
MENDING_NAMED = re.compile(
    rf"^(?:{_ABOUT_IT} )*(?:frågan|svaret|den|det|question|answer) (?:om|about) (?:the )?"
    rf"(?P<about>\w{{4,}}(?: \w+){{0,3}}?)(?: {_THEN})+ {_ANSWER}$"
)
CHANGING = frozenset(
    "ändra ändrar ändrade ändras ångra ångrar byta byter fel rätta rättar tillbaka om skulle menade wrong change back "
    "should från".split()
)
"""One of these, or an answer, tells that an earlier answer is to be changed."""


@dataclass(frozen=True, slots=True)
class Mended:
    """Which answer is to be another: that of a question by number (0: not said), that about something in words, or
    else the last one; `to` is the new answer, or empty when it is not said."""

    number: int = 0
    to: str = ""
    about: str = ""


def read_mended(line: str) -> Mended | None:
    """What a message (words in lower case) says about an earlier answer, or None."""
    changes = bool(CHANGING & set(line.split()))
    numbered = MENDING.match(line)
    if numbered and (numbered["to"] or changes):
        word = numbered["number"] or numbered["ordinal"] or numbered["one"]
        return Mended(int(word) if word.isdigit() else ORDINALS.get(word, 0), numbered["to"] or "")
    last = MENDING_LAST.match(line)
    if last and (last["to"] or changes):
        return Mended(to=last["to"] or "")
    named = MENDING_NAMED.match(line)
    return Mended(to=named["to"], about=named["about"]) if named else None
