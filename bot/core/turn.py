"""One turn: a message and the conversation's state go in, the new state and the replies come out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.core import mask
from bot.core.dialogue import Dialogue
from bot.core.render import finished, says
from bot.core.route import Router
from bot.core.state import ConversationState
from bot.core.teller import Routed
from bot.core.texts import TEXTS
from bot.messages import Link, Message, Reply
from bot.ports import Outgoing, Record, TurnResult
from dialogs.commands import read_command
from dialogs.load import load_flows
from dialogs.phrases import say
from dialogs.resume import ResumeError
from knowledge.answer import Answerer
from knowledge.load import load
from knowledge.model import Knowledge


@dataclass(frozen=True, slots=True)
class Brain:
    """Everything a turn needs, loaded once: knowledge, answers, dialogs, and the operator's choices."""

    knowledge: Knowledge
    answerer: Answerer
    dialogue: Dialogue
    router: Router
    municipality: str | None
    retention_days: int


def build_brain(
    knowledge_dirs: Sequence[Path] = (),
    dialog_dirs: Sequence[Path] = (),
    municipality: str | None = None,
    contact: str | None = None,
    public_url: str = "",
    retention_days: int = 21,
    cache: Path | None = None,
) -> Brain:
    """Load the content (AuthoringError when it is faulty) and wire the parts; `cache` is a folder for what is
    prepared."""
    knowledge = load(knowledge_dirs, cache)
    answerer = Answerer(knowledge, contact, cache)
    dialogue = Dialogue(load_flows(dialog_dirs), knowledge, public_url=public_url, contact=contact)
    router = Router(knowledge, answerer, dialogue, public_url, contact, retention_days)
    return Brain(knowledge, answerer, dialogue, router, municipality, retention_days)


def turn(
    brain: Brain, message: Message, state: str | None, now: datetime, uncertain: Sequence[Outgoing] = ()
) -> TurnResult:
    """Answer one message. `state` is what an earlier turn left as JSON; what cannot be read of it starts anew."""
    current = _state(state, brain, message)
    if message.redacts:
        return TurnResult(current.model_dump_json())
    if message.feedback:
        record = Record(
            "feedback",
            message.sender,
            mask.mask(message.feedback.comment),
            message.feedback.topic if message.feedback.reply else current.last_topic,
            None,
            message.feedback.value,
        )
        return TurnResult(
            current.model_dump_json(),
            (says("command", _THANKS[current.language], language=current.language),),
            (record,),
        )
    routed = _resumed(brain, current, message, now) if message.file else brain.router.route(current, message, now)
    routed = _proposing(routed)
    if routed.erase:
        return TurnResult(None, (routed.reply,), (), erase=message.sender)
    again = tuple(uncertain) if routed.show_again else ()
    if routed.show_again and not again:
        language = routed.state.language
        routed = Routed(routed.state, says("command", TEXTS[language]["none_lost"], language=language))
    untold = () if again else tuple(o for o in uncertain if not o.told)
    replies = (*(o.reply for o in again), *_told(untold, routed.state), routed.reply)
    told, shown_again = tuple(o.id for o in untold), tuple(o.id for o in again)
    page = _page(brain, routed, message, now) if message.token else None
    if page is None:
        return TurnResult(
            routed.state.model_dump_json(), replies, _records(message, routed), told=told, shown_again=shown_again
        )
    # The page is kept in the same transaction as the reply that leads to it.
    after = routed.state.model_copy(update={"result": message.token})
    linked = (*replies[:-1], _leading_to(replies[-1], message.token))
    kept = _records(message, routed)
    return TurnResult(after.model_dump_json(), linked, kept, told=told, shown_again=shown_again, page=page)


def _proposing(routed: Routed) -> Routed:
    """A number alone picks one of the follow-ups that were shown last, whatever the reply was that showed them."""
    if not routed.reply.suggestions:
        return routed
    state = routed.state.model_copy(update={"suggestions": routed.reply.suggestions})
    return replace(routed, state=state)


