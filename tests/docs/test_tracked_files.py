"""What no file of the project may hold, and what its requirement files must."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.docs.pages import ROOT, page, tracked

# In halves, so that this file doesn't hold them itself.
HOSTS = re.compile(
    "|".join(("py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(?:org|com)", "deb" + r"\.debian\.org"))
)
LOCKED = sorted((ROOT / "requirements").glob("*.txt"))


def holding(pattern: re.Pattern[str]) -> list[str]:
    """Names of the files in which the pattern is found."""
    return [
        str(path.relative_to(ROOT)) for path in tracked() if pattern.search(path.read_bytes().decode("utf-8", "ignore"))
    ]


def test_no_file_names_a_package_registry() -> None:
    assert not holding(HOSTS)


def test_no_file_names_a_place_on_this_machine() -> None:
    places = [f"{ROOT}", f"{Path.home()}/"]
    telling = [re.escape(place) for place in places if place.count("/") > 1 and place != "//"]

    assert not holding(re.compile("|".join(telling) or r"(?!)"))


@pytest.mark.parametrize("path", LOCKED, ids=lambda p: p.name)
def test_every_requirement_is_pinned_and_hashed(path: Path) -> None:
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE))

    assert entries
    for entry in filter(None, map(str.strip, entries)):
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z0-9,]+\])?==[^\s;]+", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]


@pytest.mark.parametrize("path", LOCKED, ids=lambda p: p.name)
def test_requirement_files_name_no_index(path: Path) -> None:
    assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links", path.read_text(encoding="utf-8"))


def test_tests_run_with_the_versions_that_are_delivered() -> None:
    pins = {
        name: set(re.findall(r"^[\w.-]+==[^\s;]+", page(f"requirements/{name}.txt"), re.MULTILINE))
        for name in ("run", "build", "dev")
    }

    assert pins["run"] | pins["build"] <= pins["dev"]


def test_the_wheel_holds_every_file_of_the_packages(tmp_path: Path) -> None:
    built = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))

    inside = set(zipfile.ZipFile(built).namelist())
    wanted = {
        str(p.relative_to(ROOT)) for p in tracked() if p.relative_to(ROOT).parts[0] in {"bot", "knowledge", "dialogs"}
    }
    assert wanted <= inside
