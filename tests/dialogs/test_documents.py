"""The draft agreement: the person's own words, as Markdown, as DOCX, and as a file to go on from."""

from __future__ import annotations

import io
import json
import re

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.core.state import ConversationState
from dialogs.document import escape
from dialogs.resume import ResumeError, unpack
from dialogs.word import docx
from tests.dialogs.speaking import NOON, STEADY, Talk, dialogue, flows

NASTY = "<script>alert(1)</script> **fet** [länk](http://x) # rubrik\n1. ett\n- två\n> citat `kod` & |"


def drafted(answers: dict[str, str]) -> Talk:
    talk = Talk("partnerskap")
    while talk.question:
        talk.say(answers.get(talk.question, "hoppa över"))
    return talk


def document_of(talk: Talk) -> str:
    assert talk.reply.outcome is not None
    assert talk.reply.outcome.document is not None
    return talk.reply.outcome.document


def test_the_draft_holds_the_answers_under_headings_the_open_questions_and_the_quotes() -> None:
    text = document_of(drafted({"challenge": "Ensamhet bland äldre.", "period": "Tre år."}))

    assert "## Bakgrund och samhällsutmaning\n\n*Varför vill ni samverka?" in text
    assert "\nEnsamhet bland äldre.\n" in text
    assert "\nTre år.\n" in text
    assert text.count("☐ Öppen fråga") == len(flows()["partnerskap"].questions) - 2
    assert "## Öppna frågor" in text
    assert "- Uppsägning" in text
    assert "> Hur lång är uppsägningstiden?" in text
    assert "inte ett färdigt avtal" in text
    assert "2026-03-01" in text
    assert flows()["partnerskap"].hash in text


def test_forum_is_quoted_on_there_being_no_template() -> None:
    talk = drafted({})

    assert any("ingen mall att utgå ifrån" in c.quote for c in talk.reply.citations)


def test_a_question_in_free_text_that_nobody_can_answer_becomes_the_answer() -> None:
    talk = Talk("partnerskap")

    assert talk.try_to_say("Ska Röda Korset vara med?") is None
    talk.unread("Ska Röda Korset vara med?")

    assert talk.question == "challenge"
    assert talk.state.dialog is not None
    assert talk.state.dialog["answers"][0][1] == "Ska Röda Korset vara med?"


def test_words_that_look_like_markup_stay_words() -> None:
    text = document_of(drafted({"parties": NASTY}))

    html = MarkdownIt().render(text)
    assert "<script" not in text
    assert "<script" not in html
    assert "<a " not in html
    assert "<strong>fet" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; **fet** [länk](http://x)" in html


@STEADY
@given(st.text(max_size=300))
def test_escaped_words_come_out_as_they_went_in(text: str) -> None:
    html = MarkdownIt().render(escape(text))

    assert not re.search(r"<(?!/?p>|br)", html)


def test_the_draft_as_a_word_file() -> None:
    text = document_of(drafted({"parties": NASTY, "goals": "Fler träffar\noch mindre ensamhet"}))

    made = Document(io.BytesIO(docx(text, "Utkast")))

    paragraphs = [p.text for p in made.paragraphs]
    assert "Utkast till idéburet offentligt partnerskap" in paragraphs
    assert "Fler träffar" in paragraphs
    assert any("<script>alert(1)</script> **fet** [länk](http://x)" in p for p in paragraphs)
    assert any(p.style is not None and p.style.name == "Quote" for p in made.paragraphs)
    assert made.core_properties.title == "Utkast"


def test_a_verdict_as_a_word_file() -> None:
    outcome = dialogue().run_answers("iop", {"public_benefit": "yes"}, None, NOON.date())

    made = Document(io.BytesIO(docx(outcome.text, outcome.title)))

    text = "\n".join(p.text for p in made.paragraphs)
    assert outcome.title in text
    assert "avgör ingenting" in text


def test_a_link_keeps_its_address_in_the_word_file() -> None:
    made = Document(io.BytesIO(docx("Se [källan](https://example.org/kallor/x).", "Länk")))

    assert [p.text for p in made.paragraphs] == ["Se källan (https://example.org/kallor/x)."]


# ---- a file to go on from


def test_a_board_goes_on_from_its_file() -> None:
    talk = Talk("partnerskap")
    talk.say("Föreningen och kommunen", "Ensamhet")
    kept = dialogue().resume_file(talk.state)
    assert kept is not None

    state, reply = dialogue().resume_from(ConversationState(), kept, NOON)

    assert reply.flow is not None
    assert reply.flow.question == "target_group"
    assert reply.flow.answered == 2
    assert state.dialog is not None


def test_a_file_of_another_version_is_taken_along() -> None:
    talk = Talk("partnerskap")
    talk.say("Föreningen")
    kept = json.loads(dialogue().resume_file(talk.state) or "")
    kept |= {"hash": "000000000000", "version": "0.9", "answers": [*kept["answers"], ["gone", "x", "", 1]]}

    _, reply = dialogue().resume_from(ConversationState(), json.dumps(kept), NOON)

    assert "uppdaterats" in reply.text
    assert reply.flow is not None
    assert reply.flow.question == "challenge"


def kept(old: str, new: str) -> str:
    """A file that was kept, changed by somebody."""
    file = dialogue().resume_file(Talk("iop").state) or ""
    assert old in file
    return file.replace(old, new)


@pytest.mark.parametrize(
    "text",
    [
        "", "hej", "[]", "{}", "null",
        '{"format": "iopbot-dialog-1"}', '{"format": "other", "flow": "iop"}', "[" * 5000,
        '{"format": "iopbot-dialog-1", "flow": "nowhere", "hash": "", "version": "", "answers": []}', "x" * 300_000,
        *(kept('"tries": 0', f'"tries": {odd}') for odd in ("1e999", "NaN", "-Infinity")),
        kept('"answers": [', '"answers": [["public_benefit", 1e999, "", 1], '),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_in_plain_words(text: str) -> None:
    with pytest.raises(ResumeError, match="Filen"):
        unpack(text, flows())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda c: st.lists(c, max_size=4) | st.dictionaries(st.text(max_size=8), c, max_size=4),
)


@settings(STEADY, max_examples=200)
@given(
    st.sampled_from(["answers", "editing", "tries", "proposals", "past", "pending", "rest", "place", "hash", "flow"]),
    JSON,
)
def test_a_file_with_anything_in_it_is_taken_or_refused(key: str, value: object) -> None:
    talk = Talk("iop")
    talk.say("ja", "nej")
    kept = json.loads(dialogue().resume_file(talk.state) or "") | {key: value}

    try:
        state, reply = dialogue().resume_from(ConversationState(), json.dumps(kept), NOON)
    except ResumeError:
        return
    assert reply.text
    assert ConversationState.model_validate_json(state.model_dump_json()) == state


def test_no_file_when_no_dialog_is_open() -> None:
    assert dialogue().resume_file(ConversationState()) is None
