"""Tests that need a service: run where it is there, skipped loudly where it isn't, and failed in CI."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.needs import IN_CI, NEEDS
from tests.support.postgres import Postgres
from tests.support.synapse import Synapse

missing: Counter[str] = Counter()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Ask for the services of the test's markers, before its fixtures are made."""
    for mark in item.iter_markers():
        need = NEEDS.get(mark.name)
        if need is None or need.found():
            continue
        if IN_CI:
            pytest.fail(f"{need.marker} is missing, and in CI nothing is skipped for it: {need.remedy}", pytrace=False)
        missing[need.marker] += 1
        pytest.skip(f"{need.marker} is missing: {need.remedy}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not tried, and what to install to have it tried."""
    if not missing:
        return
    terminalreporter.section("NOT TESTED on this machine", sep="!", red=True, bold=True)
    for marker, count in sorted(missing.items()):
        terminalreporter.line(f"{count} tests skipped without {marker}. To run them: {NEEDS[marker].remedy}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the whole run; tests ask it for a database of their own. Mark such tests with `postgresql`."""
    server = Postgres()
    server.start()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def synapse() -> Iterator[Synapse]:
    """One homeserver for the whole run. Mark such tests with `synapse`."""
    server = Synapse()
    server.start()
    try:
        yield server
    finally:
        server.close()
