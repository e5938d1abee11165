"""Content is read with offsets, and every fault says where it is and what to do."""

from pathlib import Path

import pytest

from knowledge.authoring import AuthoringError
from knowledge.load import load

TEXT = "# Regler\n\nFöreningen ska ha stadgar.\n\nFöreningen bör ha en budget.\n\nFöreningen bör ha en plan.\n"


def write(folder: Path, quotes: str, topics: str = "topics: []\n", sources: str | None = None) -> Path:
    for name in ("sources", "quotes", "topics"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "sources" / "regler.txt").write_text(TEXT, encoding="utf-8")
    (folder / "sources" / "s.yaml").write_text(
        sources
        or "issuers: [{id: hemkommun, name: Hemkommunen}]\n"
        "sources: [{id: regler, file: regler.txt, title: Regler, publisher: Hemkommunen, issuer: "
        "hemkommun, kind: guideline}]\n",
        encoding="utf-8",
    )
    (folder / "quotes" / "q.yaml").write_text("source: regler\nquotes:\n" + quotes, encoding="utf-8")
    (folder / "topics" / "t.yaml").write_text(topics, encoding="utf-8")
    return folder


def faults(folder: Path) -> list[str]:
    with pytest.raises(AuthoringError) as raised:
        load([folder])
    return [str(f) for f in raised.value.faults]


def test_every_quote_of_the_five_texts_is_the_slice_that_it_claims() -> None:
    knowledge = load()
    assert set(knowledge.sources) == {
        "eslov-riktlinjer",
        "harryda-skrivelse",
        "socialnamnden-uppdrag",
        "forum-handledning",
        "avdic-slojdlab",
    }
    for quote in knowledge.quotes.values():
        assert quote.text == quote.source.text[quote.start : quote.end]
        assert quote.text.strip() == quote.text


def test_an_operators_quote_is_found_by_its_words(tmp_path: Path) -> None:
    folder = write(tmp_path, "  - {id: hem.stadgar, text: Föreningen ska ha stadgar., strength: must}\n")
    quote = load([folder]).quotes["hem.stadgar"]
    assert quote.text == "Föreningen ska ha stadgar."
    assert TEXT[quote.start : quote.end] == quote.text
    assert not quote.source.own


def test_words_that_are_not_there_are_told_with_file_and_line(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        "  - {id: hem.ok, text: Föreningen ska ha stadgar.}\n  - {id: hem.fel, text: Föreningen ska ha råd.}\n",
    )
    (fault,) = faults(folder)
    assert fault.startswith("quotes/q.yaml:4: hem.fel")
    assert "stands 0 times" in fault


def test_words_that_stand_twice_are_told_with_their_lines(tmp_path: Path) -> None:
    (fault,) = faults(write(tmp_path, "  - {id: hem.dubbel, text: Föreningen bör ha en}\n"))
    assert "stands 2 times in regler (lines 5, 7)" in fault


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    topics = (
        "topics:\n  - {id: ett, title: Ett?, lead: Ja., quotes: [saknas], ask: [ett]}\n"
        "  - {id: TVÅ, title: Två?, lead: Ja., ask: [två]}\n"
    )
    found = faults(write(tmp_path, "  - {id: hem.fel, text: Finns inte.}\n", topics))
    assert any("hem.fel" in f for f in found)
    assert any(f.startswith("topics/t.yaml:3") for f in found)


def test_an_unknown_key_is_told(tmp_path: Path) -> None:
    (fault,) = faults(write(tmp_path, "  - {id: hem.a, text: Föreningen ska ha stadgar., styrka: must}\n"))
    assert fault.startswith("quotes/q.yaml:3:")
    assert "styrka" in fault
    assert "docs/content.md lists the keys" in fault


def test_a_changed_text_is_refused(tmp_path: Path) -> None:
    sources = (
        "issuers: [{id: hemkommun, name: Hemkommunen}]\n"
        "sources: [{id: regler, file: regler.txt, sha256: '00', title: R, publisher: H, issuer: "
        "hemkommun, kind: guideline}]\n"
    )
    (fault,) = faults(write(tmp_path, "  - {id: hem.a, text: Föreningen ska ha stadgar.}\n", sources=sources))
    assert "has been changed" in fault


@pytest.mark.parametrize("file", ["{outside}", "../outside.txt", "link.txt", "/etc/hostname", "."])
def test_a_text_outside_the_folder_is_refused(tmp_path: Path, file: str) -> None:
    (tmp_path / "outside.txt").write_text("Föreningen ska ha stadgar.\n", encoding="utf-8")
    folder = write(tmp_path / "own", "  - {id: hem.a, text: Föreningen ska ha stadgar.}\n")
    (folder / "sources" / "link.txt").symlink_to(tmp_path / "outside.txt")
    sources = (folder / "sources" / "s.yaml").read_text(encoding="utf-8")
    (folder / "sources" / "s.yaml").write_text(
        sources.replace("regler.txt", file.format(outside=tmp_path / "outside.txt")), encoding="utf-8"
    )

    assert "sources/s.yaml:2" in faults(folder)[0]
    assert "is no file of this folder" in faults(folder)[0]


def test_a_text_may_be_a_link_within_its_folder(tmp_path: Path) -> None:
    folder = write(tmp_path, "  - {id: hem.a, text: Föreningen ska ha stadgar.}\n")
    mounted = folder / "sources" / "..2026"
    mounted.mkdir()
    (folder / "sources" / "regler.txt").rename(mounted / "regler.txt")
    (folder / "sources" / "regler.txt").symlink_to(mounted / "regler.txt")

    assert load([folder]).sources["regler"].text == TEXT


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    assert "does not exist" in faults(tmp_path / "saknas")[0]


def test_broken_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    (fault,) = faults(write(tmp_path, "  - {id: hem.a, text: 'x}\n"))
    assert fault.startswith("quotes/q.yaml:")
