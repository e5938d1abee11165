"""Who writes too fast."""

from __future__ import annotations

from bot.core.limit import Limiter, Rate


def test_a_burst_passes_then_it_is_told_once_then_dropped() -> None:
    limiter = Limiter(Rate(burst=3, per_second=1))

    assert [limiter.admit("a", 0.0) for _ in range(6)] == ["pass", "pass", "pass", "tell", "drop", "drop"]


def test_there_is_room_again_after_a_while() -> None:
    limiter = Limiter(Rate(burst=2, per_second=1))
    for _ in range(3):
        limiter.admit("a", 0.0)

    assert limiter.admit("a", 1.0) == "pass"
    assert limiter.admit("a", 1.0) == "drop"


def test_who_has_been_quiet_is_told_again() -> None:
    limiter = Limiter(Rate(burst=2, per_second=1))
    for _ in range(3):
        limiter.admit("a", 0.0)

    assert [limiter.admit("a", 9.0) for _ in range(3)] == ["pass", "pass", "tell"]


def test_others_are_not_slowed_down() -> None:
    limiter = Limiter(Rate(burst=1, per_second=1))
    for _ in range(100):
        limiter.admit("flood", 0.0)

    assert limiter.admit("b", 0.0) == "pass"


def test_a_clock_that_goes_back_gives_no_room() -> None:
    limiter = Limiter(Rate(burst=1, per_second=1))
    limiter.admit("a", 100.0)

    assert limiter.admit("a", 50.0) == "tell"


def test_memory_is_bounded_and_the_quiet_are_forgotten_first() -> None:
    limiter = Limiter(Rate(burst=1, per_second=0.0), keys=2)
    limiter.admit("a", 0.0)
    limiter.admit("b", 0.0)
    limiter.admit("a", 0.0)

    limiter.admit("c", 0.0)

    assert limiter.admit("a", 0.0) == "drop"
    assert limiter.admit("b", 0.0) == "pass"
