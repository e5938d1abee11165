"""From a question to a tiered, sourced answer: the one function that every channel's answers come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from knowledge.model import Quote, Topic

Tier = Literal["answer", "related", "clarify", "no_answer", "small_talk"]
Language = Literal["sv", "en"]


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the conversation: the chosen municipality (id) and what was last talked about."""

    municipality: str | None = None
    last_question: str | None = None
    last_topic: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it is drawn. `quotes` best first; `lead` and `remarks` are plain sentences in `language`;
    `options` are the topics to choose between when the tier is `clarify`."""

    tier: Tier
    language: Language
    lead: str
    quotes: tuple[Quote, ...] = ()
    remarks: tuple[str, ...] = ()
    topic: Topic | None = None
    confidence: float = 0.0
    suggestions: tuple[str, ...] = ()
    options: tuple[Topic, ...] = ()
