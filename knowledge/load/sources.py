"""Sources: their texts, byte for byte, and where their parts and sections begin."""

from __future__ import annotations

import hashlib
from pathlib import Path

from knowledge import schema
from knowledge.authoring import Document, Location
from knowledge.load.gathered import Gathered
from knowledge.model import Issuer, Part, Source
from knowledge.sources import find_all, markdown_sections, passages_of, sections_of


def add_sources(into: Gathered, doc: Document, entries: schema.SourcesFile, own: bool) -> None:
    """The issuers of a file, and its sources; `own` ones are the project's."""
    for n, issuer in enumerate(entries.issuers):
        value = Issuer(issuer.id, issuer.name, issuer.place, issuer.aliases)
        into.keep(doc, ("issuers", n), into.issuers, issuer.id, value, "issuer")
    for n, entry in enumerate(entries.sources):
        source = _source(into, doc, ("sources", n), entry, own)
        if source:
            into.keep(doc, ("sources", n), into.sources, entry.id, source, "source")


def _source(into: Gathered, doc: Document, at: Location, entry: schema.SourceEntry, own: bool) -> Source | None:
    raw = _raw(into, doc, at, entry)
    if raw is None:
        return None
    issuer = into.issuer(doc, [*at, "issuer"], entry.issuer)
    if issuer is None:
        return None
    text = raw.decode("utf-8")
    headings = _headings(into, doc, at, entry, text)
    return Source(
        id=entry.id,
        title=entry.title,
        publisher=entry.publisher,
        kind=entry.kind,
        issuer=issuer,
        text=text,
        sha256=hashlib.sha256(raw).hexdigest(),
        published=entry.published,
        dated=entry.dated,
        place=entry.place,
        status=entry.status,
        show=entry.show,
        own=own,
        remarks=entry.remarks,
        parts=_parts(into, doc, at, entry, text),
        sections=sections_of(text, headings, list(entry.sections)) if entry.sections else markdown_sections(text),
        passages=passages_of(entry.id, text),
    )


def _raw(into: Gathered, doc: Document, at: Location, entry: schema.SourceEntry) -> bytes | None:
    """The text as it stands in its file, which is UTF-8; None for one that cannot be used."""
    path = doc.path.parent / entry.file
    # A text is shown to everybody: a file elsewhere, by its path or through a link, is not the author's to publish.
    inside = path.resolve().is_relative_to(doc.path.parent.resolve())
    if Path(entry.file).name != entry.file or not inside:
        into.fault(doc, [*at, "file"], f"{entry.file!r} is no file of this folder.", "Put the text beside this file.")
        return None
    try:
        raw = path.read_bytes()
        raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        into.fault(doc, [*at, "file"], f"{entry.file}: {error}.", "Put the text there, in UTF-8.")
        return None
    into.digest.update(raw)
    if entry.sha256 and entry.sha256 != hashlib.sha256(raw).hexdigest():
        remedy = "Restore the original text, byte for byte."
        into.fault(doc, [*at, "sha256"], f"{entry.file} has been changed.", remedy)
    return raw


def _headings(into: Gathered, doc: Document, at: Location, entry: schema.SourceEntry, text: str) -> list[int]:
    """Where the headings that the author lists begin, in order."""
    found, after = [], 0
    for n, heading in enumerate(entry.sections):
        place = _line_with(text, heading, after)
        if place < 0:
            cause = f"No line {heading!r} after the one before."
            into.fault(doc, [*at, "sections", n], cause, "Write the heading's exact words.")
            place = after
        found.append(place)
        after = place + len(heading)
    return found


def _parts(into: Gathered, doc: Document, at: Location, entry: schema.SourceEntry, text: str) -> tuple[Part, ...]:
    """The parts with an issuer, date and status of their own; each lasts until the next one begins."""
    starts = []
    for n, part in enumerate(entry.parts):
        places = find_all(text, part.start_words)
        if len(places) != 1:
            cause = f"{part.start_words!r} stands {len(places)} times."
            into.fault(doc, [*at, "parts", n], cause, "Write more of its words.")
        starts.append(places[0] if places else 0)
    ends = [*starts[1:], len(text)] if starts else []
    out = []
    for n, (part, start, end) in enumerate(zip(entry.parts, starts, ends, strict=True)):
        issuer = into.issuer(doc, [*at, "parts", n, "issuer"], part.issuer)
        if issuer:
            out.append(Part(part.title, issuer, start, end, part.published, part.status))
    return tuple(out)


def _line_with(text: str, words: str, after: int) -> int:
    """Offset of the first line at or after a place that holds the words, or -1."""
    at = text.find(words, after)
    return -1 if at < 0 else text.rfind("\n", 0, at) + 1
