"""A dialog as a file that a person keeps: it goes on from there after the next board meeting, however long that takes.

The file comes back from outside, so nothing in it is believed before it has been checked against the flow.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from dialogs.engine import Answer, Session
from dialogs.model import Flow
from dialogs.saved import Moved, dump, fits, migrate, restore

FORMAT = "iopbot-dialog-1"
MOST = 200_000
"""Longest file in characters that is read."""
LONGEST = 4_000
"""Longest answer or remark in characters that is taken from a file."""


class ResumeError(ValueError):
    """The file cannot be used; the message says so in Swedish, for the person who sent it."""


def pack(session: Session) -> str:
    """The session as the text of a file; what can be undone is left out."""
    kept = replace(session, past=(), pending=None, tries=0, offered=False)
    return json.dumps({"format": FORMAT, **dump(kept)}, ensure_ascii=False, indent=1)


def unpack(text: str, flows: Mapping[str, Flow]) -> tuple[Flow, Session, Moved | None]:
    """The flow and session that a file holds, and what changed when the flow is of another version now."""
    if len(text) > MOST:
        raise ResumeError("Filen är för stor för att vara ett sparat utkast.")
    try:
        data = json.loads(text)
        if not isinstance(data, dict) or data.pop("format", None) != FORMAT:
            raise ResumeError("Filen är inget sparat utkast från den här tjänsten.")
        session = restore(data)
        flow = flows[session.flow]
        answers = {str(q): _checked(a) for q, a in session.answers.items()}
    except ResumeError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError):
        raise ResumeError("Filen går inte att läsa. Kanske är den ändrad eller inte hel.") from None
    known = {q: a for q, a in answers.items() if q not in flow.index or fits(flow.index[q], a.value)}
    clean = Session(flow.id, str(session.hash), str(session.version), MappingProxyType(known), rest=session.rest)
    kept, moved = migrate(flow, clean)
    return flow, kept, moved


def _checked(answer: Answer) -> Answer:
    value = answer.value
    texts = [answer.remark, *(value if isinstance(value, tuple) else [value] if isinstance(value, str) else [])]
    if not all(isinstance(t, str) and len(t) <= LONGEST for t in texts) or isinstance(value, bool):
        raise ValueError("not an answer")
    if not isinstance(value, (str, int, float, tuple)):
        raise TypeError("not an answer")
    return answer
