"""Unsure, at the start of a message: phrases of the list with small words around them, and forms that no list holds
(«det vågar jag inte svara på», «det vet bara vår kassör», «osäkr»)."""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

from dialogs import words as w

SUBJECT_FILL = frozenset(
    (
        "jag vi man det men har är ar alltså faktiskt ju du ärligt talat så fast lite i im am we are were have got"
        " tyvärr nog väl vet"
    ).split()
)
"""Words that may stand before «vet inte» without changing it."""
ADVERBS = frozenset(
    w.key(t)
    for t in (
        "faktiskt verkligen egentligen ärligt talat ju nog heller alls precis tyvärr helt riktigt direkt lite ganska"
        " väldigt fortfarande högst mycket rätt ännu just väl"
    ).split()
)
"""Words that change nothing in «det vet jag faktiskt inte»."""
NEEDS_END = w.table(
    "pass, passar, olika, ibland, skip, diskuterar, varierar, delvis, grann, möjligt, svårt, utreder, för tidigt"
    ", kan va, kan vara, kan det vara"
    ", svår fråga, bra fråga, en bra fråga, en svår fråga, var en bra fråga, var en svår fråga, nästa, avstår"
    ", är frågan, är möjligt, unknown"
)
"""These say unsure only when nothing else follows: «olika saker» and «svårt att hitta lokal» do not."""
NEGATED = frozenset({"inte", "intet", "ingen", "inget", "inga", "aldrig"})
_BEFORE = r"^(?:(?:det|den|där|jag|vi|man|du|så|för|fast|men|och|nä|nej|då) )*"
_WHO = r"(?: (?:jag|vi|man|det|föreningen|styrelsen))?"
_NOT = r" (?:inte|ej|icke)(?: (?:heler|helt|riktigt|än|änu|helst|ens))*"
_KNOWING = "kol|aning|susning|hum|klem|kläm|kunskap|insyn|information|svar|blekaste|fogiaste|dugt"
_SETTLED = (
    "beslutat|beslutad|beslutats|bestämt|bestämd|avgjort|diskuterat|pratat|frågat|kolat|undersökt|utret|ret ut|klarlagt"
    "|kontrolerat|stämt av|komit fram|komit dit|tagit stälning|funderat|tänkt|spikat|insat|läst"
)
_DOUBT = re.compile(
    _BEFORE + r"(?:"
    rf"(?:kan|kunde|vågar|törs|vil|skule)(?: (?:jag|vi))?{_NOT} (?:säga|svara|avgöra|bedöma|utala|sia|lova|veta)"
    r"\b(?! at\b)"
    rf"|har{_WHO} (?:inte|ej|ingen|inget|ingenting|noll|nol|dålig)(?: (?:den|en|minsta|riktigt|så|bra|nån|någon))*"
    rf" (?:{_KNOWING})"
    rf"|(?:är|har{_WHO}|blev){_NOT} (?:{_SETTLED})"
    rf"|{_NOT[1:]} (?:{_SETTLED})"
    r"|(?:är|blir) en fråga för (?!os\b|mig\b|vår|föreningen)\w+"
    r"|kan bara (?!vi\b|jag\b)\w+(?: \w+)? (?:svara|veta)"
    r"|(?:får|måste|ska) (?!vi\b|jag\b|man\b|ni\b)\w+(?: \w+)? svara på"
    r"|\w+(?: \w+)? har (?:jag|vi|man) (?:ingen|noll|dålig) (?:aning|kol|susning)(?: om| på)?$"
    r"|\w+(?: \w+)? vet (?:jag|vi|man) (?:inget om|ingenting om|inte)$"
    r"|vet (?:bara|nog|säkert|kanske) (?!vi\b|jag\b|att\b|at\b)\w+"
    r"|vet (?:vår|våran|vårt|min|ordföranden|kasören|sekreteraren|styrelsen|juristen|komunen|handlägaren)\b"
    r"|(?:(?:måste|behöver|ska|får|kan|håler på at|håler på och)(?: (?:jag|vi))? )?(?:ta|tar)(?: (?:jag|vi))? reda på"
    r"|(?:håler på at|håler på och) (?:kola|kolar|utreda|undersöka|fråga|reda ut)\w*"
    r"|(?:kola|kolar)(?: (?:jag|vi))?(?: upp)?(?: det)?$"
    r"|(?:fråga|hör med|kola med) (?:\w+(?:en|et|na|an)|någon|nån)(?: \w+)?$"
    r"|(?!någon|nån|ingen)\w+(?:en|et|an) vet(?: (?:det|nog|säkert|bättre))*$"
    r"|är (?:inte|fel) (?:rät )?person(?: at)?(?: svara| fråga)?"
    r")"
)
"""On words as `words.key` squeezes them. Whoever else knows or answers, the person asked does not; «det får vi svara
för» and «det är upp till kommunen» are left alone, since to some questions they are a yes or a no."""
_PAPER = (
    r"(?:(?:deras|den här|själva|er|föreningens|bara) )*(?:ansökan|ansökningen|underlaget|handlingarna|papren|paperen"
    r"|blanketen|formuläret|beskrivningen|mejlet|brevet|stadgarna|projektbeskrivningen|det de skrivit"
    r"|vad de skrivit|det vi fåt in|aplication|papers|form)"
)
_SAID = (
    "framgår|framgick|framkomer|framkomit|nämnt|sägs|sagts|sagt|anges|angets|anget|angivits|angivet|angivit"
    "|redovisas|redovisats|redovisat|beskrivs|beskrivits|beskrivet|beskrivit|specificeras|specificerat|uppges|utläsas"
    "|skrivit|berätat|förklarat|preciserat|tydligt|svarat på"
)
_NOTHING = r"(?:inte|ej|icke|inget|ingenting|aldrig|inga|knapast)"
_UNSAID = re.compile(
    r"^(?:(?:det|den|de|dom|men|nej|nä|för|fast|och|så|som|här|där|jag|vi|föreningen|sökanden|ansökan|sådant|sånt|är"
    r"|var) )*(?:"
    rf"(?:framgår|framgick|framkomer|framkom|sägs|anges|redovisas|beskrivs|uppges|specificeras) {_NOTHING}\b"
    rf"|{_NOTHING} (?:något )?(?:som )?(?:framgår|framkomer|anges|sägs)\b"
    rf"|(?:står|nämns|finns|säger|säger de|skriver de|skriver) {_NOTHING}(?: \w+){{0,4}} (?:i|av|på|ur) {_PAPER}"
    rf"|(?:i|av|ur) {_PAPER} (?:står|framgår|nämns|finns|säger de|sägs)(?: det| de)? {_NOTHING}\b"
    rf"|(?:har|är|var|blev)(?: (?:de|dom|det|föreningen))? {_NOTHING}(?: (?:än|ens|heler|så))* (?:{_SAID})\b"
    rf"|{_NOTHING} (?:{_SAID})\b"
    r"|svarar (?:de |dom |föreningen )?(?:inte|ej) på\b"
    r"|(?:(?:det|den) )?(?:går|gick) (?:inte|ej) (?:att|at) (?:utläsa|läsa ut|tyda|bedöma|avgöra)\b"
    r"|(?:kan|kunde) (?:(?:jag|vi|man) )?(?:inte|ej) (?:utläsa|utläsas|läsa ut|tyda|bedömas|avgöras)\b"
    rf"|(?:kan|ser|hitar)(?: (?:jag|vi|man))?(?: (?:det|den))? {_NOTHING}(?: \w+){{0,3}} (?:i|av|ur) {_PAPER}"
    r"|hitar (?:(?:jag|vi) )?(?:inget|ingenting)(?: om (?:det|den|saken))$"
    r"|(?:(?:upgift|upgifter|upgiften|upgifterna|information|informationen|info|underlag|underlaget)(?: om det)?"
    r" (?:saknas|fatas)|saknas? (?:upgift|upgifter|information|info|underlag)\b"
    rf"|saknas (?:i|från) {_PAPER})"
    r"|(?:(?:vi|jag) )?(?:behöver |måste |får |vil |ska )?(?:(?:begära?r?|be om|ta in|inväntar?|invänta) )?"
    r"(?:en |mer )?(?:kompletering|kompleteringar)\b"
    r"|(?:behöver|måste|får|bör) kompleteras\b"
    r"|(?:(?:lite|ganska|rät|väldigt|mycket|för) )*(?:otydligt?|vagt|vag|svårtolkat|svårtolkad|ludigt)\b"
    r"|(?:its |it is |its? was )?not (?:stated|said|specified|mentioned|clear|described|given|in the application)\b"
    r"|(?:it|the aplication|the form|they|he|she) (?:doesnt|does not|didnt|did not|dont|do not|havent|have not)"
    r" (?:realy )?(?:say|said|state|stated|tel|told|mention|mentioned|specify|answer|answered)\b"
    r"|(?:there is |theres )?no (?:information|info|mention)\b"
    r"|unclear (?:from|in)\b"
    r")"
)
"""What somebody who assesses another's application says when it holds no answer; in words as `words.key` squeezes
them."""
_TOGETHER: dict[tuple[int, str], list[tuple[str, ...]]] = {}
"""Longer phrases, word by word, in which slips are forgiven, by how many words they have and their first letter."""
for _phrase in sorted(w.UNSURE):
    if len(_phrase) >= 9 and 2 <= len(_phrase.split()) <= 5:
        _TOGETHER.setdefault((len(_phrase.split()), _phrase[0]), []).append(tuple(_phrase.split()))
