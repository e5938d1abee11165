"""The questions of a message that asks several things: «vem betalar, hur länge gäller det och får vi säga upp det?»"""

from __future__ import annotations

import re

from knowledge.language import STOP_EN, STOP_SV, fold, words
from knowledge.story import SENTENCE, begins_to_ask

MOST = 4
"""Questions that are answered in one go."""

_JOINT = re.compile(r",? (?:och|å|samt|and|dels)(?= )|[,;:](?= )| [–-](?= )", re.IGNORECASE)
"""Where another question may begin."""
_QUESTION_WORD = re.compile(r"(?:hur|vad|va|vem|vems|vilk\w+|nar|varfor|how|what|who|which|when|where|why)\b")
_VERB_FIRST = re.compile(
    r"(?:kan|ska|skulle|bor|far|maste|finns|kravs|ar|can|must|should|does|do|is|are|\w+r) "
    r"(?:vi|jag|man|du|ni|de|dom|den|det|en|ett|alla|nagon|nan|we|you|they|it|the|a|\w{4,}(?:en|et|na|arna|erna))\b"
)
"""«Får kommunen», «spelar det»; and not «har avtal med»."""
_GOING_ON = re.compile(r"^(?:(?:och|men|sa|sen|sedan|and|but)\s+)+")
_INDIRECT = re.compile(
    r"^.*\b(?:undrar|fragar|veta|beratta|forklara|sag|wonder|know|tell me|explain)\b"
    r"(?: (?:vi|jag|mig|oss|nu|over|om|dels))*[:,]? "
    r"(?=(?:hur|vad|va|vem|vems|vilk\w+|nar|var|varfor|how|what|who|which|when|where|why)\b)"
)
"""What stands before an indirect question."""
_CONDITION = re.compile(r"(?:nar|om|innan|eftersom|when|if)\b(?! (?:beslut|ar|blir|kan|ska|far|maste)\w*\b)")
"""«När alla har skrivit på, är det klart då?» is one question."""
_PERSON = frozenset("vi jag oss mig min mitt mina var vart vara we us our my".split())
"""Whoever says so tells of their own, and not what the questions are about."""


def parts_of(text: str) -> tuple[str, ...]:
    """The questions of a message, each so that it can be understood by itself; empty when it is one question."""
    asks: list[str] = []
    about = ""
    typed_marks = "?" in text
    for sentence in SENTENCE.split(text.strip()):
        asking = not typed_marks or sentence.endswith("?")
        for piece, introduces in _pieces(sentence):
            indirect = _INDIRECT.match(fold(piece)) if len(fold(piece)) == len(piece) else None
            if indirect:
                asks.append(piece[indirect.end() :])
            elif asking and not introduces and _asks(piece, first=not asks):
                asks.append(piece)
            elif not asks and not _PERSON & set(words(piece)):
                about = f"{about} {piece}".strip()
    whole = [f"{about}: {ask}" if about else ask for ask in asks if about or _says_something(ask)]
    return tuple(whole) if 2 <= len(whole) <= MOST else ()


def _pieces(sentence: str) -> list[tuple[str, bool]]:
    """A sentence cut where another question begins, each piece with whether it only introduces what follows."""
    pieces: list[tuple[str, bool]] = []
    begun = 0
    for joint in _JOINT.finditer(sentence):
        piece, rest = sentence[begun : joint.start()].strip(), sentence[joint.end() :].strip()
        if ":" in joint[0] or (_asks(rest, first=False) and not _CONDITION.match(fold(piece))):
            pieces.append((piece, ":" in joint[0] or not begins_to_ask(piece)))
            begun = joint.end()
    return [*pieces, (sentence[begun:].strip(), False)]


def _asks(piece: str, first: bool) -> bool:
    """Whether a piece is a question of its own; one that goes on with «eller» belongs to what it follows."""
    folded = _GOING_ON.sub("", fold(piece))
    if folded.startswith(("eller ", "or ")):
        return False
    if first:
        return begins_to_ask(piece)
    return bool(_QUESTION_WORD.match(folded) or _VERB_FIRST.match(folded))


def _says_something(ask: str) -> bool:
    return any(word not in STOP_SV and word not in STOP_EN for word in words(ask))
