"""Adaptive Cards 1.5: the living card of a dialog, its outcome, the welcome, follow-ups, and quotes to insert.

Text stands in RichTextBlocks, whose runs know no Markdown: what a source says is shown letter for letter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from pydantic import JsonValue

from bot.channels.teams.activity import Object
from bot.channels.teams.draw import web_link
from bot.channels.teams.words import COMMANDS, Words, reference, words_for
from bot.messages import (
    Block,
    Bullets,
    Choices,
    Citation,
    Heading,
    Link,
    Paragraph,
    Progress,
    QuoteBlock,
    Reply,
)

MAX_CARD_BYTES = 26_000
"""Teams refuses more than 28 KB; the rest is for what stands around the card."""
MOST_BUTTONS = 5
"""More options, or longer ones, are drawn as a list to pick from."""
LONGEST_BUTTON = 40
VERB = "iop"

Draw = Callable[[frozenset[int]], Object]


def step_card(reply: Reply, blocks: Sequence[Block], turn: str, owner: str, public_url: str) -> Object:
    """The living card: a question with its buttons, or the outcome. `turn` is the outbox id that it is drawn for."""
    words = words_for(reply.language)

    def draw(left_out: frozenset[int]) -> Object:
        body: list[JsonValue] = []
        foot: list[JsonValue] = []
        for block in blocks:
            if isinstance(block, Choices):
                body += _choices(block, turn, owner, words)
            elif isinstance(block, Progress):
                foot.append(_progress(block, words))
            else:
                body += _drawn(block, words, public_url, left_out)
        asks = next((b for b in blocks if isinstance(b, Choices) and b.flow), None)
        if asks is not None:
            body.append(_dialog_buttons(asks, turn, owner, words))
        elif reply.suggestions:
            body.append(_asking(reply.suggestions))
        body += foot
        return _card(body, reply.text or words.fallback)

    return _fitting(draw, [b.citation.number for b in blocks if isinstance(b, QuoteBlock)])


def suggestions_card(reply: Reply) -> Object | None:
    """Follow-up questions as buttons, or the options of a question back; None when there is nothing to offer."""
    words = words_for(reply.language)
    labels = [c.label for c in reply.choices] or list(reply.suggestions)
    if not labels:
        return None
    head: list[JsonValue] = [] if reply.choices else [_text(words.more, subtle=True)]
    return _card([*head, _asking(labels)], "\n".join(labels))


def welcome_card(reply: Reply, public_url: str) -> Object:
    """What the bot is, and three questions to begin with."""
    words = words_for(reply.language)
    body: list[JsonValue] = [_heading(words.welcome)]
    for block in reply.blocks:
        if not isinstance(block, Choices):
            body += _drawn(block, words, public_url, frozenset())
    body.append(_asking(reply.suggestions[:3]))
    return _card(body, reply.text or words.fallback)


def closed_card(language: str) -> Object:
    """What stays of a card whose question was answered elsewhere."""
    words = words_for(language)
    return _card([_text(words.closed, subtle=True)], words.closed)


def quote_card(cited: Citation, language: str, public_url: str) -> Object:
    """One quote with its source, to stand in anybody's conversation."""
    words = words_for(language)

    def draw(left_out: frozenset[int]) -> Object:
        return _card(_quote(cited, words, public_url, left_out, numbered=False), cited.quote)

    return _fitting(draw, [cited.number])


def found_card(found: Sequence[Citation], asked: str, language: str, public_url: str) -> Object:
    """The quotes that answer somebody's message, each with a button that inserts it."""
    words = words_for(language)

    def draw(left_out: frozenset[int]) -> Object:
        body: list[JsonValue] = [] if found else [_text(words.nothing_found)]
        for n, cited in enumerate(found):
            body += _quote(cited, words, public_url, left_out)
            data: JsonValue = {"iop": "infoga", "asked": asked[:300], "n": n}
            body.append(_actions([{"type": "Action.Submit", "title": words.insert, "data": data}]))
        return _card(body, "\n\n".join(c.quote for c in found) or words.nothing_found)

    return _fitting(draw, [cited.number for cited in found])


# ---- blocks


def _drawn(block: Block, words: Words, url: str, left_out: frozenset[int]) -> list[JsonValue]:
    match block:
        case Paragraph():
            return [_paragraph(block)]
        case Heading():
            return [_heading(block.text)]
        case Bullets():
            marks = (f"{n}." if block.ordered else "•" for n in range(1, len(block.items) + 1))
            items = zip(marks, block.items, strict=True)
            return [_text(f"{mark} {item}", spacing="Small") for mark, item in items]
        case QuoteBlock():
            return _quote(block.citation, words, url, left_out)
        case Link():
            link = web_link(block.url, url)
            if link and len(block.label) <= LONGEST_BUTTON:
                return [_actions([{"type": "Action.OpenUrl", "title": block.label, "url": link}])]
            return [_linked(block.label, link)] if link else []
        case _:
            return []


def _progress(block: Progress, words: Words) -> JsonValue:
    line = words.progress.format(answered=block.answered, total=max(block.total, block.answered))
    return _text(line, subtle=True, size="Small")


def _paragraph(block: Paragraph) -> JsonValue:
    match block.role:
        case "question":
            return _text(block.text, weight="Bolder", size="Medium")
        case "lead":
            return _text(block.text, weight="Bolder")
        case "note":
            return _text(block.text, subtle=True)
        case _:
            return _text(block.text)


