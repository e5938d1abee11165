"""What a message says as an answer to a question. Never guesses: what is not plainly an answer is asked back or left
alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from dialogs import words as w
from dialogs.model import SKIPPED, YES_NO, Option, Question, Value

Manner = Literal["answer", "confirm", "unclear", "question", "other"]
YES_NO_LABELS = {"yes": "Ja", "no": "Nej", "unsure": "Vet inte"}
ECHO_VERBS = (
    "gör|har|är|kan|ska|blir|får|vill|finns|stämmer|brukar|kommer|gäller|saknas|behövs|bidrar|tror|tycker|anser"
    "|do|are|have"
)
ECHO_SUBJECTS = "vi|jag|man|det|den|dom|de|föreningen|kommunen|båda|så"
ECHO_TAILS = "ju|nog|absolut|visst|verkligen|faktiskt|redan|alltid|det|så|ja|helt|båda|alla|självklart|såklart|gärna"
ECHO = re.compile(
    rf"^(?:(?:{ECHO_SUBJECTS}) )?(?:{ECHO_VERBS})(?: (?:{ECHO_SUBJECTS}|{ECHO_TAILS}))*"
    rf"(?P<neg> (?:inte|ej|aldrig|knappast))?(?: (?:{ECHO_TAILS}|än|ännu|längre|alls|riktigt))*$"
)
"""An answer that echoes the question's verb: «det gör vi», «vi har inte det»."""
NEGATIONS = frozenset({"inte", "ej", "aldrig", "knappast", "inga", "ingen", "inget", "ingenting"})
SUBJECT_FILL = frozenset(
    (
        "jag vi man det men har är ar alltså faktiskt ju du ärligt talat så fast lite i im am we are were tyvärr nog"
        " väl vet"
    ).split()
)
"""Words that may stand before «vet inte» without changing it."""
ADVERBS = frozenset(
    w.key(t)
    for t in (
        "faktiskt verkligen egentligen ärligt talat ju nog heller alls precis tyvärr helt riktigt direkt lite ganska"
        " väldigt fortfarande högst mycket rätt ännu just"
    ).split()
)
"""Words that change nothing in «det vet jag faktiskt inte»."""
ANSWERING = w.YES | w.LEAN_YES
NEEDS_END = w.table(
    "pass, passar, olika, ibland, skip, diskuterar, varierar, delvis, grann, möjligt, svårt, utreder, för tidigt"
    ", svår fråga, bra fråga, är frågan, är möjligt, unknown"
)
"""These say unsure only when nothing else follows: «olika saker» and «svårt att hitta lokal» do not."""
HALTING = frozenset({"stop", "vänta", "avbryt", "sluta", "tilbaka", "hej"})
"""A message that begins so is no answer, even if it ends in one."""
PASSING = w.table(
    "hoppa över, hoppar över, skip, skippa, pass, nästa, nästa fråga, vet inte, vet ej, ingen aning, oklart"
)
"""What leaves a free-text question open for now."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a message was read. `answer` and `confirm` carry a value; `confirm` must be asked back; `unclear` is an
    attempt to answer that says two things; `question` asks something; `other` is something else. `remark` is what was
    said beside."""

    manner: Manner
    value: Value = ""
    remark: str = ""


OTHER, UNCLEAR, QUESTION = Reading("other"), Reading("unclear"), Reading("question")


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


def pressed(question: Question, value: str) -> Reading:
    """Read the value of a button or a reaction."""
    if question.kind == "yes_no" and value in YES_NO:
        return Reading("answer", value)
    if question.kind == "one" and value in {o.value for o in question.options}:
        return Reading("answer", value)
    if value == SKIPPED and (question.skippable or question.kind == "text"):
        return Reading("answer", SKIPPED)
    return read(question, value)


# ---- yes, no, unsure -----------------------------------------------------------------------------------------------


def read_yes_no(text: str, question: Question | None = None) -> Reading:
    """Read yes, no or unsure; without a question no clues are looked at."""
    signs, bare = _emoji(text)
    found = w.tokens(bare)
    if not found:
        return _of_signs(signs, text)
    picked = _ordinal(found)
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
    body = found[start:] or found
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
    unsure = _unsure_start(keys)
    if unsure:
        if asks and not _tagged(text) and _mentions_question(keys):
            return QUESTION
        return Reading("answer", "unsure", _remark(text, unsure))
    lead, used = _lead(keys)
    if lead:
        return _led(lead, body[used:], keys[used:], text, asks, clue)
    if _interrogative(keys) or (asks and not _tagged(text)):
        return QUESTION
    echo = ECHO.match(" ".join(body))
    if echo:
        return _weighed("no" if echo["neg"] else "yes", clue, qualified=False, remark="")
    last = _last(keys)
    if last:
        return _weighed(last, clue, qualified=False, remark="")
    if clue:
        return Reading("confirm", clue, text)
    return Reading("confirm", "no", text) if keys[0] in w.MAYBE_NO and len(keys) < 8 else OTHER


