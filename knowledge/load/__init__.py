"""Read content folders into one Knowledge: offsets are derived here from the exact words that authors write."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from knowledge import schema
from knowledge.authoring import AuthoringError, Document, Fault, Parsed, parsed, read_folder
from knowledge.cache import kept_in
from knowledge.load.citing import add_criteria, add_examples, add_topics, add_wordings
from knowledge.load.gathered import Gathered
from knowledge.load.quotes import add_quotes
from knowledge.load.sources import add_sources
from knowledge.model import Knowledge, Term

CONTENT = Path(__file__).parent.parent / "content"
"""The project's own content; an operator's folders of the same shape are loaded after it."""

T = TypeVar("T")


def load(folders: Sequence[Path] = (), cache: Path | None = None) -> Knowledge:
    """Load the project's content and then the folders; raises AuthoringError with every fault found.

    With a cache folder the parsed YAML is kept there, under a digest of all files.
    """
    every = (CONTENT, *folders)
    files = [path for folder in every for path in sorted(folder.glob("*/*.yaml"))]
    before = kept_in(cache, _digest(files), lambda: parsed(files), "content") if cache else {}
    gathered = Gathered()
    for folder in every:
        _add(gathered, folder, before, own=folder == CONTENT)
    if gathered.faults:
        raise AuthoringError(gathered.faults)
    return gathered.knowledge()


def _digest(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _add(into: Gathered, folder: Path, before: Mapping[str, Parsed], own: bool) -> None:
    """One content folder: sources first, then what cites them. `before` is what was parsed before, by path."""

    def documents(name: str, model: type[T]) -> Iterable[tuple[Document, T]]:
        return _documents(into, folder / name, model, before)

    if not folder.is_dir():
        into.faults.append(Fault(str(folder), 1, "The folder does not exist.", "Correct IOPBOT_KNOWLEDGE."))
        return
    for doc, sources in documents("sources", schema.SourcesFile):
        add_sources(into, doc, sources, own)
    for doc, quotes in documents("quotes", schema.QuotesFile):
        add_quotes(into, doc, quotes)
    for _, terms in documents("terms", schema.TermsFile):
        into.terms += [Term(t.id, t.forms) for t in terms.terms]
        into.places |= terms.places
    for doc, criteria in documents("criteria", schema.CriteriaFile):
        add_criteria(into, doc, criteria)
    for doc, topics in documents("topics", schema.TopicsFile):
        add_topics(into, doc, topics)
    for doc, examples in documents("examples", schema.ExamplesFile):
        add_examples(into, doc, examples)
    add_wordings(into, documents("wordings", schema.AskFile))


def _documents(
    into: Gathered, folder: Path, model: type[T], before: Mapping[str, Parsed]
) -> Iterable[tuple[Document, T]]:
    """The files of a folder as values; those that are none are faults."""
    try:
        documents = read_folder(folder, before)
    except AuthoringError as error:
        into.faults += error.faults
        return
    for doc in documents:
        into.digest.update(doc.path.read_bytes())
        try:
            yield doc, doc.parse(model)  # type: ignore[type-var]
        except AuthoringError as error:
            into.faults += error.faults
