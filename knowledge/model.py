"""The values of the knowledge base. All frozen; offsets are Unicode code points, end exclusive."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Strength = Literal["must", "should", "preferable", "condition", "works_best", "statement"]
SourceKind = Literal["guideline", "handbook", "petition", "proposal", "report", "other"]
TopicKind = Literal["answer", "unanswered", "outside", "small_talk"]
Form = Literal["fact", "list", "comparison"]
FEW = (3, 1200)
"""Most quotes and quoted characters of an answer to a plain question."""
MANY = (6, 2400)
"""The same where somebody asks for a list, a comparison or several things at once."""
Show = Literal["full", "context"]


@dataclass(frozen=True, slots=True)
class Issuer:
    """Somebody whose words are quoted: a municipality, an authority, an organisation, a person.

    `place` is the municipality id whose rules the issuer's words are, or None when they bind no single place.
    """

    id: str
    name: str
    place: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a source with an issuer, date and status of its own (a cover letter, a petition, a proposal)."""

    title: str
    issuer: Issuer
    start: int
    end: int
    published: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A headed stretch of a source; `path` holds the headings from the outermost in."""

    path: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, or a list together with its introduction: the unit that plain search returns."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """One text, byte for byte, and what is known of it. `dated` says in Swedish what is known without `published`."""

    id: str
    title: str
    publisher: str
    kind: SourceKind
    issuer: Issuer
    text: str
    sha256: str
    published: str | None = None
    dated: str | None = None
    place: str | None = None
    status: str | None = None
    show: Show = "full"
    own: bool = True
    remarks: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    sections: tuple[Section, ...] = ()
    passages: tuple[Passage, ...] = ()

    def section_at(self, offset: int) -> Section | None:
        """The innermost section that holds the offset."""
        found = None
        for section in self.sections:
            if section.start <= offset < section.end:
                found = section
        return found

    def part_at(self, offset: int) -> Part | None:
        """The part that holds the offset."""
        return next((p for p in self.parts if p.start <= offset < p.end), None)


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim slice of a source: a quote that is not `source.text[start:end]` cannot be built."""

    id: str
    source: Source
    start: int
    end: int
    issuer: Issuer
    strength: Strength = "statement"
    note: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= len(self.source.text):
            raise ValueError(f"quote {self.id}: {self.start}:{self.end} is outside {self.source.id}")

    @property
    def text(self) -> str:
        """The words, exactly as they stand in the source."""
        return self.source.text[self.start : self.end]

    @property
    def reported(self) -> bool:
        """True when the source reports somebody else's words."""
        part = self.source.part_at(self.start)
        return self.issuer.id != (part.issuer.id if part else self.source.issuer.id)

    @property
    def published(self) -> str | None:
        """ISO date, year-month or year of the part or the source, or None."""
        part = self.source.part_at(self.start)
        return part.published if part and part.published else self.source.published

    @property
    def status(self) -> str | None:
        """Swedish word for what the text is when it is no decision, such as «förslag»."""
        part = self.source.part_at(self.start)
        return part.status if part and part.status else self.source.status


@dataclass(frozen=True, slots=True)
class Variant:
    """What a topic answers in one municipality."""

    lead: str
    quotes: tuple[Quote, ...]
    lead_en: str | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """What people ask about: wordings of the question, a lead sentence, quotes best first.

    kind: `answer` (the sources answer it), `unanswered` (near miss: the sources do not say, `quotes` are what is known
    nearby), `outside` (another matter altogether), `small_talk` (no quotes needed).
    """

    id: str
    title: str
    kind: TopicKind
    lead: str
    ask: tuple[str, ...]
    quotes: tuple[Quote, ...] = ()
    lead_en: str | None = None
    ask_en: tuple[str, ...] = ()
    form: Form = "fact"
    place: str | None = None
    variants: dict[str, Variant] = field(default_factory=dict)
    related: tuple[str, ...] = ()
    flow: str | None = None
    reviewed: str | None = None
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition for an IOP, with the words of every issuer that states it. Its weight lives in the flow."""

    id: str
    title: str
    quotes: tuple[Quote, ...]
    differs: tuple[Quote, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """One partnership: place, parties, target group, years, sums, and when this was so. Asked about like a topic."""

    id: str
    name: str
    place: str | None
    parties: tuple[str, ...]
    target_group: str
    as_of: str
    years: str | None
    sums: str | None
    topic: Topic


@dataclass(frozen=True, slots=True)
class Term:
    """Words that mean the same to an asker: abbreviations, old names, everyday words for officials' words."""

    id: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything loaded. Dicts keep the authors' order."""

    issuers: dict[str, Issuer]
    sources: dict[str, Source]
    quotes: dict[str, Quote]
    topics: dict[str, Topic]
    criteria: dict[str, Criterion]
    examples: dict[str, Example]
    terms: tuple[Term, ...]
    places: dict[str, str]
    """Municipality id -> its name, for all that may be chosen or named."""
    fingerprint: str = ""
    """SHA-256 over all content files: the key of anything cached."""
