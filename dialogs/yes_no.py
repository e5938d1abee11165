"""Yes, no or unsure, as people say it. Never guesses: what leans, contradicts itself or asks is told apart."""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

from dialogs import words as w
from dialogs.clues import clue_of
from dialogs.doubt import ADVERBS, SUBJECT_FILL, unsure_start
from dialogs.model import YES_NO, Question
from dialogs.reading import ECHO, ECHO_VERBS, OTHER, QUESTION, UNCLEAR, Reading, interrogative, ordinal

ANSWERING = w.YES | w.LEAN_YES
VERBS = frozenset(
    w.key(v) for v in (*ECHO_VERBS.split("|"), "beror", "existerar", "vet", "vågar", "var", "borde", "skulle", "låter")
)
NEUTRAL = SUBJECT_FILL | frozenset(
    w.key(k) for k in "för närvarande nu idag hos oss här detta så dessvärre den de dom".split()
)
"""With these before it a last «inte» is an answer; «orkar inte» and «det hinner jag inte» are none."""
CLAUSE = re.compile(r"[,.;:–]|\bmen\b|\bfast\b|\bså\b|\bbut\b", re.IGNORECASE)
BELIEF = re.compile(
    r"^(?:(?:jag|vi|man) )?(?:tror|tycker|anser|menar|skule säga)(?P<a> inte)?(?: at)? (?:det|vi|den)(?P<b> inte| ej)?"
    r" (?:är|gör|har|stämer|finns|blir|kan)(?: (?:vi|det|så|nog|rät))*(?P<c> inte)?$"
)
"""«Jag tror att det inte är så»: two negations are none."""
SAYS_YES, SAYS_NO = ("ja", "jo", "yes"), ("nej", "nä", "no")
"""A short message may end in one of these."""
SAYING = frozenset({"säger", "säga", "sa", "sade", "svarar", "svarade", "tackar", "tackade"})
IFS = frozenset({"om", "ifal", "tänk"})
HALTING = frozenset({"stop", "vänta", "avbryt", "sluta", "tilbaka", "hej", "halå", "föresten", "wait", "hold"})
"""A message that begins so is no answer, even if it ends in one."""


def read_yes_no(text: str, question: Question | None = None) -> Reading:
    """Read yes, no or unsure; without a question no clues are looked at."""
    signs, bare = _emoji(text)
    found = w.tokens(bare)
    if not found:
        return _of_signs(signs, text)
    picked = ordinal(found)
    if picked:
        return Reading("answer", YES_NO[picked - 1]) if picked <= len(YES_NO) else UNCLEAR
    reading = _words(found, bare, question)
    if signs and reading.manner == "answer" and signs != {reading.value}:
        return UNCLEAR
    if signs and reading.manner == "other" and len(signs) == 1 and not bare.strip().endswith("?"):
        return Reading("answer", next(iter(signs)), text)
    return reading


def _emoji(text: str) -> tuple[set[str], str]:
    signs = {v for c in text if (v := w.EMOJI.get(c))}
    return signs, "".join(" " if c in w.EMOJI else c for c in text)


def _of_signs(signs: set[str], text: str) -> Reading:
    if len(signs) == 1:
        return Reading("answer", next(iter(signs)))
    if signs or not any(c.isalnum() or ord(c) > 0x2000 for c in text.replace("…", "")):
        return UNCLEAR
    return OTHER


def _words(found: list[str], text: str, question: Question | None) -> Reading:
    """The words decide in this order: whole phrases, unsure, a leading yes or no, an echo of the question, clues."""
    asks = "?" in text
    start = _skip_fillers(found)
    body = _bare(found[start:] or found)
    keys = [w.key(t) for t in body]
    whole = " ".join(keys)
    if whole in w.FILLERS and whole not in ANSWERING:
        return UNCLEAR
    clue = clue_of(question, found)
    if whole in w.UNSURE:
        return Reading("answer", "unsure")
    value = _whole(whole)
    if value and not asks:
        return _weighed(value, clue, qualified=False, remark="")
    if whole in w.LEAN_YES or whole in w.LEAN_NO:
        return Reading("confirm", "yes" if whole in w.LEAN_YES else "no")
    unsure = unsure_start(keys)
    if unsure:
        if asks and not _tagged(text) and _mentions_question(keys):
            return QUESTION
        return Reading("answer", "unsure", _remark(text, unsure))
    lead, used = _lead(keys)
    if lead and _mocks(keys):
        return Reading("confirm", lead, idle=True)
    if lead == "no" and used > 1 and keys[used : used + 2] == ["nej", "til"]:  # «det kan man inte säga nej till»
        return UNCLEAR
    if lead:
        return _led(lead, body[used:], keys[used:], text, asks, clue)
    if interrogative(keys) or (asks and not _tagged(text)):
        return QUESTION
    return _unled(keys, body, text, clue)


