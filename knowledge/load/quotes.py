"""Quotes: the one place of a source at which the exact words that an author writes stand."""

from __future__ import annotations

from knowledge import schema
from knowledge.authoring import Document, Location
from knowledge.load.gathered import Gathered
from knowledge.model import Quote, Source
from knowledge.sources import find_all


def add_quotes(into: Gathered, doc: Document, entries: schema.QuotesFile) -> None:
    """The quotes of a file, which are all of one source."""
    source = into.sources.get(entries.source)
    if source is None:
        into.fault(doc, ["source"], f"There is no source {entries.source!r}.", "List it in sources.yaml.")
        return
    for n, entry in enumerate(entries.quotes):
        at: Location = ("quotes", n)
        span = _span(into, doc, at, entry, source)
        part = source.part_at(span[0]) if span else None
        default = part.issuer if part else source.issuer
        issuer = into.issuer(doc, at, entry.issuer) if entry.issuer else default
        if span and issuer:
            quote = Quote(entry.id, source, *span, issuer, entry.strength, entry.note)
            into.keep(doc, at, into.quotes, entry.id, quote, "quote")


def _span(
    into: Gathered, doc: Document, at: Location, entry: schema.QuoteEntry, source: Source
) -> tuple[int, int] | None:
    """Start and end of a quote."""
    first = entry.text if entry.text is not None else entry.start_words
    if first is None or (entry.text is None) == (entry.end_words is None):
        into.fault(doc, at, f"{entry.id}: write either text, or from and to.", "")
        return None
    start = _start(into, doc, at, entry, first, source)
    if start is None or entry.end_words is None:
        return None if start is None else (start, start + len(first))
    end = source.text.find(entry.end_words, start)
    if end < 0:
        cause = f"{entry.id}: {entry.end_words[:60]!r} does not stand after its beginning."
        into.fault(doc, at, cause, "Copy the exact words.")
        return None
    return start, end + len(entry.end_words)


def _start(
    into: Gathered, doc: Document, at: Location, entry: schema.QuoteEntry, first: str, source: Source
) -> int | None:
    """The one place of the source, or of the section that the author names, at which the first words stand."""
    low, high = 0, len(source.text)
    if entry.section is not None:
        within = next((s for s in source.sections if entry.section in s.path), None)
        if within is None:
            cause = f"There is no section {entry.section!r}."
            into.fault(doc, [*at, "in"], cause, "Use a heading from sources.yaml.")
            return None
        low, high = within.start, within.end
    places = [p for p in find_all(source.text, first) if low <= p < high]
    if len(places) != 1:
        lines = ", ".join(str(source.text.count("\n", 0, p) + 1) for p in places)
        where = f" (lines {lines})" if places else ""
        cause = f"{entry.id}: {first[:60]!r} stands {len(places)} times in {source.id}{where}."
        into.fault(doc, at, cause, "Copy the exact words; write more of them, or name the section with in.")
        return None
    return places[0]
