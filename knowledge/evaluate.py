"""Figures on a set of questions with the evidence that their answers need: what `iopbot evaluate` prints.

A row is {"question", "kind", "evidence"}: evidence is a list of facts, a fact a list of alternatives; it is found when
one alternative stands in a quote. Kinds: `out_of_scope` and `smalltalk_meta` have no evidence; `multi_fact` may take 6
quotes and 2,400 characters, any other 3 and 1,200.
"""

from __future__ import annotations

import json
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from knowledge.answer import Answer, Answerer
from knowledge.model import FEW, MANY

_NEEDED = {"question", "kind", "evidence"}


class Row(TypedDict):
    """One question of a set."""

    id: str
    question: str
    kind: str
    evidence: list[list[str]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, its answer, and whether that was a hit, partial, verbose, miss, refused, near or wrong."""

    row: Row
    answer: Answer
    verdict: str
    first: bool
    milliseconds: float


def read_rows(path: Path) -> list[Row]:
    """The questions of a JSON-lines file. Raises OSError, and ValueError for what are no questions."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    for n, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not row.keys() >= _NEEDED:
            raise ValueError(f"question {n} lacks one of {', '.join(sorted(_NEEDED))}.")
    return rows


def judge_all(answerer: Answerer, rows: list[Row], seconds: Callable[[], float]) -> list[Judged]:
    """Ask every question and judge its answer. `seconds` is a clock to measure with, such as `time.perf_counter`."""
    out = []
    for row in rows:
        started = seconds()
        answer = answerer.answer(row["question"])
        elapsed = (seconds() - started) * 1000
        out.append(Judged(row, answer, _verdict(row, answer), _first(row, answer), elapsed))
    return out


def evaluate(answerer: Answerer, rows: list[Row], seconds: Callable[[], float], misses: bool = False) -> str:
    """The figures as text, with every miss before them if wanted."""
    judged = judge_all(answerer, rows, seconds)
    lines = [_miss(j) for j in judged if misses and j.verdict not in ("hit", "refused")]
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for j in judged:
        table[j.row["kind"]][j.verdict] += 1
    for kind, counts in table.items():
        lines.append(f"{kind:18} {sum(counts.values()):4}  " + "  ".join(f"{k} {v}" for k, v in counts.most_common()))
    lines.append(json.dumps(figures(judged)))
    return "\n".join(lines)


def figures(judged: list[Judged]) -> dict[str, float | int | None]:
    """Shares in percent; times in milliseconds."""
    asked = [j for j in judged if j.row["evidence"]]
    outside = [j for j in judged if j.row["kind"] == "out_of_scope"]
    talk = [j for j in judged if j.row["kind"] == "smalltalk_meta"]
    times = sorted(j.milliseconds for j in judged)
    return {
        "hit": _share(sum(j.verdict == "hit" for j in asked), len(asked)),
        "first_citation_hit": _share(sum(j.first for j in asked), len(asked)),
        "hit_as_answer": _share(sum(j.verdict == "hit" and j.answer.tier == "answer" for j in asked), len(asked)),
        "not_answered_out_of_scope": _share(sum(j.verdict in ("refused", "near") for j in outside), len(outside)),
        "small_talk": _share(sum(j.verdict == "refused" for j in talk), len(talk)),
        "questions": len(judged),
        "median_ms": round(statistics.median(times), 2) if times else None,
        "p99_ms": round(times[min(len(times) - 1, int(len(times) * 0.99))], 2) if times else None,
    }


def plain(text: str) -> str:
    """Without markup stars, white space folded, in lower case."""
    return re.sub(r"\s+", " ", text.replace("*", "")).strip().lower()


def _verdict(row: Row, answer: Answer) -> str:
    if row["kind"] == "smalltalk_meta":
        return "refused" if answer.tier == "small_talk" else "wrong"
    if not row["evidence"]:
        return {"answer": "wrong", "related": "near"}.get(answer.tier, "refused")
    if answer.tier not in ("answer", "related"):
        return "miss"
    quotes = [plain(q.text) for q in answer.quotes]
    found = [any(plain(a) in q for a in fact for q in quotes) for fact in row["evidence"]]
    most, chars = MANY if row["kind"] == "multi_fact" else FEW
    if all(found) and (len(quotes) > most or sum(len(q.text) for q in answer.quotes) > chars):
        return "verbose"
    return "hit" if all(found) else "partial" if any(found) else "miss"


def _first(row: Row, answer: Answer) -> bool:
    if not answer.quotes:
        return False
    top = plain(answer.quotes[0].text)
    return any(plain(a) in top for fact in row["evidence"] for a in fact)


def _miss(judged: Judged) -> str:
    topic = judged.answer.topic.id if judged.answer.topic else "-"
    how = f"{judged.answer.tier} {judged.answer.confidence:.2f} {topic}"
    return f"{judged.verdict:8} [{how}] {judged.row['question'][:120]}"


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
