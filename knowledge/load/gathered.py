"""What has been read so far, and the faults on the way; in the end it becomes a Knowledge."""

from __future__ import annotations

import hashlib
from typing import TypeVar

from knowledge.authoring import Document, Fault, Location
from knowledge.model import Criterion, Example, Issuer, Knowledge, Quote, Source, Term, Topic

T = TypeVar("T")


class Gathered:
    """Everything by its id. Faults are gathered, so that an author sees them all at once."""

    def __init__(self) -> None:
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
        """Of every file that was read, in that order."""

    def knowledge(self) -> Knowledge:
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

    def fault(self, doc: Document, at: Location, cause: str, remedy: str) -> None:
        """Note what is wrong at a place of a file, and what to do about it."""
        self.faults.append(doc.fault(at, cause, remedy))

    def keep(self, doc: Document, at: Location, into: dict[str, T], id: str, value: T, what: str) -> None:
        """Keep a value under its id; one that is taken is a fault, told with `what` it is an id of."""
        if id in into:
            self.fault(doc, at, f"The {what} id {id!r} is used twice.", "Ids are unique over all files.")
        into[id] = value

    def issuer(self, doc: Document, at: Location, id: str) -> Issuer | None:
        """The issuer that a file names; an unknown one is a fault."""
        if id not in self.issuers:
            self.fault(doc, at, f"There is no issuer {id!r}.", "List it under issuers in sources.yaml.")
        return self.issuers.get(id)

    def cited(self, doc: Document, at: Location, ids: tuple[str, ...]) -> tuple[Quote, ...]:
        """The quotes that a file names; an unknown one is a fault and left out."""
        for n, id in enumerate(ids):
            if id not in self.quotes:
                remedy = "Use an id from quotes/, or add the quote there."
                self.fault(doc, [*at, n], f"There is no quote {id!r}.", remedy)
        return tuple(self.quotes[id] for id in ids if id in self.quotes)
