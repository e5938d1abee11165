"""Questions, answers and dialogs as people see them in their Matrix client."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.matrix.bot import Bot
from tests.matrix.people import Event, Person, mention, relation, tapped, thread

pytestmark = pytest.mark.synapse

People = Callable[..., Person]
CRITERIA = "Vilka kriterier gäller?"
BEGIN = "Passar vår idé för ett IOP?"


def body(event: Event) -> str:
    return str(event["content"]["body"])


def test_a_direct_chat_gets_every_message_answered_with_quotes_that_look_like_quotes(bot: Bot, anna: Person) -> None:
    room = anna.direct(bot.user)
    content = anna.ask(room, "Är IOP tillåtet?", bot.user)["content"]
    assert "<blockquote>" in content["formatted_body"]
    assert '<a href="https://iop.example.se/kallor/' in content["formatted_body"]
    assert "\n> " in content["body"]
    assert "— [1] " in content["body"]
    assert content["m.mentions"] == {}
    assert content["msgtype"] == "m.text"


def test_it_introduces_itself_once_and_with_a_notice(bot: Bot, anna: Person) -> None:
    room = anna.direct(bot.user)
    anna.ask(room, "Är IOP tillåtet?", bot.user)
    hello, _ = anna.messages(room, bot.user)
    assert "IOP-lotsen" in body(hello)
    assert hello["content"]["msgtype"] == "m.notice"


def test_in_a_room_it_answers_in_a_thread_and_only_when_spoken_to(bot: Bot, anna: Person, person: People) -> None:
    bo = person("bo")
    room = anna.group(bot.user, bo)
    unasked = anna.say(room, "Är IOP tillåtet?")
    named = anna.say(room, "IOP-lotsen, är IOP tillåtet?")
    pinged = bo.say(room, "Vad är ett IOP?", **mention(bot.user))
    prefixed = bo.say(room, "!iop vad är ett IOP?")
    for question, asker in ((named, anna), (pinged, bo), (prefixed, bo)):
        answer = anna.until(room, lambda e, q=question: e["sender"] == bot.user and thread(e) == q)
        assert answer["content"]["m.mentions"] == {"user_ids": [asker.user]}
    assert not [e for e in anna.messages(room, bot.user) if thread(e) == unasked]


def test_in_its_thread_it_goes_on_and_leaves_talk_among_people_alone(bot: Bot, anna: Person, person: People) -> None:
    bo = person("bo")
    room = anna.group(bot.user, bo)
    root = anna.say(room, "!iop är IOP tillåtet?")
    anna.answer(room, root, bot.user)
    inside = {"m.relates_to": {"rel_type": "m.thread", "event_id": root}}
    to_bo = anna.say(room, "Vad är ett IOP?", **inside, **mention(bo.user))
    more = anna.say(room, "Vad är ett IOP?", **inside)
    answer = anna.answer(room, more, bot.user)
    assert thread(answer) == root
    assert answer["content"]["m.relates_to"]["m.in_reply_to"] == {"event_id": more}
    ids = [e["event_id"] for e in anna.seen[room]]
    between = anna.seen[room][ids.index(to_bo) : ids.index(more)]
    assert not [e for e in between if e["sender"] == bot.user]


def test_a_reply_to_its_answer_is_meant_for_it(bot: Bot, anna: Person, person: People) -> None:
    room = anna.group(bot.user, person("bo"))
    first = anna.ask(room, "!iop är IOP tillåtet?", bot.user)
    root = thread(first)
    reply = {"m.relates_to": {"m.in_reply_to": {"event_id": first["event_id"]}}}
    asked = anna.say(room, f"> <{bot.user}> Ja\n\nVad är ett IOP?", **reply)
    answer = anna.answer(room, asked, bot.user)
    assert thread(answer) == root


def test_a_dialog_by_text_with_a_digression_reaches_its_verdict(bot: Bot, anna: Person) -> None:
    room = anna.direct(bot.user)
    question = anna.ask(room, BEGIN, bot.user)
    aside = anna.ask(room, "Är IOP tillåtet?", bot.user)
    assert "<blockquote>" in aside["content"]["formatted_body"]
    last_line = next(line for line in body(question).splitlines() if line.rstrip().endswith("?"))
    assert last_line in body(aside)  # the open question is asked again
    said = aside
    for _ in range(40):
        if "<li>✅" not in said["content"]["formatted_body"]:
            break
        said = anna.ask(room, "ja", bot.user)
    assert "IOP" in body(said)
    assert "<li>✅" not in said["content"]["formatted_body"]
    assert "https://iop.example.se/" in body(said)


def test_a_dialog_by_reactions_one_tap_an_answer(bot: Bot, anna: Person) -> None:
    room = anna.direct(bot.user)
    question = anna.ask(room, BEGIN, bot.user)
    for _ in range(3):
        offered = anna.until(room, lambda e, q=question: tapped(e, q["event_id"], bot.user) == "❌")
        assert offered["content"]["m.relates_to"]["rel_type"] == "m.annotation"
        tap = anna.react(room, question["event_id"], "✅")
        question = anna.answer(room, tap, bot.user)
        assert "✅" in body(question)
    anna.until(room, lambda e: tapped(e, question["event_id"], bot.user) == "↩️")
    back = anna.answer(room, anna.react(room, question["event_id"], "↩️"), bot.user)
    assert "✅" in body(back)
    assert body(back) != body(question)


def test_two_people_have_a_dialog_each_and_do_not_answer_for_each_other(bot: Bot, anna: Person, person: People) -> None:
    bo = person("bo")
    room = anna.group(bot.user, bo)
    annas = anna.ask(room, f"!iop {BEGIN}", bot.user)
    bos = bo.ask(room, f"!iop {BEGIN}", bot.user)
    assert thread(annas) != thread(bos)
    inside = {"m.relates_to": {"rel_type": "m.thread", "event_id": thread(annas)}}
    bo.react(room, annas["event_id"], "❌")
    bo.ask(room, "ja", bot.user, **inside)
    moved = anna.ask(room, "ja", bot.user, **inside)
    first = next(line for line in body(annas).splitlines() if line.rstrip().endswith("?"))
    assert first not in body(moved)  # Anna's answer moved her dialog by one question
    again = anna.ask(room, "tillbaka", bot.user, **inside)
    assert first in body(again)


def test_together_everybody_in_the_thread_answers_the_same_dialog(bot: Bot, anna: Person, person: People) -> None:
    bo = person("bo")
    room = anna.group(bot.user, bo)
    begun = anna.say(room, "!iop vi testar tillsammans")
    inside = {"m.relates_to": {"rel_type": "m.thread", "event_id": begun}}
    anna.answer(room, begun, bot.user)
    question = anna.ask(room, BEGIN, bot.user, **inside)
    moved = bo.ask(room, "ja", bot.user, **inside)
    assert "✅" in body(moved)
    back = anna.ask(room, "tillbaka", bot.user, **inside)
    first = next(line for line in body(question).splitlines() if line.rstrip().endswith("?"))
    assert first in body(back)
    anna.until(room, lambda e: tapped(e, moved["event_id"], bot.user) == "↩️")
    tap = bo.react(room, back["event_id"], "✅")
    assert "✅" in body(bo.answer(room, tap, bot.user))


def test_an_edited_question_edits_the_answer(bot: Bot, anna: Person) -> None:
    room = anna.direct(bot.user)
    asked = anna.say(room, "Är IOP tillåtet?")
    answer = anna.answer(room, asked, bot.user)
    anna.edit(room, asked, "Vad är ett IOP?")
    edited = anna.until(room, lambda e: e["sender"] == bot.user and relation(e) == "m.replace")
    assert edited["content"]["m.relates_to"]["event_id"] == answer["event_id"]
    assert edited["content"]["m.new_content"]["body"] != body(answer)
    assert len(anna.messages(room, bot.user)) == 2


def test_a_question_taken_back_takes_the_answer_back(bot: Bot, anna: Person) -> None:
    room = anna.direct(bot.user)
    asked = anna.say(room, "Är IOP tillåtet?")
    answer = anna.answer(room, asked, bot.user)
    anna.redact(room, asked)
    gone = anna.until(room, lambda e: e["type"] == "m.room.redaction" and e["sender"] == bot.user)
    assert (gone.get("redacts") or gone["content"].get("redacts")) == answer["event_id"]


def test_a_thumb_is_feedback_and_a_reaction_taken_back_removes_nothing(bot: Bot, anna: Person) -> None:
    room = anna.direct(bot.user)
    answer = anna.ask(room, "Är IOP tillåtet?", bot.user)
    thumb = anna.react(room, answer["event_id"], "👍🏽")
    thanks = anna.answer(room, thumb, bot.user)
    anna.redact(room, thumb)
    anna.ask(room, "Vad är ett IOP?", bot.user)
    assert thanks in anna.messages(room, bot.user)
    assert not [e for e in anna.seen[room] if e["type"] == "m.room.redaction" and e["sender"] == bot.user]


def test_only_those_who_may_change_the_room_choose_its_municipality(bot: Bot, anna: Person, person: People) -> None:
    bo = person("bo")
    room = anna.group(bot.user, bo)
    refused = bo.ask(room, "!iop kommun Eslöv", bot.user)
    chosen = anna.ask(room, "!iop kommun Eslöv", bot.user)
    assert body(refused) != body(chosen)
    assert "Eslöv" in body(chosen)
    general = anna.ask(anna.direct(bot.user), CRITERIA, bot.user)
    here = bo.ask(room, f"!iop {CRITERIA}", bot.user)  # in a thread of its own
    assert body(here) != body(general)
    assert "[1] Eslövs kommun" in body(here)


def test_anybody_may_say_where_they_are_and_that_counts_for_them(bot: Bot, anna: Person, person: People) -> None:
    bo = person("bo")
    room = anna.group(bot.user, bo)
    told = bo.ask(room, "!iop vi är i Eslöv", bot.user)
    inside = {"m.relates_to": {"rel_type": "m.thread", "event_id": thread(told)}}
    assert "[1] Eslövs kommun" in body(bo.ask(room, CRITERIA, bot.user, **inside))
    assert "[1] Eslövs kommun" not in body(anna.ask(room, f"!iop {CRITERIA}", bot.user))


def test_a_room_that_is_upgraded_is_followed(bot: Bot, anna: Person) -> None:
    old = anna.room(bot.user, preset="public_chat")
    anna.until(old, lambda e: e["sender"] == bot.user and e["type"] == "m.room.message")
    new = str(anna.call("POST", f"/rooms/{quote(old)}/upgrade", {"new_version": "11"})["replacement_room"])
    anna.until(new, lambda e: e.get("state_key") == bot.user and e["content"].get("membership") == "join")
    anna.ask(new, "Är IOP tillåtet?", bot.user)


def test_pictures_and_notices(bot: Bot, anna: Person) -> None:
    room = anna.direct(bot.user)
    anna.event(room, "m.room.message", {"msgtype": "m.notice", "body": "Är IOP tillåtet?"})
    picture = anna.event(room, "m.room.message", {"msgtype": "m.image", "body": "bild.png", "url": "mxc://localhost/a"})
    answer = anna.answer(room, picture, bot.user)
    assert "text" in body(answer)
    anna.ask(room, "Vad är ett IOP?", bot.user)
    assert len(anna.messages(room, bot.user)) == 3  # hello, the picture, the question


def test_it_shows_that_it_has_read_and_that_it_is_writing(
    own_bot: Callable[..., Bot], anna: Person, person: People
) -> None:
    bot = own_bot()
    bot.start()
    bo = person("bo")
    room = anna.group(bot.user, bo)
    root = anna.say(room, "!iop är IOP tillåtet?")
    anna.answer(room, root, bot.user)
    bo.until(room, lambda _: root in read_by(bot.user, bo.passing[room]))
    inside = anna.say(room, "Vad är ett IOP?", **{"m.relates_to": {"rel_type": "m.thread", "event_id": root}})
    anna.answer(room, inside, bot.user)
    bo.until(room, lambda _: inside in read_by(bot.user, bo.passing[room]))
    path = f"/_synapse/admin/v1/users/{quote(bot.user)}/override_ratelimit"
    person("admin", admin=True).admin("POST", path, {"messages_per_second": 1, "burst_count": 1})
    for text in ("Vad är ett IOP?", "Vem kan ingå ett IOP?", "Är IOP tillåtet?"):  # so that an answer takes its time
        last = anna.say(room, f"!iop {text}")
    bo.until(room, lambda _: [bot.user] in writing(bo.passing[room]))
    bo.answer(room, last, bot.user)
    bo.until(room, lambda _: writing(bo.passing[room])[-1] == [])
    bo.until(room, lambda _: last in read_by(bot.user, bo.passing[room]))


def read_by(user: str, passing: list[Event]) -> list[str]:
    """The events that somebody has read, by what the server told of it."""
    told = [event["content"] for event in passing if event["type"] == "m.receipt"]
    return [id for content in told for id, kinds in content.items() if user in kinds.get("m.read", {})]


def writing(passing: list[Event]) -> list[list[str]]:
    """Who was writing, time after time."""
    return [event["content"]["user_ids"] for event in passing if event["type"] == "m.typing"]


def test_an_answer_in_a_room_pings_who_asked_and_nobody_else_and_an_edit_nobody(
    bot: Bot, anna: Person, person: People
) -> None:
    bo = person("bo")
    bo.call("PUT", f"/profile/{quote(bo.user)}/displayname", {"displayname": "IOP"})
    room = anna.group(bot.user, bo)
    silent = {"m.mentions": {}}
    asked = anna.say(room, f"!iop är IOP tillåtet, {bo.user} och @room?", **silent)
    answer = anna.answer(room, asked, bot.user)
    assert "IOP" in body(answer)
    anna.until(room, lambda _: anna.pings[room] == 1)
    anna.edit(room, asked, f"!iop vad är ett IOP, {bo.user} och @room?", **silent)
    edited = anna.until(room, lambda e: e["sender"] == bot.user and relation(e) == "m.replace")
    bo.until(room, lambda e: e["event_id"] == edited["event_id"])
    anna.sync()
    assert (anna.pings[room], bo.pings[room]) == (1, 0)