def _resumed(brain: Brain, state: ConversationState, message: Message, now: datetime) -> Routed:
    """Go on with the dialog of a file that the person kept."""
    if message.problem:
        return brain.router.route(state, message, now)
    try:
        return Routed(*brain.dialogue.resume_from(state, message.file, now))
    except ResumeError as error:
        return Routed(state, says("command", say(error.reason, state.language), language=state.language))


def _page(brain: Brain, routed: Routed, message: Message, now: datetime) -> Reply | None:
    """What is kept as a page: the end of a dialog, its summary, and where it was paused; with the file to go on
    from."""
    reply = routed.reply
    if reply.outcome is None and reply.flow is None:
        return None
    command = read_command(routed.picked or message.text)
    said = command.name if command else ""
    if reply.outcome is None and said not in {"pause", "summary"}:
        return None
    if said == "why":  # the reply tells the reasons only, the page everything
        reply = brain.dialogue.verdict(routed.state, now) or reply
    kept = _from_verdict(reply) if reply.outcome else reply
    return kept.model_copy(update={"file": brain.dialogue.resume_file(routed.state)})


def _from_verdict(reply: Reply) -> Reply:
    """Without what the chat says before the verdict, and without its title, which heads the page."""
    first = next((n for n, block in enumerate(reply.blocks, 1) if block.type == "heading"), 0)
    return finished(reply.model_copy(update={"blocks": reply.blocks[first:]}))


def _leading_to(reply: Reply, token: str) -> Reply:
    """The reply with a link to its page: after the first words of a result, at the end of what a command said."""
    if reply.outcome is None:
        kept = Link(label=_KEPT[reply.language], url=f"/resultat/{token}")
        return finished(reply.model_copy(update={"blocks": (*reply.blocks, kept)}))
    link = Link(label=_RESULT[reply.language], url=f"/resultat/{token}")
    first = next((n for n, block in enumerate(reply.blocks, 1) if block.type == "paragraph"), 0)
    return finished(reply.model_copy(update={"blocks": (*reply.blocks[:first], link, *reply.blocks[first:])}))


def _state(text: str | None, brain: Brain, message: Message) -> ConversationState:
    if text is not None:
        try:
            return ConversationState.model_validate_json(text)
        except ValueError:
            pass
    place = message.municipality if message.municipality in brain.knowledge.places else None
    return ConversationState(municipality=place or brain.municipality, language=message.language or "sv")


def _told(uncertain: Sequence[Outgoing], state: ConversationState) -> tuple[Reply, ...]:
    if not uncertain:
        return ()
    text, again = _UNCERTAIN[state.language], _AGAIN[state.language]
    return (says("command", text.format(again=again), language=state.language, suggestions=(again,)),)


def _records(message: Message, routed: Routed) -> tuple[Record, ...]:
    reply = routed.reply
    if reply.kind in ("no_answer", "related") or routed.missed:
        asked = routed.picked or message.text
        return (Record("unanswered", message.sender, mask.mask(asked), reply.topic, reply.kind),)
    if reply.kind in ("answer", "clarify"):
        return (Record("answered", message.sender, "", reply.topic, reply.kind),)
    return ()


_THANKS = {"sv": "Tack för att du säger till!", "en": "Thank you for telling!"}
_RESULT = {
    "sv": "Öppna resultatet som en sida att skriva ut, spara eller dela",
    "en": "Open the result as a page to print, save or share",
}
_KEPT = {
    "sv": "Spara det här och fortsätt när ni vill",
    "en": "Keep this and go on whenever you like",
}
_AGAIN = {"sv": "Visa svaret igen", "en": "Show the answer again"}
_UNCERTAIN = {
    "sv": "Mitt förra svar kanske inte kom fram. Skriv «{again}» om du vill se det.",
    "en": "My last answer may not have arrived. Write «{again}» to see it.",
}
