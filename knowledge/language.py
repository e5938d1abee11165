"""Swedish (and a little English) as people type it: folding, words, stop words, character n-grams, typing errors.

Everything is matched in folded form: lower case, å/ä as a, ö as o, other accents dropped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract, extractOne

_FOLD = {"å": "a", "ä": "a", "ö": "o", "æ": "a", "ø": "o", "é": "e", "è": "e", "ü": "u", "ß": "ss"}
_WORD = re.compile(r"[a-z0-9]+")
_COLON_ENDING = re.compile(r"(?<=[a-z0-9]):(?:er|erna|ernas|en|ens|et|ar|n|s|na|t)\b")

_STOP_SV = """
alla allt alltid alltsa an andra annan annat anda att av bara bra bli blir blev bort borde bor da dar darfor de dem
den denna deras dess dessa det detta dig din dina ditt dock du dom dej e efter eftersom eller en er era ert ett exakt
fick finns fast for fran fa far fatt forst ga gar gett genom ge ger gjort gor gora ha hade han har heller helst henne
hennes hej hon honom hos hur i ibland igen in inga ingen inget innan inom inte ja jag ju just kan kanske kring kunde
kunna lite ligger man mej med mellan men mer mest mig min mina mitt mot mycket maste na nagon nagot nagra nan nat nae
nar nog nu nya och ocksa om oss pa sa sadan sadana sadant sag saga sager sak sagt samma samt se sedan sen ser sig sin
sina sitt sist sjalv sjalva ska skall skulle snalla som sta star stalle sjalvt till tills tro tror tack typ ur ut utan
undrar undra under upp va vad var vara varit vart vars vem vems verkligen vet veta vi via vid vilka vilken vilket vill
vilja ville vore visst val ar at aven over o a m me ba he hen ni egentligen liksom helt precis nej jo jaha ungefar tex
t ex dvs mm kommer komma kom kunnat behover fraga fragan
""".split()
_STOP_EN = """
a about after all also am an and any are as at be because been but by can could did do does for from get got had has
have he her him his how i if in into is it its just like may me might more most must my no not of on one or other our
out over please should so some such than that the their them then there these they this those to too up us was we were
what when where which who whom whose why will with would you your tell want wondering know really
""".split()

STOP_SV = frozenset(_STOP_SV)
STOP_EN = frozenset(_STOP_EN)
_STOP = STOP_SV | STOP_EN
_ENGLISH_ONLY = frozenset(
    "the and what is are we our how does do can who which with should would could when where why of to by you your "
    "have has not will was were if there they it be about please tell from need this that must may an or my us get "
    "any did work know don i im hi hello am as at".split()
)
_SWEDISH_ONLY = frozenset(
    "och ar vad vi hur vem som att det en ett inte med kan far ska for till av pa har finns var nar eller om oss "
    "vilka vilken vilket de den jag ni vill maste dom nat i sa hos enligt".split()
)
MOST_REMEMBERED = 4_000
"""Misspelled words that are kept at hand with what they were mended to."""


def fold(text: str) -> str:
    """Lower case without accents; å, ä -> a and ö -> o. The length may change."""
    folded = _plain(text.lower())
    if folded.isascii():
        return folded
    lowered = _plain(unicodedata.normalize("NFC", text).lower())
    return "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))


def _plain(lowered: str) -> str:
    # One replacement a letter is ten times as fast as str.translate.
    for letter, plain in _FOLD.items():
        lowered = lowered.replace(letter, plain)
    return lowered


def words(text: str) -> list[str]:
    """Folded words in order; «IOP:er» gives «iop», «er» is dropped, for endings after a colon say nothing."""
    folded = fold(text)
    if ":" in folded:
        folded = _COLON_ENDING.sub("", folded)
    return _WORD.findall(folded)


def content_words(text: str) -> list[str]:
    """Folded words without stop words; when nothing else is left, all of them."""
    every = words(text)
    kept = [w for w in every if w not in STOP_SV and w not in STOP_EN]
    return kept or every


@lru_cache(maxsize=4_096)
def grams(word: str, n: int = 4) -> tuple[str, ...]:
    """Character n-grams of a word with its borders marked: «iop» -> «_iop», «iop_»."""
    padded = f"_{word}_"
    if len(padded) <= n:
        return (padded,)
    return tuple(padded[i : i + n] for i in range(len(padded) - n + 1))


def all_grams(tokens: Iterable[str], n: int = 4) -> list[str]:
    """The n-grams of every word, with repetitions."""
    return [g for token in tokens for g in grams(token, n)]


def is_english(text: str) -> bool:
    """True when the function words are English rather than Swedish."""
    every = words(text)
    english = sum(map(_ENGLISH_ONLY.__contains__, every))
    swedish = sum(map(_SWEDISH_ONLY.__contains__, every)) + sum(map(text.count, "åäöÅÄÖ"))
    return english > swedish and (english >= 2 or len(every) <= 6)


class Speller:
    """Mends unknown words against a vocabulary: typing errors, and compounds written apart («partner skap»)."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._known = frozenset(vocabulary)
        self._mended: dict[str, str] = {}

    @cached_property
    def _buckets(self) -> dict[str, list[str]]:
        """The longer words by their letters at three places; made when the first unknown word comes."""
        buckets: dict[str, list[str]] = {}
        for word in sorted(self._known):
            if len(word) >= 4:
                for key in {word[:2], word[-3:], word[1:3]}:
                    buckets.setdefault(key, []).append(word)
        return buckets

    def known(self, word: str) -> bool:
        """True when the word stands in the vocabulary as it is, or is a number."""
        return word in self._known or word.isdigit()

    def mend(self, tokens: Sequence[str]) -> list[str]:
        """The tokens with split compounds joined and misspelled words replaced by the likeliest known word."""
        return [self.correct(w) for w in self._joined(tokens)]

    def _joined(self, tokens: Sequence[str]) -> list[str]:
        out: list[str] = []
        n = 0
        while n < len(tokens):
            pair = tokens[n] + tokens[n + 1] if n + 1 < len(tokens) else ""
            if len(pair) >= 7 and pair in self._known and self._parts_of_one(tokens[n], tokens[n + 1]):
                out.append(pair)
                n += 2
            else:
                out.append(tokens[n])
                n += 1
        return out

    def _parts_of_one(self, first: str, second: str) -> bool:
        """Whether two words may be a compound written apart: «partner skap», but not «till för»."""
        small = first in _STOP and second in _STOP
        return min(len(first), len(second)) >= 2 and not small

    def correct(self, word: str) -> str:
        """The nearest known word within one to three typing errors, by its length; else the word itself. A word of five
        letters is mended when only one known word is one error away."""
        if len(word) < 5 or self.known(word) or word in _STOP:
            return word
        found = self._mended.get(word)
        if found is None:
            found = self._nearest(word) if len(word) > 5 else self._only(word)
            if len(self._mended) < MOST_REMEMBERED:
                self._mended[word] = found
        return found

    def _nearest(self, word: str) -> str:
        best, most = word, 1 if len(word) < 8 else 2 if len(word) < 14 else 3
        for key in (word[:2], word[1:3], word[-3:]):
            if most:
                found = extractOne(word, self._buckets.get(key, ()), scorer=OSA.distance, score_cutoff=most)
                if found:
                    best, most = found[0], found[1] - 1
        return best

    def _only(self, word: str) -> str:
        near: set[str] = set()
        for key in (word[:2], word[1:3], word[-3:]):
            near.update(w for w, _, _ in extract(word, self._buckets.get(key, ()), scorer=OSA.distance, score_cutoff=1))
        return near.pop() if len(near) == 1 else word
