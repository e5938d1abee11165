"""The message extension: search in the compose box, and «Fråga IOP-lotsen om detta» on any message.

Both only read the sources, so they are answered in the request itself and nothing is stored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape as html
from html import unescape

from pydantic import JsonValue

from bot.channels.teams.activity import Activity, Object
from bot.channels.teams.cards import found_card, quote_card
from bot.channels.teams.draw import attachment
from bot.channels.teams.settings import Search
from bot.channels.teams.words import reference, shortened, words_for
from bot.messages import MAX_TEXT, Citation

MOST_RESULTS = 8
MOST_IN_DIALOG = 3

_TAGS = re.compile(r"<[^>]*>")
_BREAKS = re.compile(r"<(?:br|/p|/div|/li)\b[^>]*>", re.IGNORECASE)


class Extension:
    """Answers the invokes of the message extension with the body of the HTTP response."""

    def __init__(self, search: Search, public_url: str) -> None:
        self._search = search
        self._url = public_url

    def found(self, activity: Activity) -> Object:
        """composeExtension/query: the list of quotes, or a sentence when there is none."""
        language = _language(activity)
        words = words_for(language)
        asked = _asked(activity.values)
        if not asked:
            return _message(words.ask_something)
        found = self._search(asked)[:MOST_RESULTS]
        if not found:
            return _message(words.nothing_found)
        return _listed([self._result(cited, language) for cited in found])

    def dialog(self, activity: Activity) -> Object:
        """composeExtension/fetchTask: a dialog with the quotes that answer the chosen message."""
        asked = _message_text(activity.values)
        return self._task(asked, activity)

    def chosen(self, activity: Activity) -> Object:
        """composeExtension/submitAction: the quote whose button was pressed, as a card for the compose box."""
        data = activity.values.get("data")
        values = data if isinstance(data, dict) else {}
        asked, n = values.get("asked"), values.get("n")
        if values.get("iop") != "infoga" or not isinstance(asked, str) or not isinstance(n, int):
            return self._task(_message_text(activity.values), activity)
        found = self._search(asked[:MAX_TEXT])[:MOST_IN_DIALOG]
        language = _language(activity)
        if not 0 <= n < len(found):
            return _message(words_for(language).nothing_found)
        return _listed([self._result(found[n], language)])

    def _task(self, asked: str, activity: Activity) -> Object:
        language = _language(activity)
        found = self._search(asked)[:MOST_IN_DIALOG] if asked else ()
        # The button carries the first 300 characters: what is found by them is what is inserted.
        kept = asked[:300]
        if len(asked) > len(kept):
            found = self._search(kept)[:MOST_IN_DIALOG]
        card = attachment(found_card(found, kept, language, self._url))
        title = words_for(language).asked_title
        value: JsonValue = {"title": title, "width": "medium", "height": "medium", "card": card}
        return {"task": {"type": "continue", "value": value}}

    def _result(self, cited: Citation, language: str) -> JsonValue:
        words = words_for(language)
        preview: JsonValue = {
            "contentType": "application/vnd.microsoft.card.thumbnail",
            "content": {
                "title": html(shortened(cited.quote, 56)),
                "text": html(shortened(reference(cited, words), 100)),
            },
        }
        made = attachment(quote_card(cited, language, self._url))
        assert isinstance(made, dict)
        return {**made, "preview": preview}


def _language(activity: Activity) -> str:
    return "en" if activity.english else "sv"


def _listed(results: Sequence[JsonValue]) -> Object:
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": list(results)}}


def _message(text: str) -> Object:
    return {"composeExtension": {"type": "message", "text": text}}


def _asked(value: Object) -> str:
    """What was typed into the search box; empty when it was only opened."""
    parameters = value.get("parameters")
    for parameter in parameters if isinstance(parameters, list) else []:
        if isinstance(parameter, dict) and parameter.get("name") != "initialRun":
            said = parameter.get("value")
            if isinstance(said, str):
                return said.strip()[:MAX_TEXT]
    return ""


def _message_text(value: Object) -> str:
    """The plain text of the message that the action was chosen on."""
    payload = value.get("messagePayload")
    body = payload.get("body") if isinstance(payload, dict) else None
    content = body.get("content") if isinstance(body, dict) else None
    if not isinstance(content, str):
        return ""
    plain = unescape(_TAGS.sub("", _BREAKS.sub("\n", content[:20_000])))
    return "\n".join(line.strip() for line in plain.split("\n") if line.strip())[:MAX_TEXT]
