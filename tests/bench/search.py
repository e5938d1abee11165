"""The search by itself: SweFAQ beside its baselines, and a hundred thousand made-up passages."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from knowledge.load import load
from knowledge.search import Features, Index
from tests.bench import baselines
from tests.bench.rows import Row, at_least, at_most, percentile

SWEFAQ = Path(__file__).parents[1] / "evaluation/swefaq/swefaq_dev.jsonl"
PASSAGES = 100_000


def rows() -> Iterator[Row]:
    """Ranking on SweFAQ, then time and memory with many passages."""
    questions = [json.loads(line) for line in SWEFAQ.read_text(encoding="utf-8").splitlines()]
    for name, rank in (("rapidfuzz", baselines.fuzzy), ("BM25, stemmed", baselines.stemmed)):
        yield Row(f"SweFAQ, right answer first: {name}", f"{accuracy(questions, rank):.1f} %")
    yield at_least("SweFAQ, right answer first", accuracy(questions, rank_with_index), 62, "%")
    with tempfile.TemporaryDirectory(prefix="iopbot-bench-") as folder:
        first, second = (in_new_process(folder) for _ in range(2))
    yield at_most(f"{PASSAGES:,} passages: build the index", first["open"], 30, "s")
    yield Row(
        f"{PASSAGES:,} passages: load it again", f"{second['open']:.2f} s", "< build", second["open"] < first["open"]
    )
    yield at_most(f"{PASSAGES:,} passages: median of a search", second["median"], 5, "ms")
    yield at_most(f"{PASSAGES:,} passages: 99th percentile", second["p99"], 15, "ms")
    yield at_most(f"{PASSAGES:,} passages: resident memory", second["megabytes"], 300, "MB")


def accuracy(questions: list[dict[str, object]], rank: baselines.Rank) -> float:
    """Percent of the questions whose right answer is ranked first among the candidates."""
    right = 0
    for q in questions:
        candidates = q["candidate_answers"]
        assert isinstance(candidates, list)
        right += rank(str(q["question"]), candidates)[0] == q["label"]
    return 100 * right / len(questions)


def rank_with_index(question: str, texts: list[str]) -> list[int]:
    """The project's own search class, as it is used for passages."""
    hits = [hit.key for hit in Index.build(texts).search(Features.of(question), limit=len(texts))]
    return hits + [n for n in range(len(texts)) if n not in hits]


def in_new_process(folder: str) -> dict[str, float]:
    """Seconds to open the index, milliseconds of searches, megabytes of memory."""
    command = [sys.executable, "-m", "tests.bench.search", folder]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = json.loads(told)
    return figures


def made_up(count: int) -> Iterator[str]:
    """Passages of the five texts' own words and of compounds of them, the same every time."""
    draw = random.Random(2026)
    words = [w for source in load().sources.values() for w in source.text.split()]
    common = sorted(set(words), key=words.count, reverse=True)
    for _ in range(count):
        length = draw.randint(30, 70)
        picked = [common[min(int(draw.paretovariate(0.6)), len(common)) - 1] for _ in range(length)]
        made = [a.lower() + b.lower() for a, b in zip(draw.sample(words, 8), draw.sample(words, 8), strict=True)]
        yield " ".join(picked + made)


def child(folder: str) -> None:
    """Open the index, search, and print the figures."""
    started = time.perf_counter()
    index = Index.build(made_up(PASSAGES), Path(folder) / "index", fingerprint="made-up")
    opened = time.perf_counter() - started
    spent = []
    for question in made_up(600):
        asked = " ".join(question.split()[:12])
        started = time.perf_counter()
        assert index.search(Features.of(asked))
        spent.append(1000 * (time.perf_counter() - started))
    warm = spent[100:]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"open": opened, "median": percentile(warm, 50), "p99": percentile(warm, 99), "megabytes": peak}))


if __name__ == "__main__":
    child(sys.argv[1])
