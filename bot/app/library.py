"""Knowledge and dialogs as the pages see them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import lru_cache

from bot.channels.web.views import FlowEnd, FlowPage, FlowStep, SourceView
from bot.core.turn import Brain
from bot.messages import Reply
from bot.service.log import logger
from dialogs.graph import GraphError, svg_of
from dialogs.model import Flow
from dialogs.outline import Item, outline, plain_title


class BrainLibrary:
    """The port Library of the web channel. A flow is drawn when somebody first looks at it."""

    def __init__(self, brain: Brain) -> None:
        self._knowledge = brain.knowledge
        self._flows = brain.dialogue.flows
        drawn = shutil.which("dot") is not None
        self._pages = {id: _page(flow, drawn) for id, flow in self._flows.items()}
        self._picture = lru_cache(maxsize=None)(self._drawn)

    def sources(self) -> Sequence[SourceView]:
        """See the port."""
        return list(self._knowledge.sources.values())

    def source(self, id: str) -> SourceView | None:
        """See the port."""
        return self._knowledge.sources.get(id)

    def place(self, id: str) -> str:
        """See the port."""
        return self._knowledge.places.get(id, id)

    def flows(self) -> Sequence[FlowPage]:
        """See the port."""
        return list(self._pages.values())

    def flow(self, id: str) -> FlowPage | None:
        """See the port."""
        return self._pages.get(id)

    def picture(self, id: str) -> str | None:
        """See the port."""
        return self._picture(id) if id in self._flows else None

    def _drawn(self, id: str) -> str | None:
        try:
            return svg_of(self._flows[id])
        except GraphError as error:
            logger("web").warning("no_picture", detail=str(error))
            return None  # the words on the page say the same


class ResultDocuments:
    """The port Documents of the web channel."""

    def markdown(self, reply: Reply) -> str:
        """See the port."""
        return (reply.outcome.document if reply.outcome else None) or reply.text

    def docx(self, reply: Reply) -> bytes:
        """See the port."""
        from dialogs.word import docx

        return docx(self.markdown(reply), reply.outcome.title if reply.outcome else "IOP-lotsen")


def _page(flow: Flow, drawn: bool) -> FlowPage:
    """The flow in words, each answer with where it leads."""
    items = [item for item in outline(flow).children if item.kind == "question"]
    return FlowPage(
        id=flow.id,
        title=flow.title,
        version=flow.version,
        hash=flow.hash,
        intro=flow.spec.intro,
        steps=tuple(_step(item, bool(flow.question(item.id).when)) for item in items),
        ends=tuple(FlowEnd(rule.id, plain_title(flow, rule.id), rule.rule) for rule in flow.spec.outcomes),
        drawn=drawn,
    )


def _step(item: Item, depends: bool) -> FlowStep:
    said = {kind: tuple(c.text for c in item.children if c.kind == kind) for kind in ("help", "criterion", "answer")}
    when = "Ställs beroende på tidigare svar." if depends else ""
    return FlowStep(item.id, item.text, " ".join((*said["help"], *said["criterion"])), when, said["answer"])
