"""What a person says *about* the dialog: back, change, summary, pause, stop, why do you ask."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import RootModel
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from dialogs.mending import read_mended
from dialogs.reading import interrogative
from dialogs.words import LANGUAGE, ORDINALS, UNSURE, key, table, tokens
from dialogs.words import phrase_key as keyed
from knowledge.authoring import Document

Name = Literal[
    "back", "change", "correct", "summary", "pause", "resume", "cancel", "restart", "why", "explain", "rest", "where",
    "choices", "result", "next", "regret",
]  # fmt: skip


class Commands(RootModel[dict[str, str]]):
    """The file language/commands.yaml: a command's name, and what people say for it."""


_FILE = Document(LANGUAGE / "commands.yaml").parse(Commands).root
PHRASES: dict[Name, frozenset[str]] = {name: table(_FILE[name]) for name in get_args(Name) if name in _FILE}
FORGIVING: tuple[tuple[str, Name], ...] = tuple(
    (phrase, name)
    for name, phrases in PHRASES.items()
    if name != "change"
    for phrase in sorted(phrases)
    if len(phrase) >= 6
)
FORGIVEN = tuple(phrase for phrase, _ in FORGIVING)
ASKED: frozenset[Name] = frozenset({"why", "explain", "where", "choices", "result", "next"})
"""Commands that are questions themselves."""
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
    r"(?: (?:svar|svaret|answer))?(?: (?:på|om|to|about))?(?: (?:frågan|fråga|question|den|det))?(?: (?:om|about|med))?"
    r" (?P<about>\w{4,}(?: \w+){0,3})$"
)
"""«ändra svaret om marknaden»."""
BARE = re.compile(r"^(?:fråga|question) (?P<number>\d+)$")
CORRECT = re.compile(
    r"^(?:(?:nej|oj|oops|förlåt|sorry|fel|vänta|hoppsan|ursäkta|äh|men|nä|va|vadå|no) )*"
    r"(?:jag menade|menade|vi menade|i meant|ändra till|ändra det till|ändra svaret till|ändra förra till"
    r"|ändra förra svaret till|ändra senaste till|det ska vara|det skulle vara|ska vara|skulle vara|byt till)"
    r" (?P<to>.+)$"
)


BACK = re.compile(
    r"^(?:kan (?:jag|vi) )?(?:gå tillbaka|backa|tillbaka|go back|back)(?: med)?"
    r" (?P<steps>\d|två|tre|fyra|ett par|two|three)(?: (?:steg|frågor|svar|steps|questions))?(?: tillbaka| bakåt)?$"
)
"""«Gå tillbaka två frågor»."""
# From here on in words as `words.key` squeezes them.
ANSWER_TO = re.compile(
    r"^(?:(?:nej|men|oj|vänta|föresten|actualy|jag|vi|svara|svarar|menar|menade|säger|ändra til|ska vara) )*"
    r"(?P<to>ja|nej|vet inte|yes|no) (?:på|til|i|on|to) (?:(?:den|det|frågan|fråga|svaret|the|question|one)"
    r"(?: (?:där|här|frågan))* (?:om|med|about|nr|numer) |(?:fråga|question) )(?P<about>.+)$"
)
"""«Jag menar nej på den om marknad», «nej på fråga 2»."""
REGRET = re.compile(
    r"^(?:(?:nej|oj|nä|men|ja|jo|ok|hopsan|no|oh|äh) )*(?:vänta(?: nu| lite| föresten)?|föresten|fel|jag tänkte fel"
    r"|tänkte fel|jag hade fel|jag ångrar mig|ångrar mig|vid närmare eftertanke|wait|actualy|hold on|on second thought)"
    r"(?: (?P<to>.+))?$"
)
"""«Nej vänta, det finns ett gym»: something said before may be wrong."""
SUMMARY = re.compile(
    r"^(?:(?:kan|får|skule|can) (?:jag|vi|du|man|ni|i|you)(?: kuna)? |jag vil |ge mig |gör |skriv |snäla )*"
    r"(?:(?:få|ha|göra|ge mig|se|skriva|det|en|som|alt|deta|här|give me|have|a) )*"
    r"(?:samanfata|samanfatning|samanfatningen|sumera|sumering|sumary)"
    r"(?: (?:til|för|i|av|det|deta|alt|protokolet|et|mina|svaren|svar|här|tack|pm|nämnden|styrelsen|os|mig|hitils"
    r"|for|the|minutes))*$"
)
EXPLAIN = re.compile(
    r"^(?:(?:kan|can|could) (?:du|ni|you) |snäla |du får |please )*(?:förklara|explain|säg|säga)"
    r"(?: (?:det|frågan|den|mig|för mig|it|that|the question))*(?: lite)?"
    r" (?:enklare|enkelt|bätre|tydligare|simpler|på \w+ svenska|som .+|like .+)$"
)
PUZZLED = re.compile(
    r"^(?:(?:nej|nä|men|ja|oj|alltså|äh|hm) )*(?:jag |vi )?(?:fatar|förstår|begriper|hänger)"
    r"(?: (?:faktiskt|verkligen|fortfarande|ju|nog|riktigt))* (?:inte|ej|noll|ingenting|inget)(?: \w+){0,5}$"
)
"""«Nej, jag fattar verkligen inte»."""
LATER = re.compile(
    r"^(?:(?:jag|vi|men|nej|ja|ok) )*(?:(?:orkar|hiner)(?: (?:jag|vi))? (?:inte|ej)(?: mer)?"
    r"(?: (?:idag|i dag|ikväl|nu|just nu|längre|mer|fortsäta))+"
    r"|(?:tar|fortsäter|fortsät|återkomer|återkomma|hörs|hörs av)(?: (?:vi|jag))?(?: (?:det|resten|den|här))*"
    r" (?:sen|senare|imorgon|i morgon|ikväl|en anan gång|nästa vecka|en anan dag)"
    r"|(?:måste|ska|får|behöver) (?:gå|sticka|dra|iväg|springa|rusa)"
    r"(?: (?:nu|iväg|hem|på möte|til et möte|på et möte))*)$"
)
"""Leaving for now."""
LEADS = frozenset("ja jo nej nä ok okej men oj yes no".split())
GREETINGS = frozenset("hej hejsan halå tjena hi helo".split())
TRAILS = frozenset("nu tack snäla då bara genast va please now".split())
AFTER_LEAD: frozenset[Name] = frozenset({"back", "change", "cancel", "pause", "summary", "restart"})
"""Commands that may follow a yes or no: «ja ändra den», «nej avbryt»."""
GOING_ON = ("fortsät", "återupta", "gå vidare", "continue", "resume")


