"""What is said beside the open question of a dialog: an answer that comes with a question, small talk, and telling."""

from __future__ import annotations

from dataclasses import replace

from bot.core import mask
from bot.core.asker import Asker, Turn
from bot.core.manner import asks
from bot.core.render import finished
from bot.core.state import ConversationState
from bot.core.teller import COMPLAINT, CRISIS, Routed
from bot.messages import Paragraph, Reply
from dialogs.clues import clue_of
from dialogs.engine import Session, missed
from dialogs.explain import harmless
from dialogs.interpret import answer_and_question
from dialogs.phrases import say
from dialogs.words import tokens

GREETING, GOODBYE, ANGER = "prat-halsning", "prat-hejda", "prat-ilsken"
_WE = frozenset("vi jag oss mig vår våra vårt min mitt mina we our us my".split())


_READ = 60
"""Words of a message that are looked at for what belongs to another question."""


def split(asker: Asker, state: ConversationState, text: str) -> tuple[ConversationState, str]:
    """«Ja, men vad räknas som nytta?»: the yes waits to be confirmed, and the question is what is left of the text."""
    turn = asker.turn_of(state)
    if turn is None or turn.position.open is None:
        return state, text
    both = answer_and_question(turn.flow.question(turn.position.open), text)
    if both is None:
        return state, text
    reading, question = both
    session = replace(turn.session, pending=(reading.value, mask.mask(harmless(reading.remark))), paused=False)
    return asker.saved(asker.moved(turn, session)), question


def only_tells(text: str, reply: Reply) -> bool:
    """Whether a message is telling about oneself, and the reply found for it so weak that it is no reply to it."""
    if reply.kind in ("no_answer", "clarify") and reply.topic is None:
        return True
    found = tokens(text)
    if reply.kind == "small_talk":
        return reply.confidence < (0.85 if len(found) > 3 and not asks(text) else 0.6)
    if asks(text) or reply.topic in CRISIS or reply.kind not in ("answer", "related", "no_answer"):
        return False
    if reply.kind == "answer":
        return reply.confidence < 0.8 or bool(_WE & set(found))
    return reply.kind == "related" or reply.confidence < 0.9


def later(turn: Turn, text: str) -> Session | None:
    """The session with what was told kept for a question that comes later, or None when it is about none."""
    found, session = tokens(text)[:_READ], turn.session
    about = [
        (question.id, clue)
        for question in turn.flow.questions
        if question.id not in session.answers
        and question.id != turn.position.open
        and (clue := clue_of(question, found))
    ]
    if not about:
        return None
    words = mask.mask(harmless(text, 80))
    return replace(session, proposals={**session.proposals, **{id: (clue, words) for id, clue in about}})


def settled(asker: Asker, routed: Routed) -> Routed:
    """Small talk within a dialog, in the dialog's own words; after a goodbye or a cry for help it waits."""
    turn = asker.turn_of(routed.state)
    topic = routed.reply.topic
    if turn is None or turn.position.open is None or topic is None:
        return routed
    if topic in CRISIS:
        return Routed(asker.saved(asker.moved(turn, replace(turn.session, paused=True))), routed.reply)
    if topic == GREETING:
        return Routed(routed.state, _saying(routed.reply, say("hello", turn.language)))
    if topic == GOODBYE:
        after = asker.moved(turn, replace(turn.session, paused=True))
        return Routed(asker.saved(after), _saying(routed.reply, say("bye", turn.language)))
    if topic in (COMPLAINT, ANGER):
        after = asker.moved(turn, missed(turn.session))
        return Routed(asker.saved(after), _saying(routed.reply, say("annoyed", turn.language)))
    return routed


def _saying(reply: Reply, text: str) -> Reply:
    blocks = (Paragraph(text=text, role="lead"), *reply.blocks[1:])
    return finished(reply.model_copy(update={"blocks": blocks}))
