"""Answers that are too long for one message: edited and taken back in all their parts, in rooms of both kinds."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.channels.matrix.draw import PART_BYTES
from bot.channels.matrix.gateway import Gateway
from bot.channels.matrix.options import MatrixOptions
from bot.channels.matrix.sender import Sender
from bot.channels.matrix.session import Sessions
from bot.channels.matrix.vault import Vault
from bot.messages import Bullets, Reply
from bot.ports import Outgoing
from tests.matrix.people import Event, Person, relation
from tests.support.making import SetClock
from tests.support.synapse import Synapse

pytestmark = pytest.mark.synapse

ENCRYPTED = [{"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]


@pytest.fixture
async def gateway(synapse: Synapse, person: Callable[..., Person], tmp_path: Path) -> AsyncIterator[Gateway]:
    """The bot's own connection, without the rest of the bot."""
    user = person("iop-parts").user
    options = MatrixOptions(synapse.url, user, tmp_path, password="password", store_key="key")
    opened = await Sessions(options, Vault(tmp_path, "key"), SetClock(datetime.now(UTC))).open()
    yield opened
    await opened.close()


def saying(room: str, *words: str, id: str, edits: str | None = None, removes: str | None = None) -> Outgoing:
    """A reply that takes one message for each word, as long as one can be."""
    long = tuple(Bullets(items=(f"{word} " * (PART_BYTES // 2 // (len(json.dumps(word)) - 1)),)) for word in words)
    reply = Reply(kind="answer", text="", blocks=long)
    return Outgoing(id, "matrix", room, "$asked", reply, edits=edits, removes=removes)


async def shown(gateway: Gateway, room: str) -> list[str]:
    """The words that are to be read in a room, in order: edits applied, what was taken back left out."""
    await gateway.sync(None, True)
    words: dict[str, str] = {}
    events, _ = await gateway.history.older(room, "", None)
    for event in reversed(events):
        assert isinstance(event, dict), "one cannot be read"
        content = event["content"]
        if event["type"] != "m.room.message" or not content:
            continue
        if relation(event) == "m.replace":
            assert content["m.mentions"] == content["m.new_content"]["m.mentions"] == {}
            words[content["m.relates_to"]["event_id"]] = _word(content["m.new_content"])
        else:
            words[event["event_id"]] = _word(content)
    return [word for id, word in words.items() if not await _gone(gateway, room, id)]


def _word(content: Event) -> str:
    return next(word for word in str(content["body"]).split() if word.isalpha())


async def _gone(gateway: Gateway, room: str, id: str) -> bool:
    event = await gateway.history.event(room, id)
    return event is None or "redacted_because" in event.get("unsigned", {})


@pytest.mark.parametrize("state", [[], ENCRYPTED], ids=["plain", "encrypted"])
async def test_every_part_is_edited_added_or_taken_back(gateway: Gateway, anna: Person, state: list[Event]) -> None:
    room = anna.room(gateway.user, initial_state=state)
    await gateway.join(room)
    await gateway.sync(None, True)
    sender = Sender("")
    first = await sender.send(gateway, saying(room, "ett", "två", "tre", id="a"))
    anna.say(room, "något däremellan") if not state else None
    other = await sender.send(gateway, saying(room, "annat", "mer", id="b"))
    assert await shown(gateway, room) == ["ett", "två", "tre", *(() if state else ("något",)), "annat", "mer"]

    assert await sender.send(gateway, saying(room, "fem", id="c", edits=first)) == first
    assert await sender.send(gateway, saying(room, "sex", "sju", "åtta", id="d", edits=other)) == other
    await sender.send(gateway, saying(room, "sex", "sju", "åtta", id="d", edits=other))  # repeated after a crash
    assert [w for w in await shown(gateway, room) if w != "något"] == ["fem", "sex", "sju", "åtta"]

    await sender.send(gateway, saying(room, id="e", removes=other))
    await sender.send(gateway, saying(room, id="e", removes=other))
    assert [w for w in await shown(gateway, room) if w != "något"] == ["fem"]
