"""Read content folders into one Knowledge: offsets are derived here from the exact words that authors write."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from knowledge import schema
from knowledge.authoring import AuthoringError, Document, Fault, Location, Parsed, parsed, read_folder
from knowledge.cache import kept_in
from knowledge.model import (
    Criterion,
    Example,
    Issuer,
    Knowledge,
    Part,
    Quote,
    Source,
    Term,
    Topic,
    Variant,
)
from knowledge.sources import find_all, markdown_sections, passages_of, sections_of

CONTENT = Path(__file__).parent / "content"
"""The project's own content; an operator's folders of the same shape are loaded after it."""

T = TypeVar("T")


def load(folders: Sequence[Path] = (), cache: Path | None = None) -> Knowledge:
    """Load the project's content and then the folders; raises AuthoringError with every fault found.

    With a cache folder the parsed YAML is kept there, under a digest of all files.
    """
    every = (CONTENT, *folders)
    files = [path for folder in every for path in sorted(folder.glob("*/*.yaml"))]
    builder = _Builder(kept_in(cache, _digest(files), lambda: parsed(files), "content") if cache else {})
    for folder in every:
        builder.add(folder, own=folder == CONTENT)
    if builder.faults:
        raise AuthoringError(builder.faults)
    return builder.build()


def _digest(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


class _Builder:
    """Collects what the folders hold; faults are gathered, so that an author sees them all at once."""

    def __init__(self, before: Mapping[str, Parsed]) -> None:
        """`before` is what was parsed before, by path."""
        self._before = before
        self.faults: list[Fault] = []
        self.issuers: dict[str, Issuer] = {}
        self.sources: dict[str, Source] = {}
        self.quotes: dict[str, Quote] = {}
        self.topics: dict[str, Topic] = {}
        self.criteria: dict[str, Criterion] = {}
        self.examples: dict[str, Example] = {}
        self.terms: list[Term] = []
        self.places: dict[str, str] = {}
        self.digest = hashlib.sha256()

    def add(self, folder: Path, own: bool) -> None:
        """One content folder: sources first, then what cites them."""
        if not folder.is_dir():
            self.faults.append(Fault(str(folder), 1, "The folder does not exist.", "Correct IOPBOT_KNOWLEDGE."))
            return
        for doc, entries in self._parsed(folder / "sources", schema.SourcesFile):
            self._add_sources(doc, entries, own)
        for doc, quotes in self._parsed(folder / "quotes", schema.QuotesFile):
            self._add_quotes(doc, quotes)
        for _, terms in self._parsed(folder / "terms", schema.TermsFile):
            self.terms += [Term(t.id, t.forms) for t in terms.terms]
            self.places |= terms.places
        for doc, criteria in self._parsed(folder / "criteria", schema.CriteriaFile):
            self._add_criteria(doc, criteria)
        for doc, topics in self._parsed(folder / "topics", schema.TopicsFile):
            for n, entry in enumerate(topics.topics):
                topic = self._topic(doc, ("topics", n), entry)
                self._keep(doc, ("topics", n), self.topics, entry.id, topic, "topic")
        for doc, examples in self._parsed(folder / "examples", schema.ExamplesFile):
            self._add_examples(doc, examples)
        for doc, more in self._parsed(folder / "wordings", schema.AskFile):
            self._add_wordings(doc, more)

    def build(self) -> Knowledge:
        """The finished value."""
        return Knowledge(
            issuers=self.issuers,
            sources=self.sources,
            quotes=self.quotes,
            topics=self.topics,
            criteria=self.criteria,
            examples=self.examples,
            terms=tuple(self.terms),
            places=self.places,
            fingerprint=self.digest.hexdigest(),
        )

    def _parsed(self, folder: Path, model: type[T]) -> Iterable[tuple[Document, T]]:
        try:
            documents = read_folder(folder, self._before)
        except AuthoringError as error:
            self.faults += error.faults
            return
        for doc in documents:
            self.digest.update(doc.path.read_bytes())
            try:
                yield doc, doc.parse(model)  # type: ignore[type-var]
            except AuthoringError as error:
                self.faults += error.faults

    def _keep(self, doc: Document, at: Location, into: dict[str, T], id: str, value: T, what: str) -> None:
        if id in into:
            self.faults.append(doc.fault(at, f"The {what} id {id!r} is used twice.", "Ids are unique over all files."))
        into[id] = value

    # ---- sources and quotes

    def _add_sources(self, doc: Document, entries: schema.SourcesFile, own: bool) -> None:
        for n, issuer in enumerate(entries.issuers):
            value = Issuer(issuer.id, issuer.name, issuer.place, issuer.aliases)
            self._keep(doc, ("issuers", n), self.issuers, issuer.id, value, "issuer")
        for n, entry in enumerate(entries.sources):
            source = self._source(doc, ("sources", n), entry, own)
            if source:
                self._keep(doc, ("sources", n), self.sources, entry.id, source, "source")

    def _source(self, doc: Document, at: Location, entry: schema.SourceEntry, own: bool) -> Source | None:
        path = doc.path.parent / entry.file
        # A text is shown to everybody: a file elsewhere, by its path or through a link, is not the author's to publish.
        inside = path.resolve().is_relative_to(doc.path.parent.resolve())
        if Path(entry.file).name != entry.file or not inside:
            self.faults.append(
                doc.fault([*at, "file"], f"{entry.file!r} is no file of this folder.", "Put the text beside this file.")
            )
            return None
        try:
            raw = path.read_bytes()
            text = raw.decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self.faults.append(doc.fault([*at, "file"], f"{entry.file}: {error}.", "Put the text there, in UTF-8."))
            return None
        self.digest.update(raw)
        sha = hashlib.sha256(raw).hexdigest()
        if entry.sha256 and entry.sha256 != sha:
            self.faults.append(
                doc.fault(
                    [*at, "sha256"], f"{entry.file} has been changed.", "Restore the original text, byte for byte."
                )
            )
        issuer = self._issuer(doc, [*at, "issuer"], entry.issuer)
        if issuer is None:
            return None
        headings = self._headings(doc, at, entry, text)
        return Source(
            id=entry.id,
            title=entry.title,
            publisher=entry.publisher,
            kind=entry.kind,
            issuer=issuer,
            text=text,
            sha256=sha,
            published=entry.published,
            dated=entry.dated,
            place=entry.place,
            status=entry.status,
            show=entry.show,
            own=own,
            remarks=entry.remarks,
            parts=self._parts(doc, at, entry, text),
            sections=sections_of(text, headings, list(entry.sections)) if entry.sections else markdown_sections(text),
            passages=passages_of(entry.id, text),
        )

    def _headings(self, doc: Document, at: Location, entry: schema.SourceEntry, text: str) -> list[int]:
        found, after = [], 0
        for n, heading in enumerate(entry.sections):
            place = _line_with(text, heading, after)
            if place < 0:
                self.faults.append(
                    doc.fault(
                        [*at, "sections", n],
                        f"No line {heading!r} after the one before.",
                        "Write the heading's exact words.",
                    )
                )
                place = after
            found.append(place)
            after = place + len(heading)
        return found

    def _parts(self, doc: Document, at: Location, entry: schema.SourceEntry, text: str) -> tuple[Part, ...]:
        starts = []
        for n, part in enumerate(entry.parts):
            places = find_all(text, part.start_words)
            if len(places) != 1:
                self.faults.append(
                    doc.fault(
                        [*at, "parts", n],
                        f"{part.start_words!r} stands {len(places)} times.",
                        "Write more of its words.",
                    )
                )
            starts.append(places[0] if places else 0)
        ends = [*starts[1:], len(text)] if starts else []
        out = []
        for n, (part, start, end) in enumerate(zip(entry.parts, starts, ends, strict=True)):
            issuer = self._issuer(doc, [*at, "parts", n, "issuer"], part.issuer)
            if issuer:
                out.append(Part(part.title, issuer, start, end, part.published, part.status))
        return tuple(out)

    def _issuer(self, doc: Document, at: Location, id: str) -> Issuer | None:
        if id not in self.issuers:
            self.faults.append(doc.fault(at, f"There is no issuer {id!r}.", "List it under issuers in sources.yaml."))
        return self.issuers.get(id)

    def _add_quotes(self, doc: Document, entries: schema.QuotesFile) -> None:
        source = self.sources.get(entries.source)
        if source is None:
            self.faults.append(
                doc.fault(["source"], f"There is no source {entries.source!r}.", "List it in sources.yaml.")
            )
            return
        for n, entry in enumerate(entries.quotes):
            at: Location = ("quotes", n)
            span = self._span(doc, at, entry, source)
            part = source.part_at(span[0]) if span else None
            default = part.issuer if part else source.issuer
            issuer = self._issuer(doc, at, entry.issuer) if entry.issuer else default
            if span and issuer:
                quote = Quote(entry.id, source, *span, issuer, entry.strength, entry.note)
                self._keep(doc, at, self.quotes, entry.id, quote, "quote")

    def _span(self, doc: Document, at: Location, entry: schema.QuoteEntry, source: Source) -> tuple[int, int] | None:
        first = entry.text if entry.text is not None else entry.start_words
        if first is None or (entry.text is None) == (entry.end_words is None):
            self.faults.append(doc.fault(at, f"{entry.id}: write either text, or from and to.", ""))
            return None
        low, high = 0, len(source.text)
        if entry.section is not None:
            within = next((s for s in source.sections if entry.section in s.path), None)
            if within is None:
                self.faults.append(
                    doc.fault(
                        [*at, "in"], f"There is no section {entry.section!r}.", "Use a heading from sources.yaml."
                    )
                )
                return None
            low, high = within.start, within.end
        places = [p for p in find_all(source.text, first) if low <= p < high]
        if len(places) != 1:
            lines = ", ".join(str(source.text.count("\n", 0, p) + 1) for p in places)
            cause = f"{entry.id}: {first[:60]!r} stands {len(places)} times in {source.id}" + (
                f" (lines {lines})." if places else "."
            )
            self.faults.append(
                doc.fault(at, cause, "Copy the exact words; write more of them, or name the section with in.")
            )
            return None
        start = places[0]
        if entry.end_words is None:
            return start, start + len(first)
        end = source.text.find(entry.end_words, start)
        if end < 0:
            self.faults.append(
                doc.fault(
                    at,
                    f"{entry.id}: {entry.end_words[:60]!r} does not stand after its beginning.",
                    "Copy the exact words.",
                )
            )
            return None
        return start, end + len(entry.end_words)

    # ---- what cites quotes

    def _cited(self, doc: Document, at: Location, ids: tuple[str, ...]) -> tuple[Quote, ...]:
        for n, id in enumerate(ids):
            if id not in self.quotes:
                self.faults.append(
                    doc.fault([*at, n], f"There is no quote {id!r}.", "Use an id from quotes/, or add the quote there.")
                )
        return tuple(self.quotes[id] for id in ids if id in self.quotes)

    def _topic(self, doc: Document, at: Location, entry: schema.TopicEntry) -> Topic:
        variants = {
            place: Variant(v.lead, self._cited(doc, [*at, "places", place, "quotes"], v.quotes), v.lead_en)
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
            quotes=self._cited(doc, [*at, "quotes"], entry.quotes),
            form=entry.form,
            place=entry.place,
            variants=variants,
            related=entry.related,
            flow=entry.flow,
            reviewed=entry.reviewed,
            file=doc.name,
            line=doc.line(at),
        )

    def _add_criteria(self, doc: Document, entries: schema.CriteriaFile) -> None:
        for n, entry in enumerate(entries.criteria):
            at: Location = ("criteria", n)
            quotes = self._cited(doc, [*at, "quotes"], entry.quotes)
            differs = self._cited(doc, [*at, "differs"], entry.differs)
            self._keep(
                doc,
                at,
                self.criteria,
                entry.id,
                Criterion(entry.id, entry.title, quotes, differs, entry.note),
                "criterion",
            )

    def _add_examples(self, doc: Document, entries: schema.ExamplesFile) -> None:
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
                quotes=self._cited(doc, [*at, "quotes"], entry.quotes),
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
            self._keep(doc, at, self.examples, entry.id, example, "example")
            self._keep(doc, at, self.topics, entry.id, topic, "topic")

    def _add_wordings(self, doc: Document, more: schema.AskFile) -> None:
        for key, wordings in (("ask", more.ask), ("ask_en", more.ask_en)):
            for id, added in wordings.items():
                topic = self.topics.get(id)
                if topic is None:
                    self.faults.append(
                        doc.fault([key, id], f"There is no topic {id!r}.", "Use the id of a topic or an example.")
                    )
                elif key == "ask":
                    self.topics[id] = replace(topic, ask=(*topic.ask, *added))
                else:
                    self.topics[id] = replace(topic, ask_en=(*topic.ask_en, *added))


def _line_with(text: str, words: str, after: int) -> int:
    """Offset of the first line at or after a place that holds the words, or -1."""
    at = text.find(words, after)
    return -1 if at < 0 else text.rfind("\n", 0, at) + 1
