"""A Reply as Matrix messages: HTML of a few safe tags, a plain body that reads as well, in parts that fit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from bot.messages import (
    STRENGTHS,
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
    reference,
)

PART_BYTES = 24_000
"""Plain and HTML together, as JSON. A homeserver takes 65,536 bytes; encryption makes them a third more."""

KEYCAPS = tuple(f"{n}\ufe0f\u20e3" for n in range(1, 10))

_WORDS = {
    "sv": ("läs i källan", "Du kan också fråga (svara med siffran):", "frågor besvarade", "av ungefär"),
    "en": ("read in the source", "You can also ask (answer with the number):", "questions answered", "of about"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One message: HTML and plain text."""

    html: str
    plain: str

    @property
    def size(self) -> int:
        """Bytes that it takes: as JSON, where å takes six of them before it is encrypted."""
        return len(json.dumps(self.html)) + len(json.dumps(self.plain))


def drawn(reply: Reply, public_url: str = "") -> tuple[Part, ...]:
    """The messages that show a reply, split between blocks where it is too long for one."""
    pieces = [piece for block in reply.blocks for piece in _block(block, reply.language, public_url)]
    if not reply.blocks:
        pieces = _paragraphs(reply.text)
    if reply.suggestions and not reply.choices:
        pieces.append(_suggestions(reply.suggestions, reply.language))
    return tuple(_packed(piece for piece in pieces if piece.plain))


def _packed(pieces: Iterable[Part]) -> list[Part]:
    parts: list[Part] = []
    for piece in pieces:
        if parts and parts[-1].size + piece.size < PART_BYTES:
            parts[-1] = Part(parts[-1].html + piece.html, f"{parts[-1].plain}\n\n{piece.plain}")
        else:
            parts.append(piece)
    return parts


def _block(block: Block, language: str, public_url: str) -> list[Part]:
    match block:
        case Paragraph():
            return _paragraphs(block.text, "em" if block.role in ("note", "why") else "")
        case Heading():
            return [Part(f"<h4>{_html(block.text)}</h4>", block.text)]
        case Bullets():
            return [_list(block.items, block.ordered)]
        case QuoteBlock():
            return _quote(block.citation, language, public_url)
        case Choices():
            return [_list([f"{c.emoji} {c.label}".strip() for c in block.choices], True)]
        case Progress():
            _, _, answered, of = _WORDS[language]
            text = f"({block.answered} {of} {max(block.total, block.answered)} {answered})"
            return [Part(f"<p><em>{_html(text)}</em></p>", text)] if block.answered else []
        case Link():
            url = _absolute(block.url, public_url)
            if not url:
                return []
            return [Part(f'<p><a href="{escape(url)}">{_html(block.label)}</a></p>', f"{block.label}: {url}")]


def _paragraphs(text: str, tag: str = "") -> list[Part]:
    parts = []
    for piece in _cut(text):
        inner = f"<{tag}>{_html(piece)}</{tag}>" if tag else _html(piece)
        parts.append(Part(f"<p>{inner}</p>", piece))
    return parts


def _list(items: Sequence[str], ordered: bool) -> Part:
    tag = "ol" if ordered else "ul"
    html = "".join(f"<li>{_html(item)}</li>" for item in items)
    plain = "\n".join(f"{n}. {item}" if ordered else f"• {item}" for n, item in enumerate(items, 1))
    return Part(f"<{tag}>{html}</{tag}>", plain)


def _quote(cited: Citation, language: str, public_url: str) -> list[Part]:
    pieces = _cut(cited.quote)
    parts = [Part(f"<blockquote>{_html(p)}</blockquote>", _quoted(p)) for p in pieces]
    url = _absolute(cited.url, public_url)
    strength = STRENGTHS[language].get(cited.strength, "")
    read, whose = _WORDS[language][0], reference(cited, language)
    told = f"{_html(whose)} · <em>{_html(strength)}</em>"
    link = f' · <a href="{escape(url)}">{_html(read)}</a>' if url else ""
    html = f"<p><strong>[{cited.number}]</strong> {told}{link}</p>"
    plain = f"— [{cited.number}] {whose} · {strength}" + (f"\n{url}" if url else "")
    if cited.note:
        html += f"<p><em>{_html(cited.note)}</em></p>"
        plain += f"\n{cited.note}"
    parts[-1] = Part(parts[-1].html + html, f"{parts[-1].plain}\n{plain}")
    return parts


def _suggestions(suggestions: Sequence[str], language: str) -> Part:
    lead = _WORDS[language][1]
    listed = _list(suggestions, True)
    return Part(f"<p>{_html(lead)}</p>{listed.html}", f"{lead}\n{listed.plain}")


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _html(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _absolute(url: str, public_url: str) -> str:
    """The address as a link may hold it, or an empty string: a path needs a host, and only the web is linked to."""
    full = public_url.rstrip("/") + url if url.startswith("/") and public_url else url
    return full if urlsplit(full).scheme in ("http", "https") else ""


def _cut(text: str) -> list[str]:
    """A text in pieces of which each fits into a message, at line or word borders."""
    most = PART_BYTES // 12  # characters; å and < take up to twelve bytes in both bodies together
    pieces = []
    while len(text) > most:
        at = max(text.rfind("\n", 0, most), text.rfind(" ", most // 2, most))
        at = at if at > 0 else most
        pieces.append(text[:at])
        text = text[at:].lstrip()
    return [*pieces, text] if text or not pieces else pieces
