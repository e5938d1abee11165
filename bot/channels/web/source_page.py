"""What a source page shows: the whole text or the passage in its surroundings, with the quoted words marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.channels.web.typeset import Block, blocks, set_blocks
from bot.channels.web.views import PartView, SourceView

SURROUNDINGS = 500
"""How many code points beside a passage are shown of a text that may be shown in part only."""
LONGEST_IN_CONTEXT = 4000
"""Longest passage that is shown of such a text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A heading in the table of contents."""

    title: str
    anchor: str
    level: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the text under one part (or none), ready to be shown."""

    part: PartView | None
    html: Markup
    cut_before: bool
    cut_after: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything a source page needs beside the metadata. `notice` is a sentence for the reader, or empty."""

    stretches: tuple[Stretch, ...]
    contents: tuple[Entry, ...]
    marked: bool
    notice: str


def show(source: SourceView, start: str | None, end: str | None) -> Shown:
    """The page's text for the offsets as they stand in the address, which may be missing or wrong."""
    mark, notice = _mark(source, start, end)
    whole = source.show == "full"
    if not whole and mark is None:
        notice = notice or "Av den här texten visas bara de ställen som det hänvisas till. Följ länken från ett citat."
        return Shown((), (), False, notice)
    first, last = (0, len(source.text)) if whole or mark is None else _surroundings(source, *mark)
    headings = _headings(source)
    levels = _levels({at: level for at, (level, _) in headings.items() if first <= at < last}, source)
    stretches = tuple(_stretch(source, part, a, b, levels, mark) for part, a, b in _parts(source, first, last))
    contents = tuple(
        Entry(title, f"tecken-{at}", level) for at, (level, title) in headings.items() if first <= at < last
    )
    return Shown(stretches, contents if len(contents) > 2 else (), mark is not None, notice)


def _mark(source: SourceView, start: str | None, end: str | None) -> tuple[tuple[int, int] | None, str]:
    if start is None and end is None:
        return None, ""
    wrong = "Stället som länken pekar ut finns inte i texten. Kanske har länken blivit avkortad."
    try:
        first, last = _number(start), _number(end)
    except ValueError:
        return None, wrong
    if not 0 <= first < last <= len(source.text) or not source.text[first:last].strip():
        return None, wrong
    if source.show != "full" and last - first > LONGEST_IN_CONTEXT:
        return None, "Så långa stycken visas inte av den här texten."
    return (first, last), ""


def _number(text: str | None) -> int:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError("not an offset")
    return int(text)


def _surroundings(source: SourceView, first: int, last: int) -> tuple[int, int]:
    """From the start of the passage before to the end of the passage after, within SURROUNDINGS."""
    low, high = max(0, first - SURROUNDINGS), min(len(source.text), last + SURROUNDINGS)
    starts = [p.start for p in source.passages if low <= p.start <= first]
    ends = [p.end for p in source.passages if last <= p.end <= high]
    return min(starts, default=first), max(ends, default=last)


def _parts(source: SourceView, first: int, last: int) -> list[tuple[PartView | None, int, int]]:
    """first..last cut at the borders of the source's parts."""
    found: list[tuple[PartView | None, int, int]] = []
    at = first
    for part in sorted(source.parts, key=lambda part: part.start):
        begin, stop = max(part.start, at), min(part.end, last)
        if begin >= stop:
            continue
        if source.text[at:begin].strip():
            found.append((None, at, begin))
        else:
            begin = at
        found.append((part, begin, stop))
        at = stop
    if at < last:
        found.append((None, at, last))
    return found


def _stretch(
    source: SourceView,
    part: PartView | None,
    first: int,
    last: int,
    levels: dict[int, int],
    mark: tuple[int, int] | None,
) -> Stretch:
    these = blocks(source.text, first, last, levels)
    inside = mark if mark and mark[0] < last and mark[1] > first else None
    begun = mark is not None and mark[0] < first
    html = set_blocks(source.text, these, inside, begun)
    whole = source.show == "full"
    return Stretch(part, html, not whole and first > 0, not whole and last < len(source.text))


def _headings(source: SourceView) -> dict[int, tuple[int, str]]:
    """Offset of the line of each section's heading -> (depth, title), for headings that stand in the text."""
    found: dict[int, tuple[int, str]] = {}
    for section in source.sections:
        if not section.path:
            continue
        title = section.path[-1]
        at = _line_of(source.text, section.start, section.end, title)
        if at is not None:
            found[at] = (len(section.path), title)
    return dict(sorted(found.items()))


def _line_of(text: str, start: int, end: int, title: str) -> int | None:
    wanted = _bare(title)
    for block in _first_lines(text, start, end):
        line = _bare(text[block.start : block.end])
        if line and (line == wanted or line.startswith(wanted)):
            return block.start
    return None


def _first_lines(text: str, start: int, end: int) -> Sequence[Block]:
    """The first lines of a section that are not blank, one block each."""
    found: list[Block] = []
    at = text.rfind("\n", 0, start) + 1
    while at < end and len(found) < 8:
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop + 1
        if text[at:stop].strip():
            found.append(Block("line", at, stop))
        at = stop
    return found


def _bare(line: str) -> str:
    return line.strip().strip("#*_ \t:").casefold()


def _levels(depths: dict[int, int], source: SourceView) -> dict[int, int]:
    """Offset -> heading level in the page, where h1 is the title (and h2 a part's): never skipping a level."""
    top = 3 if source.parts else 2
    levels: dict[int, int] = {}
    last = top - 1
    for at, depth in depths.items():
        last = min(top + depth - 1, last + 1, 6)
        levels[at] = max(last, top)
    return levels
