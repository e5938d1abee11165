"""The index of quotes: found by words and parts of words, and the same from memory and from a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge import match, search
from knowledge.answer import Answerer
from knowledge.model import Knowledge
from knowledge.search import Features, Hit, Index

TEXTS = ("Föreningen tar initiativet.", "Kommunen ger bidrag till föreningar.", "Ett partnerskap varar länge.")


def found(index: Index, question: str = "bidragsregler") -> list[Hit]:
    return index.search(Features.of(question))


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name[0] != "."}


def test_a_part_of_a_word_finds_its_text() -> None:
    index = Index.build(TEXTS)

    assert [hit.key for hit in found(index)] == [1]
    assert found(index, "xyz") == []


def test_an_index_in_a_folder_is_made_once_and_finds_the_same(tmp_path: Path) -> None:
    expected = found(Index.build(TEXTS))

    assert found(Index.build(TEXTS, tmp_path / "index", "print")) == expected
    assert found(Index.build((), tmp_path / "index", "print")) == expected
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


def test_an_index_of_other_texts_is_made_anew(tmp_path: Path) -> None:
    Index.build(TEXTS, tmp_path / "index", "print")

    assert [hit.key for hit in found(Index.build(TEXTS[::-1], tmp_path / "index", "other"))] == [1]
    assert [hit.key for hit in found(Index.build(TEXTS[1:], tmp_path / "index", "shorter"))] == [0]


@pytest.mark.parametrize("how", ["cut", "gone", "changed"])
def test_a_damaged_index_is_made_anew(how: str, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    expected = found(Index.build(TEXTS, folder, "print"))
    for name in files(folder):
        path = folder / name
        if not path.exists() or not (whole := path.read_bytes()):
            continue  # made anew under another name
        # Always a new file: an index that is still open maps the old one, and cutting that short would end the process.
        path.unlink()
        if how != "gone":
            path.write_bytes(whole[:-1] if how == "cut" else whole[:-1] + bytes([whole[-1] ^ 1]))

        assert found(Index.build(TEXTS, folder, "print")) == expected


def test_a_large_collection_is_indexed_in_the_cache_folder(
    tmp_path: Path, knowledge: Knowledge, answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "Vem ska ta initiativet till ett IOP?"
    assert len(knowledge.quotes) > 100
    monkeypatch.setattr(match, "IN_MEMORY", 100)
    first = Answerer(knowledge, cache=tmp_path).answer(question)
    monkeypatch.setattr(search, "_filled", lambda *_: pytest.fail("it is made again"))

    assert Answerer(knowledge, cache=tmp_path).answer(question) == first == answerer.answer(question)


def test_a_folder_that_cannot_be_used_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    assert found(Index.build(iter(TEXTS), tmp_path / "file" / "index", "print")) == found(Index.build(TEXTS))
