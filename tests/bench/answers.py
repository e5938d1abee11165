"""The answers to the project's own set of questions, and what plain ranking of passages would have given."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from knowledge.answer import Answer, Answerer
from knowledge.evaluate import Row as Question
from knowledge.evaluate import figures, judge_all, read_rows
from knowledge.load import load
from knowledge.model import FEW, MANY, Knowledge, Quote
from knowledge.search import Features, Index
from tests.bench import baselines
from tests.bench.rows import Row, at_least, at_most

SETS = Path(__file__).parents[1] / "evaluation"
TARGETS = {
    "hit": 90,
    "first_citation_hit": 80,
    "hit_as_answer": 80,
    "not_answered_out_of_scope": 96,
    "small_talk": 100,
}


class OwnSearch:
    """The project's search class over the passages, without topics. The index is built for the first question."""

    def __init__(self) -> None:
        self._index: Index | None = None

    def __call__(self, question: str, texts: list[str]) -> list[int]:
        """The ten best of the texts, which are the same at every call."""
        self._index = self._index or Index.build(texts)
        return [hit.key for hit in self._index.search(Features.of(question))]


class Ranked:
    """Stands in for the project's Answerer: the best passages of a plain ranking, as long as they fit."""

    def __init__(self, knowledge: Knowledge, rank: baselines.Rank, kinds: dict[str, str]) -> None:
        self._passages = [p for source in knowledge.sources.values() for p in source.passages]
        self._sources = knowledge.sources
        self._texts = [knowledge.sources[p.source].text[p.start : p.end] for p in self._passages]
        self._rank = rank
        self._kinds = kinds

    def answer(self, question: str) -> Answer:
        """The first passages, three and 1,200 characters at most; for several facts six and 2,400."""
        most, room = MANY if self._kinds[question] == "multi_fact" else FEW
        quotes: list[Quote] = []
        for n in self._rank(question, self._texts):
            if len(quotes) == most:
                break
            if len(self._texts[n]) <= room:
                room -= len(self._texts[n])
                passage = self._passages[n]
                source = self._sources[passage.source]
                quotes.append(Quote(f"passage-{n}", source, passage.start, passage.end, source.issuer))
        return Answer("answer", "sv", "", tuple(quotes))


def rows() -> Iterator[Row]:
    """Baselines first, then the project's answers with their targets."""
    knowledge = load()
    questions: list[Question] = [row for path in sorted(SETS.glob("*.jsonl")) for row in read_rows(path)]
    kinds = {row["question"]: row["kind"] for row in questions}
    for name, rank in (
        ("rapidfuzz", baselines.fuzzy),
        ("BM25, stemmed", baselines.stemmed),
        ("own search alone", OwnSearch()),
    ):
        found = figures(judge_all(cast(Answerer, Ranked(knowledge, rank, kinds)), questions, time.perf_counter))
        yield Row(f"hit, passages by {name}", f"{found['hit']} %")
    judged = judge_all(Answerer(knowledge), questions, time.perf_counter)
    found = figures(judged)
    for name, target in TARGETS.items():
        yield at_least(f"{name}, {len(questions)} questions", float(found[name] or 0), target, "%")
    yield at_most("elapsed, median", float(found["median_ms"] or 0), 2, "ms")
    yield at_most("elapsed, 99th percentile", float(found["p99_ms"] or 0), 10, "ms")
