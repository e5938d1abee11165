"""Markdown -> Word: headings, paragraphs, lists, quotes, bold and italics, links with their address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from docx import Document
from markdown_it import MarkdownIt
from markdown_it.token import Token

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument
    from docx.text.paragraph import Paragraph


def docx_of(markdown: str) -> DocxDocument:
    """A Word document of a Markdown text. HTML in it stays text."""
    document = Document()
    document.core_properties.author = "IOP-lotsen"
    lists: list[str] = []
    quoted = False
    style: str | None = None
    for token in MarkdownIt("commonmark", {"html": False}).parse(markdown):
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            lists.append("List Bullet" if token.type.startswith("bullet") else "List Number")
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            lists.pop()
        elif token.type in {"blockquote_open", "blockquote_close"}:
            quoted = token.type == "blockquote_open"
        elif token.type == "heading_open":
            style = f"Heading {token.tag[1]}"
        elif token.type == "heading_close":
            style = None
        elif token.type == "inline":
            chosen = style or (lists[-1] if lists else "Quote" if quoted else None)
            _write(document.add_paragraph(style=chosen), token.children or [])
        elif token.type in {"fence", "code_block"}:
            document.add_paragraph(token.content)
    return document


def _write(paragraph: Paragraph, tokens: Iterable[Token]) -> None:
    bold = italic = False
    address = ""
    for token in tokens:
        if token.type in {"strong_open", "strong_close"}:
            bold = token.type == "strong_open"
        elif token.type in {"em_open", "em_close"}:
            italic = token.type == "em_open"
        elif token.type == "link_open":
            address = str(token.attrGet("href") or "")
        elif token.type == "link_close":
            paragraph.add_run(f" ({address})")
        elif token.type in {"softbreak", "hardbreak"}:
            paragraph.add_run("\n" if token.type == "hardbreak" else " ")
        elif token.content:
            run = paragraph.add_run(token.content)
            run.bold, run.italic = bold or None, italic or None
