"""From an answer to a reply: typed blocks for every channel, and the same as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote as percent

from bot.messages import (
    STRENGTHS,
    Block,
    Bullets,
    Choice,
    Choices,
    Citation,
    Heading,
    Link,
    Paragraph,
    Progress,
    QuoteBlock,
    Reply,
    reference,
)
from knowledge.answer import Answer, Part
from knowledge.model import Quote


def citation(quote: Quote, number: int, public_url: str = "") -> Citation:
    """The quote with everything that a reader needs to trust it; its link is relative without a public address."""
    source = quote.source
    section = source.section_at(quote.start)
    part = source.part_at(quote.start)
    path = ([part.title] if part else []) + list(section.path if section else ())
    return Citation(
        number=number,
        source=source.id,
        title=source.title,
        publisher=source.publisher,
        issuer=quote.issuer.name,
        reported=quote.reported,
        strength=quote.strength,
        published=quote.published,
        dated=None if quote.published else (source.dated or "odaterad"),
        status=quote.status,
        section=" › ".join(dict.fromkeys(path)),
        quote=quote.text,
        start=quote.start,
        end=quote.end,
        url=f"{public_url.rstrip('/')}/kallor/{percent(source.id)}?fran={quote.start}&till={quote.end}#citat",
        note=quote.note,
    )


def quoted(quotes: Iterable[Quote], public_url: str, first: int = 1) -> list[Block]:
    """Numbered quote blocks."""
    return [QuoteBlock(citation=citation(q, n, public_url)) for n, q in enumerate(quotes, first)]


def reply_of(answer: Answer, public_url: str = "") -> Reply:
    """Lead, quotes, remarks, and for a clarifying question its options."""
    blocks: list[Block] = [Paragraph(text=answer.lead, role="lead")]
    if answer.parts:
        blocks += _in_parts(answer.parts, public_url)
    else:
        blocks += quoted(answer.quotes[: answer.own], public_url)
    if answer.quotes[answer.own :]:
        blocks.append(Paragraph(text=_BESIDE[answer.language], role="note"))
        blocks += quoted(answer.quotes[answer.own :], public_url, answer.own + 1)
    blocks += [Paragraph(text=remark, role="note") for remark in answer.remarks]
    if answer.options:
        blocks.append(Choices(choices=tuple(Choice(value=t.title, label=t.title) for t in answer.options)))
    return finished(
        Reply(
            kind=answer.tier,
            text="",
            blocks=tuple(blocks),
            language=answer.language,
            topic=answer.topic.id if answer.topic else None,
            confidence=round(answer.confidence, 3),
            suggestions=answer.suggestions,
        )
    )


def _in_parts(parts: Iterable[Part], public_url: str) -> list[Block]:
    """The answers to several questions, each over its quotes and pointing at them."""
    blocks: list[Block] = []
    number = 1
    for part in parts:
        numbers = range(number, number + len(part.quotes))
        number = numbers.stop
        pointer = f" [{', '.join(map(str, numbers))}]" if numbers else ""
        blocks += [Heading(text=part.title)] if part.title else []
        blocks += [Paragraph(text=part.lead + pointer), *quoted(part.quotes, public_url, numbers.start)]
    return blocks


_READ = {"sv": "läs i källan", "en": "read in the source"}
_BESIDE = {"sv": "Det här kan också höra till din fråga:", "en": "This may also bear on your question:"}


def finished(reply: Reply) -> Reply:
    """The reply with its blocks drawn as Markdown in `text`."""
    return reply.model_copy(update={"text": markdown(reply.blocks, reply.language)})


def says(kind: str, *paragraphs: str, language: str, suggestions: Sequence[str] = ()) -> Reply:
    """A reply of plain paragraphs, the first one as its lead."""
    blocks = [Paragraph(text=p, role="body" if n else "lead") for n, p in enumerate(paragraphs)]
    return finished(
        Reply.model_validate(
            {"kind": kind, "text": "", "blocks": blocks, "language": language, "suggestions": tuple(suggestions)}
        )
    )


def markdown(blocks: Sequence[Block], language: str = "sv") -> str:
    """The blocks as Markdown; quotes as block quotes with number, strength and reference."""
    return "\n\n".join(filter(None, (_drawn(block, language) for block in blocks)))


def _drawn(block: Block, language: str) -> str:
    match block:
        case Paragraph():
            return f"*{block.text}*" if block.role == "note" and "*" not in block.text else block.text
        case Heading():
            return f"### {block.text}"
        case Bullets():
            return "\n".join(f"{n}. {item}" if block.ordered else f"- {item}" for n, item in enumerate(block.items, 1))
        case QuoteBlock():
            return _quote(block.citation, language)
        case Choices():
            return "\n".join(f"{n}. {choice.label}" for n, choice in enumerate(block.choices, 1))
        case Progress():
            return ""
        case Link():
            return f"[{block.label}]({block.url})"


def _quote(cited: Citation, language: str) -> str:
    body = "\n".join(f"> {line}".rstrip() for line in cited.quote.split("\n"))
    language = language if language in STRENGTHS else "sv"
    strength, read = STRENGTHS[language][cited.strength], _READ[language]
    shown = f"{body}\n>\n> — **[{cited.number}]** {reference(cited, language)} · *{strength}* · [{read}]({cited.url})"
    return f"{shown}\n> \n> *{cited.note}*" if cited.note else shown
