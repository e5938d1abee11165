"""Read HTML the way a reader of the page would: all its text, or that of certain elements."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = frozenset({"hr", "br", "img", "input", "link", "meta"})


class Reader(HTMLParser):
    """Gathers the text content of elements that have a class (or a tag name), and the tags that were met."""

    def __init__(self, wanted: str) -> None:
        super().__init__(convert_charrefs=True)
        self._wanted = wanted
        self._open: list[bool] = []
        self.found: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag in _VOID:
            return
        classes = (dict(attrs).get("class") or "").split()
        wanted = tag == self._wanted or self._wanted in classes
        if wanted and not any(self._open):
            self.found.append("")
        self._open.append(wanted)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if any(self._open):
            self.found[-1] += data


def read(html: str, wanted: str) -> Reader:
    """The texts of the elements of a class or tag name."""
    reader = Reader(wanted)
    reader.feed(html)
    reader.close()
    return reader
