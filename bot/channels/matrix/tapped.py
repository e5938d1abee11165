"""Reactions: an option picked, a step back, or a thumb on an answer."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.matrix.draw import KEYCAPS
from bot.messages import Choices, Feedback, Press
from bot.ports import Shown

BACK = "↩️"
MOST = 9
"""Options that get a reaction each; more would be a wall."""

_TONES = {chr(code) for code in range(0x1F3FB, 0x1F400)}
_THUMBS = {"👍": "up", "👎": "down"}


@dataclass(frozen=True, slots=True)
class Tapped:
    """What a reaction means."""

    press: Press | None = None
    feedback: Feedback | None = None
    text: str = ""

    def update(self) -> dict[str, object]:
        """As fields of a Message."""
        return {"press": self.press, "feedback": self.feedback, "text": self.text}


def offered(choices: Choices | None) -> tuple[str, ...]:
    """The reactions that the bot sets below a question, so that one tap answers."""
    if choices is None or choices.many or not 0 < len(choices.choices) <= MOST:
        return ()
    keys = [choice.emoji or KEYCAPS[n] for n, choice in enumerate(choices.choices)]
    return (*keys, BACK) if choices.flow and choices.answered else tuple(keys)


def read_reaction(key: str, shown: Shown) -> Tapped | None:
    """What a reaction to a reply means, or None when it means nothing to the bot."""
    bare = _bare(key)
    choices = shown.choices
    if choices is not None:
        for n, choice in enumerate(choices.choices[: len(KEYCAPS)]):
            if bare in (_bare(choice.emoji), _bare(KEYCAPS[n])):
                return Tapped(
                    Press(value=choice.value, flow=choices.flow, question=choices.question, answered=choices.answered)
                )
        if bare == _bare(BACK) and choices.flow:
            return Tapped(text="tillbaka")
    value = _THUMBS.get(bare)
    if value == "up":
        return Tapped(feedback=Feedback(value="up", reply=shown.id))
    return Tapped(feedback=Feedback(value="down", reply=shown.id)) if value else None


def _bare(key: str) -> str:
    """Without variation selectors and skin tones, which differ from client to client."""
    return "".join(sign for sign in key if sign != "\ufe0f" and sign not in _TONES)