def _last(keys: list[str]) -> str:
    """A short message that ends in its answer: «då säger jag ja», «just nu nej», «för närvarande inte»."""
    if len(keys) > 6 or keys[0] in HALTING:
        return ""
    if keys[-1] in ("ja", "jo", "nej", "nä"):
        against = ("nej", "nä") if keys[-1] in ("ja", "jo") else ("ja", "jo")
        return "" if any(k in against for k in keys[:-1]) else ("yes" if keys[-1] in ("ja", "jo") else "no")
    return "no" if keys[-1] in ("inte", "ej") and len(keys) <= 4 else ""


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


def _whole(whole: str) -> str:
    if whole in w.NO_PHRASES or whole in w.NO:
        return "no"
    return "yes" if whole in w.YES_PHRASES or whole in w.YES else ""


def _unsure_start(keys: list[str]) -> int:
    """How many words from the start say unsure; subjects and small words may stand before («jag vet faktiskt inte»)."""
    keys = [k for k in keys if k not in ADVERBS]
    for at in range(min(4, len(keys))):
        for size in range(min(5, len(keys) - at), 0, -1):
            phrase = " ".join(keys[at : at + size])
            if phrase in w.UNSURE and not _because(keys, at, size):
                return at + size
        if keys[at] not in SUBJECT_FILL:
            return 0
    return 0


def _because(keys: list[str], at: int, size: int) -> bool:
    """«det beror på att …» gives a reason; «passar bra» and «olika saker» are no doubt."""
    phrase, rest = " ".join(keys[at : at + size]), keys[at + size :]
    if phrase in ("beror på", "beror pa", "det beror på", "det beror pa"):
        return rest[:1] == ["at"]
    if phrase in ("beror", "det beror"):
        return bool(rest) and rest[:2] not in (["på"], ["pa"])
    if phrase in NEEDS_END:
        return bool(rest) and rest[0] not in ("men", "det", "på", "den", "frågan", "här", "denna", "ja", "nej")
    return False


def _lead(keys: list[str]) -> tuple[str, int]:
    """A yes or no at the start, and how many words it takes."""
    for size in (5, 4, 3, 2):
        phrase = " ".join(keys[:size])
        if len(keys) >= size:
            if phrase in w.NO_PHRASES:
                return "no", size
            if phrase in w.YES_PHRASES and keys[size : size + 1] not in (["inte"], ["ej"]):
                return "yes", size
    first = keys[0]
    if first in w.NO and not (first in ("no", "ej") and len(keys) > 6):
        return "no", 1
    if first in w.YES:
        negated = keys[1:2] and keys[1] in ("inte", "ej", "icke", "aldrig") and first not in ("ja", "jo")
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
    if _unsure_start(keys) or _unsure_start(body):
        return Reading("answer", "unsure", text.strip())
    wondering = body[1:] if body[0] == "eler" else body
    if (
        wondering
        and wondering[0] in w.QUESTION_WORDS
        and wondering[:3] not in (["vad", "jag", "vet"], ["vad", "vi", "vet"])
    ):
        return QUESTION
    if body[0] in HALTING:
        return OTHER
    if clue != lead and _opposite(lead, keys, body, rest):
        return UNCLEAR
    qualified = any(k in w.JOINTS for k in keys)
    return _weighed(lead, clue, qualified, _remark_of(rest, text))


def _opposite(lead: str, keys: list[str], body: list[str], rest: list[str]) -> bool:
    """Whether the rest says the contrary: «ja nej», «ja eller nej», «ja det gör vi inte», «nej det gör vi»."""
    hard = {"ja", "jo", "yes", "jap"} if lead == "no" else {"nej", "nä", "no", "nope"}
    if any(k in hard for k in keys[:2]) or (body and body[0] in hard):
        return True
    echo = ECHO.match(" ".join(rest))
    if echo and len(rest) <= 4:
        return bool(echo["neg"]) == (lead == "yes")
    return lead == "yes" and " ".join(keys) in w.NO_PHRASES


