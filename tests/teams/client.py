"""A person in Teams, as the bot meets them: makes activities and posts them with a valid token."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from tests.teams.connector import Connector, Json
from tests.teams.running import APP, TENANT

_numbers = count(1)
BOT = {"id": f"28:{APP}", "name": "IOP-lotsen"}


@dataclass
class Person:
    """Somebody in one conversation. `kind` is personal, groupChat or channel."""

    url: str
    connector: Connector
    kind: str = "personal"
    chat: str = field(default_factory=lambda: f"a:chat-{next(_numbers)}")
    name: str = "Anna"
    tenant: str = TENANT
    locale: str = "sv-SE"
    signed: bool = True

    @property
    def account(self) -> Json:
        return {"id": f"29:{self.name}", "aadObjectId": f"object-{self.name}", "name": self.name}

    def in_chat_of(self, name: str) -> Person:
        """Somebody else in the same conversation."""
        return Person(self.url, self.connector, self.kind, self.chat, name, self.tenant, self.locale, self.signed)

    def activity(self, type: str = "message", **fields: Any) -> Json:
        """An activity as Teams sends it."""
        return {
            "type": type,
            "id": f"{1700000000000 + next(_numbers)}",
            "timestamp": "2026-11-22T08:00:00.000Z",
            "channelId": "msteams",
            "serviceUrl": self.connector.service_url,
            "from": self.account,
            "recipient": BOT,
            "conversation": {"id": self.chat, "conversationType": self.kind, "tenantId": self.tenant},
            "channelData": {"tenant": {"id": self.tenant}},
            "locale": self.locale,
        } | fields

    def post(self, activity: Json | bytes, **headers: str) -> httpx.Response:
        """Post it as Teams does."""
        content = activity if isinstance(activity, bytes) else None
        signed = {"authorization": f"Bearer {self.connector.token(APP)}"} if self.signed else {}
        all_headers = {"content-type": "application/json"} | signed | headers
        json = None if isinstance(activity, bytes) else activity
        return httpx.post(
            f"{self.url}/api/messages", json=json, content=content, headers=all_headers, timeout=15, trust_env=False
        )

    def says(self, text: str, **fields: Any) -> httpx.Response:
        """Write a message."""
        return self.post(self.activity(text=text, textFormat="plain", **fields))

    def mentions(self, text: str, **fields: Any) -> httpx.Response:
        """Write a message that names the bot."""
        mention = {"type": "mention", "text": "<at>IOP-lotsen</at>", "mentioned": BOT}
        return self.says(f"<at>IOP-lotsen</at>&nbsp;{text}", entities=[mention], **fields)

    def invokes(self, name: str, value: Any, **fields: Any) -> httpx.Response:
        """Press something that wants its answer in the response."""
        return self.post(self.activity("invoke", name=name, value=value, **fields))

    def presses(self, message: Json, title: str, **fields: Any) -> httpx.Response:
        """Press the button of a card that the bot has shown."""
        button = next(b for b in buttons(message) if b["title"] == title)
        value = {"action": {k: button[k] for k in ("type", "verb", "data") if k in button}, "trigger": "manual"}
        return self.invokes("adaptiveCard/action", value, replyToId=message["id"], **fields)


def card_of(message: Json) -> Json:
    """The card of a message."""
    card: Json = message["attachments"][0]["content"]
    return card


def buttons(message_or_card: Json) -> list[Json]:
    """All buttons of a message's card, or of a card, in order."""
    card = card_of(message_or_card) if "attachments" in message_or_card else message_or_card
    return [action for element in card["body"] if element["type"] == "ActionSet" for action in element["actions"]]


def titles(message_or_card: Json) -> list[str]:
    return [button["title"] for button in buttons(message_or_card)]


def words_in(element: Any) -> str:
    """Everything that a card says, in order."""
    if isinstance(element, list):
        return "\n".join(filter(None, map(words_in, element)))
    if not isinstance(element, dict):
        return ""
    own = element.get("text", "") if element.get("type") in ("TextRun", "TextBlock") else element.get("title", "")
    inside = [words_in(element[name]) for name in ("body", "items", "inlines", "actions", "choices") if name in element]
    return "\n".join(filter(None, [own, *inside]))
