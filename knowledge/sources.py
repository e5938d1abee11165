"""Find sections, parts and passages of a source text by offset. The text itself is never changed or copied apart."""

from __future__ import annotations

import re

from knowledge.model import Passage, Section

_BLOCK = re.compile(r"(?:[^\n]*\S[^\n]*(?:\n|$))+")
_ITEM = re.compile(r"\s*(?:[-*•➔]|\d{1,2}[.)])\s")


def find_all(text: str, words: str) -> list[int]:
    """Every offset where the words stand."""
    found, at = [], text.find(words)
    while at >= 0:
        found.append(at)
        at = text.find(words, at + 1)
    return found


def sections_of(text: str, headings: list[int], levels: list[str]) -> tuple[Section, ...]:
    """Sections from the offsets of their headings; what stands before the first heading belongs to the first."""
    starts = [0, *headings[1:]] if headings else [0]
    ends = [*starts[1:], len(text)]
    names = levels or [""]
    return tuple(Section((name,) if name else (), s, e) for name, s, e in zip(names, starts, ends, strict=True))


def markdown_sections(text: str) -> tuple[Section, ...]:
    """Sections by Markdown headings, for texts whose author named none."""
    marks = [(m.start(), len(m[1]), m[2].strip(" *#")) for m in re.finditer(r"^(#{1,6})\s+(.+)$", text, re.MULTILINE)]
    path: list[tuple[int, str]] = []
    out: list[Section] = []
    for n, (start, level, title) in enumerate(marks):
        path = [p for p in path if p[0] < level] + [(level, title)]
        end = marks[n + 1][0] if n + 1 < len(marks) else len(text)
        out.append(Section(tuple(p[1] for p in path), start if n else 0, end))
    return tuple(out) or (Section((), 0, len(text)),)


def passages_of(source: str, text: str, limit: int = 900) -> tuple[Passage, ...]:
    """Paragraphs; list items join the paragraph that introduces them as long as the whole stays under the limit."""
    out: list[Passage] = []
    for block in _BLOCK.finditer(text):
        start, end = _trim(text, block.start(), block.end())
        if end - start < 3:
            continue
        joined = out and _joins(text, out[-1], start) and end - out[-1].start <= limit
        if joined:
            out[-1] = Passage(source, out[-1].start, end)
        else:
            out.append(Passage(source, start, end))
    return tuple(out)


def _joins(text: str, before: Passage, start: int) -> bool:
    last = text[before.start : before.end].rsplit("\n", 1)[-1]
    item = bool(_ITEM.match(text[start : start + 8]))
    introduces = last.rstrip("* ").endswith(":") or len(last) < 60
    return (item and (introduces or bool(_ITEM.match(last)))) or (len(last) < 60 and not last.endswith("."))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
