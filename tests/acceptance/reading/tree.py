"""HTML as a tree of elements, as far as the readers of web pages and Matrix messages need it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"hr", "br", "img", "input"})


@dataclass
class Element:
    """One element; `children` are elements and texts, in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All of its text; a line break is a new line."""
        if self.tag == "br":
            return "\n"
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def elements(self) -> list[Element]:
        """Its child elements."""
        return [child for child in self.children if isinstance(child, Element)]

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def all(self, wanted: str) -> Iterator[Element]:
        """Every element below it of a tag name, or of a class when `wanted` begins with a full stop."""
        for child in self.elements:
            if wanted == child.tag or (wanted[:1] == "." and wanted[1:] in child.classes):
                yield child
            yield from child.all(wanted)

    def words(self, wanted: str) -> str:
        """The text of the first such element; an empty string without one."""
        return next((found.text for found in self.all(wanted)), "")


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self.open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def tree(html: str) -> Element:
    """A fragment of HTML; whatever is not closed rightly is an AssertionError."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    (root,) = builder.open
    return root
