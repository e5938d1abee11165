"""The document that a dialog of free-text answers produces: a draft to discuss, as Markdown and as DOCX."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dialogs.engine import Answer, Position
from dialogs.model import Flow


def markdown(
    flow: Flow, position: Position, answers: Mapping[str, Answer], quotes: Mapping[str, object], on: date | None = None
) -> str | None:
    """The draft as Markdown, or None when the flow makes no document."""
    return None
