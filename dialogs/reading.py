"""What a message was read as, and what is looked at in messages of every kind: questions, echoes, ordinals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from dialogs import words as w
from dialogs.model import Value

Manner = Literal["answer", "confirm", "unclear", "question", "other"]
ECHO_VERBS = (
    "gör|har|är|kan|ska|blir|får|vill|finns|stämmer|brukar|kommer|gäller|saknas|behövs|bidrar|tror|tycker|anser"
    "|do|are|have"
)
ECHO_SUBJECTS = "vi|jag|man|det|den|dom|de|föreningen|kommunen|båda|så"
ECHO_TAILS = "ju|nog|absolut|visst|verkligen|faktiskt|redan|alltid|det|så|ja|helt|båda|alla|självklart|såklart|gärna"
_BETWEEN = "|".join(dict.fromkeys(f"{ECHO_SUBJECTS}|{ECHO_TAILS}".split("|")))
ECHO = re.compile(
    rf"^(?:(?:{ECHO_SUBJECTS}) )?(?:{ECHO_VERBS})(?: (?:{_BETWEEN})\b)*+"
    rf"(?P<neg> (?:inte|ej|aldrig|knappast)\b)?(?: (?:{ECHO_TAILS}|än|ännu|längre|alls|riktigt)\b)*+$"
)
"""An answer that echoes the question's verb: «det gör vi», «vi har inte det». Nothing is given back once it matched, or
a row of such words would be tried in every way that it can be cut."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a message was read. `answer` and `confirm` carry a value; `confirm` must be asked back; `unclear` is an
    attempt to answer that says two things; `question` asks something; `other` is something else. `remark` is what was
    said beside; `idle` says that the words are not worth keeping as one."""

    manner: Manner
    value: Value = ""
    remark: str = ""
    idle: bool = False


OTHER, UNCLEAR, QUESTION = Reading("other"), Reading("unclear"), Reading("question")


def interrogative(keys: list[str]) -> bool:
    """Whether words (squeezed) begin as a question does."""
    if not keys:
        return False
    if keys[0] in w.QUESTION_WORDS:
        return keys[:3] not in (["vad", "jag", "vet"], ["vad", "vi", "vet"])
    return len(keys) > 2 and keys[0] in w.ASKING and keys[1] in w.SUBJECTS and not ECHO.match(" ".join(keys))


def ordinal(found: list[str]) -> int:
    """«2», «den andra», «alternativ 2», «tvåan»; 0 when the message is no such thing."""
    rest = [t for t in found if t not in w.ORDINAL_AROUND]
    if len(rest) != 1:
        return 0
    return int(rest[0]) if rest[0].isdigit() and len(rest[0]) < 3 else w.ORDINALS.get(rest[0], 0)
