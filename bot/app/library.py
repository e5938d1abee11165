"""Knowledge and dialogs as the pages see them."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from bot.channels.web.views import FlowEnd, FlowPage, FlowStep, SourceView
from bot.core.turn import Brain
from bot.messages import Reply
from dialogs.model import Flow, Question

_YES_NO = ("Ja", "Nej", "Vet inte")


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
        from bot.app.docx import docx_of

        buffer = BytesIO()
        docx_of(self.markdown(reply)).save(buffer)
        return buffer.getvalue()


def _page(flow: Flow) -> FlowPage:
    return FlowPage(
        id=flow.id,
        title=flow.title,
        version=flow.version,
        hash=flow.hash,
        intro=flow.spec.intro,
        steps=tuple(_step(question) for question in flow.questions),
        ends=tuple(FlowEnd(rule.id, rule.title) for rule in flow.spec.outcomes if "{" not in rule.title),
    )


def _step(question: Question) -> FlowStep:
    options = _YES_NO if question.kind == "yes_no" else tuple(option.label for option in question.options)
    when = "Beroende på tidigare svar." if question.when else ""
    return FlowStep(question.id, question.text, question.help, when, options)
