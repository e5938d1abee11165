"""Commands that people type: read before anything else, in Swedish with aliases, and a few in English."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from knowledge.language import fold, words
from knowledge.places import Names

CommandName = Literal[
    "help", "sources", "erase", "about", "municipality", "forget_municipality", "show_again", "flows",
    "language",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Command:
    """What to do; `argument` is the municipality's id or the language where one was named."""

    name: CommandName
    argument: str | None = None


_FIXED: dict[CommandName, str] = {
    "help": r"[!/]?(?:hjalp|help|kommandon|commands|meny|menu|[?]+)",
    "sources": r"[!/]?(?:kallor|kallorna|visa kallor(?:na)?|sources|lista kallor(?:na)?)",
    "about": r"[!/]?(?:om|om boten|about|om tjansten)",
    "show_again": r"visa svaret igen|show the answer again",
    "flows": r"[!/]?(?:dialoger|guider|floden)",
}
_ERASE = re.compile(
    r"\b(?:radera|ta bort|tabort|rensa|glom|delete|erase|remove)\b.{0,30}"
    r"\b(?:mina (?:uppgifter|data|svar|meddelanden)|min data|mig|allt om mig|allt (?:jag|vi) "
    r"(?:har )?skrivit|my data|everything about me|samtalet|historiken)\b"
)
_FIXED_COMPILED = {name: re.compile(pattern + r"[.!]?") for name, pattern in _FIXED.items()}
_CHOOSE = re.compile(r"^[!/]?kommun(?:en)?\s*:?\s+(.+)$")
_WE_ARE = re.compile(
    r"\b(?:vi|jag)\s+(?:ar|bor|finns|sitter|verkar|jobbar|arbetar|haller till|hor hemma"
    r"|kommer|ligger|flyttar|flyttat)\b.{0,40}?\b(?:i|fran|pa|for|at|till)\s+(?=\S)"
    r"|\b(?:vi|jag|foreningen)\s+(?:hor till|tillhor)\s+(?=\S)"
    r"|\b(?:we|i)\s*(?:are|'re|am|live|work)\b.{0,30}?\b(?:in|from|for)\s+"
    r"|\b(?:oss|vi|var forening) (?:har )?i\s+(?=\S)"
    r"|\bvar kommun (?:ar|heter)\s+|\bforening(?:en)? (?:i|fran)\s+"
)
_MENDED = re.compile(
    r"(?:(?:nej|na|forlat|oj|fel|hoppsan|sorry|forresten|vanta|men|ursakta|rattelse|no|actually)[\s,.!]*)*"
    r"(?:(?:jag|vi) (?:menar|menade|skrev fel)[\s,:]*|inte \w+(?: kommun)?,? utan "
    r"|(?:vi|jag) (?:ar|bor|finns|haller till|hor hemma|kommer|sitter|verkar|jobbar)"
    r"(?: (?:ju|faktiskt|egentligen|nog))? (?:i|fran|pa) |we are in |det (?:ska vara|skulle vara|ar|galler) "
    r"|(?:andra|byt|byta|vaxla)(?: (?:till|kommun|kommunen|ort|det))+(?: till)? "
    r"|kommunen (?:ar|ska vara|heter) |(?:i )?mean |change (?:the )?municipality to )?"
    r"(?:i )?(?P<place>\S+(?: \S+)?)"
    r"(?: (?:kommun|istallet|i stallet|menar (?:jag|vi)|menade (?:jag|vi)|forresten|da|tack))*[.!]*"
)
"""«Nej, Malmö menar jag», «byt kommun till Malmö»: whole messages."""
_FORGET = re.compile(r"[!/]?(?:glom kommunen|ingen kommun|byt kommun|forget municipality)[.!]?")
_LANGUAGE = re.compile(
    r"(?:ok(?:ej|ay)?,? |men |nej,? |please,? |samma |svaret |now |nu )*"
    r"(?:(?:skriv|svara|prata|ta det|write|speak|answer"
    r"|(?:kan|kunde) (?:du|vi)(?: ta det| skriva| prata| svara)?) )*"
    r"(?:pa |in )?(svenska|engelska|swedish|english)(?:,? tack|,? please|,? istallet|,? instead)*[.!?]*"
)
_QUESTION = re.compile(
    r"\?|\b(?:vad|hur|vem|vilka|vilken|vilket|nar|var|varfor|far|kan|maste|behover|finns|galler"
    r"|what|how|who|which|when|can|must)\b"
)


def read_command(text: str, places: Names) -> Command | None:
    """The command that the text is, or None. Only whole messages count, so that a question is never taken for one."""
    folded = fold(text).strip()
    if _ERASE.search(folded) and len(folded) < 80 and not re.search(r"\b(?:hur|vad|nar|how|what)\b", folded):
        return Command("erase")
    if _FORGET.fullmatch(folded):
        return Command("forget_municipality")
    spoken = _LANGUAGE.fullmatch(folded)
    if spoken:
        return Command("language", "sv" if spoken[1][:2] in ("sv", "sw") else "en")
    for name, pattern in _FIXED_COMPILED.items():
        if pattern.fullmatch(folded):
            return Command(name)
    chosen = _CHOOSE.match(folded)
    if chosen:
        found = _first_place(chosen[1], places)
        if found and len(words(chosen[1])) <= 4:
            return Command("municipality", found)
    return None


def mended_place(text: str, places: Names) -> str | None:
    """The municipality that a message as a whole puts in the place of another: «nej, Malmö menar jag»; a name alone is
    no such message."""
    found = _MENDED.fullmatch(fold(text).strip())
    if not found or not found.start("place"):
        return None
    tokens = words(found["place"])
    named = places.find(tokens) or places.find([*tokens, "kommun"])
    return named[0][0] if len(named) == 1 and named[0][1] == 0 and named[0][2] >= len(tokens) else None


def stated_place(text: str, places: Names) -> tuple[str, bool] | None:
    """(municipality id, whether a question is asked too) when somebody says where they are: «vi är i Eslöv»."""
    folded = fold(text)
    said = _WE_ARE.search(folded)
    if not said:
        return None
    tokens = words(folded[said.end() :])[:3]
    found = [id for id, start, _ in places.find(tokens) if start == 0]
    if not found:
        return None
    rest = folded[: said.start()] + " " + folded[said.end() :]
    return found[0], bool(_QUESTION.search(rest)) or len(words(text)) > 12


def _first_place(text: str, places: Names) -> str | None:
    found = places.find(words(text)) or places.find([*words(text), "kommun"])
    return found[0][0] if found else None
