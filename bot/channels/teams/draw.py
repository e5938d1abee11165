"""Reply -> the text of a message in Teams' Markdown, with native citations. Cards are drawn in `cards`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from microsoft_teams.api.activities.message.message import MessageActivityInput
from microsoft_teams.api.models.entity.citation_entity import CitationAppearance
from pydantic import JsonValue

from bot.channels.teams.activity import Object
from bot.channels.teams.words import Words, reference, shortened, strength, words_for
from bot.messages import Block, Bullets, Choices, Citation, Heading, Link, Paragraph, QuoteBlock, Reply, who

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
MAX_TEXT_BYTES = 24_000
"""Teams refuses a message of more than about 28 KB; the rest is left for citations and a card."""
MOST_CITATIONS = 20

_UNSAFE = re.compile(r'[\x00-\x20\\<>"]')
"""What no address that Teams is given may hold."""

_POINTERS = re.compile(r"\[\d{1,3}(?:, \d{1,3})*\]")
_MARKS = re.compile(r"([\\`*_\[\]#~|])")
_LIST_START = re.compile(r"^(\s*)(\d+)([.)])(?=\s)|^(\s*)([-+])(?=\s)", re.MULTILINE)


def is_step(reply: Reply) -> bool:
    """Whether the reply asks the open question of a dialog, or ends the dialog: what the living card shows."""
    return reply.outcome is not None or any(isinstance(b, Choices) and b.flow for b in reply.blocks)


def halves(reply: Reply) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """A reply within a dialog: what answers the person's own question (a message), and the question or the outcome
    that the dialog goes on with (the card). Either can be empty."""
    if not is_step(reply):
        return reply.blocks, ()
    if reply.outcome is not None or not reply.citations:
        return (), reply.blocks
    last_quote = max(n for n, block in enumerate(reply.blocks) if isinstance(block, QuoteBlock))
    start = next((n for n, b in enumerate(reply.blocks) if n > last_quote and _asks(b)), last_quote + 1)
    return reply.blocks[:start], reply.blocks[start:]


def _asks(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.role == "question"


def text_activity(reply: Reply, blocks: Sequence[Block], public_url: str, card: Object | None = None) -> Object:
    """A message with the blocks as text, native citations, and thumbs where there is something to judge."""
    words = words_for(reply.language)
    cited = [b.citation for b in blocks if isinstance(b, QuoteBlock)][:MOST_CITATIONS]
    message = MessageActivityInput(text=_fitting(blocks, cited, words, public_url)).with_text_format("markdown")
    for citation in cited:
        message.add_citation(citation.number, appearance(citation, words, public_url))
    if reply.kind in ("answer", "related", "no_answer"):
        message.add_feedback()
    activity: Object = message.model_dump(mode="json", by_alias=True, exclude_none=True)
    if card is not None:
        activity["attachments"] = [attachment(card)]
    return activity


def card_activity(card: Object, summary: str) -> Object:
    """A message that is a card only; `summary` is what notifications and old clients show."""
    return {"type": "message", "summary": shortened(summary, 200), "attachments": [attachment(card)]}


def attachment(card: Object) -> JsonValue:
    """A card as Teams takes it."""
    return {"contentType": CARD_TYPE, "content": card}


def appearance(cited: Citation, words: Words, public_url: str) -> CitationAppearance:
    """A native citation: title, publisher and section, the quote cut at a word. The whole quote stands in the text."""
    labels = [who(cited, words.language), cited.section.rpartition(" › ")[2], strength(cited, words)]
    return CitationAppearance(
        name=shortened(cited.title, 80),
        abstract=shortened(cited.quote, 160),
        keywords=list(dict.fromkeys(shortened(label, 28) for label in labels if label))[:3],
        url=web_link(cited.url, public_url),
    )


def web_link(url: str, public_url: str) -> str | None:
    """An absolute http(s) address, or None: Teams opens nothing else."""
    if _UNSAFE.search(url):
        return None
    whole = f"{public_url.rstrip('/')}{url}" if public_url and url.startswith("/") and not url.startswith("//") else url
    try:
        parts = urlsplit(whole)
    except ValueError:
        return None
    return whole if parts.scheme in ("http", "https") and parts.netloc else None


def _fitting(blocks: Sequence[Block], cited: Sequence[Citation], words: Words, public_url: str) -> str:
    """The text, with quotes left out from the last one until Teams takes it; a quote is never cut."""
    left_out: set[int] = set()
    while True:
        text = _text(blocks, cited, words, public_url, left_out)
        rest = [c.number for c in cited if c.number not in left_out]
        if len(text.encode()) <= MAX_TEXT_BYTES or not rest:
            break
        left_out.add(rest[-1])
    if len(text.encode()) > MAX_TEXT_BYTES:
        text = text.encode()[: MAX_TEXT_BYTES - 4].decode(errors="ignore").rsplit(" ", 1)[0] + " …"
    return text


def _text(blocks: Sequence[Block], cited: Sequence[Citation], words: Words, url: str, left_out: set[int]) -> str:
    drawn = []
    pointed = any(_POINTERS.search(b.text) for b in blocks if isinstance(b, Paragraph))
    for n, block in enumerate(blocks):
        text = _drawn(block, words, url, left_out)
        if n == 0 and cited and not pointed:
            text += " " + " ".join(f"[{c.number}]" for c in cited)
        drawn.append(text)
    return "\n\n".join(filter(None, drawn))


def _drawn(block: Block, words: Words, url: str, left_out: set[int]) -> str:
    match block:
        case Paragraph():
            text = with_pointers(block.text)
            return f"*{text}*" if block.role == "note" and "\n" not in text else text
        case Heading():
            return f"**{escaped(block.text)}**"
        case Bullets():
            marks = (f"{n}." if block.ordered else "-" for n in range(1, len(block.items) + 1))
            return "\n".join(f"{mark} {with_pointers(item)}" for mark, item in zip(marks, block.items, strict=True))
        case QuoteBlock():
            return _quote(block.citation, words, url, block.citation.number in left_out)
        case Link():
            link = web_link(block.url, url)
            return f"[{escaped(block.label)}]({link})" if link else escaped(block.label)
        case Choices():
            return "\n".join(f"{n}. {escaped(choice.label)}" for n, choice in enumerate(block.choices, 1))
        case _:
            return ""


def _quote(cited: Citation, words: Words, url: str, left_out: bool) -> str:
    """The quote word for word, and under it who says it. Its number stands without brackets: with them Teams would
    draw one more citation mark."""
    link = web_link(cited.url, url)
    read = f" · [{words.read}]({link})" if link else ""
    said = f"*{words.quote_left_out}*" if left_out else escaped(cited.quote)
    lines = [f"> {line}  " for line in said.split("\n")]
    note = f"\n\n*{escaped(cited.note)}*" if cited.note else ""
    return "\n".join(lines) + f"\n\n**{cited.number}** – {escaped(reference(cited, words))}{read}{note}"


def with_pointers(text: str) -> str:
    """The text escaped, except for its pointers to quotes: «[1, 2]» becomes «[1] [2]», as Teams reads them."""
    out, at = "", 0
    for found in _POINTERS.finditer(text):
        out += escaped(text[at : found.start()]) + " ".join(f"[{n}]" for n in re.findall(r"\d+", found[0]))
        at = found.end()
    return out + escaped(text[at:])


def escaped(text: str) -> str:
    """Text that is shown as it stands: no Markdown and no HTML in it."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    marked = _MARKS.sub(r"\\\1", plain)
    return _LIST_START.sub(lambda m: f"{m[1]}{m[2]}\\{m[3]}" if m[2] else f"{m[4]}\\{m[5]}", marked)
