"""A document that a dialog made: Markdown -> HTML, with everything but plain structure taken as text."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

_DEEPER = 2
"""How many levels the document's headings are moved down, below those of the page."""


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def set_document(markdown: str) -> Markup:
    """The document as HTML. HTML in it is escaped, and pictures and links to programs are not made."""
    parser = _parser()
    tokens = parser.parse(markdown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + _DEEPER)}"
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 - the parser escapes HTML
