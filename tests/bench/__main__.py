"""`make bench`: measures part by part and prints one table; `make bench ARGS='answers process'` picks parts.

Ends with 1 when a target is missed. Measure on an idle machine: other work on it makes every time longer.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec

from rich.console import Console
from rich.table import Table

from tests.bench.rows import Row

PARTS = ("answers", "dialogs", "search", "process", "load", "teams", "matrix")
"""Modules of this package with a function `rows`, in the order in which they are measured."""


def measure(parts: list[str]) -> list[tuple[str, Row]]:
    """The rows of each part."""
    out = []
    for part in parts:
        if find_spec(f"tests.bench.{part}") is None:
            sys.exit(f"There is no part {part!r}: choose among {', '.join(PARTS)}")
        print(f"Measuring {part} …", file=sys.stderr)
        out += [(part, row) for row in importlib.import_module(f"tests.bench.{part}").rows()]
    return out


def main() -> int:
    """Print the table; 1 when something misses its target."""
    measured = measure(sys.argv[1:] or [p for p in PARTS if find_spec(f"tests.bench.{p}")])
    table = Table("part", "what", "measured", "target", "")
    for part, row in measured:
        table.add_row(part, row.what, row.value, row.target, {True: "ok", False: "MISSED", None: ""}[row.good])
    Console(width=120).print(table)
    return int(any(row.good is False for _, row in measured))


if __name__ == "__main__":
    sys.exit(main())