_SINGLE = tuple(phrase for phrase in w.UNSURE if " " not in phrase and len(phrase) >= 6)


def unsure_start(keys: list[str]) -> int:
    """How many words from the start say unsure; subjects and small words may stand before («jag vet faktiskt inte»)."""
    return _phrased(keys) or _unsure(keys)


def _phrased(keys: list[str]) -> int:
    """How many words a phrase of the list takes right at the start: «lite av varje, vi sågs på ett möte»."""
    return next(
        (n for n in (5, 4, 3) if " ".join(keys[:n]) in w.UNSURE and len(keys) >= n and not _because(keys, 0, n)), 0
    )


def _unsure(keys: list[str]) -> int:
    keys = [k for k in keys if k not in ADVERBS]
    for at in range(min(4, len(keys))):
        for size in range(min(5, len(keys) - at), 0, -1):
            phrase = " ".join(keys[at : at + size])
            if phrase in w.UNSURE and not _because(keys, at, size):
                return at + size
        if keys[at] not in SUBJECT_FILL:
            break
    return _doubting(keys)


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


def _doubting(keys: list[str]) -> int:
    """How many of the words, from the start, tell that the person does not know; 0 when they tell no such thing."""
    line = " ".join(keys)
    found = _DOUBT.match(line) or _UNSAID.match(line)
    if found:
        return len(found.group().split())
    if len(keys) == 1:
        return 1 if _misspelled(keys[0]) else 0
    return len(keys) if len(keys) <= 6 and _slips(keys) else 0


def _slips(keys: list[str]) -> bool:
    """Whether the words are a phrase of doubt with a slip of the finger in one or two of them («inegn aning»)."""
    for at in range(min(3, len(keys) - 1)):
        likely = _TOGETHER.get((len(keys) - at, keys[at][0]), ())
        if any(_alike(keys[at:], phrase) for phrase in likely):
            return True
        if keys[at] not in SUBJECT_FILL:
            return False
    return False


def _alike(keys: list[str], phrase: tuple[str, ...]) -> bool:
    """Whether each word is the phrase's, or a longer one with one slip that leaves its first letter; a negation stands
    as it is."""
    return all(
        said == meant
        or (
            len(meant) > 3
            and len(said) > 3
            and said[0] == meant[0]
            and said not in NEGATED
            and OSA.distance(said, meant, score_cutoff=1) <= 1
        )
        for said, meant in zip(keys, phrase, strict=True)
    )


def _misspelled(word: str) -> bool:
    """A slip in one of the longer words of doubt. The first letter must stand: «säker» is no «osäker»."""
    return len(word) >= 5 and any(
        word[0] == known[0] and OSA.distance(word, known, score_cutoff=1) <= 1 for known in _SINGLE
    )
