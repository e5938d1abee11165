"""The channel's pure parts: what is read of an event, how a reply is drawn, what a reaction means."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.matrix.draw import PART_BYTES, drawn
from bot.channels.matrix.options import MatrixOptions
from bot.channels.matrix.page import Invite
from bot.channels.matrix.power import Power
from bot.channels.matrix.reader import Reader, own_conversation
from bot.channels.matrix.signing import Identity, verifies
from bot.channels.matrix.spoken import is_mentioned, plain_text
from bot.channels.matrix.tapped import offered, read_reaction
from bot.messages import Bullets, Choice, Choices, Heading, Link, Paragraph, Reply
from bot.ports import Shown
from tests.support.making import SetClock

BOT = "@iop:example.se"
NAMES = ("IOP-lotsen",)
PREFIXES = ("!iop",)


class NoHouse:
    """Rooms of so many members, of which nothing else is known."""

    user = BOT

    def __init__(self, members: int) -> None:
        self._members = members

    def member_count(self, room: str) -> int:
        return self._members

    def name_in(self, room: str) -> str:
        return ""

    def may_configure(self, room: str, user: str) -> bool:
        return False

    def municipality(self, room: str) -> str | None:
        return None


class NoPast:
    """A homeserver that gives no event."""

    async def event(self, room: str, id: str) -> dict[str, Any] | None:
        return None


class NoReplies:
    """A store without any replies."""

    async def wait(self, channel: str, event: str, seconds: float) -> None:
        return None

    async def find(self, channel: str, shown_as: str, sender: str = "") -> Shown | None:
        return None

    async def known(self, channel: str, conversation: str) -> bool:
        return False


def reader(members: int = 2) -> Reader:
    return Reader(NoHouse(members), NoPast(), NoReplies(), SetClock(), NAMES, PREFIXES)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
names = ("m.relates_to", "m.mentions", "m.new_content", "msgtype", "body", "formatted_body", "format", "redacts")
inner = ("rel_type", "event_id", "key", "m.in_reply_to", "user_ids", "is_falling_back", "body", "msgtype")
said = st.sampled_from(["m.replace", "m.thread", "m.annotation", "m.text", "m.notice", "!iop hej", BOT, "$a", "👍"])
contents = st.dictionaries(
    st.sampled_from(names), said | json | st.dictionaries(st.sampled_from(inner), said | json, max_size=5), max_size=7
)
kinds = st.sampled_from(["m.room.message", "m.reaction", "m.room.redaction", "m.sticker", "m.room.member", 7])


@settings(max_examples=300, deadline=None)
@given(content=contents | json, kind=kinds, redacts=json | said, members=st.sampled_from([2, 5]))
async def test_no_event_whatever_its_form_breaks_the_reader(
    content: object, kind: object, redacts: object, members: int
) -> None:
    event = {"event_id": "$e", "sender": "@m:x", "type": kind, "content": content, "redacts": redacts}
    message = await reader(members).read("!room", event)
    assert message is None or message.sender == "@m:x"


class AnnasDialog(NoReplies):
    """A store that knows Anna's conversation in a thread, and no other."""

    async def known(self, channel: str, conversation: str) -> bool:
        return conversation == own_conversation("!room", "$root", "@anna:x")


@pytest.mark.parametrize("root", ["$root", own_conversation("!room", "$root", "@anna:x").removeprefix("!room|")])
async def test_nobody_gets_into_the_conversation_of_somebody_else(root: str) -> None:
    relates = {"rel_type": "m.thread", "event_id": root}
    content = {"msgtype": "m.text", "body": "!iop ja", "m.relates_to": relates}
    event = {"event_id": "$e", "sender": "@mallory:x", "type": "m.room.message", "content": content}
    reading = Reader(NoHouse(5), NoPast(), AnnasDialog(), SetClock(), NAMES, PREFIXES)
    message = await reading.read("!room", event)
    assert message is not None
    assert message.conversation not in ("!room|$root", own_conversation("!room", "$root", "@anna:x"))


def test_the_name_of_a_conversation_does_not_hold_that_of_the_person() -> None:
    assert "anna" not in own_conversation("!room", "$root", "@anna:x")
    assert own_conversation("!room", "$root", "@anna:x") != own_conversation("!other", "$root", "@anna:x")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("!iop är IOP tillåtet?", "är IOP tillåtet?"),
        ("!IOP: är IOP tillåtet?", "är IOP tillåtet?"),
        ("IOP-lotsen: är IOP tillåtet?", "är IOP tillåtet?"),
        ("@IOP-lotsen, är IOP tillåtet?", "är IOP tillåtet?"),
        ("är IOP tillåtet, iop-lotsen?", "är IOP tillåtet?"),
        (f"{BOT} är IOP tillåtet?", "är IOP tillåtet?"),
        (f"> <{BOT}> Ja\n> mer\n\n!iop är IOP tillåtet?", "är IOP tillåtet?"),
    ],
)
def test_the_address_is_heard_and_taken_off(text: str, left: str) -> None:
    assert is_mentioned({}, text, BOT, NAMES, PREFIXES)
    assert plain_text(text, BOT, NAMES, PREFIXES, "$answered") == left


