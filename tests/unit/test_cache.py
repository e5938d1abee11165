"""What is kept of prepared content is taken again only while it is whole and fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.authoring import AuthoringError, Document
from knowledge.cache import kept_in
from knowledge.load import load

VALUE = {"words": ["a", "b"], "weights": [0.5, 1.0]}


def kept(folder: Path, fingerprint: str = "print") -> tuple[object, bool]:
    """The value, and whether it had to be prepared."""
    prepared: list[bool] = []

    def prepare() -> object:
        prepared.append(True)
        return VALUE

    return kept_in(folder, fingerprint, prepare, "value"), bool(prepared)


def test_a_value_is_prepared_once_for_each_content(tmp_path: Path) -> None:
    assert [kept(tmp_path), kept(tmp_path), kept(tmp_path, "other")] == [(VALUE, True), (VALUE, False), (VALUE, True)]


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "short"])
def test_a_damaged_file_is_prepared_anew_and_mended(damage: str, tmp_path: Path) -> None:
    kept(tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    flipped = whole[:-1] + bytes([whole[-1] ^ 1])
    file.write_bytes({"flip": flipped, "cut": whole[:-1], "empty": b"", "short": whole[:8]}[damage])

    assert kept(tmp_path) == (VALUE, True)
    assert file.read_bytes() == whole
    assert kept(tmp_path) == (VALUE, False)


def test_what_is_prepared_apart_is_the_same_and_kept(tmp_path: Path) -> None:
    here = kept_in(tmp_path, "print", lambda: VALUE, "value", apart=True)
    assert (here, kept(tmp_path)) == (VALUE, (VALUE, False))


def test_what_cannot_be_prepared_or_kept_apart_is_prepared_here(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        kept_in(tmp_path, "print", lambda: 1 // 0, "value", apart=True)
    (tmp_path / "file").write_text("no folder")
    assert kept_in(tmp_path / "file", "print", lambda: VALUE, "value", apart=True) == VALUE


def test_few_files_are_kept(tmp_path: Path) -> None:
    for number in range(6):
        kept(tmp_path, f"content {number}")

    assert len(list(tmp_path.iterdir())) == 3


def test_content_that_was_kept_is_the_same_and_no_file_of_it_is_parsed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load((), tmp_path)
    monkeypatch.setattr(Document, "_read", lambda document: pytest.fail(f"{document.name} is parsed again"))

    assert load((), tmp_path) == first
    assert all(topic.line > 1 for topic in first.topics.values())


def test_a_fault_in_content_that_was_kept_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "own" / "topics").mkdir(parents=True)
    (tmp_path / "own" / "topics" / "t.yaml").write_text(
        "topics:\n  - {id: ett, title: Ett?, lead: Ja., ask: [ett]}\n"
        "  - id: två\n    title: Två?\n    lead: Ja.\n    quotes: [finns-inte]\n    ask: [två]\n"
    )
    (tmp_path / "own" / "topics" / "u.yaml").write_text(
        "topics:\n  - id: tre\n    title: Tre?\n    lead: Ja.\n    quotes:\n      - finns-inte\n    ask: [tre]\n"
    )

    told = []
    for _ in range(2):
        with pytest.raises(AuthoringError) as raised:
            load((tmp_path / "own",), tmp_path / "kept")
        told.append([(fault.file, fault.line) for fault in raised.value.faults])

    assert told[0] == told[1] == [("topics/t.yaml", 3), ("topics/u.yaml", 6)]
