"""Words and phrases by which people answer; they stand in language/answers.yaml, and here in the form that is looked
up."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from knowledge.authoring import Authored, Document

INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufe0e\ufe0f]")
RUN = re.compile(r"(.)\1+")
TOKEN = re.compile(r"[a-zåäöéèüæøñ]+|\d+")
FOLD = str.maketrans("åäöéèüæøñ", "aaoeeuaon")
SPOKEN = {
    "d": "det", "he": "det", "e": "är", "ä": "är", "ve": "vet", "la": "väl", "int": "inte", "ite": "inte",
    "ente": "inte", "oxå": "också",
    "nån": "någon", "nåt": "något", "nåra": "några",
}  # fmt: skip
LANGUAGE = Path(__file__).parent / "language"


def tokens(text: str) -> list[str]:
    """Words and numbers in lower case, without punctuation; apostrophes join («don't» is «dont»)."""
    text = unicodedata.normalize("NFC", INVISIBLE.sub("", text)).casefold().replace("'", "").replace("’", "")
    return TOKEN.findall(text)


def key(word: str) -> str:
    """A word with doubled letters as one («jaaa» and «ja» are the same, «japp» is «jap»), and the little words as
    people speak them as they are written: «de e» is «det är»."""
    squeezed = RUN.sub(r"\1", word)
    return SPOKEN.get(squeezed, squeezed)


def folded(word: str) -> str:
    """A word as somebody without å, ä and ö on the keyboard writes it."""
    return word.translate(FOLD)


def phrase_key(text: str) -> str:
    """A phrase in the form in which the tables hold it."""
    return " ".join(key(t) for t in tokens(text))


def table(listed: str) -> frozenset[str]:
    """Phrases separated by commas, each also as written without å, ä and ö."""
    phrases = {phrase_key(p) for p in listed.split(",") if p.strip()}
    return frozenset(phrases | {folded(p) for p in phrases})


class Answers(Authored):
    """The file language/answers.yaml; its comments say what each key holds."""

    says_yes: str
    says_no: str
    yes_phrases: str
    no_phrases: str
    unsure: str
    lean_yes: str
    lean_no: str
    maybe_no: str
    fillers: str
    joints: str
    tags: str
    attending: str
    courtesies: str
    mocking: str
    after: str
    question_words: str
    asking: str
    subjects: str
    signs_yes: str
    signs_no: str
    signs_unsure: str
    signs_nothing: str
    ordinals: dict[int, str]
    ordinal_around: str


def _listed(text: str) -> list[str]:
    return [p.strip() for p in text.split(",") if p.strip()]


_FILE = Document(LANGUAGE / "answers.yaml").parse(Answers)

YES = table(_FILE.says_yes)
NO = table(_FILE.says_no)
YES_PHRASES = table(_FILE.yes_phrases)
NO_PHRASES = table(_FILE.no_phrases)
UNSURE = table(_FILE.unsure)
LEAN_YES = table(_FILE.lean_yes)
LEAN_NO = table(_FILE.lean_no)
MAYBE_NO = table(_FILE.maybe_no)
FILLERS = table(_FILE.fillers)
JOINTS = table(_FILE.joints)
TAGS = table(_FILE.tags)
ATTENDING = table(_FILE.attending)
COURTESIES = table(_FILE.courtesies)
MOCKING = table(_FILE.mocking)
AFTER = table(_FILE.after)
QUESTION_WORDS = table(_FILE.question_words)
ASKING = table(_FILE.asking)
SUBJECTS = table(_FILE.subjects)
EMOJI: dict[str, str] = {
    **dict.fromkeys(_listed(_FILE.signs_yes), "yes"),
    **dict.fromkeys(_listed(_FILE.signs_no), "no"),
    **dict.fromkeys(_listed(_FILE.signs_unsure), "unsure"),
    **dict.fromkeys(_listed(_FILE.signs_nothing), ""),
}
ORDINALS: dict[str, int] = {word: n for n, listed in _FILE.ordinals.items() for word in _listed(listed)}
ORDINAL_AROUND = frozenset(_listed(_FILE.ordinal_around))
