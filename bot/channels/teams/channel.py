"""Teams as a push channel: replies become messages and cards.

**One living card.**  Everything that belongs to a dialog stands in one card per conversation.  Answered by a button,
that very card is changed (PUT, which can be repeated without harm).  Answered in words, the next question comes as a
new card below, where people look, and the old one is closed.  The newest card that asks something is found in the store
(`Replies.living`), so that a restart changes nothing.

**A press** is put into the inbox before it is acknowledged, like a message.  Its turn usually takes some milliseconds:
then the HTTP response already carries the card that replaces the pressed one, for the one who pressed.  The send loop
changes the card for everybody and for good; it does so too when the response came too late or never arrived.  Both draw
the same card for the same outbox id, so which of them comes first does not matter.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from bot.channels.teams.activity import Object
from bot.channels.teams.auth import Authenticator
from bot.channels.teams.cards import closed_card, step_card, suggestions_card, welcome_card
from bot.channels.teams.connector import Connector, Gone
from bot.channels.teams.draw import card_activity, halves, is_step, text_activity
from bot.channels.teams.intake import CHANNEL
from bot.channels.teams.keys import Keys
from bot.channels.teams.place import Place
from bot.channels.teams.settings import TeamsSettings, TokenSource
from bot.ports import BotError, Health, NotAccepted, Outgoing, Refused, Replies, Uncertain

PATIENCE_SECONDS = 0.2
"""How long an answer may take before the typing sign is sent. Most are there before: a sign would cost them a request,
and come beside them or after."""

TYPING_SECONDS = 0.1
"""How long an answer waits for the typing sign before it."""

REMEMBERED = 1024
"""Halves of replies that were sent while the other half waits."""


class Typing:
    """The typing signs for answers that take their time, so that none arrives after the answer that it announces."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._patient: dict[str, asyncio.TimerHandle] = {}
        self._sending: dict[str, asyncio.Task[None]] = {}

    def begin(self, event: str, place: Place) -> None:
        """Send the sign if the answer to the event is not there soon. Once for an event."""
        loop = asyncio.get_running_loop()
        self._patient[event] = loop.call_later(PATIENCE_SECONDS, self._show, event, place)

    async def settled(self, event: str) -> None:
        """The answer is there: wait until a sign that is on its way has arrived, a short while at most."""
        patient = self._patient.pop(event, None)
        if patient is not None:
            patient.cancel()
        elif event in self._sending:
            await asyncio.wait({self._sending[event]}, timeout=TYPING_SECONDS)

    def _show(self, event: str, place: Place) -> None:
        del self._patient[event]
        task = self._sending[event] = asyncio.create_task(self._sent(place))
        task.add_done_callback(lambda _: self._sending.pop(event, None))

    async def _sent(self, place: Place) -> None:
        # Nobody misses it, and the answer itself tells what is wrong.
        with contextlib.suppress(NotAccepted, Uncertain, Refused):
            await self._connector.typing(place)

    async def stop(self) -> None:
        """End what is under way."""
        for patient in self._patient.values():
            patient.cancel()
        self._patient.clear()
        sending = list(self._sending.values())
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)


