"""Follow-ups: short messages that only mean something after an answer, such as «och i Malmö då?» or «vem säger
det?»."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from knowledge.language import fold, words
from knowledge.places import Names

FollowName = Literal[
    "elsewhere", "why", "more", "who", "source", "number", "suggestion",
    "short", "quote", "dates", "when", "strength", "scope", "again", "next", "others",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FollowUp:
    """`argument`: the place's name as written, or the number asked for."""

    name: FollowName
    argument: str = ""


_IT = (
    r"(?: (?:det|detta|den|de|det har|det dar|svaret|kravet|citatet|texten|kallan|siffran|siffrorna|uppgiften"
    r"|beloppet|it|that|this))*"
)
_ASK = (
    r"(?:(?:kan|skulle) (?:du|ni|jag|man)(?: kunna)?(?: fa)? |jag vill(?: bara)?(?: ha| se)? |vill du |far jag(?: se)? "
    r"|jag behover |ge mig |visa(?: mig)? |(?:can|could) (?:you|i)(?: have| see| give me)? |please |snalla )?"
)
_EASE = (
    r"(?:enklare|enkelt|kort|kortare|kortfattat|tydligare|battre|begripligt|begripligare|lattare"
    r"|(?:pa|med) (?:vanlig|vanliga|enkel|enkla|latt|ren|begriplig|andra) (?:svenska|ord)"
    r"|som (?:om|for|till) .+|simpler|simply|more simply|easier|shorter|in short|in plain words|in plain english)"
)
_FORCE = (
    r"(?:krav|lag|tvang|tvingande|bindande|obligatoriskt|frivilligt|maste|rad|rekommendation|asikt|regel|ska krav"
    r"|skall?|bor)"
)
_LEVELS = r"(?: (?:eller|eller bara) (?:en |ett |bara |nagot )*\w+(?: krav)?)?"
_WHENCE = r"(?: (?:fran|ut|till|fram|skriven|skrivet|skrivna|antagna?))*"
_PLAIN: dict[FollowName, str] = {
    "why": r"(?:varfor|hur sa|hurda|hur kommer det sig|why)(?: (?:da|sa|det|ar det sa|inte))*",
    "more": r"(?:(?:beratta|sag|visa|ge mig|kan du (?:beratta|saga|ge mig|utveckla)|jag vill veta|tell me) )?"
    r"(?:lite |nagot )?(?:mer|mera|more|utveckla|fortsatt beratta)(?: (?:om|about) (?:det|detta|den|it|that)| info"
    r"| information)*|utveckla(?: det| garna)?|ge mig ett exempel|vad mer|finns det mer(?: om det)?"
    r"|sen|sedan|vad (?:hander|kommer) (?:sen|sedan)|then|and then",
    "others": r"(?:finns det |har (?:du|ni) |kan (?:du|ni) ge |ge mig |visa )?(?:nagra |nagot |nagon )?"
    r"(?:fler|flera|andra|annat|ytterligare|ett till|ett annat)(?: exempel| citat| kallor| saker| stallen)?"
    r"(?: pa det| om det| som sager det)?"
    r"|ett till|en till|nagot mer|nat mer|annat exempel|(?:any |are there )*(?:more|other) examples|anything else",
    "who": r"(?:vem|vilka|vilken kalla|who)(?: ar det som| har)? (?:sager|sa|skriver|skrev|skrivit|pastar|pastod|sagt"
    r"|bestamt|tycker|says|said|wrote|written)(?: (?:det|den|det har|den har|detta|sa|so|that|this|it|det dar))*"
    r"|vems (?:ord|asikt|regel|regler|krav)(?: ar det)?|enligt vem|according to whom|vem star bakom(?: det)?"
    r"|fran vem(?: kommer det)?|av vem|vem har gjort det|ar det (?:verkligen |helt )?(?:sant|sakert)"
    r"|stammer det(?: verkligen)?|ar (?:du|ni) sak(?:er|ra)(?: pa det)?|is (?:that|it) (?:really )?true|are you sure",
    "source": r"(?:(?:(?:kan|skulle) (?:du|ni|jag)(?: kunna)? |jag vill |far jag )?(?:fa )?(?:visa|se|oppna|lasa)"
    r"(?: mig)?|lank till|show(?: me)?|var ar|vilken ar|vad ar|var hittar jag|ge mig|har du)? ?"
    r"(?:kallan|kallorna|kalla|hela citatet|texten|sammanhanget|originalet|the source)(?: till det| pa det| for det)?"
    r"|var (?:star|stod|finns|hittar (?:jag|man|vi))(?: (?:det|dem|dom|de|den))?(?: nagonstans| skrivet| exakt)*|visa"
    r"|bevis|bevisa(?: det)?|prove it"
    r"|(?:pa )?vilken sida(?: (?:ar|star) det(?: pa)?)?|(?:i )?vilket (?:avsnitt|stycke|kapitel)(?: star det)?"
    r"|where does it say (?:that|so)|what page",
    "short": rf"{_ASK}(?:forklara|saga|sag|beskriva?|skriva?|ta|uttrycka|explain|say|put){_IT}"
    rf"(?: for mig)?(?: lite)? {_EASE}"
    rf"|{_ASK}(?:forklara|fortydliga|explain|sammanfatta|sammanfattning|summera|summary|korta ner|kortversionen){_IT}"
    r"(?: kort)?|(?:(?:svara )?ja )?eller nej"
    r"|i korthet|i korta drag|kort version"
    r"|enklare|kort|kortare|kortfattat|kort sagt|lite (?:kortare|enklare)|tl ?dr|simpler|shorter|in short"
    r"|(?:jag |vi )?(?:fattar|forstar|begriper|hanger) (?:inte|ej|noll|ingenting|inget|nada)"
    rf"(?: (?:med|riktigt|ett dugg|nagot|nagonting|alls|vad du menar|vad det betyder))*{_IT}"
    r"|i don t (?:understand|get it)|(?:det (?:var|ar|blev) )?(?:for|alldeles for|too)"
    r" (?:langt|lang|svart|krangligt|mycket(?: text)?|long|difficult)(?: .+)?|orkar inte lasa(?: .+)?"
    rf"|vad (?:betyder|innebar|menas med|menar (?:du|ni)(?: med)?){_IT}|hur menar du"
    r"|what (?:does|do) (?:it|that|this|you) mean",
    "quote": rf"{_ASK}(?:(?:bara|endast|enbart|just|det|ett|exakta?|ordagran[nt]a?|hela|the|exact|only|just) )*"
    r"(?:citatet?|citera(?: exakt| ordagrant)?|ordagrant|ordalydelsen|formuleringen|quote|exact words|verbatim)"
    r"(?: (?:exakt|ordagrant|bara|till ett pm|till pm|till protokollet|only))*",
    "dates": rf"nar (?:skrevs|publicerades|kom|ar|antogs|togs|gjordes|beslutades|sades){_IT}{_WHENCE}"
    rf"|fran vilket (?:ar|datum){_IT}{_WHENCE}|vilket (?:ar|datum) (?:ar|skrevs|kom|galler){_IT}{_WHENCE}"
    rf"|hur (?:gammalt|gammal|gamla|ny|nytt|nya|aktuellt|aktuell|farskt)(?: ar)?{_IT}"
    rf"|ar{_IT} (?:gammalt|gammal|gamla|(?:fortfarande )?aktuellt?|inaktuellt)"
    r"|datum|artal|fran nar(?: ar det)?"
    r"|when was (?:this|that|it) (?:written|published|from)|what year is (?:it|this|that)(?: from)?"
    r"|how old is (?:it|this|that)",
    "when": r"nar(?: (?:kommer|ar|blir|sker|hander|galler|var|hande|skedde|borjade|startade) (?:det|de|den))?"
    r"|vilket (?:ar|datum)(?: (?:var|hande|skedde|borjade|startade) (?:det|de|den))?"
    r"|when|when (?:is|was) (?:it|that)|(?:what|which) year(?: was (?:it|that))?",
    "strength": rf"ar (?:det|detta|den|de)(?: har)? (?:ett |en |nagot )?{_FORCE}{_LEVELS}"
    rf"|{_FORCE} eller (?:bara )?{_FORCE}|maste (?:man|vi|de) (?:det|folja det|gora det|ha det)"
    rf"|hur (?:starkt|strangt|hart|noga|bindande)(?: ar)?{_IT}"
    r"|how (?:strong|strict|binding|strongly) is (?:it|that|this)"
    r"|is (?:it|that|this) (?:binding|mandatory|a must|a requirement|required|the law|law|an opinion)",
    "again": r"samma(?: fraga)?(?: igen)?|samma fraga for oss|svara(?: igen| da)?|upprepa(?: svaret| det)?"
    r"|(?:kan du )?(?:ta|saga|sag|svara)(?: det| den)? igen|en gang till|igen|repeat(?: (?:it|that))?|same question",
    "next": r"(?:vad|hur) (?:gor|ska|kan|bor|behover) (?:vi|jag|man)(?: (?:att )?gora)?"
    r" (?:nu|sen|sedan|harnast|vidare|istallet|i stallet)|hur (?:gar|kommer) (?:vi|man|jag) vidare"
    r"|vad blir nasta steg|vad (?:hander|blir det) (?:nu|harnast)|vad nu"
    r"|what (?:do|should|can) (?:we|i) do (?:now|next)|what(?: is)? next|what now",
}
_COMPILED = {name: re.compile(pattern) for name, pattern in _PLAIN.items()}
_NUMBER = re.compile(
    r"(?:visa |se |ta |oppna |kalla |mer om |vad ar |lasa )*(?:nummer|nr|citat|kalla|number|#|\[)\s*(\d|"
    r"ett|tva|tre|fyra|fem|sex)\]?(?: tack)?[?!. ]*"
    r"|(?:det |den )(forsta|andra|tredje|fjarde|femte|sjatte)(?: citatet| kallan)?[?!. ]*"
)
_ORDINALS = {w: n for n, w in enumerate(("noll", "ett", "tva", "tre", "fyra", "fem", "sex"))}
_ORDINALS |= {w: n for n, w in enumerate(("nollte", "forsta", "andra", "tredje", "fjarde", "femte", "sjatte"))}
_ELSEWHERE = frozenset(
    "och men i da hos for hur ar det dar vad sager galler om enligt kommun kommunen stad samma sak "
    "respektive and in what about then how ocksa oss syn "
    "is it there med gar till har de dom nu ju va e a gor gora tycker".split()
)
_APPLIES = re.compile(
    r"(?:galler|does|do|is) (?:det|detta|de|kravet|kraven|kriteriet|kriterierna|reglerna|riktlinjerna"
    r"|it|this|that|they)(?: har)?\b"
)
_WHERE = frozenset(
    "i hos for oss vi har overallt alla kommuner kommunen bara ocksa aven hela landet sverige eller just alltid mig "
    "vara pa var kommun dar apply valid in to us for here everywhere only also all or".split()
)
_SPOKEN = {
    "de": "det", "e": "ar", "va": "vad", "nan": "nagon", "nat": "nagot", "mkt": "mycket", "mycke": "mycket",
    "saj": "sag", "ni": "ni", "vafan": "vad", "mej": "mig", "mie": "mer",
}  # fmt: skip
"""Little words as people speak them, folded."""
_BEFORE = frozenset(
    "ok okej jaha aha hm hmm men och a o ja jo nej na tack hordu du alltsa forresten jasa sa so and but well "
    "fast va".split()
)
_AFTER = frozenset("da egentligen tack va ju snalla liksom ens please then though dude mate".split())


