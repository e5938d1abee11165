"""What operators get to know."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

from bot.channels.ops.report_page import draw_report
from bot.core.report import as_csv, make_report
from bot.ports import Record

START = datetime(2026, 3, 30, 9, 0, tzinfo=UTC)


def unanswered(text: str, days: int = 0) -> tuple[datetime, Record]:
    return START + timedelta(days=days), Record("unanswered", "p_1", text, "pengar", "no_answer")


def answered(topic: str, days: int = 0) -> tuple[datetime, Record]:
    return START + timedelta(days=days), Record("answered", "p_1", "", topic, "answer")


def feedback(topic: str, value: str, text: str = "") -> tuple[datetime, Record]:
    return START, Record("feedback", "p_1", text, topic, None, value)


def test_questions_that_are_alike_are_counted_together_most_frequent_first() -> None:
    found = [
        unanswered("Vad kostar badhuset?"),
        unanswered("Hur lång är handläggningstiden i Luleå?"),
        unanswered("hur lång är handläggningstiden i luleå", 2),
    ]

    report = make_report(START, found, [], [])

    assert [(group.text, group.count) for group in report.unanswered] == [
        ("Hur lång är handläggningstiden i Luleå?", 2),
        ("Vad kostar badhuset?", 1),
    ]
    assert (report.unanswered[0].first, report.unanswered[0].last) == (date(2026, 3, 30), date(2026, 4, 1))


def test_opinions_are_counted_by_topic_worst_first() -> None:
    found = [feedback("lou", "up"), feedback("pengar", "down", "det stämmer inte"), feedback("lou", "up")]

    report = make_report(START, [], [], found)

    assert [(each.topic, each.up, each.down, each.comments) for each in report.opinions] == [
        ("pengar", 0, 1, ("det stämmer inte",)),
        ("lou", 2, 0, ()),
    ]


def test_days_and_topics_are_counted_over_time() -> None:
    report = make_report(START, [unanswered("x")], [answered("lou"), answered("lou", 3)], [])

    assert [(day.day, day.tiers) for day in report.days] == [
        (date(2026, 3, 30), (("answer", 1), ("no_answer", 1))),
        (date(2026, 4, 2), (("answer", 1),)),
    ]
    assert [(each.topic, each.count, each.months) for each in report.topics] == [
        ("lou", 2, ((date(2026, 3, 1), 1), (date(2026, 4, 1), 1))),
        ("pengar", 1, ((date(2026, 3, 1), 1),)),
    ]


def test_no_cell_is_taken_for_a_formula() -> None:
    found = (
        [unanswered('=HYPERLINK("x")')],
        [answered("lou")],
        [feedback("lou", "down", " @fel"), feedback("iop", "up")],
    )

    rows = list(csv.reader(io.StringIO(as_csv(make_report(START, *found)))))

    assert rows == [
        ["kind", "text", "topic", "tier", "count", "first", "last", "up", "down"],
        ["unanswered", '\'=HYPERLINK("x")', "pengar", "no_answer", "1", "2026-03-30", "2026-03-30", "", ""],
        ["feedback", "' @fel", "lou", "", "1", "", "", "0", "1"],
        ["feedback", "", "iop", "", "1", "", "", "1", "0"],
        ["topic", "", "lou", "", "1", "", "", "", ""],
        ["topic", "", "pengar", "", "1", "", "", "", ""],
    ]


def test_the_page_shows_all_of_it_and_runs_nothing() -> None:
    found = [unanswered("<script>alert(1)</script>")]

    page = draw_report(make_report(START, found, [answered("lou", 3)], [feedback("lou", "down", "<b>fel</b>")]), "/iop")

    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;fel" in page
    assert page.count('<rect class="tier-') == 4
    assert 'href="/iop/rapport.css"' in page


def test_the_page_of_an_empty_report_says_so() -> None:
    assert "Inga frågor ännu" in draw_report(make_report(START, [], [], []), "")
