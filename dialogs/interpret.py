"""What a message says as an answer to a question of any kind. Never guesses: what is not plainly an answer is asked
back or left alone."""

from __future__ import annotations

import re
from itertools import islice

from rapidfuzz import fuzz

from dialogs import words as w
from dialogs.clues import stands
from dialogs.doubt import unsure_start
from dialogs.model import SKIPPED, YES_NO, Option, Question
from dialogs.reading import OTHER, QUESTION, UNCLEAR, Reading, interrogative, ordinal
from dialogs.yes_no import read_yes_no

PASSING = w.table(
    "hoppa över, hoppar över, skip, skippa, pass, nästa, nästa fråga, vet inte, vet ej, ingen aning, oklart"
)
"""What leaves a free-text question open for now."""

SPLIT = re.compile(r"[,.!;–]+\s+|(?<!\s)\s+(?=(?:men|fast|dock|och|but|and)\s)", re.IGNORECASE)
"""Where an answer may end and a question begin."""
MOST_CUTS = 6
"""How many such places are tried."""


def read(question: Question, text: str) -> Reading:
    """Read a message as an answer to the question."""
    text = text.strip()
    if not text:
        return UNCLEAR
    if question.kind == "yes_no":
        return read_yes_no(text, question)
    if question.kind == "text":
        return _text(question, text)
    if question.kind == "number":
        return _number(question, text)
    return _options(question, text)


def answer_and_question(question: Question, text: str) -> tuple[Reading, str] | None:
    """A yes or no, and a question after it: «ja, men vad räknas som nytta?». None when the message is not both."""
    if question.kind != "yes_no":
        return None
    for cut in islice(SPLIT.finditer(text), MOST_CUTS):
        said, asked = text[: cut.start()], text[cut.end() :]
        found = [w.key(t) for t in w.tokens(asked)]
        while len(found) > 1 and found[0] in w.JOINTS | w.FILLERS | {"och"}:
            found = found[1:]
        if not found or not ("?" in asked or interrogative(found)):
            continue
        reading = read_yes_no(said, question)
        if reading.manner in ("answer", "confirm") and reading.value in ("yes", "no"):
            return reading, re.sub(r"^(?:men|fast|dock|och|but|and)\s+", "", asked.strip(), flags=re.IGNORECASE)
    return None


def pressed(question: Question, value: str) -> Reading:
    """Read the value of a button or a reaction."""
    if question.kind == "yes_no" and value in YES_NO:
        return Reading("answer", value)
    if question.kind == "one" and value in {o.value for o in question.options}:
        return Reading("answer", value)
    if value == SKIPPED and (question.skippable or question.kind == "text"):
        return Reading("answer", SKIPPED)
    return read(question, value)


def _looks_asking(found: list[str], text: str) -> bool:
    return "?" in text or interrogative([w.key(t) for t in found])


def _options(question: Question, text: str) -> Reading:
    found = w.tokens(text)
    options = question.options
    if not found:
        return UNCLEAR
    line = w.phrase_key(text)
    exact = [o for o in options if line in {w.phrase_key(x) for x in (o.value, o.label, o.label_en, *o.also) if x}]
    if len(exact) == 1:
        return _chosen(question, exact)
    if question.kind == "many":
        return _many(question, text, found)
    number = ordinal(found) or (len(options) if found in (["den", "sista"], ["sista"]) else 0)
    if number:
        return _chosen(question, [options[number - 1]]) if number <= len(options) else UNCLEAR
    if _looks_asking(found, text) and line not in w.UNSURE:
        return QUESTION
    named = [o for o in options if any(stands(x, found) for x in (o.label, *o.also) if x)]
    if len(named) == 1:
        return Reading("answer", named[0].value, text if len(found) > 4 else "")
    if len(named) > 1:
        return UNCLEAR
    if line in w.UNSURE or unsure_start(line.split()):
        return _unsure(question)
    return _fuzzy(question, text)


def _chosen(question: Question, options: list[Option]) -> Reading:
    values = tuple(o.value for o in options)
    return Reading("answer", values if question.kind == "many" else values[0])


def _unsure(question: Question) -> Reading:
    unsure = next((o for o in question.options if o.value == "unsure"), None)
    if unsure:
        return Reading("answer", ("unsure",) if question.kind == "many" else "unsure")
    return Reading("answer", SKIPPED) if question.skippable else UNCLEAR


def _fuzzy(question: Question, text: str) -> Reading:
    """A misspelled option: close to one and clearly closer than to any other."""
    line = " ".join(w.tokens(text))
    scores = sorted(
        ((max(fuzz.ratio(line, " ".join(w.tokens(x))) for x in (o.label, *o.also)), o) for o in question.options),
        key=lambda pair: -pair[0],
    )
    if scores and scores[0][0] >= 82 and (len(scores) == 1 or scores[0][0] - scores[1][0] >= 8):
        return _chosen(question, [scores[0][1]])
    return OTHER


def _many(question: Question, text: str, found: list[str]) -> Reading:
    options = question.options
    whole = " ".join(found)
    if whole in ("alla", "allt", "alltihop", "allihop", "samtliga", "all"):
        return _chosen(question, list(options))
    if whole in ("inga", "ingen", "inget", "inget av dem", "ingen av dem", "inga alls", "none", "nej", "inget av det"):
        return Reading("answer", ())
    if _looks_asking(found, text):
        return QUESTION
    numbers = [
        int(t) if t.isdigit() else w.ORDINALS.get(t, 0)
        for t in found
        if t not in ("och", "samt", "and", "nummer", "nr", "ja")
    ]
    if numbers and all(0 < n <= len(options) for n in numbers):
        return Reading("answer", tuple(options[n - 1].value for n in sorted(set(numbers))))
    named = [o for o in options if any(stands(x, found) for x in (o.label, *o.also) if x)]
    if named:
        return _chosen(question, named)
    if w.phrase_key(text) in w.UNSURE:
        return _unsure(question)
    return _fuzzy(question, text)


def _number(question: Question, text: str) -> Reading:
    found = w.tokens(text)
    if w.phrase_key(text) in w.UNSURE:
        return Reading("answer", SKIPPED)
    if "?" in text:
        return QUESTION
    joined = re.sub(r"(?<=\d)[ .](?=\d{3}\b)", "", text)
    figures = re.findall(r"\d+(?:,\d+)?", joined)
    values = [float(f.replace(",", ".")) for f in figures] or [float(w.ORDINALS[t]) for t in found if t in w.ORDINALS]
    if len(values) != 1:
        return UNCLEAR if values else OTHER
    value = values[0]
    if (question.minimum is not None and value < question.minimum) or (
        question.maximum is not None and value > question.maximum
    ):
        return UNCLEAR
    return Reading("answer", int(value) if value.is_integer() else value, text if len(found) > 2 else "")


def _text(question: Question, text: str) -> Reading:
    found = w.tokens(text)
    line = w.phrase_key(text)
    if line in PASSING:
        return Reading("answer", SKIPPED)
    if not found:
        return UNCLEAR
    if line in w.COURTESIES:
        return OTHER
    if text.rstrip().endswith("?") or (interrogative([w.key(t) for t in found]) and len(found) < 8):
        return QUESTION
    return Reading("answer", text)