def read_follow_up(text: str, names: Names) -> FollowUp | None:
    """The follow-up that a short text is, or None. `names` are those of places and issuers."""
    folded = fold(text).strip()
    if len(folded) > 80:
        return None
    number = _NUMBER.fullmatch(folded)
    if number:
        found = number[1] or number[2]
        return FollowUp("number", str(_ORDINALS.get(found, found)))
    if folded.isdigit() and len(folded) == 1:
        return FollowUp("suggestion", folded)
    line = _line(text)
    for name, pattern in _COMPILED.items():
        if line and pattern.fullmatch(line):
            return FollowUp(name)
    return _scope(text, line, names) or _elsewhere(text, names)


def _line(text: str) -> str:
    """The words without what only leads in or trails off, spoken forms as they are written."""
    found = words(text)
    while len(found) > 1 and found[0] in _BEFORE:
        found = found[1:]
    while len(found) > 1 and found[-1] in _AFTER:
        found = found[:-1]
    return " ".join(_SPOKEN.get(w, w) for w in found)


def _scope(text: str, line: str, names: Names) -> FollowUp | None:
    """«Gäller det oss i Härryda?», «gäller det överallt?»; the argument is the place, if one is named."""
    applies = _APPLIES.match(line)
    if not applies:
        return None
    tokens = line[applies.end() :].split()
    found = names.find(tokens)
    named = {n for _, start, end in found for n in range(start, end)}
    rest = [t for n, t in enumerate(tokens) if n not in named]
    if len(found) > 1 or not tokens or any(t not in _WHERE for t in rest):
        return None
    return FollowUp("scope", " ".join(tokens[n] for n in sorted(named)))


def _elsewhere(text: str, names: Names) -> FollowUp | None:
    tokens = words(text)
    found = names.find(tokens)
    if len(found) != 1 or len(tokens) > 8:
        return None
    _, start, end = found[0]
    rest = tokens[:start] + tokens[end:]
    if all(w in _ELSEWHERE for w in rest) and (rest or len(tokens) == end - start):
        return FollowUp("elsewhere", " ".join(tokens[start:end]))
    return None
