"""What cites quotes: criteria, topics and examples, and further wordings of the questions that they answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from knowledge import schema
from knowledge.authoring import Document, Location
from knowledge.load.gathered import Gathered
from knowledge.model import Criterion, Example, Topic, Variant


def add_criteria(into: Gathered, doc: Document, entries: schema.CriteriaFile) -> None:
    """The criteria of a file."""
    for n, entry in enumerate(entries.criteria):
        at: Location = ("criteria", n)
        quotes = into.cited(doc, [*at, "quotes"], entry.quotes)
        differs = into.cited(doc, [*at, "differs"], entry.differs)
        criterion = Criterion(entry.id, entry.title, quotes, differs, entry.note)
        into.keep(doc, at, into.criteria, entry.id, criterion, "criterion")


def add_topics(into: Gathered, doc: Document, entries: schema.TopicsFile) -> None:
    """The topics of a file."""
    for n, entry in enumerate(entries.topics):
        at: Location = ("topics", n)
        into.keep(doc, at, into.topics, entry.id, _topic(into, doc, at, entry), "topic")


def _topic(into: Gathered, doc: Document, at: Location, entry: schema.TopicEntry) -> Topic:
    variants = {
        place: Variant(v.lead, into.cited(doc, [*at, "places", place, "quotes"], v.quotes), v.lead_en)
        for place, v in entry.places.items()
    }
    return Topic(
        id=entry.id,
        title=entry.title,
        kind=entry.kind,
        lead=entry.lead,
        lead_en=entry.lead_en,
        ask=entry.ask,
        ask_en=entry.ask_en,
        quotes=into.cited(doc, [*at, "quotes"], entry.quotes),
        form=entry.form,
        place=entry.place,
        variants=variants,
        related=entry.related,
        flow=entry.flow,
        reviewed=entry.reviewed,
        file=doc.name,
        line=doc.line(at),
    )


def add_examples(into: Gathered, doc: Document, entries: schema.ExamplesFile) -> None:
    """The examples of a file, each of them a topic too."""
    for n, entry in enumerate(entries.examples):
        at: Location = ("examples", n)
        topic = Topic(
            id=entry.id,
            title=entry.name,
            kind="answer",
            lead=entry.lead,
            lead_en=entry.lead_en,
            ask=entry.ask,
            ask_en=entry.ask_en,
            quotes=into.cited(doc, [*at, "quotes"], entry.quotes),
            place=entry.place,
            related=entry.related,
            reviewed=entry.reviewed,
            file=doc.name,
            line=doc.line(at),
        )
        example = Example(
            entry.id,
            entry.name,
            entry.place,
            entry.parties,
            entry.target_group,
            entry.as_of,
            entry.years,
            entry.sums,
            topic,
        )
        into.keep(doc, at, into.examples, entry.id, example, "example")
        into.keep(doc, at, into.topics, entry.id, topic, "topic")


def add_wordings(into: Gathered, files: Iterable[tuple[Document, schema.AskFile]]) -> None:
    """Further wordings of what is there already."""
    ask: dict[str, list[str]] = {}
    ask_en: dict[str, list[str]] = {}
    for doc, more in files:
        for key, wordings, gathered in (("ask", more.ask, ask), ("ask_en", more.ask_en, ask_en)):
            for id, added in wordings.items():
                if id in into.topics:
                    gathered.setdefault(id, []).extend(added)
                else:
                    into.fault(doc, [key, id], f"There is no topic {id!r}.", "Use the id of a topic or an example.")
    for id in ask.keys() | ask_en.keys():
        topic = into.topics[id]
        into.topics[id] = replace(
            topic, ask=(*topic.ask, *ask.get(id, ())), ask_en=(*topic.ask_en, *ask_en.get(id, ()))
        )