@pytest.mark.parametrize("text", ["är IOP tillåtet?", "!iopa", f"> <{BOT}> Ja\n\nTack Bo!", "IOP-lotsens svar"])
def test_what_is_not_addressed_to_it(text: str) -> None:
    assert not is_mentioned({"m.mentions": {"user_ids": ["@bo:x"]}}, text, BOT, NAMES, PREFIXES)


class Tags(HTMLParser):
    """Collects tags and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))


@given(st.text(max_size=60))
def test_whatever_a_text_holds_only_the_known_tags_come_out(text: str) -> None:
    blocks = (Heading(text=text), Paragraph(text=text, role="note"), Bullets(items=(text,)), Link(label=text, url=text))
    for part in drawn(Reply(kind="answer", text="", blocks=blocks), "https://iop.example.se"):
        for tag, attributes in Tags(part.html).found:
            assert tag in {"h4", "p", "em", "ul", "li", "a", "br"}
            assert all(name == "href" and (value or "").startswith("http") for name, value in attributes)


def test_a_long_reply_is_split_between_its_blocks_and_loses_nothing() -> None:
    paragraphs = tuple(Paragraph(text=f"{n} " + "ord " * 900) for n in range(12))
    parts = drawn(Reply(kind="answer", text="", blocks=(*paragraphs, Paragraph(text="å<" * 9000))))
    assert len(parts) > 2
    assert all(part.size < PART_BYTES * 1.1 for part in parts)
    joined = "".join(part.plain for part in parts)
    assert all(f"{n} ord" in joined for n in range(12))
    assert joined.count("å<") == 9000


def shown(*choices: Choice, answered: int = 1) -> Shown:
    block = Choices(choices=choices, flow="iop", question="q", answered=answered)
    return Shown(id="o_1", conversation="!r", event="$e", choices=block, own=True)


def test_a_reaction_means_what_its_sign_shows_in_every_client() -> None:
    two = shown(Choice(value="yes", label="Ja", emoji="✅"), Choice(value="b", label="B"))
    assert offered(two.choices) == ("✅", "2\ufe0f\u20e3", "↩️")
    for key, value in (("✅", "yes"), ("2\u20e3", "b"), ("1\ufe0f\u20e3", "yes")):
        tapped = read_reaction(key, two)
        assert tapped is not None
        assert tapped.press is not None
        assert (tapped.press.value, tapped.press.question) == (value, "q")
    back = read_reaction("↩", two)
    thumb = read_reaction("👎🏿", two)
    assert back is not None
    assert back.text == "tillbaka"
    assert thumb is not None
    assert thumb.feedback is not None
    assert thumb.feedback.value == "down"
    assert read_reaction("🎉", two) is None


def test_who_may_invite(tmp_path: Any) -> None:
    own = MatrixOptions("https://x", "@iop:example.se", tmp_path)
    assert own.admits("@anna:example.se")
    assert not own.admits("@anna:evil.example")
    assert not own.admits(Invite("!r", "").sender)
    listed = MatrixOptions("https://x", BOT, tmp_path, allowed_servers=("a.se",), allowed_users=("@bo:b.se",))
    assert listed.admits("@x:a.se")
    assert listed.admits("@bo:b.se")
    assert not listed.admits("@x:example.se")


def test_who_may_configure_a_room() -> None:
    create = {"type": "m.room.create", "state_key": "", "sender": "@a:x", "content": {"room_version": "12"}}
    levels = {"type": "m.room.power_levels", "state_key": "", "content": {"users": {"@b:x": 50}, "users_default": 0}}
    power = Power().told(create).told(levels)
    assert power.may_configure("@a:x")
    assert power.may_configure("@b:x")
    assert not power.may_configure("@c:x")


def test_the_identity_signs_its_device_and_notices_a_change() -> None:
    identity = Identity.new(BOT)
    again = Identity(BOT, identity.seeds)
    device = {"user_id": BOT, "device_id": "D", "keys": {"ed25519:D": "x"}, "signatures": {BOT: {"ed25519:D": "own"}}}
    signed = identity.signed_device(device)
    assert again.vouches_for(signed)
    assert not again.vouches_for({**signed, "keys": {"ed25519:D": "y"}})
    assert "=" not in identity.public("master")
    master = identity.upload()["self_signing_key"]
    [[key, signature]] = master["signatures"][BOT].items()
    assert verifies(key.removeprefix("ed25519:"), signature, master)
