"""Search: BM25 over content words plus BM25 over character 4-grams, on tantivy.

Both features are made here and indexed as whitespace-separated tokens, so that one engine serves five texts in memory
and a hundred thousand passages on disk.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy

from knowledge.language import all_grams, content_words

GRAM_WEIGHT = 1.0
"""Weight of the 4-gram score beside the word score."""
MOST_TERMS = 160
"""Terms of a query that are looked up; of a longer one only the rarest count."""
MOST_REMEMBERED = 4_000
"""Terms of a field whose queries are kept at hand."""
_SHOULD = tantivy.Occur.Should
_STAMP = "iopbot-fingerprint"


@dataclass(frozen=True, slots=True)
class Hit:
    """`key` is the document's position in the order it was given; higher scores are better, and have no unit."""

    key: int
    score: float


@dataclass(frozen=True, slots=True)
class Features:
    """What is indexed of a text and looked up of a query."""

    words: tuple[str, ...]
    grams: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Features:
        """Content words and their 4-grams."""
        return cls.of_words(content_words(text))

    @classmethod
    def of_words(cls, tokens: Sequence[str]) -> Features:
        """From words that were folded and chosen already."""
        return cls(tuple(tokens), tuple(all_grams(tokens)))


class Index:
    """An index over texts, in memory or in a folder of its own."""

    def __init__(self, index: tantivy.Index) -> None:
        self._index = index
        self._searcher = index.searcher()
        self._schema = index.schema
        self._queries: dict[str, dict[str, tantivy.Query | None]] = {"words": {}, "grams": {}}

    @classmethod
    def build(cls, texts: Iterable[str], folder: Path | None = None, fingerprint: str = "") -> Index:
        """Index the texts; with a folder the index is kept there, and loaded as long as the fingerprint holds. A folder
        that cannot be used costs time and memory, nothing else."""
        if folder is None:
            return cls(_filled(_open(None), texts, 15_000_000))
        if (kept := _kept(folder, fingerprint)) is not None:
            return cls(kept)
        draft = folder.with_name(f"{folder.name}.{os.getpid()}")
        listed = list(texts)
        try:
            draft.mkdir(parents=True)
            _filled(_open(draft), listed, 64_000_000)
            (draft / _STAMP).write_text(_stamp(draft, fingerprint), encoding="ascii")
            # Put into place whole: another process that begins at the same time finds all of it, or nothing.
            shutil.rmtree(folder, ignore_errors=True)
            draft.rename(folder)
            return cls(_open(folder))
        except (OSError, ValueError):  # tantivy's errors are ValueErrors
            return cls(_filled(_open(None), listed, 15_000_000))
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def search(self, features: Features, limit: int = 10, word_weight: float = 1.0) -> list[Hit]:
        """The best documents for the features, best first; empty when no term is known."""
        clauses = [
            (_SHOULD, query if weight == 1.0 else tantivy.Query.boost_query(query, weight))
            for query, weight in self._clauses(features, word_weight)
        ]
        if not clauses:
            return []
        found = self._searcher.search(tantivy.Query.boolean_query(clauses), limit, count=False).hits
        keys = self._searcher.fast_field_values("key", [address for _, address in found])
        return [Hit(int(key or 0), float(score)) for key, (score, _) in zip(keys, found, strict=True)]

    def _clauses(self, features: Features, word_weight: float) -> list[tuple[tantivy.Query, float]]:
        """The queries of the terms that stand in the index, with their weights; of very many the rarest."""
        known = []
        for field, tokens, weight in (("words", features.words, word_weight), ("grams", features.grams, GRAM_WEIGHT)):
            for term, count in Counter(tokens).items():
                query = self._query(field, term)
                if query is not None:
                    known.append((query, min(count, 3) * weight, field, term))
        if len(known) > MOST_TERMS:
            known.sort(key=lambda item: self._searcher.doc_freq(item[2], item[3]))
        return [(query, weight) for query, weight, _, _ in known[:MOST_TERMS]]

    def _query(self, field: str, term: str) -> tantivy.Query | None:
        """The query for one term, None when no document holds it."""
        remembered = self._queries[field]
        if term in remembered:
            return remembered[term]
        held = self._searcher.doc_freq(field, term)
        query = tantivy.Query.term_query(self._schema, field, term) if held else None
        if len(remembered) < MOST_REMEMBERED:
            remembered[term] = query
        return query


def _open(folder: Path | None) -> tantivy.Index:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("key", stored=False, indexed=False, fast=True)
    for field in ("words", "grams"):
        builder.add_text_field(field, stored=False, tokenizer_name="plain", index_option="freq")
    index = tantivy.Index(builder.build(), path=str(folder) if folder else None)
    index.register_tokenizer("plain", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


def _filled(index: tantivy.Index, texts: Iterable[str], heap: int) -> tantivy.Index:
    writer = index.writer(heap_size=heap, num_threads=1)
    for key, text in enumerate(texts):
        features = Features.of(text)
        writer.add_document(tantivy.Document(key=key, words=" ".join(features.words), grams=" ".join(features.grams)))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


def _kept(folder: Path, fingerprint: str) -> tantivy.Index | None:
    """The index in the folder, None when there is none, a damaged one, or one of other texts."""
    try:
        fits = _stamp(folder, fingerprint) == (folder / _STAMP).read_text(encoding="ascii")
        return _open(folder) if fits else None
    except (OSError, ValueError):
        return None


def _stamp(folder: Path, fingerprint: str) -> str:
    """What stands beside an index: of which texts it is, and a digest of its files."""
    digest = hashlib.sha256()
    for file in sorted(folder.glob("[!.]*")):
        if file.name != _STAMP:
            digest.update(f"{file.name}\0".encode())
            digest.update(file.read_bytes())
    return f"{fingerprint} {digest.hexdigest()}"
