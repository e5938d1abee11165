"""From an activity to a Message: who, where, what; mentions stripped, and ids that a redelivery shares.

Teams delivers the same thing twice when an acknowledgement was slow, and then sometimes under a new activity id.  A
message has its own id.  A press is known by what was pressed instead: the drawing of the card (`turn`, the outbox id
that the card was drawn for, new each time that a card changes), the person and the value; a second delivery, or a
double click, is therefore the same event to the inbox.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from html import unescape

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from bot.channels.teams.activity import Account, Activity, Entity
from bot.channels.teams.draw import CARD_TYPE
from bot.channels.teams.place import Occasion, conversation_of, owner_of, place_of
from bot.messages import MAX_TEXT, Feedback, Message, Press

CHANNEL = "teams"
MAX_EVENT = 200

_CARD = re.compile(
    r'<span class="inline-compose-card"[^>]*>\s*(?:<span[^>]*>\s*</span>\s*)*</span>'
    r'|<attachment id="[^"]*">\s*</attachment>'
)
"""Where a card stands in a text."""

_TAG = re.compile(r"</?at(?:\s[^>]*)?>", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\xa0]+")


class Pressed(BaseModel):
    """What the button of a card sends back: the data that `cards` put into it, and the inputs of the card."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    iop: str = Field(pattern=r"^(?:svar|kommando)$")
    turn: str = Field(max_length=64)
    owner: str = Field(max_length=64)
    value: str = Field(default="", max_length=MAX_TEXT)
    picked: str = Field(default="", max_length=MAX_TEXT)
    flow: str | None = Field(default=None, max_length=200)
    question: str | None = Field(default=None, max_length=200)
    answered: int | None = None

    @property
    def said(self) -> str:
        """The value, or what was picked in the card's list (numbers of options)."""
        return self.value or " och ".join(part.strip() for part in self.picked.split(",") if part.strip()) or "inga"

    def press(self) -> Press:
        """As the turn reads it. A command has no question: it concerns the dialog."""
        question = self.question if self.iop == "svar" else None
        return Press(value=self.said, flow=self.flow, question=question, answered=self.answered)


def pressed_of(activity: Activity) -> Pressed | None:
    """What was pressed, whether the client sent an Action.Execute or, an older one, an Action.Submit."""
    action = activity.values.get("action")
    data = action.get("data") if isinstance(action, dict) else activity.value
    try:
        return Pressed.model_validate(data)
    except ValidationError:
        return None


