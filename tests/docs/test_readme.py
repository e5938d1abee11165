"""What the front pages promise."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.docs.pages import ROOT, links, page, tracked

PAGES = [str(path.relative_to(ROOT)) for path in tracked() if path.suffix == ".md"]


def test_the_readme_begins_with_the_two_commands() -> None:
    block = re.search(r"```\w*\n(.*?)```", page("README.md"), re.DOTALL)

    assert block
    assert [line.split("#")[0].strip() for line in block[1].splitlines()] == ["make run", "make test"]


def test_the_changelog_has_the_version() -> None:
    version = tomllib.loads(page("pyproject.toml"))["project"]["version"]

    assert re.search(rf"^## \[{re.escape(version)}\]", page("CHANGELOG.md"), re.MULTILINE)
    assert "## [Unreleased]" in page("CHANGELOG.md")


@pytest.mark.parametrize("name", PAGES)
def test_links_into_the_project_lead_somewhere(name: str) -> None:
    here = (ROOT / name).parent

    assert not [target for target in links(page(name)) if not (here / target).exists()]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_only_make_targets_that_exist_are_told(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", page("Makefile"), re.MULTILINE))

    assert set(re.findall(r"`make ([a-z-]+)", page(name))) <= targets


def test_every_make_target_has_its_line_of_help() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", page("Makefile"), re.MULTILINE)

    assert phony
    assert set(re.findall(r"^([a-z-]+):.*## \S", page("Makefile"), re.MULTILINE)) == set(phony[1].split())


def test_the_licence_is_whole() -> None:
    licence = page("LICENSE")

    articles = re.findall(r"^(\d+)\. [A-Z]", licence, re.MULTILINE)
    assert articles == [str(n) for n in range(1, 16)]
    assert licence.startswith("                      EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert licence.endswith("require the production of a\nnew EUPL version.\n")
