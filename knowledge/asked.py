"""A question taken apart: its words, with typing errors mended, and the concepts, places and issuers that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.concepts import Concepts
from knowledge.language import STOP_EN, STOP_SV, Speller, words
from knowledge.model import Knowledge
from knowledge.places import issuer_names, place_names
from knowledge.rarity import QUESTION_WORDS

_SENTENCE = re.compile(
    r"(?<=[.!?])\s+|\n+|(?<=,)\s+(?=(?:men |och |så )?(?:vad|va|hur|vem|vilk\w+|när|varför|får|kan"
    r"|måste|finns|är|what|how|who|can) )",
    re.IGNORECASE,
)
_ASKING = frozenset(
    "va vad hur vem vilka vilken vilket nar var varfor far kan maste finns ska ar what how who which "
    "when where why can".split()
)
TRAILING = frozenset("da det de den for nu va egentligen ju har dar typ liksom then though".split())
GOING_ON = frozenset({"och", "men", "sa", "eller", "fast", "and", "but", "so"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question taken apart."""

    tokens: tuple[str, ...]
    letters: str
    """All words in order of the alphabet."""
    places: tuple[str, ...]
    named: tuple[str, ...]
    issuers: frozenset[str]
    focus: frozenset[str] = frozenset()

    @property
    def words(self) -> tuple[str, ...]:
        """The tokens that are words, without marks for concepts and question words."""
        return tuple(t for t in self.tokens if t[0] not in "?#")


def marked(tokens: Sequence[str], concepts: Concepts) -> list[str]:
    """What a text is compared by: its content words, question words, and marks for the concepts in it; all words when
    nothing else is left."""
    content = [w for w in tokens if w not in STOP_SV and w not in STOP_EN]
    asking = [QUESTION_WORDS[w] for w in tokens if w in QUESTION_WORDS]
    marks = concepts.of(tokens)
    return (content or ([] if marks else list(tokens))) + asking + marks


class Reader:
    """Takes questions apart, with the names and concepts of one knowledge base."""

    def __init__(self, knowledge: Knowledge, concepts: Concepts, vocabulary: Iterable[str]) -> None:
        """`vocabulary` are the words into which typing errors are mended."""
        self._places = place_names(knowledge.places)
        self._issuers = issuer_names(knowledge.issuers)
        self._concepts = concepts
        self._speller = Speller(vocabulary)

    def take_apart(self, question: str, municipality: str | None = None) -> Asked:
        """Mended content words, and the names in them."""
        mended = self._speller.mend(words(question)[:300])
        named = tuple(dict.fromkeys(id for id, _, _ in self._places.find(mended)))
        places = named or ((municipality,) if municipality else ())
        issuers = frozenset(id for id, _, _ in self._issuers.find(mended))
        return Asked(
            tuple(marked(mended, self._concepts)),
            " ".join(sorted(_begun(mended))),
            places,
            named,
            issuers,
            self._focus(question),
        )

    def _focus(self, question: str) -> frozenset[str]:
        """The marks and words of the sentences that ask, when others only tell a story; else empty."""
        pieces = _SENTENCE.split(question)
        if len(pieces) == 1:
            return frozenset()
        sentences = [(piece, tokens) for piece in pieces if (tokens := words(piece))]
        asking = [tokens for piece, tokens in sentences if piece.rstrip().endswith("?") or tokens[0] in _ASKING]
        if not asking or len(asking) == len(sentences):
            return frozenset()
        return frozenset(w for tokens in asking for w in marked(self._speller.mend(tokens), self._concepts))


def _begun(tokens: list[str]) -> list[str]:
    """The words of a question without one that only goes on («och hur börjar man?»), and without what trails off («hur
    börjar man då?», «måste vi det för det här?»)."""
    first = 1 if len(tokens) > 2 and tokens[0] in GOING_ON else 0
    last = len(tokens)
    while last - first > 2 and tokens[last - 1] in TRAILING:
        last -= 1
    return tokens[first:last]