def _quote(cited: Citation, words: Words, url: str, left_out: frozenset[int], numbered: bool = True) -> list[JsonValue]:
    said = words.quote_left_out if cited.number in left_out else cited.quote
    items: list[JsonValue] = [_text(said, italic=cited.number in left_out)]
    number = f"[{cited.number}] " if numbered else ""
    items.append(_text(f"{number}{reference(cited, words)}", subtle=True, size="Small"))
    if cited.note:
        items.append(_text(cited.note, subtle=True, size="Small", italic=True))
    link = web_link(cited.url, url)
    if link:
        items.append(_linked(words.read, link, size="Small"))
    return [{"type": "Container", "style": "emphasis", "items": items}]


def _heading(text: str) -> JsonValue:
    escaped = "".join(f"\\{c}" if c in "\\*_[]" else c for c in text)
    looks: dict[str, JsonValue] = {"weight": "Bolder", "size": "Medium", "wrap": True, "style": "heading"}
    return {"type": "TextBlock", "text": escaped} | looks


def _text(
    text: str, *, subtle: bool = False, weight: str = "", size: str = "", italic: bool = False, spacing: str = ""
) -> JsonValue:
    run: dict[str, JsonValue] = {"type": "TextRun", "text": text}
    run |= {"isSubtle": True} if subtle else {}
    run |= {"weight": weight} if weight else {}
    run |= {"size": size} if size else {}
    run |= {"italic": True} if italic else {}
    block: dict[str, JsonValue] = {"type": "RichTextBlock", "inlines": [run]}
    return block | {"spacing": spacing} if spacing else block


def _linked(text: str, link: str, size: str = "Default") -> JsonValue:
    """Text that opens a page. Buttons cut their titles, text does not."""
    action: JsonValue = {"type": "Action.OpenUrl", "title": text, "url": link}
    run: JsonValue = {"type": "TextRun", "text": text, "size": size, "selectAction": action}
    return {"type": "RichTextBlock", "inlines": [run]}


# ---- buttons


def _choices(block: Choices, turn: str, owner: str, words: Words) -> list[JsonValue]:
    if not block.flow:
        return [_asking([choice.label for choice in block.choices])]
    few = len(block.choices) <= MOST_BUTTONS and all(len(c.label) <= LONGEST_BUTTON for c in block.choices)
    if few and not block.many:
        return [_actions([_execute(c.label, _data(block, turn, owner, c.value)) for c in block.choices])]
    listed: list[JsonValue] = [
        {"title": choice.label, "value": str(n) if block.many else choice.value}
        for n, choice in enumerate(block.choices, 1)
    ]
    pick: JsonValue = {
        "type": "Input.ChoiceSet",
        "id": "picked",
        "label": words.pick,
        "style": "expanded" if len(listed) <= 8 else "compact",
        "isMultiSelect": block.many,
        "wrap": True,
        "choices": listed,
    }
    return [pick, _actions([_execute(words.confirm, _data(block, turn, owner, ""))])]


def _dialog_buttons(block: Choices, turn: str, owner: str, words: Words) -> JsonValue:
    """«Varför frågar ni?» on every question, and «Tillbaka» where there is something behind it."""
    titles = {"why": words.why, "back": words.back}
    made: list[JsonValue] = []
    for name, said in COMMANDS.items():
        if name == "back" and not block.answered:
            continue
        data = _data(block, turn, owner, said) | {"iop": "kommando"}
        made.append(_execute(titles[name], data))
    return _actions(made, "Small")


def _data(block: Choices, turn: str, owner: str, value: str) -> dict[str, JsonValue]:
    return {
        "iop": "svar",
        "turn": turn,
        "owner": owner,
        "value": value,
        "flow": block.flow,
        "question": block.question,
        "answered": block.answered,
    }


def _execute(title: str, data: dict[str, JsonValue]) -> JsonValue:
    """A press that the card answers in place; clients that do not know it send the same data as a message."""
    fallback: JsonValue = {"type": "Action.Submit", "title": title, "data": data}
    return {"type": "Action.Execute", "verb": VERB, "title": title, "data": data, "fallback": fallback}


def _asking(labels: Sequence[str]) -> JsonValue:
    """Buttons that say something in the chat, as if the person had written it. The data tells a group chat's message
    that was pressed from one that was written to somebody else; clients that do not know messageBack send it alone."""
    made: list[JsonValue] = []
    for label in labels[:6]:
        asked: dict[str, JsonValue] = {"iop": "fraga", "text": label}
        back: JsonValue = {"type": "messageBack", "text": label, "displayText": label, "value": asked}
        made.append({"type": "Action.Submit", "title": label, "data": asked | {"msteams": back}})
    return _actions(made)


def _actions(actions: list[JsonValue], spacing: str = "Default") -> JsonValue:
    return {"type": "ActionSet", "actions": actions, "spacing": spacing}


# ---- the whole card


def _card(body: list[JsonValue], fallback: str) -> Object:
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "fallbackText": fallback[:1000],
        "msteams": {"width": "full"},
        "body": body,
    }


def size_of(card: Object) -> int:
    """Bytes of the card as it is sent."""
    return len(json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode())


def _fitting(draw: Draw, numbers: Sequence[int]) -> Object:
    """The card, with quotes left out from the last one until it fits, and then other parts from the end. A quote is
    never cut: it stands whole, or its reference and link alone."""
    left_out: list[int] = []
    card = draw(frozenset())
    for number in reversed(numbers):
        if size_of(card) <= MAX_CARD_BYTES:
            return card
        left_out.append(number)
        card = draw(frozenset(left_out))
    body = card["body"]
    while size_of(card) > MAX_CARD_BYTES and isinstance(body, list) and len(body) > 3:
        # What stands before the buttons goes first.
        del body[next((n for n in range(len(body) - 1, -1, -1) if not _is_buttons(body[n])), len(body) - 1)]
    return card


def _is_buttons(element: JsonValue) -> bool:
    return isinstance(element, dict) and element.get("type") in ("ActionSet", "Input.ChoiceSet")
