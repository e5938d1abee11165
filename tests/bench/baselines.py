"""Plain ways to rank texts for a question, to see what the project's own search is worth."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable

import snowballstemmer
from rapidfuzz import fuzz, utils

Rank = Callable[[str, list[str]], list[int]]
"""Question and texts -> positions of the texts, best first."""

_stemmer = snowballstemmer.stemmer("swedish")


def fuzzy(question: str, texts: list[str]) -> list[int]:
    """By rapidfuzz' token_set_ratio."""
    scores = [fuzz.token_set_ratio(question, text, processor=utils.default_process) for text in texts]
    return sorted(range(len(texts)), key=lambda n: -scores[n])


def stemmed(question: str, texts: list[str]) -> list[int]:
    """By BM25 (k1 1.2, b 0.75) over stemmed words."""
    counted = [Counter(stems(text)) for text in texts]
    lengths = [counts.total() for counts in counted]
    mean = sum(lengths) / len(lengths)
    asked = set(stems(question))
    frequency = {word: sum(word in counts for counts in counted) for word in asked}

    def score(n: int) -> float:
        total = 0.0
        for word in asked & counted[n].keys():
            rarity = math.log(1 + (len(texts) - frequency[word] + 0.5) / (frequency[word] + 0.5))
            count = counted[n][word]
            total += rarity * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * lengths[n] / mean))
        return total

    scores = [score(n) for n in range(len(texts))]
    return sorted(range(len(texts)), key=lambda n: -scores[n])


def stems(text: str) -> list[str]:
    """Words in lower case without their endings."""
    stemmed_words: list[str] = _stemmer.stemWords(re.findall(r"\w+", text.lower()))
    return stemmed_words
