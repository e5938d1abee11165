"""Questions and answers in Teams: text, native citations, thumbs, follow-ups."""

from __future__ import annotations

import json

from tests.teams.client import Person
from tests.teams.connector import Connector
from tests.teams.running import BOT_TOKEN, PUBLIC_URL


def test_a_question_is_answered_with_citations(person: Person, connector: Connector) -> None:
    response = person.says("Är IOP tillåtet?")

    (answer,) = connector.answers(person.chat)
    assert response.status_code == 200
    (entity,) = [e for e in answer["entities"] if "citation" in e]
    numbers = [c["position"] for c in entity["citation"]]
    assert numbers == list(range(1, len(numbers) + 1))
    lead = answer["text"].split("\n")[0]
    assert all(f"[{n}]" in lead for n in numbers)
    for claim in entity["citation"]:
        look = claim["appearance"]
        assert look["url"].startswith(f"{PUBLIC_URL}/kallor/")
        assert 0 < len(look["abstract"]) <= 160
        assert 0 < len(look["name"]) <= 80
    assert connector.sent(person.chat)[0].token == f"Bearer {BOT_TOKEN}"


def test_what_is_sent_is_as_large_as_it_is_counted(person: Person, connector: Connector) -> None:
    person.says("Vilka kriterier finns för ett IOP?")

    connector.answers(person.chat)
    (seen,) = connector.sent(person.chat)
    counted = len(json.dumps(seen.body, ensure_ascii=False, separators=(",", ":")).encode())
    assert seen.size == counted <= 28 * 1024