def _unled(keys: list[str], body: list[str], text: str, clue: str) -> Reading:
    """A message without a yes or no at its start: an echo or a last word answers, a clause or a clue is asked back."""
    if _unsure_clause(text):
        return Reading("confirm", "unsure", text)
    echo = ECHO.match(" ".join(body))
    belief = BELIEF.match(" ".join(keys))
    if belief and not echo:
        denials = sum(part is not None for part in belief.group("a", "b", "c"))
        if denials > 1:
            return Reading("confirm", "no" if denials % 2 else "yes")
        return _weighed("no" if denials else "yes", clue, qualified=False, remark="")
    value = ("no" if echo["neg"] else "yes") if echo else _last(keys)
    if value:
        return _weighed(value, clue, qualified=False, remark="")
    if clue:
        return Reading("confirm", clue, text)
    return Reading("confirm", "no", text) if keys[0] in w.MAYBE_NO and len(keys) < 8 else OTHER


def _unsure_clause(text: str) -> bool:
    """Whether a later clause says unsure: «det finns en skomakare, men vi vet inte om det räknas»."""
    clauses = [[w.key(t) for t in w.tokens(part)] for part in CLAUSE.split(text)[1:]]
    return any(clause and unsure_start(clause) for clause in clauses)


def _last(keys: list[str]) -> str:
    """A short message that ends in its answer: «då säger jag ja», «ok ok ja då», «för närvarande inte»."""
    if keys[-1] == "då" and keys[-2:-1] and keys[-2] in ("ja", "jo", "nej", "nä"):
        keys = keys[:-1]
    if len(keys) > 6 or keys[0] in HALTING or _of_others(keys):
        return ""
    for value, said, against in (("yes", SAYS_YES, SAYS_NO), ("no", SAYS_NO, SAYS_YES)):
        if keys[-1] in said:
            return "" if any(k in against for k in keys[:-1]) else value
    neutral = all(k in VERBS or k in ADVERBS or k in NEUTRAL for k in keys[:-1])
    return "no" if keys[-1] in ("inte", "ej") and len(keys) <= 4 and neutral else ""


def _of_others(keys: list[str]) -> bool:
    """Whether the last word is what somebody else says, or might be said: «om dom säger nej», «kommunen sa ja»."""
    if len(keys) < 3 or keys[-2] not in SAYING:
        return False
    return bool(IFS & set(keys[:3])) or keys[-3] not in ("jag", "vi")


def _skip_fillers(found: list[str]) -> int:
    at = 0
    while at < len(found) - 1:
        for size in (3, 2, 1):
            if " ".join(w.key(t) for t in found[at : at + size]) in w.FILLERS and at + size < len(found):
                at += size
                break
        else:
            return at
    return at


def _bare(found: list[str]) -> list[str]:
    """With «det» for a spoken «de», without a «väl» near the start («det är väl klart») and without what only points
    back («svarar ja på den»)."""
    found = ["det" if t == "de" and _is_it(found[n + 1 : n + 2]) else t for n, t in enumerate(found)]
    kept = [t for n, t in enumerate(found) if not (0 < n < min(4, len(found) - 1) and w.key(t) == "väl")]
    for size in (3, 2, 1):
        if len(kept) > size and " ".join(w.key(t) for t in kept[-size:]) in w.AFTER:
            return kept[:-size]
    return kept


def _is_it(following: list[str]) -> bool:
    """Whether a «de» stands for «det»: last, or before a verb that an answer takes («de gör vi», «de beror på»)."""
    return not following or w.key(following[0]) in VERBS


def _whole(whole: str) -> str:
    if whole in w.NO_PHRASES or whole in w.NO:
        return "no"
    return "yes" if whole in w.YES_PHRASES or whole in w.YES else ""


def _lead(keys: list[str]) -> tuple[str, int]:
    """A yes or no at the start, and how many words it takes."""
    for size in (5, 4, 3, 2):
        phrase = " ".join(keys[:size])
        if len(keys) >= size:
            if phrase in w.NO_PHRASES and not (phrase.endswith("går inte") and keys[size : size + 1] == ["at"]):
                return "no", size
            if phrase in w.YES_PHRASES and keys[size : size + 1] not in (["inte"], ["ej"], ["not"]):
                return "yes", size
    first = keys[0]
    if first in w.NO and not (first in ("no", "ej") and len(keys) > 6):
        return "no", 1
    if first in w.YES:
        negated = keys[1:2] and keys[1] in ("inte", "ej", "icke", "aldrig", "not") and first not in ("ja", "jo")
        return ("no", 2) if negated else ("yes", 1)
    return _typo(first, len(keys)), 1