class TeamsChannel:
    """The port PushChannel for Teams. Its requests come through the ASGI application (`routes`)."""

    name = CHANNEL
    idempotent = False

    def __init__(
        self,
        settings: TeamsSettings,
        connector: Connector,
        replies: Replies,
        keys: Keys,
        authenticator: Authenticator,
        token: TokenSource,
    ) -> None:
        self.settings = settings
        self.authenticator = authenticator
        self.typing = Typing(connector)
        self._connector = connector
        self._replies = replies
        self._keys = keys
        self._token = token
        self._first_halves: dict[str, None] = {}
        self._log = structlog.get_logger(part="teams")

    async def run(self) -> None:
        """Nothing: requests come through the ASGI application."""

    def health(self) -> Health:
        """Whether the last message could be sent."""
        return Health(CHANNEL, not self._connector.fault, self._connector.fault or "igång")

    async def check(self) -> Health:
        """Get the keys and a token, without sending anything."""
        if self.settings.insecure_local:
            return Health(CHANNEL, True, "osäkert lokalt läge: bara för prov på den här datorn")
        try:
            await self._keys.get("")
            await self._token()
        except BotError as error:
            return Health(CHANNEL, False, str(error))
        return Health(CHANNEL, True, "nycklar och token går att hämta")

    async def send(self, outgoing: Outgoing) -> str:
        """See the port. Returns the activity id of the card or message that was shown."""
        place = Place.of(outgoing.address)
        if place.occasion == "feedback":
            return ""  # Teams itself thanks for a thumb; one more message would be noise
        await self.typing.settled(outgoing.event)
        if outgoing.removes:
            await self._connector.delete(place, outgoing.removes)
            return outgoing.removes
        if outgoing.edits:
            return await self._edit(outgoing, place)
        if place.occasion == "welcome":
            card = welcome_card(outgoing.reply, self.settings.links)
            return await self._connector.create(place, card_activity(card, outgoing.reply.text))
        if is_step(outgoing.reply):
            return await self._step(outgoing, place)
        return await self._plain(outgoing, place)

    def card(self, outgoing: Outgoing) -> Object | None:
        """The card that replaces a pressed one; None when the reply is no step of a dialog."""
        reply = outgoing.reply
        if not is_step(reply):
            return None
        return step_card(reply, reply.blocks, outgoing.id, Place.of(outgoing.address).owner, self.settings.links)

    async def _plain(self, outgoing: Outgoing, place: Place) -> str:
        reply = outgoing.reply
        blocks = tuple(b for b in reply.blocks if b.type != "choices")
        activity = text_activity(reply, blocks, self.settings.links, suggestions_card(reply))
        if place.occasion == "press" and await self._replies.living(CHANNEL, outgoing.conversation) == place.card:
            await self._close(place, place.card, reply.language)  # such as after «avbryt»
        return await self._connector.create(place, activity)

    async def _edit(self, outgoing: Outgoing, place: Place) -> str:
        reply = outgoing.reply
        card = self.card(outgoing)
        activity = (
            card_activity(card, reply.text)
            if card is not None
            else text_activity(reply, reply.blocks, self.settings.links, suggestions_card(reply))
        )
        assert outgoing.edits is not None
        try:
            return await self._connector.update(place, outgoing.edits, activity)
        except Gone:
            return await self._connector.create(place, activity)

    async def _step(self, outgoing: Outgoing, place: Place) -> str:
        """The living card: changed in place after a press on it, otherwise drawn anew below."""
        living = await self._replies.living(CHANNEL, outgoing.conversation)
        if place.occasion == "press" and place.card and living in (None, place.card):
            card = self.card(outgoing)
            assert card is not None
            try:
                return await self._connector.update(place, place.card, card_activity(card, outgoing.reply.text))
            except Gone:
                living = None
        shown_as = await self._new_card(outgoing, place)
        for old in {living, place.card} - {None, "", shown_as}:
            assert old is not None
            await self._close(place, old, outgoing.reply.language)
        return shown_as

    async def _new_card(self, outgoing: Outgoing, place: Place) -> str:
        """What was asked in between comes as a message with its citations, the question below it as a card."""
        reply, url = outgoing.reply, self.settings.links
        said, asks = halves(reply)
        if said and outgoing.id not in self._first_halves:
            await self._connector.create(place, text_activity(reply, said, url))
            # If the card is not accepted, only the card is tried again. After a crash in between nobody knows, and the
            # reply counts as uncertain.
            self._first_halves[outgoing.id] = None
            while len(self._first_halves) > REMEMBERED:
                del self._first_halves[next(iter(self._first_halves))]
        card = step_card(reply, asks, outgoing.id, place.owner, url)
        summary = next((b.text for b in asks if b.type in ("paragraph", "heading")), reply.text)
        shown_as = await self._connector.create(place, card_activity(card, summary))
        self._first_halves.pop(outgoing.id, None)
        return shown_as

    async def _close(self, place: Place, card: str, language: str) -> None:
        """Take the buttons off a card. If it cannot be done now it is left: a press on it changes nothing."""
        closed = closed_card(language)
        try:
            await self._connector.update(place, card, card_activity(closed, ""))
        except (NotAccepted, Uncertain, Refused) as error:
            self._log.info("card_left_open", error=type(error).__name__)
