"""Conversations as people have them, spoken from beginning to end."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.turn import Brain
from tests.acceptance.runner import Json, Talk, plain, scripts

SCRIPTS = scripts(Path(__file__).parent / "conversations.jsonl")


@pytest.mark.parametrize("script", SCRIPTS, ids=[script["id"] for script in SCRIPTS])
def test_conversation_goes_as_expected(brain: Brain, sources: dict[str, str], script: Json) -> None:
    assert not Talk(brain, sources).run(script), script["title"]


def test_what_the_scripts_want_quoted_stands_in_the_texts(sources: dict[str, str]) -> None:
    everything = plain(" ".join(sources.values()))
    expected = [step.get("expect", {}) for script in SCRIPTS for step in script["turns"]]
    snippets = {words for expect in expected for fact in expect.get("evidence", []) for words in fact}

    assert len(snippets) > 60
    assert not [words for words in snippets if plain(words) not in everything]