def _typo(first: str, length: int) -> str:
    """A misspelled longer word of the tables («sjävklart»); short ones are too like others."""
    if len(first) < 6:
        return ""
    for value, table in (("yes", w.YES), ("no", w.NO)):
        if any(len(word) >= 6 and OSA.distance(first, word, score_cutoff=1) <= 1 for word in table):
            return value
    return ""


def _led(lead: str, rest: list[str], keys: list[str], text: str, asks: bool, clue: str) -> Reading:
    """An answer that begins with yes or no; the rest may qualify, contradict or ask."""
    if lead == "yes" and _attends(" ".join(keys)):
        return OTHER
    while (
        keys
        and _lead(keys) == (lead, 1)
        and keys[0] not in ("inte", "ej", "int", "aldrig", "knapast", "inget", "verkligen")
    ):
        rest, keys = rest[1:], keys[1:]
    if not keys:
        return Reading("confirm" if asks else "answer", lead)
    tail = " ".join(keys)
    if asks:
        return Reading("confirm", lead) if tail in w.TAGS else QUESTION
    start = _skip_fillers(rest)
    body = keys[start:] or keys
    if tail in w.LEAN_YES or tail in w.LEAN_NO:
        leaning = "yes" if tail in w.LEAN_YES else "no"
        return Reading("answer" if leaning == lead else "unclear", lead if leaning == lead else "", "")
    if lead == "no" and body[:2] == ["kanske", "inte"]:
        return Reading("confirm", "no", " ".join(rest))
    if unsure_start(keys) or unsure_start(body):
        return Reading("answer", "unsure", text.strip())
    if _wonders(body):
        return QUESTION
    if body[0] in HALTING or tail in ("jag menar", "vi menar"):
        return OTHER
    if body[:2] == ["som", "om"]:  # «sure, som om kommunen bryr sig»
        return UNCLEAR
    if clue != lead and _opposite(lead, keys, body, rest):
        return Reading("confirm", clue, text) if clue else UNCLEAR
    qualified = any(k in w.JOINTS for k in keys)
    said_again = ECHO.match(" ".join(rest)) or tail in w.YES_PHRASES | w.NO_PHRASES
    return _weighed(lead, clue, qualified, "" if said_again else _remark_of(rest, text))


def _wonders(body: list[str]) -> bool:
    """Whether what follows a yes or no is a question: «ja men vad är statsstöd»."""
    while len(body) > 1 and body[0] in w.JOINTS | {"eler"}:
        body = body[1:]
    return bool(body) and body[0] in w.QUESTION_WORDS and body[:3] not in (["vad", "jag", "vet"], ["vad", "vi", "vet"])


def _mocks(keys: list[str]) -> bool:
    """Whether a yes or no is hardly meant: «ja, och tomten finns också»."""
    line = f" {' '.join(keys)} "
    return any(f" {phrase} " in line for phrase in w.MOCKING)


def _attends(tail: str) -> bool:
    """Whether a person who said yes only listens or remembers something: «ja jag lyssnar», «ja visst ja, mjölken»."""
    return tail in w.ATTENDING or any(tail.startswith(f"{phrase} ") for phrase in w.ATTENDING if " " in phrase)


def _opposite(lead: str, keys: list[str], body: list[str], rest: list[str]) -> bool:
    """Whether the rest says the contrary: «ja nej», «ja eller nej», «ja det gör vi inte», «nej det gör vi»."""
    hard = {"ja", "jo", "yes", "jap"} if lead == "no" else {"nej", "nä", "no", "nope"}
    if any(k in hard for k in keys[:2]) or (body and body[0] in hard):
        return True
    echo = ECHO.match(" ".join(rest))
    if echo and len(rest) <= 4:
        return bool(echo["neg"]) == (lead == "yes")
    if lead == "yes" and (" ".join(keys) in w.NO_PHRASES or (keys[0] == "inte" and _lead(keys)[0] == "no")):
        return True
    return len(keys) > 1 and keys[-1] in hard


def _weighed(value: str, clue: str, qualified: bool, remark: str) -> Reading:
    """A yes or no against what the clues say: a contradiction is asked back by its meaning."""
    if clue and clue != value and not qualified:
        return Reading("confirm", clue, remark)
    return Reading("answer", value, remark)


def _tagged(text: str) -> bool:
    last = w.tokens(text.rpartition(",")[2])
    return " ".join(w.key(t) for t in last) in w.TAGS


def _mentions_question(keys: list[str]) -> bool:
    return any(k in w.QUESTION_WORDS for k in keys)


def _remark(text: str, used: int) -> str:
    return text.strip() if len(w.tokens(text)) > used else ""


def _remark_of(rest: list[str], text: str) -> str:
    """What stands after the yes or no, in the person's own spelling."""
    if len(rest) < 2:
        return ""
    return re.sub(r"^\W+", "", text.strip().partition(" ")[2]).strip()
