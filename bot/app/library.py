"""Knowledge and dialogs as the pages see them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.web.views import FlowEnd, FlowPage, FlowStep, SourceView
from bot.core.turn import Brain
from bot.messages import Reply
from dialogs.graph import GraphError, svg_of
from dialogs.model import Flow
from dialogs.outline import Item, outline, plain_title


class BrainLibrary:
    """The port Library of the web channel. Flows are drawn once, at the start."""

    def __init__(self, brain: Brain) -> None:
        self._knowledge = brain.knowledge
        self._flows = {id: _page(flow) for id, flow in brain.dialogue.flows.items()}

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
        return list(self._flows.values())

    def flow(self, id: str) -> FlowPage | None:
        """See the port."""
        return self._flows.get(id)


class ResultDocuments:
    """The port Documents of the web channel."""

    def markdown(self, reply: Reply) -> str:
        """See the port."""
        return (reply.outcome.document if reply.outcome else None) or reply.text

    def docx(self, reply: Reply) -> bytes:
        """See the port."""
        from dialogs.word import docx

        return docx(self.markdown(reply), reply.outcome.title if reply.outcome else "IOP-lotsen")


def _page(flow: Flow) -> FlowPage:
    """The flow in words, each answer with where it leads, and its picture."""
    items = [item for item in outline(flow).children if item.kind == "question"]
    return FlowPage(
        id=flow.id,
        title=flow.title,
        version=flow.version,
        hash=flow.hash,
        intro=flow.spec.intro,
        steps=tuple(_step(item, bool(flow.question(item.id).when)) for item in items),
        ends=tuple(FlowEnd(rule.id, plain_title(flow, rule.id), rule.rule) for rule in flow.spec.outcomes),
        svg=_drawn(flow),
    )


def _step(item: Item, depends: bool) -> FlowStep:
    said = {kind: tuple(c.text for c in item.children if c.kind == kind) for kind in ("help", "criterion", "answer")}
    when = "Ställs beroende på tidigare svar." if depends else ""
    return FlowStep(item.id, item.text, " ".join((*said["help"], *said["criterion"])), when, said["answer"])


def _drawn(flow: Flow) -> str | None:
    """The picture, or None where Graphviz is not installed: the words say the same."""
    try:
        return svg_of(flow)
    except GraphError:
        return None
