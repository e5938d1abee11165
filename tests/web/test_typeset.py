"""A text that is set as HTML is still the text, character by character."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web.typeset import blocks, plain_words, set_blocks, set_quote
from tests.web.canned import knowledge
from tests.web.texts import read

QUOTES = sorted(knowledge().quotes)
_TAGS = {"x", "ul", "li", "p", "hr", "span", "mark"}

# Text as sources have it, and as nobody should write it: marks, lists, HTML, white space of all kinds.
_MARKS = ("**", "[x](https://x)", "](mailto:a)", "\n- ", "\n  - ➔ ", "\n# ", "---\n", "<b>", "&amp;")
_PIECES = st.sampled_from([*"ab å*_#-+>.1)[](<&\"'\n \t|`", *_MARKS])
TEXTS = st.lists(_PIECES, max_size=60).map("".join) | st.text(max_size=80)


def drawn(html: str) -> str:
    """The text content of a fragment."""
    return "".join(read(f"<x>{html}</x>", "x").found)


@given(text=TEXTS, places=st.tuples(st.integers(0, 200), st.integers(0, 200)))
def test_nothing_is_lost_added_or_moved_and_nothing_becomes_an_element(text: str, places: tuple[int, int]) -> None:
    text = text.replace("\r", "").replace("\x00", "")
    mark = (min(places), max(places))

    html = set_blocks(text, blocks(text, 0, len(text)), mark)

    assert drawn(html) == text
    assert read(f"<x>{html}</x>", "x").tags <= _TAGS
    assert html.count('id="citat"') <= 1


@pytest.mark.parametrize("id", QUOTES)
def test_every_quote_of_the_knowledge_keeps_its_words(id: str) -> None:
    quote = knowledge().quotes[id]

    assert drawn(set_quote(quote.text)) == quote.text


@pytest.mark.parametrize("id", QUOTES)
def test_the_mark_covers_the_quoted_words_and_no_others(id: str) -> None:
    quote = knowledge().quotes[id]
    text = quote.source.text

    html = set_blocks(text, blocks(text, 0, len(text)), (quote.start, quote.end))

    marked = "".join(read(f"<x>{html}</x>", "mark").found)
    assert _letters(marked) == _letters(quote.text)
    assert html.count('<mark id="citat"') == 1


def test_a_list_is_a_list_and_its_marks_are_hidden() -> None:
    html = set_quote("Villkor:\n- ett\n- två\n\n**Slut**")

    assert '<li class=""><span hidden>- </span>ett\n</li>' in html
    assert html.count("<ul") == html.count("</ul>") == 1
    assert "<span hidden>**</span>Slut<span hidden>**</span>" in html


def test_headings_get_the_level_that_they_are_given() -> None:
    text = "Rubrik\n\nEn mening."

    html = set_blocks(text, blocks(text, 0, len(text), {0: 2}))

    assert html.startswith('<h2 id="tecken-0">Rubrik\n</h2>')


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("### **Ett IOP fungerar bäst när:**\n\n \n- Ett\n- Två", "Ett IOP fungerar bäst när:\n- Ett\n- Två"),
        ("1. Sätta agenda\n2. Beslut", "1. Sätta agenda\n2. Beslut"),
        ("- \n- ➔ RFSL", "- RFSL"),
        ("[kansli@socialforum.se](mailto:kansli@socialforum.se)", "kansli@socialforum.se"),
        ("2 * 3 är 6", "2 * 3 är 6"),
    ],
)
def test_what_is_pasted_into_a_memo_has_no_marks(quote: str, words: str) -> None:
    assert plain_words(quote) == words


def _letters(text: str) -> str:
    return re.sub(r"[^\w]", "", text)
