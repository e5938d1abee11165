"""How answers are read: a table of wordings in different voices, and what must hold for all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.commands import read_command
from dialogs.interpret import read
from dialogs.load import load_flows
from dialogs.model import Option, Question
from dialogs.reading import Reading
from dialogs.words import EMOJI
from dialogs.yes_no import read_yes_no
from tests.dialogs.speaking import STEADY

IOP = load_flows()["iop"]
PLAIN = Question(id="plain", text="Är det så?")


def table() -> list[tuple[str, str | None, str]]:
    """(expected, question id, wording) for every line of readings.txt."""
    rows, expected, question = [], "", None
    for line in (Path(__file__).parent / "readings.txt").read_text(encoding="utf-8").splitlines():
        head = re.fullmatch(r"\[(.+?)\](?: /(\w+))?", line)
        if head:
            expected, question = head[1], head[2]
        elif line and not line.startswith("#"):
            rows.append((expected, question, line))
    return rows


def told(reading: Reading) -> str:
    """A reading as the table writes it."""
    if reading.manner == "answer":
        return str(reading.value)
    return f"confirm {reading.value}" if reading.manner == "confirm" else reading.manner


def groups() -> dict[tuple[str, str | None], list[str]]:
    """The wordings by what they mean and the question they answer."""
    found: dict[tuple[str, str | None], list[str]] = {}
    for expected, question, wording in table():
        found.setdefault((expected, question), []).append(wording)
    return found


@pytest.mark.parametrize(("expected", "question"), groups())
def test_wordings_are_read_as_meant(expected: str, question: str | None) -> None:
    asked = IOP.question(question) if question else PLAIN

    wrong = {w: read_as for w in groups()[expected, question] if (read_as := told(read(asked, w))) != expected}

    assert wrong == {}


def test_the_table_is_large() -> None:
    assert len(table()) > 600


# ---- what must hold for every wording


def plain_answers() -> list[str]:
    return [wording for expected, question, wording in table() if expected in ("yes", "no", "unsure") and not question]


@pytest.mark.parametrize(
    "text",
    ["JA", "Nej!!", "VET INTE...", "  ja  ", "«ja»", "ja\u200b", "ja\ufe0f", "j\u200ba", "*ja*", "`nej`"],
)
def test_case_punctuation_and_invisible_characters_do_not_matter(text: str) -> None:
    assert read_yes_no(text).manner == "answer"


@STEADY
@given(st.sampled_from(plain_answers()), st.sampled_from([" vad menas med idéburen?", " men vad räknas som marknad?"]))
def test_an_answer_with_a_question_after_it_is_never_just_an_answer(answer: str, question: str) -> None:
    """A person who asks something gets an answer; what was said before it is asked for again."""
    reading = read_yes_no(answer.rstrip("?.!") + "." + question)

    assert reading.manner in ("question", "other", "unclear") or reading.value == "unsure"


@STEADY
@given(st.text(max_size=200))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    for question in IOP.questions:
        if question.kind == "yes_no":
            assert told(read(question, text))


@STEADY
@given(st.text(alphabet=st.characters(categories=["So", "Sk"]), min_size=1, max_size=20))
def test_pictographs_that_say_nothing_are_no_answer(text: str) -> None:
    reading = read_yes_no(text)

    assert reading.manner != "answer" or any(c in text for c in EMOJI)


# ---- other kinds of questions

FORMS = Question(
    id="form",
    kind="one",
    text="Vilken?",
    options=(
        Option(value="purchase", label="Upphandling", also=("köp av tjänst",)),
        Option(value="grant", label="Föreningsbidrag", also=("bidrag",)),
        Option(value="unsure", label="Vet inte"),
    ),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", "purchase"), ("den första", "purchase"), ("tvåan", "grant"), ("alternativ 2", "grant"), ("2.", "grant"),
        ("Upphandling", "purchase"), ("upphandlign", "purchase"), ("uphandling", "purchase"),
        ("föreningsbidraget", "grant"),
        ("bidrag", "grant"), ("det är nog ett bidrag", "grant"), ("foreningsbidrag", "grant"), ("vet inte", "unsure"),
        ("ingen aning", "unsure"), ("den sista", "unsure"), ("4", "unclear"), ("bidrag eller upphandling", "unclear"),
        ("vad är ett bidrag?", "question"), ("vad är upphandling", "question"), ("banan", "other"),
        ("purchase", "purchase"),
    ],
)  # fmt: skip
def test_one_of_several(text: str, expected: str) -> None:
    assert told(read(FORMS, text)) == expected


MANY = FORMS.model_copy(update={"kind": "many"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 och 2", ("purchase", "grant")), ("1, 2", ("purchase", "grant")), ("alla", ("purchase", "grant", "unsure")),
        ("inga", ()), ("upphandling och bidrag", ("purchase", "grant")), ("tvåan", ("grant",)), ("bidrag", ("grant",)),
    ],
)  # fmt: skip
def test_several_of_several(text: str, expected: tuple[str, ...]) -> None:
    assert read(MANY, text) == Reading("answer", expected)


YEARS = Question(id="years", kind="number", text="Hur många år?", minimum=1, maximum=30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3", "3"), ("tre", "3"), ("tre år", "3"), ("ungefär 5 år", "5"), ("1,5", "1.5"), ("40", "unclear"),
     ("3 eller 4", "unclear"),
     ("många", "other"), ("vet inte", "skipped"), ("hur många får det vara?", "question")],
)  # fmt: skip
def test_a_number(text: str, expected: str) -> None:
    assert told(read(YEARS, text)) == expected


FREE = Question(id="free", kind="text", text="Vad vill ni göra?")


@pytest.mark.parametrize(
    ("text", "manner", "value"),
    [
        ("Vi vill minska ensamheten.", "answer", "Vi vill minska ensamheten."),
        ("hoppa över", "answer", "skipped"),
        ("vet inte", "answer", "skipped"),
        ("vad menas med målgrupp?", "question", ""),
        ("???", "unclear", ""),
    ],
)
def test_free_text(text: str, manner: str, value: str) -> None:
    reading = read(FREE, text)

    assert (reading.manner, reading.value) == (manner, value)


# ---- commands


@pytest.mark.parametrize(
    ("text", "name", "number"),
    [
        ("tillbaka", "back", 0), ("Ångra", "back", 0), ("tilbaka", "back", 0), ("ändra fråga 3", "change", 3),
        ("Ändra fråga tre", "change", 3), ("ändra svar 12", "change", 12), ("ändra mitt svar på fråga 2", "change", 2),
        ("gå tillbaka till fråga 4", "change", 4), ("change question 2", "change", 2), ("fråga 5", "change", 5),
        ("kan jag ändra fråga 2?", "change", 2), ("ändra", "change", 0), ("sammanfatta", "summary", 0),
        ("sammanfata", "summary", 0), ("vad har jag svarat?", "summary", 0), ("vänta", "pause", 0),
        ("fortsätt", "resume", 0),
        ("fortsät", "resume", 0), ("avbryt", "cancel", 0), ("avbrut", "cancel", 0), ("börja om", "restart", 0),
        ("varför frågar du det?", "why", 0), ("varför frågar ni om det", "why", 0), ("gå igenom resten", "rest", 0),
        ("jag förstår inte", "explain", 0), ("hur många frågor är kvar?", "where", 0), ("undo", "back", 0),
    ],
)  # fmt: skip
def test_commands(text: str, name: str, number: int) -> None:
    command = read_command(text)

    assert command is not None
    assert (command.name, command.number) == (name, number)


@pytest.mark.parametrize(
    ("text", "number", "to"),
    [
        ("fråga 2 ska vara nej", 2, "nej"), ("jag ändrar mig på fråga 2, ja", 2, "ja"), ("fråga 2: nej", 2, "nej"),
        ("på första frågan menade jag nej", 1, "nej"), ("svaret på tvåan ska vara vet inte", 2, "vet inte"),
        ("jag svarade fel på fråga 2", 2, ""), ("ångra fråga 2", 2, ""), ("ta om fråga 2", 2, ""),
        ("my answer to question 2 was wrong", 2, ""), ("question 2 should be no", 2, "no"),
        ("kan vi gå tillbaka till första frågan", 1, ""), ("på frågan om konkurrens ska det vara nej", 0, "nej"),
    ],
)  # fmt: skip
def test_an_earlier_answer_is_said_to_be_another(text: str, number: int, to: str) -> None:
    command = read_command(text)

    assert command is not None
    assert (command.name, command.number, command.to) == ("change", number, to)


@pytest.mark.parametrize("text", ["förra frågan ska vara nej", "på förra menade jag nej", "förra svaret: nej"])
def test_the_last_answer_is_said_to_be_another(text: str) -> None:
    command = read_command(text)

    assert command is not None
    assert (command.name, command.to) == ("correct", "nej")


def test_no_answer_or_question_is_taken_for_a_command() -> None:
    wordings = [w for expected, _, w in table() if expected in ("yes", "no", "unsure", "question")]

    taken = {w: command.name for w in wordings if (command := read_command(w)) is not None}

    assert {w: name for w, name in taken.items() if name not in ("why", "explain")} == {}
