"""Answers given as data instead of in a conversation: `iopbot triage`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from bot.core.asker import Asker, Turn
from bot.core.state import ConversationState
from bot.messages import Outcome
from dialogs import engine
from dialogs.engine import Position
from dialogs.model import YES_NO


class UnknownAnswer(ValueError):
    """An answer given as data names a criterion or a value that does not exist; the message names it."""


def outcome_of_answers(
    asker: Asker, flow_id: str, answers: Mapping[str, str], municipality: str | None = None, on: date | None = None
) -> Outcome:
    """The outcome of answers given as data; a missing one counts as unsure. Raises UnknownAnswer."""
    flow = asker.flows[flow_id]
    if municipality is not None and municipality not in asker.knowledge.places:
        raise UnknownAnswer(f"unknown municipality {municipality!r}; use an id such as eslov or malmo")
    for id, value in answers.items():
        if id not in flow.criteria:
            raise UnknownAnswer(f"unknown criterion {id!r}; the criteria are {', '.join(flow.criteria)}")
        if value not in YES_NO:
            raise UnknownAnswer(f"{id}: unknown value {value!r}; use yes, no or unsure")
    session = replace(engine.begin(flow, municipality), rest=True)
    for id, criterion in flow.criteria.items():
        if id in answers or not criterion.optional:
            session = engine.give(flow, session, id, answers.get(id, "unsure"))
    values = {id: a.value for id, a in session.answers.items()}
    position = Position(
        tuple(values), None, engine.outcome_of(flow, values, municipality), False, len(values), values,
        engine.effective_answers(flow, values, municipality),
    )  # fmt: skip
    turn = Turn(ConversationState(municipality=municipality), flow, session, position, on)
    outcome = asker.end(turn, []).outcome
    assert outcome is not None
    return outcome
