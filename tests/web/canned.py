"""A small service behind the pages: the real store in memory, with replies that show every kind of block."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Literal

from fastapi import FastAPI

from bot.channels.web.app import create_web
from bot.channels.web.views import FlowEnd, FlowPage, FlowStep, WebSettings
from bot.core.render import citation
from bot.messages import (
    Bullets,
    Choice,
    Choices,
    CriterionResult,
    FlowStatus,
    Heading,
    Link,
    Message,
    Outcome,
    Paragraph,
    Progress,
    QuoteBlock,
    Reply,
)
from bot.ports import Limits, TurnResult, Work
from bot.service.bell import LocalBell
from bot.store.ids import Keys
from bot.store.memory import MemoryStore
from knowledge.load import load
from knowledge.model import Knowledge, Source

KEY = b"a key of the tests, long enough!"


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Unlimited:
    """Lets everybody pass, until told otherwise."""

    def __init__(self) -> None:
        self.verdict: Literal["pass", "tell", "drop"] = "pass"
        self.keys: list[str] = []

    def admit(self, kind: str, key: str) -> Literal["pass", "tell", "drop"]:
        self.keys.append(key)
        return self.verdict


@cache
def knowledge() -> Knowledge:
    """The project's own knowledge."""
    return load()


FLOW = FlowPage(
    id="iop",
    title="Passar idén för ett IOP?",
    version="1",
    hash="0123456789abcdef",
    intro="Några frågor om er idé, och ett besked om vad som talar för och emot.",
    steps=(
        FlowStep("public_benefit", "Bidrar verksamheten till samhällsnytta?", options=("Ja", "Nej", "Vet inte")),
        FlowStep("long_term", "Ska den pågå länge?", when="Om inget talar emot.", options=("Ja", "Nej")),
    ),
    ends=(FlowEnd("possible", "Ett IOP verkar möjligt", "När alla svar är ja."),),
    drawn=True,
)
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><text x="8" y="24">Frågor</text></svg>'


class Library:
    """The texts of a knowledge base, and one flow."""

    def __init__(self, sources: dict[str, Source] | None = None) -> None:
        self._sources = sources or knowledge().sources

    def sources(self) -> Sequence[Source]:
        return list(self._sources.values())

    def source(self, id: str) -> Source | None:
        return self._sources.get(id)

    def place(self, id: str) -> str:
        return knowledge().places.get(id, id)

    def flows(self) -> Sequence[FlowPage]:
        return [FLOW]

    def flow(self, id: str) -> FlowPage | None:
        return FLOW if id == FLOW.id else None

    def picture(self, id: str) -> str | None:
        return PICTURE if id == FLOW.id else None


class Documents:
    """Plain documents."""

    def markdown(self, reply: Reply) -> str:
        return reply.text

    def docx(self, reply: Reply) -> bytes:
        return b"PK" + reply.text.encode()


def quote(id: str, number: int = 1) -> QuoteBlock:
    """A quote of the project's knowledge."""
    return QuoteBlock(citation=citation(knowledge().quotes[id], number))


def answer(message: Message, answered: int) -> tuple[Reply, ...]:
    """What the canned service says."""
    if message.feedback:
        return (Reply(kind="command", text="Tack för att du säger till."),)
    if message.problem:
        return (_says("clarify", f"Problem: {message.problem}"),)
    said = (message.press.value if message.press else message.text).casefold()
    if said in ("yes", "no", "unsure"):
        return (_question(answered) if answered < 3 else _outcome(message),)
    if "passar" in said:
        return (_question(0),)
    if "radera" in said:
        return (_says("command", "Allt som rör samtalet är raderat."),)
    if "allowed" in said:
        return (_allowed("en", "According to Forum, an IOP is allowed where there is no market yet."),)
    if "tillåtet" in said:
        return (_allowed("sv", "Enligt Forum är ett IOP tillåtet där det inte redan finns en marknad."),)
    if "lista" in said:
        return (_everything(),)
    return (_says("no_answer", "Det framgår inte av källorna. Du skrev: " + message.text),)


def _says(kind: Literal["no_answer", "clarify", "command"], text: str) -> Reply:
    return Reply(kind=kind, text=text, blocks=(Paragraph(text=text, role="lead"),), suggestions=("Vad är ett IOP?",))


def _allowed(language: Literal["sv", "en"], lead: str) -> Reply:
    blocks = (Paragraph(text=lead, role="lead"), quote("forum.tillatet"), quote("eslov.kriterier-ram", 2))
    follow_ups = ("Passar vår idé för ett IOP?", "Vad säger Eslöv?")
    return Reply(kind="answer", text=lead, blocks=blocks, language=language, suggestions=follow_ups)


