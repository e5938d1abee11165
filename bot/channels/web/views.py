"""What the pages need to see of the rest of the house: small read-only shapes that the application passes in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.messages import Reply


class IssuerView(Protocol):
    """Whose words a text is."""

    @property
    def name(self) -> str: ...


class PartView(Protocol):
    """A part of a text with an issuer, date and status of its own; offsets in code points."""

    @property
    def title(self) -> str: ...
    @property
    def issuer(self) -> IssuerView: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def published(self) -> str | None: ...
    @property
    def status(self) -> str | None: ...


class SectionView(Protocol):
    """A headed stretch of a text; `path` holds the headings from the outermost in."""

    @property
    def path(self) -> tuple[str, ...]: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class PassageView(Protocol):
    """A paragraph, or a list with its introduction."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class SourceView(Protocol):
    """A text and what is known of it; `knowledge.model.Source` is one."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def publisher(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def issuer(self) -> IssuerView: ...
    @property
    def text(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def published(self) -> str | None: ...
    @property
    def dated(self) -> str | None: ...
    @property
    def place(self) -> str | None: ...
    @property
    def status(self) -> str | None: ...
    @property
    def show(self) -> str: ...
    @property
    def remarks(self) -> tuple[str, ...]: ...
    @property
    def parts(self) -> Sequence[PartView]: ...
    @property
    def sections(self) -> Sequence[SectionView]: ...
    @property
    def passages(self) -> Sequence[PassageView]: ...


@dataclass(frozen=True, slots=True)
class FlowStep:
    """A question of a flow in words. `when` says in a sentence when it is asked, and is empty when it always is."""

    id: str
    text: str
    help: str = ""
    when: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowEnd:
    """A way in which a flow can end. `when` says in a sentence what leads there."""

    id: str
    title: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class FlowPage:
    """A flow as it is shown under /floden/<id>. `drawn` says that `Library.picture` has a picture of it."""

    id: str
    title: str
    version: str
    hash: str
    intro: str = ""
    steps: tuple[FlowStep, ...] = ()
    ends: tuple[FlowEnd, ...] = ()
    drawn: bool = False


class Library(Protocol):
    """Read access to the texts and the flows."""

    def sources(self) -> Sequence[SourceView]:
        """All texts in the order in which they are listed."""

    def source(self, id: str) -> SourceView | None:
        """One text, or None when there is none of that id."""

    def place(self, id: str) -> str:
        """The name of a municipality."""

    def flows(self) -> Sequence[FlowPage]:
        """All flows that people can go through."""

    def flow(self, id: str) -> FlowPage | None:
        """One flow, or None when there is none of that id."""

    def picture(self, id: str) -> str | None:
        """A flow as a whole SVG document, or None when it cannot be drawn. Takes its time the first time."""


class Documents(Protocol):
    """Turns the result of a dialog into a document that can be downloaded."""

    def markdown(self, reply: Reply) -> str:
        """The whole document as Markdown."""

    def docx(self, reply: Reply) -> bytes:
        """The whole document as a Word file."""


@dataclass(frozen=True, slots=True)
class WebSettings:
    """What the operator decides of the web channel.

    `trusted_proxies` are addresses or networks whose X-Forwarded-For is believed; `base_path` is the path under which
    a proxy serves the application, without a slash at its end.
    """

    public_url: str = ""
    base_path: str = ""
    operator: str = ""
    contact: str = ""
    retention_days: int = 21
    trusted_proxies: tuple[str, ...] = ()
    version: str = ""
    wait_seconds: float = 20.0
    accessibility_status: str = ""
    """These four complete the accessibility statement; what is missing is shown as a place to fill in."""
    accessibility_faults: str = ""
    accessibility_tested: str = ""
    accessibility_updated: str = ""
    examples: tuple[str, ...] = (
        "Är IOP tillåtet?",
        "Passar vår idé för ett IOP?",
        "Vad är skillnaden mot föreningsbidrag?",
        "Vilka kriterier gäller i Eslöv?",
        "Vem ska ta initiativet?",
        "Vad bör avtalet innehålla?",
    )
