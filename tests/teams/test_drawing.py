"""Replies as Teams' text and cards: word for word, within Teams' limits, nothing taken as markup."""

from __future__ import annotations

import json

import pytest
from microsoft_teams.cards import AdaptiveCard

from bot.channels.teams.activity import Activity
from bot.channels.teams.cards import MAX_CARD_BYTES, quote_card, size_of, step_card, suggestions_card
from bot.channels.teams.draw import MAX_TEXT_BYTES, escaped, halves, text_activity, web_link, with_pointers
from bot.channels.teams.intake import Intake, pressed_of, stripped
from bot.channels.teams.words import shortened
from bot.messages import Block, Bullets, Choice, Choices, Citation, FlowStatus, Outcome, Paragraph, QuoteBlock, Reply
from tests.support.making import START
from tests.teams.client import buttons, words_in

URL = "https://iop.example.se"


def cited(number: int = 1, quote: str = "Ett IOP är tillåtet.", **fields: object) -> Citation:
    values: dict[str, object] = {
        "number": number, "source": "s", "title": "Riktlinjer", "publisher": "Eslövs kommun", "issuer": "Eslövs kommun",
        "strength": "must", "published": "2020", "section": "A › B", "quote": quote, "start": 0, "end": len(quote),
        "url": "/kallor/s?fran=0&till=1#citat",
    }  # fmt: skip
    return Citation.model_validate(values | fields)


def answer(*blocks: Block) -> Reply:
    return Reply(kind="answer", text="text", blocks=blocks)


def drawn(reply: Reply) -> str:
    text = text_activity(reply, reply.blocks, URL)["text"]
    assert isinstance(text, str)
    return text


def question(*choices: Choice, many: bool = False) -> Reply:
    asks = Choices(choices=choices, flow="f", question="q", answered=1, many=many)
    return Reply(kind="question", text="Fråga?", blocks=(Paragraph(text="Fråga?", role="question"), asks))


