"""Reply -> HTML: each typed block drawn through a template with autoescape, and nothing taken as HTML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.channels.web import words as wording
from bot.channels.web.document import set_document
from bot.channels.web.typeset import plain_words, set_quote
from bot.messages import Choice, Choices, Citation, Reply, status_in_words, who

_POINTER = re.compile(r"\[\d{1,3}(?:, \d{1,3})*\]")
TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """The one template environment: autoescape always on, undefined names are errors."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["quote"] = set_quote
    env.filters["markdown"] = set_document
    env.filters["pointing"] = pointing
    env.filters["date"] = wording.date_in_words
    env.filters["kind"] = wording.kind_in_words
    env.filters["strength"] = wording.known_strength
    env.tests["beginning"] = str.startswith
    env.globals["who"] = who
    env.globals["status_in_words"] = status_in_words
    env.globals["date_of"] = wording.date_of
    env.globals["memo"] = memo
    env.globals["press"] = press_value
    env.globals["safe_link"] = safe_link
    env.globals["source_link"] = source_link
    return env


def draw_reply(reply: Reply, id: str, base: str = "") -> str:
    """The reply as an HTML fragment, with its suggestions. `base` is put before the site's own addresses."""
    template = environment().get_template("reply.html")
    return template.render(reply=reply, id=id, base=base, words=wording.words_for(reply.language))


def draw_page(name: str, values: Mapping[str, object]) -> str:
    """A whole page."""
    return environment().get_template(name).render(values)


def pointing(text: str, numbers: Sequence[int], id: str) -> Markup:
    """The text with the numbers in «[2]» and «[1, 3]» as links to the quotes that the reply `id` holds."""
    out = Markup("")
    at = 0
    for pointer in _POINTER.finditer(text):
        for number in re.finditer(r"\d+", pointer[0]):
            if int(number[0]) not in numbers:
                continue
            start, end = pointer.start() + number.start(), pointer.start() + number.end()
            link = Markup('<a class="pointer" href="#{}-{}">{}</a>').format(id, number[0], number[0])
            out += escape(text[at:start]) + link
            at = end
    return out + escape(text[at:])


def memo(citation: Citation, words: wording.Words = wording.SWEDISH) -> str:
    """What «Kopiera citat» copies, except for the address: the words and their full reference."""
    lines = [f"”{plain_words(citation.quote)}”", wording.reference(citation, words)]
    if citation.note:
        lines.append(f"{words.remark}: {citation.note}")
    return "\n".join(lines)


def press_value(choices: Choices, choice: Choice) -> str:
    """What a choice's button sends back, as JSON."""
    return json.dumps(
        {
            "value": choice.value,
            "flow": choices.flow,
            "question": choices.question,
            "answered": choices.answered,
        },
        ensure_ascii=False,
    )


def source_link(citation: Citation, base: str = "") -> str:
    """Where the quote can be read in its context, on this very site."""
    query = urlencode({"fran": citation.start, "till": citation.end})
    return f"{base}/kallor/{citation.source}?{query}#citat"


def safe_link(url: str, base: str = "") -> str | None:
    """The address if it may be a link: within the site, or http(s) and mailto; otherwise None."""
    if any(ord(sign) <= 32 or sign == "\\" for sign in url):
        return None
    if url.startswith("/") and not url.startswith("//"):
        return base + url
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    web = parts.scheme in ("http", "https") and bool(parts.netloc)
    return url if web or (parts.scheme == "mailto" and "@" in parts.path) else None
