"""A story and what it asks: «vi är en ridklubb i Eslöv som vill starta läxhjälp, kan kommunen vara med och betala?»

The words of a story about who somebody is and what they plan lead a search astray: it finds the place, the activity,
the kind of club. `split` takes the part that asks out of such a message, so that it can be matched by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.language import STOP_EN, STOP_SV, fold, words

SHORTEST = 4
"""Words of a story; fewer are a greeting or an aside."""

SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_CLAUSE = re.compile(r"(?<=[,;:–])\s+")
_ASKING = frozenset(
    "e a va vad hur vem vems vilka vilken vilket nar var vart varfor varifran far kan maste finns ska skulle ar"
    " passar raknas racker duger galler omfattas behover kravs har gar ingar tar betalar bor borde brukar blir fungerar"
    " funkar what how who which what's when where why can could must is are do does should may will would".split()
)
"""Folded words that a clause begins with when it asks."""
_BEFORE = frozenset("hej hejsan och men sa nu da eller sen sedan fragan so and but now".split())
"""Folded words that may come first without changing that."""
_OUR = re.compile(r"vår(?:t|a)?\b", re.IGNORECASE)
"""Folded, «vår» (our) is «var» (where)."""
_WONDERS = re.compile(r"\b(?:undrar|fragar|wonder(?:ing)?)\b(?: (?:vi|jag|nu|over|om|if|whether))*[:,]? +")
_OWN = re.compile(
    r"\b\w*(?:forening|klubb|forsamling|scoutkar|byalag|stiftelse|forbund|organisation|sallskap|samfund|kyrka"
    r"|ungdomsgard|jour\b|jouren|styrelsen|kassor|ordforande|ideell|ideburen)"
    r"|\b(?:association|club|charity|church|non-?profit|ngo|volunteers?)\b"
    r"|\b(?:vi|som) (?:vill|tankte|tanker|skulle vilja|planerar|funderar|driver|har|ska starta|startat|borjat)\b"
    r"|\b(?:var|vart) (?:ide|plan|projekt|verksamhet)\b|\bwe (?:want|plan|would like|run)\b"
)
"""In folded text: somebody tells of an organisation or a plan of their own."""


@dataclass(frozen=True, slots=True)
class Story:
    """A message in two parts, as typed: what is told, and what is asked."""

    told: str
    asks: str


def split(text: str) -> Story | None:
    """The two parts of a message that tells of an own organisation or plan and then asks something with a word of its
    own; None of any other."""
    told: list[str] = []
    asks: list[str] = []
    for sentence in SENTENCE.split(text.strip()):
        before, asking = _parted(sentence)
        told.append(before)
        asks.append(asking)
    story = Story(" ".join(filter(None, told)), " ".join(filter(None, asks)))
    if len(words(story.told)) < SHORTEST or not _OWN.search(fold(story.told)):
        return None
    return story if any(w not in STOP_SV and w not in STOP_EN for w in words(story.asks)) else None


def _parted(sentence: str) -> tuple[str, str]:
    """(what a sentence tells, what it asks)."""
    if begins_to_ask(sentence):
        return "", sentence
    folded = fold(sentence)
    wonders = list(_WONDERS.finditer(folded))
    if wonders and len(folded) == len(sentence) and wonders[-1].end() < len(sentence):
        return sentence[: wonders[-1].start()], sentence[wonders[-1].end() :]
    clauses = _CLAUSE.split(sentence)
    first = next((n for n, clause in enumerate(clauses) if n and begins_to_ask(clause)), None)
    if first is not None:
        return " ".join(clauses[:first]), " ".join(clauses[first:])
    return ("", sentence) if sentence.rstrip().endswith("?") else (sentence, "")


def begins_to_ask(clause: str) -> bool:
    typed = re.findall(r"\w+", clause)
    tokens = [fold(word) for word in typed]
    first = next((n for n, token in enumerate(tokens) if token not in _BEFORE), None)
    return first is not None and tokens[first] in _ASKING and not _OUR.fullmatch(typed[first])


_SAID_SO = re.compile(
    r"^(?:.*[.!?,:] )?(?P<frame>[^.!?,:]*\b(?:pasta\w+|havda\w+|sager|sa|sade|sagt|menar|menade|tror|tycker|hort"
    r"|horde|last|laste|skriver|skrev|star|says?|said|claims?|heard|read|believes?)\b(?: (?!om|sa|till)\w+){0,3})"
    r" (?:att|that) "
)
_IS_IT_TRUE = re.compile(
    r"^(?:.*[.!?,:] )?(?P<frame>(?:ar det (?:verkligen )?(?:sant|sa|ratt|korrekt)|stammer det|visst ar det sa"
    r"|har (?:jag|vi) (?:forstatt|uppfattat) (?:det )?(?:ratt|det sa)|is it true)) (?:att|that) "
)
_SO = re.compile(
    r"[,.;–-]?\s*(?:och |men |eller )?(?:(?:stammer|ar|kan|haller) det(?: (?:verkligen|sa|sant|ratt|riktigt|korrekt"
    r"|en myt|stamma|faktiskt|har))*|eller(?: hur)?|har \w+ ratt|is (?:that|it) (?:true|right|so))\s*\?*$"
)


def claimed(text: str) -> str | None:
    """What a message asks to confirm, without who says so: «vår revisor påstår att det måste upphandlas, stämmer det?»
    None of any other message."""
    text = " ".join(text.split())
    folded = fold(text)
    if len(folded) != len(text):
        return None
    end = _SO.search(folded)
    found = _IS_IT_TRUE.match(folded) or (_SAID_SO.match(folded) if end else None)
    if found is None:
        return None
    claim = text[found.end() : end.start() if end and end.start() > found.end() else len(text)].strip(' ”"')
    return claim if len(words(claim)) > 2 else None
