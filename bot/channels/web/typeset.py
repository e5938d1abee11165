"""Set a verbatim text as HTML: every character of it stays in the document, in order.

Marks such as `##`, `**` and a list's `- ` are kept in hidden elements, so that the page reads well while its text
content is still the source, character by character. Nothing of the text is ever taken as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+")
_ITEM = re.compile(r"([ \t]*)[-*•][ \t]+(?:➔[ \t]*)?|[ \t]*[-*•][ \t]*$")
_NUMBERED = re.compile(r"[ \t]*\d{1,2}[.)][ \t]+")
_RULE = re.compile(r"[ \t]*(-{3,}|\*{3,}|_{3,})[ \t]*$")
_INLINE = re.compile(
    r"\*\*|__|(?P<open>\[)(?=[^\]\n]+\]\((?:mailto:|https?://)[^)\s]+\))|\]\((?:mailto:|https?://)[^)\s]+\)"
)


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the text that is drawn as one element."""

    kind: str
    """blank, paragraph, item, numbered, rule or heading."""
    start: int
    end: int
    hidden: tuple[tuple[int, int], ...] = ()
    level: int = 0
    """Of a heading: its level in the page. Of an item: how deep it is indented."""


def blocks(text: str, start: int, end: int, headings: Mapping[int, int] | None = None) -> list[Block]:
    """Cut `text[start:end]` into blocks that follow on each other without gaps.

    `headings` maps the offset where a line begins to the level of the heading that it is.
    """
    found: list[Block] = []
    for line_start, line_end in _lines(text, start, end):
        block = _block(text, line_start, line_end, (headings or {}).get(line_start))
        last = found[-1] if found else None
        if last and block.kind == last.kind and block.kind in ("paragraph", "blank"):
            found[-1] = Block(block.kind, last.start, block.end, last.hidden + block.hidden)
        else:
            found.append(block)
    return found


def set_blocks(text: str, these: list[Block], mark: tuple[int, int] | None = None, begun: bool = False) -> Markup:
    """The blocks as HTML; the words within `mark` (start, end) are marked, and the first mark has the id `citat`,
    unless the mark was `begun` in blocks before these."""
    pen = _Pen(text, mark, begun)
    out: list[Markup] = []
    listing = False
    for index, block in enumerate(these):
        following = these[index + 1].kind if index + 1 < len(these) else ""
        if block.kind == "item" and not listing:
            out.append(Markup('<ul class="lines">'))
            listing = True
        elif listing and block.kind != "item" and not (block.kind == "blank" and following == "item"):
            out.append(Markup("</ul>"))
            listing = False
        out.append(_element(block, pen))
    if listing:
        out.append(Markup("</ul>"))
    return Markup("").join(out)


def set_quote(quote: str) -> Markup:
    """A quote as HTML; its text content is exactly the quote."""
    return set_blocks(quote, blocks(quote, 0, len(quote)))


def plain_words(quote: str) -> str:
    """A quote without marks of headings and stress and without empty lines in a row, to be pasted into a memo."""
    kept: list[str] = []
    for block in blocks(quote, 0, len(quote)):
        if block.kind in ("blank", "rule"):
            continue
        visible = "".join(quote[start:end] for start, end, hidden in _runs(block, block.start, block.end) if not hidden)
        lines = [line.strip() for line in visible.strip().split("\n")]
        if block.kind == "item":
            lines = ["- " + " ".join(lines)] if any(lines) else []
        kept.extend(lines)
    return "\n".join(kept)


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        found = text.find("\n", start, end)
        stop = end if found < 0 else found + 1
        yield start, stop
        start = stop


def _block(text: str, start: int, end: int, level: int | None) -> Block:
    line = text[start:end].rstrip("\n")
    if not line.strip():
        return Block("blank", start, end)
    if _RULE.match(line):
        return Block("rule", start, end, ((start, end),))
    if level is not None or _HEADING.match(line):
        lead = _HEADING.match(line)
        hidden = ((start, start + lead.end()),) if lead else ()
        return Block("heading", start, end, hidden + _inline(text, start, end), level or 0)
    if item := _ITEM.match(line):
        hidden = ((start, start + item.end()),)
        return Block("item", start, end, hidden + _inline(text, start + item.end(), end), len(item[1] or ""))
    kind = "numbered" if _NUMBERED.match(line) else "paragraph"
    return Block(kind, start, end, _inline(text, start, end))


def _inline(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    return tuple(found.span() for found in _INLINE.finditer(text, start, end))


def _runs(block: Block, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Cut start..end of a block into runs that are hidden or not."""
    at = start
    for hidden_start, hidden_end in block.hidden:
        first, last = max(hidden_start, start), min(hidden_end, end)
        if first >= last:
            continue
        if at < first:
            yield at, first, False
        yield first, last, True
        at = last
    if at < end:
        yield at, end, False


class _Pen:
    """Writes stretches of the text, and remembers whether the mark has been begun."""

    def __init__(self, text: str, mark: tuple[int, int] | None, begun: bool) -> None:
        self._text = text
        self._mark = mark
        self._begun = begun

    def write(self, block: Block) -> Markup:
        """The content of a block, with the marked words in <mark>."""
        if self._mark is None:
            return self._stretch(block, block.start, block.end)
        first = min(max(self._mark[0], block.start), block.end)
        last = max(min(self._mark[1], block.end), first)
        inside = self._stretch(block, first, last)
        if self._visible(block, first, last):
            opening = Markup("<mark>") if self._begun else Markup('<mark id="citat" tabindex="-1">')
            self._begun = True
            inside = opening + inside + Markup("</mark>")
        return self._stretch(block, block.start, first) + inside + self._stretch(block, last, block.end)

    def raw(self, block: Block) -> Markup:
        return escape(self._text[block.start : block.end])

    def _stretch(self, block: Block, start: int, end: int) -> Markup:
        out = Markup("")
        for first, last, hidden in _runs(block, start, end):
            words = escape(self._text[first:last])
            out += Markup("<span hidden>") + words + Markup("</span>") if hidden else words
        return out

    def _visible(self, block: Block, start: int, end: int) -> bool:
        return any(not hidden and self._text[a:b].strip() for a, b, hidden in _runs(block, start, end))

    def shows(self, block: Block) -> bool:
        return self._visible(block, block.start, block.end)


def _element(block: Block, pen: _Pen) -> Markup:
    if block.kind == "blank":
        return pen.raw(block)
    if block.kind == "rule":
        return Markup("<hr><span hidden>") + pen.raw(block) + Markup("</span>")
    if block.kind == "item":
        if not pen.shows(block):
            return Markup("<li hidden>{}</li>").format(pen.write(block))
        return Markup('<li class="{}">{}</li>').format("deeper" if block.level else "", pen.write(block))
    if block.kind == "heading" and block.level:
        level = block.level
        return Markup('<h{} id="tecken-{}">{}</h{}>').format(level, block.start, pen.write(block), level)
    name = {"heading": "headline", "numbered": "numbered"}.get(block.kind, "line")
    return Markup('<p class="{}">{}</p>').format(name, pen.write(block))
