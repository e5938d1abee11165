"""Questions and answers as people see them in their Matrix client."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.matrix.bot import Bot
from tests.matrix.people import Person

pytestmark = pytest.mark.synapse

People = Callable[[str], Person]


def test_a_direct_chat_gets_every_message_answered_with_a_quote(bot: Bot, anna: Person) -> None:
    room = anna.direct(bot.user)
    content = anna.ask(room, "Är IOP tillåtet?", bot.user)["content"]
    assert "<blockquote>" in content["formatted_body"]
    assert "https://iop.example.se/kallor/" in content["formatted_body"]
    assert "> " in content["body"]
    assert "— [1] " in content["body"]
    assert content["m.mentions"] == {}
