"""Follow-ups: short messages that only mean something after an answer, such as «och i Malmö då?» or «vem säger
det?»."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from knowledge.language import fold, words
from knowledge.places import Names

FollowName = Literal["elsewhere", "why", "more", "who", "source", "number", "suggestion"]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """`argument`: the place's name as written, or the number asked for."""

    name: FollowName
    argument: str = ""


_WHY = re.compile(
    r"(?:men |och |jaha |ok(?:ej)? )?(?:varfor|hur ?sa|hurdå|hur kommer det sig|why)(?: da| sa| det| ar "
    r"det sa| inte)*[?!. ]*"
)
_MORE = re.compile(
    r"(?:(?:beratta|sag|visa|ge mig|kan du (?:beratta|saga|ge mig|utveckla)|jag vill veta|tell "
    r"me)\s*)?(?:lite |nagot )?(?:mer|mera|more|utveckla|fortsatt beratta)"
    r"(?: (?:om|about) (?:det|detta|den|it|that)| tack| info(?:rmation)?)*[?!. ]*|utveckla(?: det| "
    r"garna)?[?!. ]*|ge mig ett exempel[?!. ]*|vad mer[?!. ]*|finns det mer(?: om det)?[?!. ]*"
)
_WHO = re.compile(
    r"(?:och |men )?(?:vem|vilka|vilken kalla|who)(?: ar det som| har)? (?:sager|sa|skriver|skrivit|"
    r"pastar|sagt|bestamt|tycker|says|said|wrote)(?: det| det har| detta| sa| that| this| it| det "
    r"dar)*[?!. ]*"
    r"|vems ord(?: ar det)?[?!. ]*|enligt vem[?!. ]*|according to whom[?!. ]*|vem star bakom det[?!. ]*"
)
_SOURCE = re.compile(
    r"(?:(?:(?:kan|skulle) (?:du|ni|jag)(?: kunna)? |jag vill |far jag )?(?:fa )?(?:visa|se|oppna|lasa)(?: mig)?"
    r"|lank till|show(?: me)?|var ar|vilken ar|vad ar|var hittar jag|"
    r"ge mig|har du)?\s*(?:kallan|kallorna|kalla|hela citatet|texten|sammanhanget|originalet|the source)"
    r"(?: till det| pa det| for det)?[?!. ]*|var (?:star|stod|finns|hittar (?:jag|man)) det(?: nagonstans|"
    r" skrivet)?[?!. ]*|where does it say that[?!. ]*"
)
_NUMBER = re.compile(
    r"(?:visa |se |ta |oppna |kalla |mer om |vad ar |lasa )*(?:nummer|nr|citat|kalla|number|#|\[)\s*(\d|"
    r"ett|tva|tre|fyra|fem|sex)\]?(?: tack)?[?!. ]*"
    r"|(?:det |den )(forsta|andra|tredje|fjarde|femte|sjatte)(?: citatet| kallan)?[?!. ]*"
)
_ORDINALS = {w: n for n, w in enumerate(("noll", "ett", "tva", "tre", "fyra", "fem", "sex"))}
_ORDINALS |= {w: n for n, w in enumerate(("nollte", "forsta", "andra", "tredje", "fjarde", "femte", "sjatte"))}
_ELSEWHERE = frozenset(
    "och men i da hos for hur ar det dar vad sager galler om enligt kommun kommunen stad samma sak "
    "respektive and in what about then how "
    "is it there med gar till har de dom nu ju va e a gor gora tycker".split()
)
_PRONOUNS = frozenset("det den detta de dem dom dar da sa".split())


def read_follow_up(text: str, names: Names) -> FollowUp | None:
    """The follow-up that a short text is, or None. `names` are those of places and issuers."""
    folded = fold(text).strip()
    if len(folded) > 80:
        return None
    number = _NUMBER.fullmatch(folded)
    if number:
        found = number[1] or number[2]
        return FollowUp("number", str(_ORDINALS.get(found, found)))
    if folded.isdigit() and len(folded) == 1:
        return FollowUp("suggestion", folded)
    for name, pattern in (("why", _WHY), ("more", _MORE), ("who", _WHO), ("source", _SOURCE)):
        if folded and pattern.fullmatch(folded):
            return FollowUp(name)  # type: ignore[arg-type]
    return _elsewhere(text, names)


def _elsewhere(text: str, names: Names) -> FollowUp | None:
    tokens = words(text)
    found = names.find(tokens)
    if len(found) != 1 or len(tokens) > 8:
        return None
    _, start, end = found[0]
    rest = tokens[:start] + tokens[end:]
    if all(w in _ELSEWHERE for w in rest) and (rest or len(tokens) == end - start):
        return FollowUp("elsewhere", " ".join(tokens[start:end]))
    return None
