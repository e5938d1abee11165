"""What speaks for a topic, and how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from knowledge.model import Topic

ANYWHERE = 0.6
"""Fit of an outside matter with a named place: buses and weather are everywhere."""
WORD_FOR_WORD = 4.0
"""What it speaks for a topic that a question has all the words of one of its wordings, and no other."""


class Signals(NamedTuple):
    """What speaks for a topic, each figure about 0 to 1.

    nearest: soft cosine of the nearest wording; near: mean of the three nearest; alike: rapidfuzz likeness of the
    nearest wordings' letters; passage: its best quote's BM25, relative to the best quote; place: 1 the named place's
    topic, -1 another's; issuer: 1 when it quotes the named issuer, -1 when it quotes others; whole: soft cosine with
    the topic's whole vocabulary; held: share of the question's weight that this vocabulary holds.
    """

    nearest: float
    near: float
    alike: float
    passage: float
    place: float
    issuer: float
    whole: float = 0.0
    held: float = 0.0

    def score(self) -> float:
        """Log-likelihood of the topic up to a constant. The weights were fitted (softmax over candidates) on wordings
        kept out of the index and on the development questions; see docs/search.md."""
        return (
            1.8 * self.nearest
            + 3.6 * self.near
            + 4.4 * self.whole
            + 0.8 * self.passage
            + 2.0 * self.alike
            + WORD_FOR_WORD * (self.alike == 1.0)
            + 5.4 * self.held
            + 2.1 * self.place
            + 1.1 * self.issuer
        )


def place_fit(topic: Topic, spoken_for: frozenset[str], places: Sequence[str]) -> float:
    """How well a topic fits the places asked about; `spoken_for` are those whose words it quotes."""
    if len(places) > 1 and topic.form == "comparison":
        return len(spoken_for & set(places)) / len(places)
    if topic.kind == "outside" and places:
        return ANYWHERE
    if not topic.place:
        return 0.0
    return 1.0 / len(places) if topic.place in places else (-1.0 if places else -0.2)


def issuer_fit(speakers: frozenset[str], named: frozenset[str]) -> float:
    if not named or not speakers:
        return 0.0
    return 1.0 if named & speakers else -1.0