def card(reply: Reply) -> dict[str, object]:
    return dict(step_card(reply, reply.blocks, "turn-1", "owner-1", URL))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("*fet* _kursiv_ `kod` ~struken~", r"\*fet\* \_kursiv\_ \`kod\` \~struken\~"),
        ("[länk](javascript:x)", r"\[länk\](javascript:x)"),
        ("# rubrik", r"\# rubrik"),
        ("1. första\n- andra", "1\\. första\n\\- andra"),
        ("1 194 50 kronor & mer", "1 194 50 kronor &amp; mer"),
        ("<at>alla</at>", "&lt;at&gt;alla&lt;/at&gt;"),
    ],
)
def test_nothing_in_a_text_is_markup(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_pointers_become_citation_marks() -> None:
    assert with_pointers("Så här [1, 2] och *så* [3].") == r"Så här [1] [2] och \*så\* [3]."


def test_every_quote_stands_whole_in_the_text() -> None:
    quotes = ["Första raden.\nAndra raden.", "Ett annat citat."]

    text = drawn(
        answer(Paragraph(text="Ja.", role="lead"), *(QuoteBlock(citation=cited(n, q)) for n, q in enumerate(quotes, 1)))
    )

    assert text.startswith("Ja. [1] [2]")
    assert "> Första raden.  \n> Andra raden." in text
    assert "> Ett annat citat." in text
    assert "Eslövs kommun: Riktlinjer (2020), avsnittet ”A › B” · ska-krav" in text


def test_a_long_answer_leaves_whole_quotes_out_and_never_cuts_one() -> None:
    long = "Ett ord till. " * 700
    blocks = [QuoteBlock(citation=cited(n, long)) for n in range(1, 6)]

    text = drawn(answer(Paragraph(text="Ja.", role="lead"), *blocks))

    assert len(text.encode()) <= MAX_TEXT_BYTES
    assert text.count(long.strip()) == text.count("Ett ord till.") // 700
    assert "får inte plats" in text


def test_citations_keep_within_what_teams_takes() -> None:
    long = cited(1, "ord " * 100, title="Titel " * 40, publisher="Utgivare " * 10, issuer="Utgivare " * 10)

    entity = text_activity(answer(QuoteBlock(citation=long)), [QuoteBlock(citation=long)], URL)["entities"]

    look = json.loads(json.dumps(entity))[0]["citation"][0]["appearance"]
    assert len(look["name"]) <= 80
    assert len(look["abstract"]) <= 160
    assert look["abstract"].endswith("ord…")
    assert all(len(word) <= 28 for word in look["keywords"])
    assert look["url"] == f"{URL}/kallor/s?fran=0&till=1#citat"


def test_there_is_no_ai_label() -> None:
    made = text_activity(answer(QuoteBlock(citation=cited())), [QuoteBlock(citation=cited())], URL)

    assert "AIGeneratedContent" not in json.dumps(made)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//evil.example", "data:text/html,x", "https://a b", "/x\\y", ""]
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert web_link(url, "") is None


def test_what_was_asked_in_between_is_told_apart_from_the_question() -> None:
    asks = question(Choice(value="yes", label="Ja")).blocks
    said = (Paragraph(text="Svar.", role="lead"), QuoteBlock(citation=cited()))

    assert halves(answer(*said, *asks)) == (said, asks)
    assert halves(answer(*said)) == (said, ())
    assert halves(answer(*asks)) == ((), asks)


def test_many_options_are_a_list_to_pick_from() -> None:
    made = card(question(*(Choice(value=f"v{n}", label=f"Val {n}") for n in range(9))))

    picks = [e for e in made["body"] if e["type"] == "Input.ChoiceSet"]  # type: ignore[attr-defined]
    assert len(picks) == 1
    assert [c["value"] for c in picks[0]["choices"]][:2] == ["v0", "v1"]
    AdaptiveCard.model_validate(made)


def test_several_picked_options_are_said_by_number() -> None:
    made = card(question(Choice(value="a", label="A"), Choice(value="b", label="B"), many=True))
    data = buttons(made)[0]["data"] | {"picked": "1,2"}

    pressed = pressed_of(Activity(type="invoke", value={"action": {"data": data}}))

    assert pressed is not None
    assert pressed.press().value == "1 och 2"
    assert pressed.press().question == "q"


def test_what_a_source_says_in_a_card_knows_no_markup() -> None:
    made = quote_card(cited(1, "*inte fet* [inte länk](x)\nny rad"), "sv", URL)

    assert "*inte fet* [inte länk](x)\nny rad" in words_in(made)
    AdaptiveCard.model_validate(made)


def test_an_outcome_that_is_too_large_keeps_its_verdict_and_links() -> None:
    quotes = [QuoteBlock(citation=cited(n, "Ett ord till. " * 200)) for n in range(1, 30)]
    status = FlowStatus(id="f", version="1", hash="h", question=None, answered=12, total=12)
    reply = Reply(
        kind="outcome", text="Ett IOP verkar möjligt", outcome=Outcome(outcome="yes", flow=status),
        blocks=(Paragraph(text="Ett IOP verkar möjligt", role="lead"), Bullets(items=("a", "b")), *quotes),
        suggestions=("Börja om",),
    )  # fmt: skip

    made = card(reply)

    assert size_of(made) <= MAX_CARD_BYTES  # type: ignore[arg-type]
    assert "Ett IOP verkar möjligt" in words_in(made)
    assert "får inte plats" in words_in(made)
    assert buttons(made)[-1]["title"] == "Börja om"


def test_nothing_to_suggest_is_no_card() -> None:
    assert suggestions_card(answer(Paragraph(text="Ja."))) is None


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("kort", 10, "kort"),
        ("ett två tre fyra", 12, "ett två tre…"),
        ("x" * 50, 10, "x" * 9 + "…"),
        ("Ett. Två tre", 8, "Ett. …"),
        ("Ett två. Tre", 9, "Ett två.…"),
    ],
)
def test_texts_are_cut_at_a_word(text: str, most: int, cut: str) -> None:
    assert shortened(text, most) == cut


def test_mentions_are_stripped_and_other_names_stay() -> None:
    bot = {"id": "28:bot", "name": "IOP-lotsen"}
    activity = Activity.model_validate(
        {
            "type": "message",
            "recipient": bot,
            "text": "<at>IOP-lotsen</at> fråga <at>Bo</at> om A &amp; B\r\n&nbsp;tack",
            "entities": [{"type": "mention", "text": "<at>IOP-lotsen</at>", "mentioned": bot}],
        }
    )

    assert stripped(activity).split() == ["fråga", "Bo", "om", "A", "&", "B", "tack"]


def test_a_welcome_is_one_event_a_day() -> None:
    fields = {"conversation": {"id": "a"}, "from": {"id": "p"}, "recipient": {"id": "b"}, "serviceUrl": "https://x"}
    first = Activity.model_validate({"type": "installationUpdate", "id": "1", **fields})
    second = Activity.model_validate({"type": "conversationUpdate", "id": "2", **fields})

    assert Intake().welcome(first, START).event == Intake().welcome(second, START).event
