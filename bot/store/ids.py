"""Ids that are derived, not drawn: a repeated turn makes the same ones, and nobody without the key can guess them."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from bot.messages import Message, Reply
from bot.ports import Outgoing

_PERSON = "p_"


@dataclass(frozen=True, slots=True)
class Keys:
    """Derives every id from one secret of the installation (at least 16 bytes)."""

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) < 16:
            raise ValueError("the secret of the store must have at least 16 bytes")

    def _derive(self, purpose: str, *parts: str, length: int = 32) -> str:
        # Lengths before the parts, so that ("a", "bc") and ("ab", "c") differ.
        text = "".join(f"{len(part)}:{part}" for part in (purpose, *parts))
        return hmac.new(self.secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:length]

    def person(self, channel: str, sender: str) -> str:
        """The key under which everything of a person in a channel is held; a key itself stays as it is."""
        return sender if sender.startswith(_PERSON) else _PERSON + self._derive("person", channel, sender)

    def person_of(self, person: str) -> str:
        """The key of «channel:id» as an operator writes it, or of a key."""
        channel, colon, sender = person.partition(":")
        return person if not colon and person.startswith(_PERSON) else self.person(channel, sender)

    def outgoing(self, channel: str, event: str, index: int) -> str:
        """Outbox id of the reply number `index` to an event."""
        return "o_" + self._derive("outgoing", channel, event, str(index))

    def reply(self, message: Message, index: int, reply: Reply) -> Outgoing:
        """The reply number `index` to a message, as it is queued."""
        return Outgoing(
            id=self.outgoing(message.channel, message.event, index),
            channel=message.channel,
            conversation=message.conversation,
            event=message.event,
            reply=reply,
            address=message.address,
        )

    def removal(self, outgoing: str) -> str:
        """Outbox id of taking that reply back."""
        return "r_" + self._derive("removal", outgoing)

    def page(self, channel: str, event: str) -> str:
        """Token of the result page that the turn on an event may make: 160 bits."""
        return self._derive("page", channel, event, length=40)

    def fingerprint(self) -> str:
        """Tells two secrets apart without giving them away; kept in the database."""
        return self._derive("fingerprint", length=16)
