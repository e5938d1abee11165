"""The words every channel speaks: what comes in (Message) and what goes out (Reply). Frozen, and JSON both ways."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

ReplyKind = Literal["answer", "related", "clarify", "no_answer", "small_talk", "question", "outcome", "command"]
Language = Literal["sv", "en"]
Finding = Literal["met", "not_met", "unknown"]

MAX_TEXT = 2000
"""Longest message in characters that is read; a longer one gets a friendly refusal."""


MAX_FILE = 200_000
"""Longest file in characters that a dialog can be gone on with from."""


class Value(BaseModel):
    """Base of all values here: frozen, and unknown keys are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# ---- in -----------------------------------------------------------------------------------------------------------


class Press(Value):
    """A button, card action or reaction. `question` and `answered` say which dialog step it was drawn for,
    so that a press on an old card is told from one on the open question."""

    value: str = Field(max_length=MAX_TEXT)
    flow: str | None = None
    question: str | None = None
    answered: int | None = None


class Feedback(Value):
    """A thumb on an earlier reply. `reply` is the outbox id of it, as far as the channel knows; `topic` what that reply
    was about, which the store finds out for the turn."""

    value: Literal["up", "down"]
    reply: str | None = None
    comment: str = Field(default="", max_length=MAX_TEXT)
    topic: str | None = None


class Message(Value):
    """Something a person did in a channel. Ids are the channel's own and unique within it; `sender` is a stable key of
    the person. `address` is what the channel needs to send the answer to the right place; nobody else reads it."""

    channel: str
    event: str
    conversation: str
    sender: str
    text: str = ""
    press: Press | None = None
    feedback: Feedback | None = None
    file: str = Field(default="", max_length=MAX_FILE)
    """Text of a file that the person kept of an earlier dialog (`Reply.file`), to go on from."""
    edits: str | None = None
    """Event id of the message that this one replaces."""
    redacts: str | None = None
    """Event id of the message that was taken back."""
    problem: Literal["too_long", "empty", "not_text", "undecryptable", "too_fast"] | None = None
    """Why the text could not be taken as it came: the turn answers it with a clear sentence."""
    language: Language | None = None
    """What the person's client speaks, where the channel knows; counts until the person has written something."""
    may_configure: bool = True
    """False when the sender may not change the room's settings, such as its municipality."""
    municipality: str | None = None
    """The municipality that the room has chosen (`Reply.municipality`): a new conversation in it begins with that."""
    received: datetime
    address: dict[str, str] = Field(default_factory=dict)
    token: str = ""
    """Set by the store when the turn begins; channels leave it empty. Unguessable, and the same if the turn is
    repeated: names the result page that the turn may make (`TurnResult.page`)."""


# ---- out ----------------------------------------------------------------------------------------------------------


class Citation(Value):
    """A verbatim quote and where it stands: `text[start:end] == quote`, in Unicode code points."""

    number: int
    source: str
    title: str
    publisher: str
    issuer: str
    reported: bool = False
    strength: str
    published: str | None
    dated: str | None = None
    """What is known of the date in Swedish («odaterad»), when `published` is None."""
    status: str | None = None
    """«förslag» and the like: what the text is when it is no decision."""
    section: str
    quote: str
    start: int
    end: int
    url: str
    note: str | None = None
    """A remark shown beside the quote: a misprint, an old name, a dead link."""


class Choice(Value):
    """An option that can be picked: `value` is what a press sends, `label` what is read, `emoji` for reactions."""

    value: str
    label: str
    emoji: str = ""


class Paragraph(Value):
    """Plain text, no markup. `role` lets a channel draw it differently."""

    type: Literal["paragraph"] = "paragraph"
    text: str
    role: Literal["lead", "body", "note", "question", "why", "greeting"] = "body"


class Heading(Value):
    type: Literal["heading"] = "heading"
    text: str


class Bullets(Value):
    """Plain-text items; `ordered` numbers them."""

    type: Literal["bullets"] = "bullets"
    items: tuple[str, ...]
    ordered: bool = False


class QuoteBlock(Value):
    type: Literal["quote"] = "quote"
    citation: Citation


class Choices(Value):
    """The options of the open question. `flow`, `question` and `answered` go back in the Press."""

    type: Literal["choices"] = "choices"
    choices: tuple[Choice, ...]
    flow: str | None = None
    question: str | None = None
    answered: int | None = None
    many: bool = False


class Progress(Value):
    type: Literal["progress"] = "progress"
    answered: int
    total: int


