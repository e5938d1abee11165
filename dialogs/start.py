"""Which flow a message asks to begin, and what it has already said. Careful: a question about the rules begins
nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.process import extract

from dialogs.model import Flow
from dialogs.opening import opens
from dialogs.words import folded, tokens

BEFORE = frozenset(
    "hej hejsan hallå halla tja tjena tjo yo bro bror hello hi hey jo ja okej ok du ni men och alltså alltsa asså assa "
    "typ eh öh oh eller undrar jag vi frågan fragan är ar så sa please".split()
)
AFTER = frozenset(
    "eller inte ej man asså assa typ då da nu tack snälla snalla please tror du egentligen här har så sa iaf ihop med "
    "kommunen with the municipality".split()
)
INFORMATIONAL = re.compile(
    r"\b(?:vilka|vad|hur|när|varför|vem|vilken|vilket|enligt|menas|betyder|innebär|kostar"
    r"|what|how|when|why|who|which|according)\b"
)
CLAUSE = re.compile(r"[.!?;,\n]+|\bså\b|\boch (?:undrar|vill|ska)\b|\bmen\b")
INDIRECT = re.compile(
    r"^(?:.* )?om (?P<who>vi|det|det här|detta|(?:vår|min|våran) \w+)"
    r" (?P<verb>kan|får|skulle kunna|passar|uppfyller) (?P<rest>.+)$"
)
"""«Vi undrar om vi kan få IOP» asks «kan vi få IOP»."""
WHETHER = re.compile(
    r"^(?:\w+ ){0,4}(?:undrar|fundera\w*|veta|se|testar?|prova|pröva|kollar?|bedöma?|avgöra|know|see|check|test|wonder)"
    r"(?: \w+){0,2}? (?:om|ifall|if|whether)"
    r" (?P<who>vi(?: (?:i|på|som|från)(?: \w+){1,3}?)?|de|dom|det|det här|detta|den|we|they"
    r"|(?:vår|vårt|min|mitt|våran|deras|den här|det här|our|their|my|this)(?: \w+){1,2}?|\w+(?:en|et|an|ens \w+))"
    r" (?P<verb>kan|får|skulle kunna|passar|uppfyller|funkar|fungerar|duger|platsar|kvalar|can|fits?|suits?|meets?"
    r"|qualify|qualifies|could)(?P<rest>(?: .+)?)$"
)
"""«Testa om deras idé passar för IOP», for the shapes."""
POLITE = re.compile(
    r"^(?:(?:kan|skulle) (?:du|ni)(?: kunna)?|jag vill att du|snalla|hjalp (?:oss|mig)(?: att)?"
    r"|can you|could you|please) (?=\w+ )"
)
WANTED = re.compile(
    r"^(?:(?:(?:kan|far|skulle) (?:jag|vi)(?: kunna)?(?: fa)?"
    r"|(?:(?:jag|vi) )?(?:vill|ska|skulle vilja|behover|maste)(?: fa)?"
    r"|hjalp(?:a)? (?:oss|mig|till)(?: att| med att)?|help (?:us|me)(?: to)?"
    r"|(?:i|we) (?:want|would like|need) to) )+"
    r"(?=(?:test|prov|koll|bedom|undersok|gor|kor|starta|borja|check|start|run|do|take|assess)\w*\b)"
)
"""«Jag vill testa …» asks for what «testa …» asks."""
FOR_US = re.compile(r" (?:at|for|till) (?:oss|mig)$| for us$")
"""«Kan du … åt oss»; in folded words."""
WISH = re.compile(r"(?:vi|jag) (?:vill|har|skulle|tankte|ska) |(?:we|i) (?:want|would|have) ")
"""A wish is no question: in folded words."""
GENERAL = re.compile(r"(?:kan|far|maste|can|may) (?:man|en|ett|nagon|alla|an|anyone|a) ")
"""Asked of anybody, it is about the rules."""
IT = frozenset("det detta den it this".split())
OURS = frozenset("vi vår vårt våra våran min mitt mina oss we our my us".split())
IF = re.compile(r"(?:^|[.!?;,]\s*)(?:om|ifall|säg att|if|suppose)\b")
CLOSE = 90.0


def starts(flows: Mapping[str, Flow], text: str) -> str | None:
    """The id of the flow that the message asks to begin, or None.

    A whole message, or one clause of it («vi är en förening i Eslöv, kan vi få IOP?»), must be close to one of the
    flow's wordings or have one of its shapes; a clause that asks what, how, when or which begins nothing.
    """
    found: tuple[float, str] | None = None
    told = INFORMATIONAL.search(text.casefold()) is not None
    for clause in dict.fromkeys([text, *CLAUSE.split(text)]):
        words = tokens(clause)
        if not 1 <= len(words) <= 14:
            continue
        plain = " ".join(words)
        line = folded(_direct(INDIRECT, plain))
        if INFORMATIONAL.search(plain) and not _exactly(flows, line):
            continue
        if told and WISH.match(line):
            continue  # «vi vill starta ett IOP, hur gör vi?»
        shaped = () if told or (clause is not text and _of_story(clause, text)) else _lines(plain)
        for flow in flows.values():
            score = max(_score(line, flow), _shaped(shaped, flow, text))
            if score >= CLOSE and (found is None or score > found[0]):
                found = (score, flow.id)
    return found[1] if found else None


def _of_story(clause: str, text: str) -> bool:
    """Whether a clause asks about what the rest tells («de vill beställa läxhjälp, är det ett IOP?»), or under a
    condition: that is answered from the sources."""
    found = set(tokens(clause))
    return bool(IT & found and not OURS & found) or IF.search(text.casefold()) is not None


def _lines(plain: str) -> tuple[str, ...]:
    """The forms of a clause in which its shape is looked for, in folded words."""
    lines = (folded(plain), folded(_direct(WHETHER, plain)))
    return tuple(dict.fromkeys(form for line in lines for form in (line, _bare(line))))


def _shaped(lines: tuple[str, ...], flow: Flow, text: str) -> float:
    """How surely one of the lines has a shape of the flow, 0 or 99; not when the message is about something unlike."""
    spec = flow.spec
    if not spec.openings or not lines or _unlike(spec.unlike) & set(folded(" ".join(tokens(text))).split()):
        return 0.0
    slots = tuple(spec.slots.items())
    return 99.0 if any(opens(line, spec.openings, slots) for line in lines) else 0.0


def _direct(shape: re.Pattern[str], line: str) -> str:
    """The question within an indirect one, otherwise the line as it is."""
    found = shape.match(line)
    if not found:
        return line
    first, _, more = found["verb"].partition(" ")
    return " ".join(part for part in (first, found["who"], more, found["rest"].strip()) if part)


def _exactly(flows: Mapping[str, Flow], line: str) -> bool:
    return any(line in _wordings(flow.spec.start) for flow in flows.values())


@lru_cache(maxsize=64)
def _wordings(start: tuple[str, ...]) -> frozenset[str]:
    return frozenset(folded(" ".join(tokens(s))) for s in start)


def _score(line: str, flow: Flow) -> float:
    """How close a clause is to a wording, 0 to 100; words of greeting before and small words after do not count."""
    wordings = _wordings(flow.spec.start)
    bare = _bare(line)
    if line in wordings or bare in wordings or _alone(line) in wordings:
        return 100.0
    if len(bare) < 8 or GENERAL.match(bare):
        return 0.0
    alike = extract(bare, wordings, scorer=fuzz.ratio, score_cutoff=CLOSE, limit=None)
    return max((score for wording, score, _ in alike if abs(len(bare) - len(wording)) <= 4), default=0.0)


@lru_cache(maxsize=64)
def _unlike(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(folded(word) for word in words)


def _alone(line: str) -> str:
    """Without words of greeting and assent before, however little is left: «ja, testa»."""
    words = line.split()
    while len(words) > 1 and words[0] in BEFORE:
        words = words[1:]
    return " ".join(words)


def _bare(line: str) -> str:
    words = line.split()
    while len(words) > 3 and words[0] in BEFORE:
        words = words[1:]
    while len(words) > 3 and words[-1] in AFTER:
        words = words[:-1]
    return FOR_US.sub("", WANTED.sub("", POLITE.sub("", " ".join(words))))


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