def _question(answered: int) -> Reply:
    status = FlowStatus(id="iop", version="1", hash="0", question=f"q{answered}", answered=answered, total=3)
    choices = Choices(
        choices=tuple(Choice(value=v, label=n) for v, n in (("yes", "Ja"), ("no", "Nej"), ("unsure", "Vet inte"))),
        flow="iop",
        question=status.question,
        answered=answered,
    )
    text = ("Bidrar verksamheten till samhällsnytta?", "Bidrar båda parter?", "Ska den pågå länge?")[answered]
    blocks = (Progress(answered=answered, total=3), Paragraph(text=text, role="question"), choices)
    return Reply(kind="question", text=text, blocks=blocks, flow=status)


def _everything() -> Reply:
    many = Choices(choices=(Choice(value="a", label="Det ena"), Choice(value="b", label="Det andra")), many=True)
    blocks = (
        Paragraph(text="Här är det som finns.", role="lead"),
        Heading(text="Kriterier"),
        Bullets(items=("Ett [1]", "Två [2, 3] [77]"), ordered=True),
        *(quote(id, n + 1) for n, id in enumerate(list(knowledge().quotes)[::9][:6])),
        Link(label="Till källorna", url="/kallor"),
        Link(label="Till en annan plats", url="https://example.org/"),
        Link(label="Elakt", url="javascript:alert(1)"),
        many,
    )
    return Reply(kind="related", text="Här är det som finns.", blocks=blocks)


def _outcome(message: Message) -> Reply:
    criteria = (
        CriterionResult(
            id="public_benefit",
            title="Samhällsnytta",
            answer="yes",
            weight="hard",
            finding="met",
            reason="Ni har svarat att verksamheten bidrar till samhällsnytta.",
            citations=(quote("eslov.samhallsnytta").citation,),
        ),
        CriterionResult(id="long_term", title="Lång tid", answer="unsure", weight="soft", finding="unknown"),
    )
    flow = FlowStatus(id="iop", version="1", hash="0123456789abcdef", question=None, answered=3, total=3)
    outcome = Outcome(
        outcome="possible_with_reservations",
        title="Ett IOP kan vara möjligt",
        criteria=criteria,
        citations=(quote("eslov.kriterier-ram").citation,),
        next_steps=("Ta kontakt med kommunen.", "Skriv ner ert syfte."),
        text="Det mesta talar **för** ett IOP.",
        flow=flow,
        document="# Utkast\n\n## Syfte\n\nAtt göra nytta. <script>alert(1)</script>",
    )
    blocks = (
        Heading(text=outcome.title),
        Paragraph(text="Det mesta talar för ett IOP. [1]", role="lead"),
        Heading(text="Nästa steg"),
        Bullets(items=outcome.next_steps, ordered=True),
        Paragraph(text="Flödet iop 1 (0123456789abcdef).", role="note"),
        quote("eslov.kriterier-ram"),
        Link(label="Öppna resultatet", url=f"/resultat/{message.token}"),
    )
    return Reply(kind="outcome", text=outcome.title, blocks=blocks, outcome=outcome, flow=flow)


class Service:
    """The store, a loop that answers, and the application in front of them."""

    def __init__(self, settings: WebSettings | None = None, limits: Limits | None = None) -> None:
        self.limits = limits or Unlimited()
        self._bell = LocalBell()
        self._clock = SystemClock()
        self.store = MemoryStore(Keys(KEY), self._bell, self._clock)
        self.turns: list[Message] = []
        self.library = Library()
        self.settings = settings or WebSettings(wait_seconds=5)

    def app(self) -> FastAPI:
        """The web application on this service."""
        stores = self.store.stores
        return create_web(
            inbox=stores.inbox,
            outbox=stores.outbox,
            replies=stores.replies,
            results=stores.results,
            limits=self.limits,
            library=self.library,
            documents=Documents(),
            settings=self.settings,
            clock=self._clock,
            key=KEY,
        )

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """Answer messages until left."""
        task = asyncio.create_task(self._loop())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _loop(self) -> None:
        while True:
            mark = self._bell.mark("inbox")
            async with self.store.stores.inbox.take(self._clock.now()) as work:
                if work is not None:
                    await self._turn(work)
            if work is None:
                await self._bell.wait("inbox", mark, 5)

    async def _turn(self, work: Work) -> None:
        message = work.message
        answered = message.press.answered + 1 if message.press and message.press.answered is not None else 0
        self.turns.append(message)
        replies = answer(message, answered)
        page = replies[0] if replies[0].outcome else None
        await work.finish(TurnResult(state="{}", replies=replies, page=page), self._clock.now())
