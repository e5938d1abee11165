"""What is kept of prepared content is taken again only while it is whole and fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.cache import kept_in

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


def test_few_files_are_kept(tmp_path: Path) -> None:
    for number in range(6):
        kept(tmp_path, f"content {number}")

    assert len(list(tmp_path.iterdir())) == 3
