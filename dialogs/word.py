"""Markdown as a Word document: headings, paragraphs, lists and quotes, which is all that drafts and verdicts use."""

from __future__ import annotations

import io
from collections.abc import Sequence

from docx import Document
from docx.document import Document as Doc
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph
from markdown_it import MarkdownIt
from markdown_it.token import Token

LISTS = {"bullet_list_open": "List Bullet", "ordered_list_open": "List Number"}


def docx(text: str, title: str) -> bytes:
    """The Markdown text as the bytes of a DOCX file. HTML in the text is shown as text, a link as its words and its
    address."""
    document = Document()
    document.core_properties.title = title
    document.core_properties.author = "IOP-lotsen"
    document.core_properties.language = "sv-SE"
    document.styles["Normal"].font.size = Pt(11)
    _write(document, MarkdownIt("commonmark", {"html": False}).parse(text))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _write(document: Doc, tokens: Sequence[Token]) -> None:
    style: list[str] = []
    quoting = 0
    heading = 0
    for token in tokens:
        if token.type in LISTS:
            style.append(LISTS[token.type])
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            style.pop()
        elif token.type == "blockquote_open":
            quoting += 1
        elif token.type == "blockquote_close":
            quoting -= 1
        elif token.type == "heading_open":
            heading = int(token.tag[1])
        elif token.type == "heading_close":
            heading = 0
        elif token.type == "inline":
            paragraph = _paragraph(document, heading, quoting, style)
            _runs(paragraph, token.children or [])
        elif token.type in ("code_block", "fence"):
            document.add_paragraph(token.content.rstrip("\n"))


def _paragraph(document: Doc, heading: int, quoting: int, style: Sequence[str]) -> Paragraph:
    if heading and not quoting:
        headed: Paragraph = document.add_heading(level=0 if heading == 1 else min(heading - 1, 4))
        return headed
    if style:
        paragraph: Paragraph = document.add_paragraph(style=style[-1])
    else:
        paragraph = document.add_paragraph(style="Quote" if quoting else None)
    if quoting:
        paragraph.paragraph_format.left_indent = Cm(1.0 + 0.6 * len(style))
    return paragraph


def _runs(paragraph: Paragraph, children: Sequence[Token]) -> None:
    bold = italic = 0
    address = ""
    for child in children:
        if child.type == "strong_open":
            bold += 1
        elif child.type == "strong_close":
            bold -= 1
        elif child.type == "em_open":
            italic += 1
        elif child.type == "em_close":
            italic -= 1
        elif child.type == "link_open":
            address = str(child.attrGet("href") or "")
        elif child.type == "link_close":
            if address.startswith(("http://", "https://")):
                paragraph.add_run(f" ({_printable(address)})")
        elif child.type in ("softbreak", "hardbreak"):
            paragraph.add_run(" " if child.type == "softbreak" else "\n")
        elif child.content:
            run = paragraph.add_run(_printable(child.content))
            run.bold, run.italic = bool(bold) or None, bool(italic) or None


def _printable(text: str) -> str:
    """Without control characters, which XML cannot hold."""
    return "".join(c for c in text if c in "\t\n" or ord(c) >= 32)
