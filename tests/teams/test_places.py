"""Where the bot listens and speaks: personal chats, group chats, channels; greetings, thumbs, compose-box search."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from tests.teams.client import BOT, Person, buttons, card_of, titles, words_in
from tests.teams.connector import Connector
from tests.teams.running import Running

THREAD = "19:team@thread.tacv2;messageid=1700000000001"


def test_in_a_group_only_what_mentions_the_bot_is_answered(
    somebody: Callable[..., Person], connector: Connector, running: Running
) -> None:
    anna = somebody(kind="groupChat")
    before = running.stored()
    anna.says("Är IOP tillåtet?")
    assert running.stored() == before

    anna.mentions("Är IOP tillåtet?")

    (answer,) = connector.answers(anna.chat)
    assert answer["text"].startswith("Enligt Forum är IOP")


def test_a_mention_of_somebody_else_is_not_for_the_bot(somebody: Callable[..., Person], running: Running) -> None:
    anna = somebody(kind="groupChat")
    before = running.stored()

    anna.says("<at>Bo</at> är IOP tillåtet?", entities=[
        {"type": "mention", "text": "<at>Bo</at>", "mentioned": {"id": "29:Bo", "name": "Bo"}}])  # fmt: skip

    assert running.stored() == before


def test_in_a_channel_the_answer_stands_in_the_thread(somebody: Callable[..., Person], connector: Connector) -> None:
    anna = somebody(kind="channel", chat=THREAD)

    anna.mentions("Är IOP tillåtet?")

    (answer,) = connector.answers(THREAD)
    assert answer["conversation"]["id"] == THREAD
    assert not connector.typing(THREAD), "channels show no typing sign"


def test_in_a_thread_that_it_takes_part_in_no_mention_is_needed(
    somebody: Callable[..., Person], connector: Connector, running: Running
) -> None:
    chat = "19:team@thread.tacv2;messageid=1700000000002"
    anna = somebody(kind="channel", chat=chat)
    bo = anna.in_chat_of("Bo")
    anna.mentions("Är IOP tillåtet?")
    connector.answers(chat)

    anna.says("Vad är ett IOP?")

    assert len(connector.answers(chat, 2)) == 2
    before = running.stored()
    bo.says("Vi ses i morgon!")
    assert running.stored() == before


def test_people_in_a_group_do_not_answer_each_others_questions(
    somebody: Callable[..., Person], connector: Connector
) -> None:
    anna = somebody(kind="groupChat")
    bo = anna.in_chat_of("Bo")
    anna.mentions("testa om er idé passar för IOP")
    connector.answers(anna.chat)

    bo.mentions("nej")

    connector.answers(anna.chat, 2)
    assert "Fråga 1" in words_in(card_of(connector.shown(anna.chat)[0]))


def test_a_follow_up_that_is_pressed_in_a_group_needs_no_mention(
    somebody: Callable[..., Person], connector: Connector
) -> None:
    anna = somebody(kind="groupChat")
    anna.mentions("Är IOP tillåtet?")
    (answer,) = connector.answers(anna.chat)
    label = titles(answer)[1]

    anna.says(label, value={"iop": "fraga"})

    assert connector.answers(anna.chat, 2)


def test_a_follow_up_from_a_client_that_sends_data_only_is_understood(person: Person, connector: Connector) -> None:
    person.says("Är IOP tillåtet?")
    (answer,) = connector.answers(person.chat)

    person.post(person.activity(value=buttons(answer)[1]["data"]))

    assert "[1]" in connector.answers(person.chat, 2)[1]["text"]


def test_installing_greets_once_with_three_starters(person: Person, connector: Connector) -> None:
    person.post(person.activity("installationUpdate", action="add"))
    person.post(person.activity("conversationUpdate", membersAdded=[BOT]))
    person.says("Är IOP tillåtet?")

    greeting, answer = connector.answers(person.chat, 2)
    assert "Jag är IOP-lotsen" in words_in(card_of(greeting))
    assert len(titles(greeting)) == 3
    assert "[1]" in answer["text"]


def test_the_greeting_speaks_the_language_of_teams(somebody: Callable[..., Person], connector: Connector) -> None:
    anna = somebody(locale="en-US")

    anna.post(anna.activity("conversationUpdate", membersAdded=[BOT]))

    (greeting,) = connector.answers(anna.chat)
    said = words_in(card_of(greeting))
    assert "I am IOP-lotsen" in said
    assert "Forum's office" in said
    assert not re.search(r"\b(?:och|inte|för|vår|kommunen)\b", said), "no Swedish sentence in it"


def test_somebody_who_writes_english_is_answered_in_english(person: Person, connector: Connector) -> None:
    asked = ["help", "What does a litre of milk cost in Paris?", "We are in Malmö", "delete my data"]

    for number, text in enumerate(asked, 1):
        person.says(text, locale="en-GB")
        answer = connector.answers(person.chat, number)[-1]
        lead = answer["text"].replace("radera mina uppgifter", "")
        assert not re.search(r"\b(?:och|inte|gärna|vill)\b", lead.split("«")[0]), lead
        around = str(answer.get("attachments", ""))
        assert "Fråga vidare" not in around
        assert not re.search(r"Passar vår idé|Visa svaret", around)


def test_another_person_who_joins_is_not_greeted(person: Person, running: Running) -> None:
    before = running.stored()

    person.post(person.activity("conversationUpdate", membersAdded=[{"id": "29:Bo"}]))

    assert running.stored() == before


def test_a_thumb_is_kept_and_not_answered(person: Person, connector: Connector, running: Running) -> None:
    person.says("Är IOP tillåtet?")
    (answer,) = connector.answers(person.chat)
    assert answer["channelData"]["feedbackLoop"] == {"type": "default"}
    value = {
        "actionName": "feedback",
        "actionValue": {"reaction": "dislike", "feedback": json.dumps({"feedbackText": "ring 070-123 45 67"})},
    }
    shown = connector.shown(person.chat)[0]

    response = person.invokes("message/submitAction", value, replyToId=shown["id"])

    assert response.status_code == 200
    connector.until(lambda: ("down", "ring [telefonnummer]") in running.feedback())
    person.says("Vad är ett IOP?")
    assert len(connector.answers(person.chat, 2)) == 2


def test_a_comment_that_is_no_json_is_kept_as_it_was_written(
    person: Person, connector: Connector, running: Running
) -> None:
    person.says("Är IOP tillåtet?")
    connector.answers(person.chat)
    value = {"actionName": "feedback", "actionValue": {"reaction": "like", "feedback": "Bra, 5 av 5!"}}

    person.invokes("message/submitAction", value, replyToId=connector.shown(person.chat)[0]["id"])

    connector.until(lambda: ("up", "Bra, 5 av 5!") in running.feedback())


def test_pictures_are_declined_with_a_sentence(person: Person, connector: Connector) -> None:
    person.says("", attachments=[{"contentType": "image/png", "contentUrl": "https://example.se/a.png"}])

    (answer,) = connector.answers(person.chat)
    assert "text" in answer["text"]


def test_the_html_copy_that_teams_attaches_is_no_file(person: Person, connector: Connector) -> None:
    person.says("Är IOP tillåtet?", attachments=[{"contentType": "text/html", "content": "<p>Är IOP tillåtet?</p>"}])

    (answer,) = connector.answers(person.chat)
    assert "[1]" in answer["text"]


def test_a_quote_that_somebody_inserts_needs_no_answer(person: Person, running: Running) -> None:
    card = [{"contentType": "application/vnd.microsoft.card.adaptive", "content": {"type": "AdaptiveCard"}}]
    where = '\n<span class="inline-compose-card" itemid="0">\n  <span content="0" itemprop="cardId"></span>\n</span>\n'
    before = running.stored()

    person.says(where, attachments=card)
    person.says('<attachment id="0"></attachment>', attachments=card)

    assert running.stored() == before


def test_a_question_beside_an_inserted_quote_is_answered(person: Person, connector: Connector) -> None:
    card = [{"contentType": "application/vnd.microsoft.card.adaptive", "content": {"type": "AdaptiveCard"}}]

    person.says('Är IOP tillåtet? <attachment id="0"></attachment>', attachments=card)

    (answer,) = connector.answers(person.chat)
    assert answer["text"].startswith("Enligt Forum är IOP")


# ---- compose box


def query(text: str) -> dict[str, object]:
    return {
        "commandId": "sok",
        "parameters": [{"name": "fraga", "value": text}],
        "queryOptions": {"skip": 0, "count": 25},
    }


def test_the_compose_box_finds_quotes(person: Person) -> None:
    found = person.invokes("composeExtension/query", query("Är IOP tillåtet?")).json()["composeExtension"]

    assert found["type"] == "result"
    first = found["attachments"][0]
    assert first["preview"]["content"]["title"]
    card = first["content"]
    assert "Ett IOP är tillåtet där det inte redan existerar en marknad." in words_in(card)
    assert "Forum" in words_in(card)
    assert "/kallor/forum-handledning?fran=" in json.dumps(card)


def test_what_the_sources_do_not_hold_is_said(person: Person) -> None:
    found = person.invokes("composeExtension/query", query("Vad kostar en liter mjölk i Paris?")).json()

    assert found["composeExtension"]["type"] == "message"
    assert "Källorna" in found["composeExtension"]["text"]


def test_an_empty_search_asks_for_words(person: Person) -> None:
    value = {"commandId": "sok", "parameters": [{"name": "initialRun", "value": "true"}]}

    found = person.invokes("composeExtension/query", value).json()

    assert found["composeExtension"]["type"] == "message"


def test_a_message_can_be_asked_about_and_the_quote_inserted(person: Person) -> None:
    value = {
        "commandId": "fraga",
        "commandContext": "message",
        "messagePayload": {
            "id": "1",
            "body": {"contentType": "html", "content": "<p>Är IOP <b>till&aring;tet</b>?</p>"},
        },
    }

    task = person.invokes("composeExtension/fetchTask", value).json()["task"]

    assert task["type"] == "continue"
    card = task["value"]["card"]["content"]
    assert "Ett IOP är tillåtet" in words_in(card)
    button = next(a for e in card["body"] if e["type"] == "ActionSet" for a in e["actions"])
    inserted = person.invokes("composeExtension/submitAction", {"commandId": "fraga", "data": button["data"]}).json()
    assert "Ett IOP är tillåtet" in words_in(inserted["composeExtension"]["attachments"][0]["content"])


def test_a_search_leaves_no_trace(person: Person, running: Running) -> None:
    before = running.stored()

    person.invokes("composeExtension/query", query("Är IOP tillåtet?"))

    assert running.stored() == before