def _weighed(value: str, clue: str, qualified: bool, remark: str) -> Reading:
    """A yes or no against what the clues say: a contradiction is asked back by its meaning."""
    if clue and clue != value and not qualified:
        return Reading("confirm", clue, remark)
    return Reading("answer", value, remark)


def _tagged(text: str) -> bool:
    last = w.tokens(text.rpartition(",")[2])
    return " ".join(w.key(t) for t in last) in w.TAGS


def _interrogative(keys: list[str]) -> bool:
    if not keys:
        return False
    if keys[0] in w.QUESTION_WORDS:
        return keys[:3] not in (["vad", "jag", "vet"], ["vad", "vi", "vet"])
    return len(keys) > 2 and keys[0] in w.ASKING and keys[1] in w.SUBJECTS and not ECHO.match(" ".join(keys))


def _mentions_question(keys: list[str]) -> bool:
    return any(k in w.QUESTION_WORDS for k in keys)


def _remark(text: str, used: int) -> str:
    return text.strip() if len(w.tokens(text)) > used else ""


def _remark_of(rest: list[str], text: str) -> str:
    """What stands after the yes or no, in the person's own spelling."""
    if len(rest) < 2:
        return ""
    return re.sub(r"^\W+", "", text.strip().partition(" ")[2]).strip()


# ---- clues ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _parts(phrase: str) -> tuple[tuple[str, ...], ...]:
    """A phrase as runs of words; between two runs up to four other words may stand. A last `*` stays on its word."""
    parts = [w.tokens(p) for p in phrase.split("…")]
    if phrase.endswith("*"):
        parts[-1][-1] += "*"
    return tuple(tuple(p) for p in parts)


def clue_of(question: Question | None, found: list[str]) -> str:
    """`yes` or `no` when only clues of one kind stand in the message, otherwise an empty string."""
    if question is None or not (question.clues.yes or question.clues.no):
        return ""
    yes = any(stands(p, found) for p in question.clues.yes)
    no = any(stands(p, found) for p in question.clues.no)
    return "" if yes == no else "yes" if yes else "no"


def stands(phrase: str, found: list[str]) -> bool:
    """Whether a phrase stands among the words, and no *inte* or the like just before, within or after it."""
    parts = _parts(phrase)
    own = {word for part in parts for word in part}
    for start in range(len(found)):
        end = _ends(parts, found, start)
        if end and not NEGATIONS & (set(found[max(0, start - 2) : end + 1]) - own):
            return True
    return False


def _ends(parts: tuple[tuple[str, ...], ...], found: list[str], start: int) -> int:
    """Where the phrase ends when it begins at a place, or 0."""
    at = start
    for n, part in enumerate(parts):
        places = range(at, at + 1 if n == 0 else min(at + 5, len(found)))
        place = next((p for p in places if _same(part, found[p : p + len(part)])), None)
        if place is None:
            return 0
        at = place + len(part)
    return at


def _same(part: tuple[str, ...], words: list[str]) -> bool:
    if len(part) != len(words):
        return False
    return all(word.startswith(p[:-1]) if p.endswith("*") else word == p for p, word in zip(part, words, strict=True))


# ---- other kinds ---------------------------------------------------------------------------------------------------


def _ordinal(found: list[str]) -> int:
    """«2», «den andra», «alternativ 2», «tvåan»; 0 when the message is no such thing."""
    rest = [t for t in found if t not in w.ORDINAL_AROUND]
    if len(rest) != 1:
        return 0
    return int(rest[0]) if rest[0].isdigit() and len(rest[0]) < 3 else w.ORDINALS.get(rest[0], 0)


def _looks_asking(found: list[str], text: str) -> bool:
    return "?" in text or _interrogative([w.key(t) for t in found])


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
    number = _ordinal(found) or (len(options) if found in (["den", "sista"], ["sista"]) else 0)
    if number:
        return _chosen(question, [options[number - 1]]) if number <= len(options) else UNCLEAR
    if _looks_asking(found, text) and line not in w.UNSURE:
        return QUESTION
    named = [o for o in options if any(stands(x, found) for x in (o.label, *o.also) if x)]
    if len(named) == 1:
        return Reading("answer", named[0].value, text if len(found) > 4 else "")
    if len(named) > 1:
        return UNCLEAR
    if line in w.UNSURE or _unsure_start(line.split()):
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
    if text.rstrip().endswith("?") or (_interrogative([w.key(t) for t in found]) and len(found) < 8):
        return QUESTION
    return Reading("answer", text)