@dataclass(frozen=True, slots=True)
class Intake:
    """Reads activities that were found to be complete and allowed."""

    def message(self, activity: Activity, now: datetime) -> Message | None:
        """What somebody wrote to the bot; None when it was not written to the bot, or is a card only."""
        if activity.from_.id == activity.recipient.id:
            return None
        text = stripped(activity) or asked_by_button(activity)
        problem = None
        if len(text) > MAX_TEXT:
            text, problem = "", "too_long"
        elif not text:
            attached = {a.content_type for a in activity.attachments} - {None, "text/html"}
            if attached == {CARD_TYPE}:
                return None  # a quote that somebody inserted with the search: there is nothing to add
            problem = "not_text" if attached else "empty"
        return self._made(activity, activity.id or "", "text", now, text=text, problem=problem)

    def edited(self, activity: Activity, now: datetime) -> Message | None:
        """A message that was changed; None when something else was updated."""
        if activity.channel_data is None or activity.channel_data.event_type != "editMessage" or not activity.id:
            return None
        changed = self.message(activity, now)
        if changed is None:
            return None
        event = _named("edit", activity.id, activity.timestamp or "", changed.text)
        return changed.model_copy(update={"event": event, "edits": activity.id})

    def deleted(self, activity: Activity, now: datetime) -> Message | None:
        """A message that was taken back; None when something else was deleted."""
        if activity.channel_data is None or activity.channel_data.event_type != "softDeleteMessage" or not activity.id:
            return None
        return self._made(activity, _named("delete", activity.id), "text", now, redacts=activity.id)

    def welcome(self, activity: Activity, now: datetime) -> Message:
        """The bot was installed: answered with what it is. Teams tells it twice, as an installation and as a new
        member; both are one event. Installed again on another day, it greets again."""
        event = _named("welcome", conversation_of(activity), now.date().isoformat())
        text = "about" if activity.english else "om boten"
        return self._made(activity, event, "welcome", now, text=text)

    def press(self, activity: Activity, pressed: Pressed, now: datetime) -> Message:
        """A button of a card."""
        event = _named("press", pressed.turn, owner_of(activity), pressed.iop, pressed.said)
        card = activity.reply_to_id or ""
        return self._made(activity, event, "press", now, press=pressed.press(), card=card)

    def too_fast(self, activity: Activity, now: datetime) -> Message:
        """A press that came too fast, as something that is answered with a sentence about that."""
        return self._made(activity, activity.id or "", "text", now, problem="too_fast")

    def feedback(self, activity: Activity, now: datetime, reply: str | None) -> Message | None:
        """A thumb, and perhaps a comment; None when it is something else. `reply` is the outbox id of what it is on."""
        said = activity.values.get("actionValue")
        if activity.values.get("actionName") != "feedback" or not isinstance(said, dict):
            return None
        value = {"like": "up", "dislike": "down"}.get(str(said.get("reaction")))
        if value is None:
            return None
        comment = _comment(said.get("feedback"))
        event = _named("feedback", activity.reply_to_id or "", owner_of(activity), value, comment, activity.id or "")
        feedback = Feedback.model_validate({"value": value, "reply": reply, "comment": comment[:MAX_TEXT]})
        return self._made(activity, event, "feedback", now, feedback=feedback)

    def _made(
        self, activity: Activity, event: str, occasion: Occasion, now: datetime, card: str = "", **fields: object
    ) -> Message:
        values: dict[str, object] = {
            "channel": CHANNEL,
            "event": event if len(event) <= MAX_EVENT else _named("long", event),
            "conversation": conversation_of(activity),
            "sender": activity.from_.key,
            "received": now,
            "language": ("en" if activity.english else "sv") if activity.locale else None,
            "address": place_of(activity, occasion, card).address(),
        }
        return Message.model_validate(values | fields)


def is_mentioned(activity: Activity) -> bool:
    """Whether the bot is named in the message."""
    return any(_names_bot(entity, activity) for entity in activity.entities)


def _names_bot(entity: Entity, activity: Activity) -> bool:
    return entity.type == "mention" and entity.mentioned is not None and entity.mentioned.id == activity.recipient.id


def stripped(activity: Activity) -> str:
    """The text without the mention of the bot; other people's names stay, without their tags."""
    text = _CARD.sub(" ", activity.text or "")
    for entity in activity.entities:
        if _names_bot(entity, activity) and entity.text:
            text = text.replace(entity.text, " ")
    lines = (_SPACES.sub(" ", line).strip() for line in _TAG.sub("", text).replace("\r", "\n").split("\n"))
    return unescape("\n".join(lines)).strip()


def asked_by_button(activity: Activity) -> str:
    """The follow-up whose button was pressed, from a client that sends no text with it; otherwise empty."""
    text = activity.values.get("text")
    return text.strip() if activity.values.get("iop") == "fraga" and isinstance(text, str) else ""


def bot_was_added(activity: Activity) -> bool:
    """Whether the activity says that the bot has come to the conversation."""
    if activity.type == "installationUpdate":
        return activity.action in ("add", "add-upgrade")
    return activity.recipient.id in map(_id, activity.members_added)


def _id(account: Account) -> str:
    return account.id


def _comment(said: JsonValue) -> str:
    """Teams sends the comment as JSON within JSON, its local stand-in as it was written."""
    try:
        inner: object = json.loads(said) if isinstance(said, str) else said
    except (ValueError, RecursionError):
        inner = None
    text: object = inner.get("feedbackText") if isinstance(inner, dict) else said
    return text if isinstance(text, str) else ""


def _named(kind: str, *parts: str) -> str:
    return f"{kind}:{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:40]}"
