"""What a conversation remembers between two messages. No names, and no text beyond what a dialog needs."""

from __future__ import annotations

from typing import Any

from bot.messages import Language, Value


class ConversationState(Value):
    """Serialised as JSON into the store. `dialog` is the open (or paused) dialog, in the form that `dialogs` gives it;
    `shelf` are the places of the quotes last shown (source:start:end), for «nummer 2» and «visa källan»."""

    municipality: str | None = None
    language: Language = "sv"
    last_topic: str | None = None
    shelf: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    talk: str | None = None
    """The topic of the small talk just said, when it was about the bot: «hur länge?» may go on with it."""
    sure: bool = True
    """Whether the last answer was given as one, and not as the nearest thing found."""
    shortened: bool = False
    """Whether the last answer has been given shorter already."""
    told_contact: bool = False
    """Whether the address of whom to ask has been told in full."""
    dialog: dict[str, Any] | None = None
    result: str | None = None
    """Token of the result page of the last finished dialog."""