@dataclass(frozen=True, slots=True)
class Command:
    """A command; `number` is the question's or how many steps back (0: none), `to` the new answer when one is given in
    the same breath, or what was said after a regret; `about` what the question to change is about when it is named in
    words."""

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
    return _shaped(found, line, whole) or _first_clause(text) or _after_lead(whole) or _misspelled(whole, "?" in text)


def _shaped(found: list[str], line: str, whole: str) -> Command | None:
    """Commands with something in them: a number, an answer, what a question is about."""
    mended = read_mended(line)
    if mended:
        name: Name = "change" if mended.number or mended.about else "correct" if mended.to else "back"
        return Command(name, mended.number, mended.to, mended.about)
    correct = CORRECT.match(line)
    if correct and len(found) <= 8:
        return Command("correct", to=correct["to"])
    back = BACK.match(line)
    if back:
        return Command("back", _number(back["steps"]) or 2)
    answer = ANSWER_TO.match(whole)
    if answer:
        number = _number(answer["about"])
        return Command("change", number, answer["to"], "" if number else _last(found, answer["about"]))
    about = ABOUT.match(line)
    if about:
        return Command("change", about=about["about"])
    if LATER.match(whole):
        return Command("pause")
    if EXPLAIN.match(whole) or PUZZLED.match(whole):
        return Command("explain")
    if SUMMARY.match(whole):
        return Command("summary")
    regret = REGRET.match(whole)
    return Command("regret", to=_last(found, regret["to"] or "")) if regret else None


def _last(found: list[str], squeezed: str) -> str:
    """The last words of a message as they were written."""
    return " ".join(found[len(found) - len(squeezed.split()) :])


def _first_clause(text: str) -> Command | None:
    """«Pausa, jag har möte»: a command, and why."""
    parts = re.split(r"[,.!;–]+\s*(?=\w)", text, maxsplit=1)
    if len(parts) < 2 or "?" in parts[1] or interrogative([key(t) for t in tokens(parts[1])]):
        return None
    first = keyed(parts[0])
    return next((Command(n) for n in ("pause", "cancel", "back", "restart") if first in PHRASES[n]), None)


def _after_lead(whole: str) -> Command | None:
    first, _, rest = whole.partition(" ")
    kept, _, last = whole.rpartition(" ")
    if last in TRAILS and kept:
        return next((Command(name) for name in AFTER_LEAD if kept in PHRASES[name]), None)
    if first in GREETINGS:
        return next((Command(name) for name, phrases in PHRASES.items() if rest in phrases), None)
    if first not in LEADS or not rest:
        return None
    found = next((name for name in AFTER_LEAD if rest in PHRASES[name]), None)
    if found is None and rest.removeprefix("vi ").removeprefix("jag ").startswith(GOING_ON) and len(rest.split()) < 4:
        found = "resume"
    return Command(found) if found else None


def _number(word: str) -> int:
    return int(word) if word.isdigit() and len(word) < 4 else ORDINALS.get(word, 0)


def _misspelled(whole: str, asks: bool) -> Command | None:
    """A command with a slip of the finger; only longer ones, since short words are too like others. A question is only
    taken for a command that is one: «sparas det här?» does not tell to keep it."""
    if not 6 <= len(whole) <= 30 or any(c.isdigit() for c in whole) or whole in UNSURE:
        return None
    limit = 1 if len(whole) < 9 else 2
    near = extract(whole, FORGIVEN, scorer=OSA.distance, score_cutoff=limit, limit=None)
    names = (FORGIVING[at][1] for at in sorted(at for _, _, at in near))
    return next((Command(name) for name in names if not asks or name in ASKED), None)
