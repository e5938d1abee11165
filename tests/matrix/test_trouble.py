"""What people see when processes die, servers restart, limits strike, and somebody is hostile."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import time
from collections.abc import Callable
from urllib.parse import quote

import pytest

from bot.channels.matrix.page import TIMELINE
from tests.matrix.bot import Bot
from tests.matrix.people import Event, Person, relation, tapped, thread, until
from tests.support.synapse import Synapse

pytestmark = pytest.mark.synapse

Bots = Callable[..., Bot]
People = Callable[..., Person]
QUESTIONS = ("Är IOP tillåtet?", "Vad är ett IOP?", "Vem kan ingå ett IOP?", "Vad menas med idéburen?")


def body(event: Event) -> str:
    return str(event["content"]["body"])


def answers_in_order(one: Person, room: str, asked: list[str], bot: str, seconds: float = 60) -> list[Event]:
    """Wait for an answer to each question, and see to it that there is one each, in order."""
    one.until(room, lambda _: len(one.messages(room, bot)) >= len(asked) + 1, seconds)
    one.ask(room, "hej", bot)  # whatever came twice would be there before this
    said = one.messages(room, bot)[1:-1]
    assert len(said) == len(asked)
    return said


def test_a_dialog_goes_on_after_a_restart_and_nothing_said_meanwhile_is_lost(
    own_bot: Bots, anna: Person, person: People
) -> None:
    bot = own_bot()
    bot.start()
    busy = anna.group(bot.user, person("bo"))
    room = anna.direct(bot.user)
    anna.ask(room, "Passar vår idé för ett IOP?", bot.user)
    second = anna.ask(room, "ja", bot.user)
    bot.stop()
    meanwhile = anna.say(room, "tillbaka")
    early = anna.say(busy, "!iop vad är ett IOP?")
    for number in range(TIMELINE + 10):  # more than one page of a sync holds
        anna.say(busy, f"prat {number}")
    bot.start()
    anna.until(busy, lambda e: e["sender"] == bot.user and thread(e) == early)
    back = anna.answer(room, meanwhile, bot.user)
    assert "✅" in body(back)
    again = anna.ask(room, "ja", bot.user)
    assert body(again).split("?")[0].split("\n")[-1] == body(second).split("?")[0].split("\n")[-1]
    assert len(anna.messages(room, bot.user)) == 5
    bot.stop()
    bot.start()
    anna.say(busy, "Är IOP tillåtet?")  # to Bo
    anna.ask(busy, "!iop är IOP tillåtet?", bot.user)
    assert len(anna.messages(busy, bot.user)) == 3


def test_what_was_asked_before_it_stops_in_order_is_answered_before_it_ends(own_bot: Bots, anna: Person) -> None:
    bot = own_bot()
    bot.start()
    rooms = [anna.direct(bot.user) for _ in range(3)]
    bot.pause()
    for text in QUESTIONS:
        for room in rooms:
            anna.say(room, text)
    dialog = anna.say(rooms[0], "Passar vår idé för ett IOP?")
    bot.go_on()  # all at once
    with contextlib.closing(sqlite3.connect(bot.folder / "iopbot.db")) as database:
        heard = "SELECT 1 FROM inbox WHERE event = ?"
        until(lambda: database.execute(heard, (dialog,)).fetchone() is not None)
        bot.stop()
        assert database.execute("SELECT state FROM outbox WHERE state <> 'sent'").fetchall() == []
        shown = dict(database.execute("SELECT event, shown_as FROM outbox").fetchall())
    assert len(shown) == len(rooms) * (len(QUESTIONS) + 1) + 1
    for room in rooms:
        anna.until(room, lambda _, r=room: len(anna.messages(r, bot.user)) > len(QUESTIONS))
    anna.until(rooms[0], lambda e: tapped(e, shown[dialog], bot.user) == "❌")


def test_killed_at_random_it_answers_each_question_once_and_in_order(own_bot: Bots, anna: Person) -> None:
    kill_at_random(own_bot(), anna, rooms=3, questions=15, kills=2, seed=5)


def kill_at_random(bot: Bot, one: Person, rooms: int, questions: int, kills: int, seed: int) -> None:
    """Ask in several rooms, kill the bot now and then, and look that each question has one answer, in order."""
    chance = random.Random(seed)
    bot.start()
    places = [one.direct(bot.user) for _ in range(rooms)]
    expected = {text: body(one.ask(places[0], text, bot.user)) for text in QUESTIONS}
    asked: dict[str, list[str]] = {room: [] for room in places}
    asked[places[0]] += QUESTIONS
    deadly = sorted(chance.sample(range(questions), kills))
    for number in range(questions):
        room, text = chance.choice(places), chance.choice(QUESTIONS)
        asked[room].append(text)
        one.say(room, text)
        if number in deadly:
            time.sleep(chance.uniform(0, 0.3))  # so that it is hit at different steps
            bot.kill()
            bot.start(ready=False)
    question_of = {answer: text for text, answer in expected.items()}
    for room, texts in asked.items():
        said = answers_in_order(one, room, texts, bot.user, 120)
        assert [question_of.get(body(event), body(event)) for event in said] == texts


def test_a_restart_of_the_homeserver_is_told_and_survived(bot: Bot, anna: Person, synapse: Synapse) -> None:
    room = anna.direct(bot.user)
    synapse.stop()
    told = bot.until(lambda health: not health["ready"])
    assert "går inte att nå" in str(told)
    synapse.start()
    anna.ask(room, "Är IOP tillåtet?", bot.user)
    assert bot.matrix()["ok"]


def test_a_server_that_wants_pauses_gets_them_and_every_answer_comes_in_order(
    own_bot: Bots, anna: Person, person: People
) -> None:
    bot = own_bot()
    bot.start()
    admin = person("admin", admin=True)
    room = anna.direct(bot.user)
    expected = {text: body(anna.ask(room, text, bot.user)) for text in QUESTIONS}
    path = f"/_synapse/admin/v1/users/{quote(bot.user)}/override_ratelimit"
    admin.admin("POST", path, {"messages_per_second": 2, "burst_count": 1})
    asked = [*QUESTIONS, *(QUESTIONS * 2)]
    for text in asked[4:]:
        anna.say(room, text)
    said = answers_in_order(anna, room, asked, bot.user)
    assert [body(event) for event in said] == [expected[text] for text in asked]


def test_a_revoked_token_is_told_without_spinning_and_a_password_heals_it(
    own_bot: Bots, anna: Person, person: People
) -> None:
    bot = own_bot()
    bot.start()
    room = anna.direct(bot.user)
    person(user=bot.user).call("POST", "/logout/all", {})
    anna.ask(room, "Är IOP tillåtet?", bot.user)
    assert bot.matrix()["ok"]

    given = person("iop-token")
    bare = own_bot(IOPBOT_MATRIX_PASSWORD="", IOPBOT_MATRIX_USER=given.user, IOPBOT_MATRIX_ACCESS_TOKEN=given.token)
    bare.start()
    given.call("POST", "/logout/all", {})
    told = bare.until(lambda health: not health["ready"])
    assert "IOPBOT_MATRIX_ACCESS_TOKEN" in str(told)
    assert given.token not in bare.log()
    assert len(bare.log().splitlines()) < 30


def test_a_wrong_password_is_told(own_bot: Bots) -> None:
    bot = own_bot(IOPBOT_MATRIX_PASSWORD="fel lösenord")
    bot.start(ready=False)
    bot.until(lambda health: "IOPBOT_MATRIX_PASSWORD" in str(health))
    assert "fel lösenord" not in bot.log()


def test_what_cannot_be_decrypted_is_told_once_when_the_key_has_had_its_time(bot: Bot, anna: Person) -> None:
    room = anna.direct(bot.user)
    secret = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "ciphertext": "AwgAEnACgAkLmt6qF84IK++J7UDH2Za1YVchHyprqTqsg",
        "device_id": anna.device,
        "sender_key": "A" * 43,
        "session_id": "B" * 43,
    }
    sent = anna.event(room, "m.room.encrypted", secret)
    before = anna.ask(room, "Är IOP tillåtet?", bot.user)  # it holds up nobody
    told = anna.until(
        room, lambda e: e in anna.messages(room, bot.user)[2:] and e is not before and "krypterade" in body(e)
    )
    assert told["content"]["msgtype"] == "m.notice"
    assert sent in [e["event_id"] for e in anna.seen[room]]
    anna.ask(room, "Vad är ett IOP?", bot.user)
    assert len(anna.messages(room, bot.user)) == 4


def test_it_comes_only_where_it_may_and_leaves_when_everybody_has(own_bot: Bots, anna: Person, person: People) -> None:
    bo = person("bo")
    bot = own_bot(IOPBOT_MATRIX_ALLOWED_USERS=anna.user)
    refused = bo.room(bot.user)  # before it is there
    bot.start()
    bo.until(refused, lambda e: e.get("state_key") == bot.user and e["content"]["membership"] == "leave")
    also = bo.room(bot.user)
    bo.until(also, lambda e: e.get("state_key") == bot.user and e["content"]["membership"] == "leave")
    room = anna.group(bot.user, bo)
    anna.call("POST", f"/rooms/{quote(room)}/leave", {})
    bo.ask(room, "Är IOP tillåtet?", bot.user)  # two are left, so it is a direct chat now
    bo.call("POST", f"/rooms/{quote(room)}/leave", {})
    itself = person(user=bot.user)
    until(lambda: itself.call("GET", "/joined_rooms")["joined_rooms"] == [])


def test_a_hostile_member_gets_nothing_but_a_pause_and_holds_up_nobody(
    own_bot: Bots, anna: Person, person: People
) -> None:
    bot = own_bot(IOPBOT_SENDER_BURST="10")
    bot.start()
    mallory = person("mallory")
    room = anna.group(bot.user, mallory)
    private = anna.direct(bot.user)
    annas = anna.say(room, "!iop är IOP tillåtet?")
    answer = anna.answer(room, annas, bot.user)
    beginning = anna.seen[room][0]["event_id"]
    mallory.say(room, "!iop " + "å" * 20_000)
    mallory.say(room, "!iop <script>alert(1)</script> <b>vad är ett IOP?</b>", format="org.matrix.custom.html",
                formatted_body="<img src=x onerror=alert(1)>")  # fmt: skip
    mallory.say(room, "!iop vad är ett IOP?", **{"m.relates_to": {"rel_type": "m.thread", "event_id": beginning}})
    mallory.edit(room, annas, "!iop vad är ett IOP?")
    mallory.react(room, annas, "✅")
    for number in range(60):
        mallory.say(room, f"!iop vad är ett IOP? {number}")
    started = time.monotonic()
    anna.ask(private, "Är IOP tillåtet?", bot.user)
    assert time.monotonic() - started < 10
    said = anna.messages(room, bot.user)
    assert not [e for e in said if "<script" in e["content"]["formatted_body"]]
    assert not [e for e in anna.seen[room] if relation(e) == "m.replace" and e["sender"] == bot.user]
    assert answer in said
    assert len(said) < 30
    assert bot.health()["ready"]
