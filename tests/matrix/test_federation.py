"""Two homeservers: people of another server in a room with the bot, and their invites."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import quote

import pytest

from tests.matrix.bot import Bot
from tests.matrix.people import Event, Person, thread
from tests.support.synapse import Synapse

pytestmark = pytest.mark.synapse


@pytest.fixture
def servers() -> Iterator[tuple[Synapse, Synapse]]:
    """The municipality's homeserver, and that of an association."""
    home, away = Synapse(federated=True), Synapse(federated=True)
    with ExitStack() as ending, ThreadPoolExecutor() as both:
        ending.callback(home.close)
        ending.callback(away.close)
        list(both.map(Synapse.start, (home, away)))
        yield home, away


def test_a_member_from_another_server_is_answered_and_may_invite_only_if_allowed(
    servers: tuple[Synapse, Synapse],
) -> None:
    home, away = servers
    bot = Bot(home, home.register("iop"))
    open_bot = Bot(home, home.register("open"), IOPBOT_MATRIX_ALLOWED_SERVERS=away.name)
    anna, carl = Person(home.url, home.register("anna")), Person(away.url, away.register("carl"))
    with ExitStack() as ending:
        for closing in (bot.kill, open_bot.kill, anna.close, carl.close):
            ending.callback(closing)
        bot.start()
        room = anna.room(bot.user, carl.user, name="Rådet")
        carl.call("POST", f"/join/{quote(room)}?server_name={quote(home.name)}", {})
        asked = carl.say(room, "!iop är IOP tillåtet?")
        answer = carl.until(room, lambda e: e["sender"] == bot.user and thread(e) == asked)
        assert answer["content"]["m.mentions"] == {"user_ids": [carl.user]}
        assert "<blockquote>" in answer["content"]["formatted_body"]

        refused = carl.room(bot.user)
        carl.until(refused, lambda e: membership(e, bot.user) == "leave")

        open_bot.start()
        carl.ask(carl.direct(open_bot.user), "Är IOP tillåtet?", open_bot.user)


def membership(event: Event, user: str) -> str:
    """What became of somebody's membership with an event."""
    return str(event["content"].get("membership", "")) if event.get("state_key") == user else ""
