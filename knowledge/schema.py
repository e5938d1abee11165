"""What authors write: the keys of every content file. docs/content.md tells them one by one; a test compares."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from knowledge.authoring import Authored
from knowledge.model import Form, Show, SourceKind, Strength


class IssuerEntry(Authored):
    id: str
    name: str
    place: str | None = None
    aliases: tuple[str, ...] = ()


class PartEntry(Authored):
    title: str
    start_words: str = Field(alias="from")
    issuer: str
    published: str | None = None
    status: str | None = None


class SourceEntry(Authored):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    file: str
    sha256: str | None = None
    title: str
    publisher: str
    issuer: str
    kind: SourceKind
    published: str | None = None
    dated: str | None = None
    place: str | None = None
    status: str | None = None
    show: Show = "full"
    remarks: tuple[str, ...] = ()
    parts: tuple[PartEntry, ...] = ()
    sections: tuple[str, ...] = ()


class SourcesFile(Authored):
    issuers: tuple[IssuerEntry, ...] = ()
    sources: tuple[SourceEntry, ...] = ()


class QuoteEntry(Authored):
    id: str
    text: str | None = None
    start_words: str | None = Field(default=None, alias="from")
    end_words: str | None = Field(default=None, alias="to")
    section: str | None = Field(default=None, alias="in")
    strength: Strength = "statement"
    issuer: str | None = None
    note: str | None = None


class QuotesFile(Authored):
    source: str
    quotes: tuple[QuoteEntry, ...]


class VariantEntry(Authored):
    lead: str
    lead_en: str | None = None
    quotes: tuple[str, ...] = Field(min_length=1)


class TopicEntry(Authored):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    kind: Literal["answer", "unanswered", "outside", "small_talk"] = "answer"
    form: Form = "fact"
    place: str | None = None
    lead: str
    lead_en: str | None = None
    quotes: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    ask_en: tuple[str, ...] = ()
    places: dict[str, VariantEntry] = Field(default_factory=dict)
    related: tuple[str, ...] = ()
    flow: str | None = None
    reviewed: str | None = None


class TopicsFile(Authored):
    topics: tuple[TopicEntry, ...]


class AskFile(Authored):
    """Further wordings for topics that stand in other files."""

    ask: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    ask_en: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class CriterionEntry(Authored):
    id: str
    title: str
    quotes: tuple[str, ...] = Field(min_length=1)
    differs: tuple[str, ...] = ()
    note: str | None = None


class CriteriaFile(Authored):
    criteria: tuple[CriterionEntry, ...]


class ExampleEntry(Authored):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str
    place: str | None = None
    parties: tuple[str, ...]
    target_group: str
    as_of: str
    years: str | None = None
    sums: str | None = None
    lead: str
    lead_en: str | None = None
    quotes: tuple[str, ...] = Field(min_length=1)
    ask: tuple[str, ...] = ()
    ask_en: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    reviewed: str | None = None


class ExamplesFile(Authored):
    examples: tuple[ExampleEntry, ...]


class TermEntry(Authored):
    id: str
    forms: tuple[str, ...] = Field(min_length=2)


class TermsFile(Authored):
    terms: tuple[TermEntry, ...] = ()
    places: dict[str, str] = Field(default_factory=dict)
