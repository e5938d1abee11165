"""What one step of a dialog costs: the state goes in and out as the turn has it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from bot.core.state import ConversationState
from tests.bench.rows import Row, at_most
from tests.dialogs.oracle import CRITERIA
from tests.dialogs.speaking import NOON, dialogue, message


def rows() -> Iterator[Row]:
    """Median of a step, over a whole triage ten times."""
    yield at_most("one step of the triage, median", statistics.median(steps()) * 1000, 2, "ms")


def steps(times: int = 10) -> list[float]:
    """Seconds of every step."""
    taken = []
    for _ in range(times):
        state, _ = dialogue().start("iop", ConversationState(), "kan vi få IOP?", NOON)
        for _ in CRITERIA:
            started = time.perf_counter()
            done = dialogue().handle(state, message("ja, det gör vi"), NOON)
            taken.append(time.perf_counter() - started)
            if done is None:
                raise RuntimeError("the dialog did not read «ja, det gör vi»")
            state = done[0]
    return taken
