"""Which flow a message asks to begin, and what it has already said. Careful: a question about the rules begins
nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.process import extract

from dialogs.model import Flow
from dialogs.words import folded, tokens

BEFORE = frozenset("hej hejsan hallå halla tja tjena hello hi jo ja okej ok du men och alltså alltsa".split())
AFTER = frozenset(
    "då da nu tack snälla snalla please tror du egentligen här har så sa iaf ihop med kommunen "
    "with the municipality".split()
)
INFORMATIONAL = re.compile(
    r"\b(?:vilka|vad|hur|när|varför|vem|vilken|vilket|enligt|menas|betyder|innebär|kostar"
    r"|what|how|when|why|who|which|according)\b"
)
CLAUSE = re.compile(r"[.!?;,\n]+|\bså\b|\boch undrar\b|\bmen\b")
INDIRECT = re.compile(
    r"^(?:.* )?om (?P<who>vi|det|det här|detta|(?:vår|min|våran) \w+)"
    r" (?P<verb>kan|får|skulle kunna|passar|uppfyller) (?P<rest>.+)$"
)
"""«Vi undrar om vi kan få IOP» asks «kan vi få IOP»."""
POLITE = re.compile(
    r"^(?:(?:kan|skulle) (?:du|ni)(?: kunna)?|jag vill att du|snalla|hjalp (?:oss|mig)(?: att)?"
    r"|can you|could you|please) (?=\w+ )"
)
FOR_US = re.compile(r" (?:at|for|till) (?:oss|mig)$| for us$")
"""«Kan du … åt oss»; in folded words."""
CLOSE = 90.0


def starts(flows: Mapping[str, Flow], text: str) -> str | None:
    """The id of the flow that the message asks to begin, or None.

    A whole message, or one clause of it («vi är en förening i Eslöv, kan vi få IOP?»), must be close to one of the
    flow's wordings; a clause that asks what, how, when or which begins nothing.
    """
    found: tuple[float, str] | None = None
    for clause in [text, *CLAUSE.split(text)]:
        words = tokens(clause)
        if not 1 <= len(words) <= 14:
            continue
        line = folded(_direct(" ".join(words)))
        if INFORMATIONAL.search(" ".join(words)) and not _exactly(flows, line):
            continue
        for flow in flows.values():
            score = _score(line, flow)
            if score >= CLOSE and (found is None or score > found[0]):
                found = (score, flow.id)
    return found[1] if found else None


def _direct(line: str) -> str:
    """The question within an indirect one, otherwise the line as it is."""
    found = INDIRECT.match(line)
    if not found:
        return line
    first, _, more = found["verb"].partition(" ")
    return " ".join(part for part in (first, found["who"], more, found["rest"]) if part)


def _exactly(flows: Mapping[str, Flow], line: str) -> bool:
    return any(line in _wordings(flow.spec.start) for flow in flows.values())


@lru_cache(maxsize=64)
def _wordings(start: tuple[str, ...]) -> frozenset[str]:
    return frozenset(folded(" ".join(tokens(s))) for s in start)


def _score(line: str, flow: Flow) -> float:
    """How close a clause is to a wording, 0 to 100; words of greeting before and small words after do not count."""
    wordings = _wordings(flow.spec.start)
    bare = _bare(line)
    if line in wordings or bare in wordings:
        return 100.0
    if len(bare) < 8:
        return 0.0
    alike = extract(bare, wordings, scorer=fuzz.ratio, score_cutoff=CLOSE, limit=None)
    return max((score for wording, score, _ in alike if abs(len(bare) - len(wording)) <= 4), default=0.0)


def _bare(line: str) -> str:
    words = line.split()
    while len(words) > 3 and words[0] in BEFORE:
        words = words[1:]
    while len(words) > 3 and words[-1] in AFTER:
        words = words[:-1]
    return FOR_US.sub("", POLITE.sub("", " ".join(words)))


def proposals(flow: Flow, text: str, places: Callable[[str], Mapping[str, str]]) -> dict[str, tuple[str, str]]:
    """Answers that the first message suggests: question id -> (value, the words that said so).

    `places` gives the municipalities that a text names, their names by id.
    """
    line = f" {' '.join(tokens(text))} "
    found: dict[str, tuple[str, str]] = {}
    for question in flow.questions:
        if question.kind == "place":
            named = list(places(text).items())
            if len(named) == 1:
                found[question.id] = named[0]
            continue
        said = [
            (p.value, words) for p in question.proposals for words in p.said if f" {' '.join(tokens(words))} " in line
        ]
        if said and len({value for value, _ in said}) == 1:
            found[question.id] = max(said, key=lambda pair: len(pair[1]))
    return found
