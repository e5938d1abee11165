"""Speaks a conversation script with the bot, in process, and tells what it did not do as expected.

A script's turns `say` one message, give `answers` to the questions of a dialog (`until` the outcome, `until_question`
or `answer_next` of them), or `change` an earlier answer; `expect` says what must hold of the reply then.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.channels.terminal import as_json
from bot.core.turn import Brain, turn
from bot.messages import Message

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
KINDS = {"answer", "related", "clarify", "no_answer", "small_talk", "question", "outcome", "command"}
MOST_QUOTES, MOST_QUOTED, MOST_STEPS, LONGEST = 6, 2400, 40, 2000
CONFIRM = re.compile(r"menar du|uppfattar|I take", re.IGNORECASE)
Json = dict[str, Any]


def scripts(path: Path) -> list[Json]:
    """The scripts of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def plain(text: str) -> str:
    """Text as it is compared: no emphasis, white space as one space, lower case."""
    return " ".join(text.replace("*", "").split()).casefold()


@dataclass
class Talk:
    """A conversation under way; `wrong` collects what did not hold, with the turn's number before it, `said` what the
    person wrote, `heard` the replies."""

    brain: Brain
    sources: dict[str, str]
    kept: str | None = None
    reply: Json = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    heard: list[Json] = field(default_factory=list)

    def run(self, script: Json) -> list[str]:
        """Speak the whole script; what did not hold."""
        before: tuple[str, int] | None = None
        for number, step in enumerate(script["turns"], 1):
            seen = len(self.wrong)
            self._step(step)
            self.wrong += judged(step.get("expect", {}), self.reply, before)
            self.wrong[seen:] = [f"turn {number}: {fault}" for fault in self.wrong[seen:]]
            flow = self.reply.get("flow")
            before = (flow["question"], flow["answered"]) if flow and flow["question"] else before
        return self.wrong

    @property
    def open(self) -> str | None:
        """The id of the open question."""
        flow = self.reply.get("flow")
        return flow["question"] if flow else None

    def _say(self, text: str) -> None:
        self.said.append(text)
        problem = "too_long" if len(text) > LONGEST else None
        message = Message(
            channel="terminal", event=str(len(self.said)), conversation="acceptance", sender="somebody",
            text="" if problem else text, problem=problem, received=NOW,
        )  # fmt: skip
        result = turn(self.brain, message, self.kept, NOW)
        self.kept, self.reply = result.state, as_json(result.replies[-1])
        self.heard.append(self.reply)
        self.wrong += malformed(self.reply, self.sources)
        if self.open:
            stated = re.search(r"fråga (\d+) av", self.reply["text"], re.IGNORECASE)
            self.numbers[self.open] = int(stated[1]) if stated else self.reply["flow"]["answered"] + 1

    def _step(self, step: Json) -> None:
        if "say" in step:
            self._say(step["say"])
        elif "change" in step:
            self._say(f"ändra fråga {self.numbers[step['change']]}")
            if self.open != step["change"]:
                self.wrong.append(f"to change {step['change']} opened {self.open}")
            self._answer({step["change"]: step["to"]})
        else:
            self._answers(step)

    def _answers(self, step: Json) -> None:
        left = step.get("answer_next", MOST_STEPS)
        while left and self.open and self.open != step.get("until_question"):
            self._answer(step["answers"])
            left -= 1
        if step.get("until") and self.reply["kind"] != "outcome":
            self.wrong.append("no outcome was reached")
        if step.get("until_question", self.open) != self.open or (left and "answer_next" in step):
            self.wrong.append(f"the dialog stands at {self.open}, with {left} steps left")

    def _answer(self, table: Json) -> None:
        """Answer the open question, a proposed municipality by yes; a wording that is asked back is confirmed, one that
        is not read is a fault."""
        question, entry = self.open, table.get(self.open, "ja")
        wording, means = (entry, entry) if isinstance(entry, str) else (entry["say"], entry["means"])
        for words in (wording, "ja" if wording != means else means, means):
            if words == "ja" != means and not CONFIRM.search(self.reply["text"]):
                continue
            self._say(words)
            if self.reply["kind"] == "outcome" or self.open != question:
                return
            if words == wording and not CONFIRM.search(self.reply["text"]):
                self.wrong.append(f"{wording!r} was not read as an answer to {question}")


def malformed(reply: Json, sources: dict[str, str]) -> Iterator[str]:
    """What is wrong with any reply whatever is expected: its kind, its text, quotes that are not the source's."""
    if reply["kind"] not in KINDS or not reply["text"].strip():
        yield f"kind {reply['kind']!r}, text {reply['text'][:40]!r}"
    for cited in reply["citations"]:
        if not cited["quote"] or sources[cited["source"]][cited["start"] : cited["end"]] != cited["quote"]:
            yield f"not in {cited['source']}: {cited['quote'][:60]!r}"


def judged(expect: Json, reply: Json, before: tuple[str, int] | None) -> Iterator[str]:
    """What of the expectations does not hold; `before` is the open question and the count of answers last seen."""
    text, flow, cited = reply["text"].replace("\u00a0", " ").casefold(), reply["flow"], reply["citations"]
    if reply["kind"] not in expect.get("kind", KINDS):
        yield f"kind {reply['kind']}, not {'/'.join(expect['kind'])}"
    for fact in expect.get("evidence", []):
        if not any(plain(words) in plain(c["quote"]) for words in fact for c in cited):
            yield f"no quote holds {fact[0]!r}"
    much = len(cited) > MOST_QUOTES or sum(len(c["quote"]) for c in cited) > MOST_QUOTED
    if expect.get("evidence") and reply["kind"] in ("answer", "related") and much:
        yield "too much is quoted"
    if "first_source" in expect and (not cited or cited[0]["source"] not in expect["first_source"]):
        yield f"first source {cited[0]['source'] if cited else None}, not {'/'.join(expect['first_source'])}"
    if "text_any" in expect and not any(words.casefold() in text for words in expect["text_any"]):
        yield f"the text has none of {expect['text_any']}"
    if any(words.casefold() in text for words in expect.get("text_not", [])):
        yield f"the text has one of {expect['text_not']}"
    if "flow" in expect and (flow["id"] if flow and flow["question"] else None) != expect["flow"]:
        yield f"the open dialog is {flow}, not {expect['flow']}"
    if reply["outcome"] not in expect.get("outcome", [reply["outcome"]]):
        yield f"outcome {reply['outcome']}, not {'/'.join(expect['outcome'])}"
    if "progress" in expect:
        yield from _progress(expect["progress"], flow, before)


def _progress(expected: str, flow: Json | None, before: tuple[str, int] | None) -> Iterator[str]:
    if flow is None or before is None:
        yield "no dialog tells how far it has come"
        return
    new, old = flow["answered"], before[1]
    went = "advanced" if new > old else "back" if new < old else "same"
    if went != expected or (went == "same" and flow["question"] != before[0]):
        yield f"from {before} to {flow['question']}, {new}: expected {expected}"
