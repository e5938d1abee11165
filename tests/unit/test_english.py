"""An English reply has English words beside its quotes in every channel, and the quotes letter for letter."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator

import pytest
from rich.console import Console

from bot.channels import terminal
from bot.channels.matrix.draw import drawn
from bot.channels.teams.cards import quote_card, step_card
from bot.channels.teams.draw import text_activity
from bot.channels.web.draw import draw_reply, memo
from bot.channels.web.words import words_for
from bot.messages import (
    Choice,
    Choices,
    Citation,
    Language,
    Paragraph,
    Progress,
    QuoteBlock,
    Reply,
    reference,
    status_in_words,
)

URL = "https://iop.example.se"
QUOTE = "Den som söker ska enligt avsnittet om bidrag ange datum; odaterad ansökan är ett villkor i en lista."
SWEDISH = re.compile(
    r"avsnittet|odaterad|återgivet|ska-krav|villkor i|uppgift|källa|Källa|av ungefär|besvarad|Vems|mars|Citat|Styrka"
)
"""What channels write beside a quote in Swedish. The title, section and status below hold none of them."""


def cited(**fields: object) -> Citation:
    values: dict[str, object] = {
        "number": 1, "source": "s", "title": "En rapport", "publisher": "Avdic", "issuer": "SKR", "reported": True,
        "strength": "condition", "published": None, "dated": "odaterad", "status": "förslag till beslut",
        "section": "Råd › Krav", "quote": QUOTE, "start": 0, "end": len(QUOTE), "url": f"{URL}/s?fran=0&till=1#citat",
    }  # fmt: skip
    return Citation.model_validate(values | fields)


def reply(*quotes: Citation, language: Language = "en") -> Reply:
    blocks = (Paragraph(text="Yes.", role="lead"), *(QuoteBlock(citation=each) for each in quotes))
    asks = Choices(choices=(Choice(value="yes", label="Yes"),), flow="f", question="q", answered=2)
    return Reply(kind="question", text="Yes.", blocks=(*blocks, asks, Progress(answered=2, total=9)), language=language)


def in_the_terminal(said: Reply) -> Iterator[str]:
    out = io.StringIO()
    terminal.show(said, Console(file=out, width=400))
    yield out.getvalue()


def in_matrix(said: Reply) -> Iterator[str]:
    for part in drawn(said, URL):
        yield from (part.html, part.plain)


def in_teams(said: Reply) -> Iterator[str]:
    yield str(text_activity(said, said.blocks, URL)["text"])
    for card in (step_card(said, said.blocks, "t", "o", URL), quote_card(said.citations[0], said.language, URL)):
        yield json.dumps(card, ensure_ascii=False)


def on_the_web(said: Reply) -> Iterator[str]:
    yield draw_reply(said, "r1")
    yield memo(said.citations[0], words_for(said.language))


CHANNELS = [in_the_terminal, in_matrix, in_teams, on_the_web]
Shown = Callable[[Reply], Iterator[str]]


@pytest.mark.parametrize("strength", ["must", "should", "preferable", "condition", "works_best", "statement"])
@pytest.mark.parametrize("shown", CHANNELS)
def test_the_words_beside_a_quote_are_english_in_an_english_reply(shown: Shown, strength: str) -> None:
    for text in shown(reply(cited(strength=strength))):
        beside = _beside(text)

        assert QUOTE in text
        assert "SKR, reported by Avdic" in beside
        assert "undated" in beside
        assert "section" in beside
        assert not SWEDISH.search(beside), beside


@pytest.mark.parametrize("shown", CHANNELS)
def test_the_words_beside_a_quote_are_swedish_in_a_swedish_reply(shown: Shown) -> None:
    for text in shown(reply(cited(), language="sv")):
        beside = _beside(text)

        assert "SKR, återgivet av Avdic" in beside
        assert "odaterad" in beside
        assert "avsnittet" in beside
        assert not re.search(r"reported|undated|\bsection\b|listed", beside), beside


def _beside(text: str) -> str:
    """What stands beside the quote; without class names and the names of fields, which nobody reads."""
    assert QUOTE in text
    readable = re.sub(r'\b(?:class|data-\w+)="[^"]*"|"(?:value|type)": "[^"]*"|</?section\b', "", text)
    return readable.replace(QUOTE, "")


def test_the_page_tells_dates_in_english_words_and_marks_as_swedish_only_what_is() -> None:
    dated, unsure, undated = cited(published="2022-03-01"), cited(dated="odaterad, efter 2016"), cited()

    page = draw_reply(reply(dated, unsure, undated), "r1")

    assert re.findall(r'<span class="date"([^>]*)>([^<]*)', page) == [
        ("", "1 March 2022"),
        (' lang="sv"', "odaterad, efter 2016"),
        ("", "undated"),
    ]


def test_a_copied_quote_has_its_reference_in_the_language_of_the_reply() -> None:
    copied = memo(cited(note="Så står det."), words_for("en"))

    assert copied == (
        f"”{QUOTE}”\nSource: Avdic: En rapport (undated, a proposal for a decision («förslag till beslut»)), "
        "section ”Råd › Krav”. "
        "Whose words: SKR, reported by Avdic. Strength: condition in a list.\nRemark: Så står det."
    )


def test_a_reference_keeps_what_the_source_is_called_and_what_is_known_of_its_date() -> None:
    told = reference(cited(issuer="Avdic", dated="odaterad, efter 2016"), "en")

    assert told == (
        "Avdic: En rapport (odaterad, efter 2016, a proposal for a decision («förslag till beslut»)), "
        "section «Råd › Krav»"
    )


def test_the_terminal_says_goodbye_in_the_language_of_the_conversation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    terminal.talk(lambda _text, _number: reply(cited()), first="hello")

    assert capsys.readouterr().out.endswith("\nGoodbye!\n")


def test_an_english_reader_learns_that_a_text_is_only_a_proposal() -> None:
    assert status_in_words("förslag till beslut", "en") == "a proposal for a decision («förslag till beslut»)"
    assert status_in_words("förslag till beslut") == "förslag till beslut"
    assert status_in_words("något annat", "en") == "något annat"
    assert status_in_words(None, "en") == ""
