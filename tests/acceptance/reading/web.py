"""The web page's fragment of HTML."""

from __future__ import annotations

from collections.abc import Iterator

from bot.channels.web.words import ENGLISH, SWEDISH
from tests.acceptance.reading.content import (
    Content,
    Item,
    Linked,
    Quoted,
    lines,
    passage_of,
    path_of,
    reference_of,
    strength_of,
)
from tests.acceptance.reading.tree import Element, tree

_MONTHS = {name: n for words in (SWEDISH, ENGLISH) for n, name in enumerate(words.months, 1)}


def read(html: str) -> Content:
    """A reply as the page shows it."""
    root = tree(html)
    items: list[Item] = []
    progress = None
    for element in root.elements:
        if "progress" in element.classes:
            bar = next(element.all("progress"))
            progress = int(bar.attributes["value"]), int(bar.attributes["max"])
        else:
            items += _element(element)
    suggestions = tuple(button.text for button in root.all(".suggestion"))
    return Content(tuple(items), suggestions, progress)


def _element(element: Element) -> Iterator[Item]:
    match element.tag, element.classes:
        case "p", ["link"]:
            (link,) = element.all("a")
            yield Linked(link.text, path_of(link.attributes["href"]))
        case "p", ["text", _]:
            yield from lines("text", element.text)
        case "h3", ["part-heading"]:
            yield from lines("heading", element.text)
        case "ul" | "ol", ["bullets"]:
            for point in element.elements:
                yield from lines("point", point.text)
        case "figure", ["quote", *_]:
            yield from _quote(element)
        case "div" | "fieldset", ["choices", *_]:
            for choice in element.all("button" if element.tag == "div" else "label"):
                yield from lines("choice", choice.text)
        case "div", ["suggestions"]:
            pass
        case _:
            raise AssertionError(f"<{element.tag} class={element.classes}> is not known")


def _quote(figure: Element) -> Iterator[Item]:
    number = next(child for child in next(figure.all(".number")).children if isinstance(child, str))
    where, link = next(figure.all(".where")), next(figure.all(".context"))
    status = f", {where.words('.status')}" if where.words(".status") else ""
    section = next(
        (f", avsnittet {span.text}" for span in where.elements if span.tag == "span" and not span.classes), ""
    )
    reference = f"{figure.words('.who')}: {where.words('cite')} ({_date(where.words('.date'))}{status}){section}"
    yield Quoted(
        int(number),
        figure.words("blockquote"),
        reference_of(reference),
        strength_of(figure.words(".badge")),
        passage_of(link.attributes["href"]),
    )
    for note in figure.all(".note"):
        yield from lines("text", note.text.partition(":")[2])


def _date(words: str) -> str:
    """The page's «3 april 2020» as the date that the other channels show."""
    *rest, year = words.split()
    if not rest or rest[-1] not in _MONTHS:
        return words
    return "-".join([year, f"{_MONTHS[rest[-1]]:02}", *(f"{int(day):02}" for day in rest[:-1])])
