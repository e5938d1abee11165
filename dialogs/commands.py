"""What a person says *about* the dialog: back, change, summary, pause, stop, why do you ask."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import RootModel
from rapidfuzz.distance import OSA

from dialogs.words import LANGUAGE, ORDINALS, UNSURE, table, tokens
from dialogs.words import phrase_key as keyed
from knowledge.authoring import Document

Name = Literal[
    "back", "change", "correct", "summary", "pause", "resume", "cancel", "restart", "why", "explain", "rest", "where",
    "choices", "result",
]  # fmt: skip


class Commands(RootModel[dict[str, str]]):
    """The file language/commands.yaml: a command's name, and what people say for it."""


_FILE = Document(LANGUAGE / "commands.yaml").parse(Commands).root
PHRASES: dict[Name, frozenset[str]] = {name: table(_FILE[name]) for name in get_args(Name) if name in _FILE}
FORGIVING: tuple[tuple[str, Name], ...] = tuple(
    (phrase, name) for name, phrases in PHRASES.items() if name != "change" for phrase in phrases if len(phrase) >= 6
)
SECOND = "andra"
"""«ändra» without its dots is «andra», the second option."""
CHANGE = re.compile(
    r"^(?:jag vill |vi vill |kan jag |kan vi |får jag |snälla )?"
    r"(?:ändra|andra|byt|byta|rätta|korrigera|change|edit|redo|gå tillbaka till|tillbaka till|gå till"
    r"|hoppa till|gör om)"
    r"(?: (?:mitt|vårt|svar|svaret|om|på|till|my|answer|to))*"
    r" (?:fråga|frågan|fråga nr|fråga nummer|nr|nummer|svar|svaret|question)? ?(?:nr |nummer )?(?P<number>\S+?)"
    r"(?: (?:till|to|=) (?P<to>.+))?$"
)
ABOUT = re.compile(
    r"^(?:jag vill |vi vill |kan jag |kan vi )?(?:ändra|byta|rätta|korrigera|change)(?: (?:mitt|vårt|my))?"
    r"(?: (?:svar|svaret|answer))?(?: (?:på|om|to|about))?(?: (?:frågan|fråga|question))?(?: (?:om|about|med))?"
    r" (?P<about>\w{4,}(?: \w+){0,3})$"
)
"""«ändra svaret om marknaden»."""
BARE = re.compile(r"^(?:fråga|question) (?P<number>\d+)$")
CORRECT = re.compile(
    r"^(?:(?:nej|oj|oops|förlåt|sorry|fel|vänta|hoppsan|ursäkta|äh|men|nä) )*"
    r"(?:jag menade|menade|vi menade|i meant|ändra till|ändra det till|ändra svaret till|ändra förra till"
    r"|ändra förra svaret till|ändra senaste till|det ska vara|det skulle vara|ska vara|skulle vara|byt till)"
    r" (?P<to>.+)$"
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command; `number` is the question's (0: none), `to` the new answer when one is given in the same breath,
    `about` what the question to change is about when it is named in words."""

    name: Name
    number: int = 0
    to: str = ""
    about: str = ""


def read_command(text: str) -> Command | None:
    """The command that a message is as a whole, or None."""
    found = tokens(text)
    if not found or len(found) > 14:
        return None
    line = " ".join(found)
    change = CHANGE.match(line) or BARE.match(line)
    if change:
        number = _number(change["number"])
        if number:
            return Command("change", number, (change.groupdict().get("to") or ""))
    whole = keyed(text)
    for name, phrases in PHRASES.items():
        if whole in phrases and whole != SECOND:
            return Command(name)
    correct = CORRECT.match(line)
    if correct and len(found) <= 8:
        return Command("correct", to=correct["to"])
    about = ABOUT.match(line)
    return Command("change", about=about["about"]) if about else _misspelled(whole)


def _number(word: str) -> int:
    return int(word) if word.isdigit() and len(word) < 4 else ORDINALS.get(word, 0)


def _misspelled(whole: str) -> Command | None:
    """A command with a slip of the finger; only longer ones, since short words are too like others."""
    if not 6 <= len(whole) <= 30 or any(c.isdigit() for c in whole) or whole in UNSURE:
        return None
    limit = 1 if len(whole) < 9 else 2
    for phrase, name in FORGIVING:
        if abs(len(phrase) - len(whole)) <= limit and OSA.distance(whole, phrase, score_cutoff=limit) <= limit:
            return Command(name)
    return None
