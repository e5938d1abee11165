"""Encrypted rooms, seen by matrix-js-sdk with its Rust crypto, which gives keys to signed devices only."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.matrix.bot import Bot
from tests.matrix.peer import Event, Peer, is_message
from tests.matrix.people import until
from tests.support.synapse import Synapse

pytestmark = [pytest.mark.synapse, pytest.mark.node]


@pytest.fixture
def peer(synapse: Synapse) -> Iterator[Callable[[str], Peer]]:
    """Makes people with encrypted clients."""
    peers: list[Peer] = []

    def make(name: str) -> Peer:
        peers.append(Peer(synapse.url, synapse.register(name)))
        return peers[-1]

    yield make
    for each in peers:
        each.close()


def assert_clean(event: Event) -> None:
    """The event was encrypted, could be read, and carries no shield."""
    assert event["encrypted"]
    assert not event["failed"]
    assert event["shield"] == 0, event["reason"]


def test_a_dialog_in_an_encrypted_room_without_a_shield_survives_restart_and_lost_store(
    own_bot: Callable[..., Bot], peer: Callable[[str], Peer]
) -> None:
    bot = own_bot()
    bot.start()
    eva = peer("eva")
    room = eva.room(bot.user)
    answer = eva.ask(room, "Är IOP tillåtet?", bot.user)
    if answer["content"]["msgtype"] == "m.notice":  # it said hello first
        seen = eva.events.index(answer) + 1
        answer = eva.until(lambda e: is_message(e, room, bot.user), seen)
    assert_clean(answer)
    assert "<blockquote>" in answer["content"]["formatted_body"]

    question = eva.ask(room, "Passar vår idé för ett IOP?", bot.user)
    assert_clean(question)
    eva.until(lambda e: e["sender"] == bot.user and (e["relation"] or {}).get("key") == "❌")  # it has noted the answer
    bot.kill()
    bot.start(ready=False)
    seen = len(eva.events)
    eva.react(room, question["id"], "✅")
    moved = eva.until(lambda e: is_message(e, room, bot.user), seen)
    assert_clean(moved)
    assert "✅" in moved["content"]["body"]

    bot.stop()
    shutil.rmtree(bot.folder / "matrix/crypto")
    bot.start()
    back = eva.ask(room, "tillbaka", bot.user)
    assert_clean(back)
    assert question["content"]["body"].split("?")[0].split("\n")[-1] in back["content"]["body"]

    token = bot.session()["token"]
    until(lambda: bot.session()["token"] != token)
    assert_clean(eva.ask(room, "Vad är ett IOP?", bot.user))
