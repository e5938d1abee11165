"""How something is said, apart from what is said: greetings, thanks, pictographs and abuse around a question."""

from __future__ import annotations

import re

from dialogs.reading import interrogative
from dialogs.words import QUESTION_WORDS, key, tokens

_PICTOGRAPH = re.compile(r"[\u2190-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]+")
_COURTESY = re.compile(
    r"^(?:(?:hej+(?:san)?|hallå|tjena(?:re)?|tja+|hi|hello|hey|god (?:morgon|dag|kväll|middag|eftermiddag)|goddag"
    r"|morsning|tack(?: (?:så mycket|snälla|för (?:det|svaret|hjälpen)))?|thanks|thank you|ok(?:ej|ay)?|jaha|aha"
    r"|förlåt|ursäkta|sorry|glöm det|hörru|hördu|nej|ja|jo|men|alltså|asså"
    r"|seriöst|allvarligt|på riktigt)\b[\s,.!:;–-]*)+(?=\S)",
    re.IGNORECASE,
)
_ABUSE = re.compile(
    r"\b(?:din |ditt |era |you |ni är |du är )?(?:(?:för|i|åt) )?(?:jävl\w+|fan|helvete|fucking|fuck|\w*idiot(?:er|en)?"
    r"|dumskall\w+|dumbom|korkade?|förbannade?|jäkl\w+|dumma robot|moron)\b[\s,!]*",
    re.IGNORECASE,
)
_SCORN = re.compile(
    r"\b(?:\w*idiot\w*|puckon?|korkad\w*|dumskall\w*|dumbom\w*|dumhuvud\w*|värdelös\w*|sämsta?|usel|usla|urdålig\w*"
    r"|skit(?:bot\w*|snack\w*|stöv\w*|dålig\w*|prat|service)?|inkompetent\w*|lögnare|lögnhals\w*|korrupta?|clown\w*"
    r"|suger|käften|stick och brinn|dra åt \w+|jävl\w*|jäkl\w*|helvete\w*|fan|hatar|äckl\w+|(?:ditt|era) as"
    r"|(?:du|ni) är (?:\w+ ){0,2}(?:dum|dumma|dålig|dåliga|kassa?|trög|tröga)|trött\w? på (?:er|dig)"
    r"|fuck\w*|shit\w*|stupid|useless|moron\w*|go to hell|screw you|you suck|sucks|hate you|dumb)\b",
    re.IGNORECASE,
)
_EXCLAIMED = re.compile(
    r"\b(?:vad|vilk\w+)\b.{0,30}\b(?:ni|du|de|dom|kommunen)(?: \w+)? är\b|\bvad (?:ni|du) är\b", re.IGNORECASE
)
"""«Vilka puckon ni är» asks nothing."""
_PRAISE = re.compile(r"\b\w*(?:bra|kul|grym|toppen|snyggt|najs|nice|good|great|tack|thanks)\b", re.IGNORECASE)
_JOINING = frozenset("men och fast så but and so förresten".split())
_CLAUSE = re.compile(r"[,.!;:–]+")
_REQUEST = frozenset(
    "berätta visa förklara lista jämför sammanfatta beskriv räkna ge citera läs undrar veta tell show explain list "
    "compare describe summarise summarize wonder".split()
)


def bare(text: str) -> str:
    """The message without pictographs, a greeting or thanks before it, and abuse; as it is when nothing else is
    left."""
    kept = _ABUSE.sub(" ", _COURTESY.sub("", _PICTOGRAPH.sub(" ", text).strip()))
    kept = " ".join(kept.split()).strip(" ,;–-")
    return kept if len(tokens(kept)) > 1 else text.strip()


def asks(text: str) -> bool:
    """Whether a message asks or requests something, rather than tells it."""
    said = bare(text)
    clauses = [[key(t) for t in tokens(part)] for part in _CLAUSE.split(said)]
    asking = any(interrogative(_begun(keys)) or QUESTION_WORDS & set(keys[:4]) for keys in clauses)
    return "?" in text or asking or bool(_REQUEST & set(tokens(said)))


def scorns(text: str) -> bool:
    """Whether a message only abuses somebody, and asks nothing beside."""
    if _PRAISE.search(text) and not re.search(r"\b(?:inte|inget|ej|not)\b", text, re.IGNORECASE):
        return False
    return bool(_SCORN.search(text)) and (not asks(text) or bool(_EXCLAIMED.search(text)))


def _begun(keys: list[str]) -> list[str]:
    """The words without what only joins them to something before, and with a spoken «va» for «vad»."""
    while len(keys) > 1 and keys[0] in _JOINING:
        keys = keys[1:]
    return ["vad", *keys[1:]] if keys[:1] == ["va"] and len(keys) > 2 else keys


def pictographs_only(text: str) -> bool:
    """Whether a message holds pictographs and nothing else."""
    return bool(_PICTOGRAPH.search(text)) and not re.sub(r"\W", "", _PICTOGRAPH.sub("", text))
