"""What the bot says around the questions of a dialog, in Swedish and English; the words stand in
language/phrases.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import RootModel

from knowledge.authoring import Authored, Document

Language = Literal["sv", "en"]


class Phrase(Authored):
    """One phrase in both languages; `{name}` is filled in."""

    sv: str
    en: str


class Phrases(RootModel[dict[str, Phrase]]):
    """The file."""


PHRASES = Document(Path(__file__).parent / "language" / "phrases.yaml").parse(Phrases).root


def say(key: str, language: Language = "sv", **values: object) -> str:
    """The phrase of a key, filled in. Raises KeyError for an unknown key."""
    phrase = PHRASES[key]
    return (phrase.en if language == "en" else phrase.sv).format(**values)
