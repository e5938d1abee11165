"""The words of a message: whether they are addressed to the bot, and what is left without the address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

_FALLBACK = re.compile(r"^> <@[^\n]*\n(?:>[^\n]*\n?)*\n?")
_PILL = re.compile(r"https://matrix\.to/#/([^\"'?\s>]+)")


def is_mentioned(
    content: Mapping[str, Any], text: str, user: str, names: tuple[str, ...], prefixes: tuple[str, ...]
) -> bool:
    """Whether a message names the bot: by m.mentions, a pill, its id or display name, or a prefix such as !iop."""
    mentions = content.get("m.mentions")
    users = mentions.get("user_ids") if isinstance(mentions, dict) else None
    if isinstance(users, list) and user in users:
        return True
    html = content.get("formatted_body")
    if isinstance(html, str) and user in {unquote(found) for found in _PILL.findall(html[:20_000])}:
        return True
    said = _FALLBACK.sub("", text[:20_000])
    if any(_begins(said, prefix) for prefix in prefixes):
        return True
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said, re.IGNORECASE) for name in (user, *names))


def others_mentioned(content: Mapping[str, Any], user: str) -> bool:
    """Whether a message is addressed to somebody else, and not to the bot."""
    mentions = content.get("m.mentions")
    users = mentions.get("user_ids") if isinstance(mentions, dict) else None
    return isinstance(users, list) and bool(users) and user not in users


def plain_text(text: str, user: str, names: tuple[str, ...], prefixes: tuple[str, ...], answers: str = "") -> str:
    """What was said: without the quote that old clients put before a reply, and without the bot's name around it."""
    said = (_FALLBACK.sub("", text, count=1) if answers else text).strip()
    for prefix in prefixes:
        if _begins(said, prefix):
            said = said[len(prefix) :].lstrip(" :,")
    for name in sorted((user, *names), key=len, reverse=True):
        said = re.sub(rf"^@?{re.escape(name)}(?!\w)\s*[:,!]?\s*", "", said, flags=re.IGNORECASE)
        said = re.sub(rf"(?<![\s,])[\s,]*(?<!\w)@?{re.escape(name)}\s*([?!.]*)$", r"\1", said, flags=re.IGNORECASE)
    return said.strip()


def _begins(text: str, prefix: str) -> bool:
    return re.match(rf"\s*{re.escape(prefix)}(?!\w)", text, re.IGNORECASE) is not None
