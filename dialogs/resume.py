"""A dialog as a file that a person keeps: it goes on from there after the next board meeting, however long that takes.

The file comes back from outside, so nothing in it is believed before it has been checked against the flow.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from dialogs.engine import Answer, Session
from dialogs.model import Flow
from dialogs.phrases import say
from dialogs.saved import Moved, dump, fits, migrate, restore

FORMAT = "iopbot-dialog-1"
MOST = 200_000
"""Longest file in characters that is read."""
LONGEST = 4_000
"""Longest answer or remark in characters that is taken from a file."""


class ResumeError(ValueError):
    """The file cannot be used; `reason` is the phrase that says so to the person who sent it, and the message the same
    in Swedish."""

    def __init__(self, reason: str) -> None:
        super().__init__(say(reason))
        self.reason = reason


def pack(session: Session) -> str:
    """The session as the text of a file; what can be undone is left out."""
    kept = replace(session, past=(), pending=None, tries=0, offered=False)
    return json.dumps({"format": FORMAT, **dump(kept)}, ensure_ascii=False, indent=1)


def unpack(text: str, flows: Mapping[str, Flow]) -> tuple[Flow, Session, Moved | None]:
    """The flow and session that a file holds, and what changed when the flow is of another version now."""
    if len(text) > MOST:
        raise ResumeError("file_too_large")
    try:
        data = json.loads(text, parse_constant=_no_number)
        if not isinstance(data, dict) or data.pop("format", None) != FORMAT:
            raise ResumeError("file_other")
        session = restore(data)
        flow = flows[session.flow]
        answers = {str(q): _checked(a) for q, a in session.answers.items()}
    except ResumeError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError):
        raise ResumeError("file_unreadable") from None
    known = {q: a for q, a in answers.items() if q not in flow.index or fits(flow.index[q], a.value)}
    clean = Session(flow.id, str(session.hash), str(session.version), MappingProxyType(known), rest=session.rest)
    kept, moved = migrate(flow, clean)
    return flow, kept, moved


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _checked(answer: Answer) -> Answer:
    value = answer.value
    texts = [answer.remark, *(value if isinstance(value, tuple) else [value] if isinstance(value, str) else [])]
    if not all(isinstance(t, str) and len(t) <= LONGEST for t in texts) or isinstance(value, bool):
        raise ValueError("not an answer")
    if not isinstance(value, (str, int, float, tuple)):
        raise TypeError("not an answer")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not a number")
    return answer