class Link(Value):
    """`url` may be relative to the public address (`/kallor/...`)."""

    type: Literal["link"] = "link"
    label: str
    url: str


Block = Annotated[Paragraph | Heading | Bullets | QuoteBlock | Choices | Progress | Link, Field(discriminator="type")]


class FlowStatus(Value):
    """Where an open dialog stands. `question` is None once it has ended."""

    id: str
    version: str
    hash: str
    question: str | None
    answered: int
    total: int


class CriterionResult(Value):
    """How one criterion came out, with the words it rests on."""

    id: str
    title: str
    answer: Literal["yes", "no", "unsure"]
    weight: Literal["hard", "condition", "soft"]
    finding: Finding
    reason: str = ""
    citations: tuple[Citation, ...] = ()


class Outcome(Value):
    """A verdict: contract of `iopbot triage --json` (see docs)."""

    outcome: str
    title: str = ""
    criteria: tuple[CriterionResult, ...] = ()
    citations: tuple[Citation, ...] = ()
    next_steps: tuple[str, ...] = ()
    text: str = ""
    flow: FlowStatus
    municipality: str | None = None
    document: str | None = None
    """Markdown of a document that the dialog produced (a draft agreement), or None."""


class Reply(Value):
    """What the bot says: typed blocks that each channel draws its way, and the same as Markdown in `text`."""

    kind: ReplyKind
    text: str
    blocks: tuple[Block, ...] = ()
    language: Language = "sv"
    topic: str | None = None
    confidence: float = 0.0
    suggestions: tuple[str, ...] = ()
    flow: FlowStatus | None = None
    outcome: Outcome | None = None
    municipality: str | None = None
    """Set when the reply confirms that this municipality was chosen; a channel with rooms keeps it for the room."""
    file: str | None = None
    """Of a result page: text of a file with which the dialog can be gone on with, however long after."""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The quotes of the reply, best first."""
        return tuple(b.citation for b in self.blocks if isinstance(b, QuoteBlock))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be picked, or empty."""
        return tuple(c for b in self.blocks if isinstance(b, Choices) for c in b.choices)


# ---- words that several channels use --------------------------------------------------------------------------------

STRENGTHS = {
    "sv": {
        "must": "ska-krav",
        "should": "bör",
        "preferable": "med fördel",
        "condition": "villkor i en lista",
        "works_best": "«fungerar bäst när»",
        "statement": "uppgift",
    },
    "en": {
        "must": "a must («ska»)",
        "should": "a should («bör»)",
        "preferable": "preferably («med fördel»)",
        "condition": "a listed condition",
        "works_best": "«works best when»",
        "statement": "a statement",
    },
}
"""How strongly the quoted words put it, in words that people read."""


_BESIDE = {
    "sv": {"reported": "återgivet av", "undated": "odaterad", "section": "avsnittet"},
    "en": {"reported": "reported by", "undated": "undated", "section": "section"},
}


def who(cited: Citation, language: str = "sv") -> str:
    """Whose words they are, and who reports or publishes them when it is somebody else."""
    if cited.reported and cited.publisher != cited.issuer:
        return f"{cited.issuer}, {_BESIDE[language]['reported']} {cited.publisher}"
    if cited.issuer not in cited.publisher and cited.publisher not in cited.issuer:
        return f"{cited.issuer} ({cited.publisher})"
    return cited.issuer


def when(cited: Citation, language: str = "sv") -> str:
    """From when the words are, as far as is known; what the source's own data say beyond «odaterad» stays as it is."""
    told = cited.published or cited.dated
    return _BESIDE[language]["undated"] if told in (None, "", _BESIDE["sv"]["undated"]) else str(told)


_NO_DECISION = {
    "förslag": "a proposal",
    "förslag till beslut": "a proposal for a decision",
    "hemställan": "a petition",
    "motion": "a motion",
    "remissversion": "out for comments",
    "skrivelse": "a petition",
    "utkast": "a draft",
}


def status_in_words(status: str | None, language: str = "sv") -> str:
    """What a text is that is no decision («förslag till beslut»), for readers of English in English too; empty for
    any other."""
    known = _NO_DECISION.get(status or "") if language == "en" else None
    return f"{known} («{status}»)" if known else status or ""


def reference(cited: Citation, language: str = "sv") -> str:
    """Who says it and where, in one line. Titles and sections stay as the sources have them."""
    status = f", {told}" if (told := status_in_words(cited.status, language)) else ""
    section = f", {_BESIDE[language]['section']} «{cited.section}»" if cited.section else ""
    return f"{who(cited, language)}: {cited.title} ({when(cited, language)}{status}){section}"
