"""What the loader cannot see one file at a time: coverage of the sources, dangling references, limits of answers."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.authoring import Fault
from knowledge.language import fold, words
from knowledge.model import FEW, MANY, Knowledge, Quote, Topic


def check_knowledge(knowledge: Knowledge, flows: frozenset[str] = frozenset()) -> list[Fault]:
    """Every fault found; empty when all is well. `flows` are the ids that topics may offer."""
    faults = list(_coverage(knowledge))
    for topic in knowledge.topics.values():
        faults += _topic(knowledge, topic, flows)
    faults += _wordings(knowledge)
    return faults


def _coverage(knowledge: Knowledge) -> Iterator[Fault]:
    reached = {(q.source.id, q.start, q.end) for t in knowledge.topics.values() for q in _all_quotes(t)}
    for source in knowledge.sources.values():
        for section in source.sections:
            if not any(s == source.id and start < section.end and section.start < end for s, start, end in reached):
                title = " › ".join(section.path) or "(början)"
                yield Fault(
                    f"sources/{source.id}",
                    source.text.count("\n", 0, section.start) + 1,
                    f"No topic quotes the section «{title}».",
                    "Write a topic that does.",
                    "error" if source.own else "warning",
                )


def _all_quotes(topic: Topic) -> Iterator[Quote]:
    yield from topic.quotes
    for variant in topic.variants.values():
        yield from variant.quotes


def _topic(knowledge: Knowledge, topic: Topic, flows: frozenset[str]) -> Iterator[Fault]:
    def fault(cause: str, remedy: str, level: str = "error") -> Fault:
        return Fault(topic.file, topic.line, f"{topic.id}: {cause}", remedy, level)

    if topic.kind == "answer" and not topic.quotes:
        yield fault("An answer needs a quote.", "Cite one, or make it kind: unanswered.")
    if topic.kind in ("outside", "small_talk") and topic.quotes:
        yield fault("This kind of topic shows no quotes.", "Remove them, or change its kind.")
    for id in topic.related:
        if id not in knowledge.topics:
            yield fault(f"The related topic {id!r} does not exist.", "Correct or remove it.")
    if topic.flow and flows and topic.flow not in flows:
        yield fault(f"The flow {topic.flow!r} does not exist.", f"Use one of {', '.join(sorted(flows))}.")
    for place in (topic.place, *topic.variants):
        if place and place not in knowledge.places:
            yield fault(f"The place {place!r} does not exist.", "Use an id from terms/.")
    most, chars = FEW if topic.form == "fact" else MANY
    if len(topic.quotes) > most or sum(len(q.text) for q in topic.quotes) > chars:
        yield fault(
            f"More than {most} quotes or {chars} quoted characters.",
            "Shorten it; the last quotes will not show.",
            "warning",
        )
    if len(topic.lead) > 420:
        yield fault("The lead is longer than 420 characters.", "One or two short sentences.", "warning")
    if not topic.ask:
        yield fault("No wordings.", "Write how people ask for this.")


def _wordings(knowledge: Knowledge) -> Iterator[Fault]:
    """Wordings without words, and the same wording in two topics (a warning: two may answer alike)."""
    seen: dict[tuple[str, ...], Topic] = {}
    for topic in knowledge.topics.values():
        for wording in (*topic.ask, *topic.ask_en):
            key = tuple(words(wording))
            if not key or not fold(wording).strip():
                yield Fault(
                    topic.file, topic.line, f"{topic.id}: The wording {wording!r} holds no words.", "Remove it."
                )
                continue
            other = seen.setdefault(key, topic)
            if other is not topic:
                yield Fault(
                    topic.file,
                    topic.line,
                    f"{topic.id}: The wording {wording!r} stands in {other.id} too.",
                    "Leave it with the topic that answers it best.",
                    "warning",
                )
