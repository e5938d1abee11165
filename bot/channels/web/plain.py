"""The same conversation without JavaScript: a form is posted, and the answer comes as a whole page."""

from __future__ import annotations

import json
import secrets
import uuid
from urllib.parse import parse_qs

from fastapi import Request
from pydantic import ValidationError

from bot.channels.web.intake import BadRequest, Incoming, read_body
from bot.messages import Press


def new_id() -> str:
    """A random id of the form that the page makes with crypto.randomUUID()."""
    return str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))


async def read_form(request: Request) -> tuple[Incoming, str]:
    """The posted form as a message, and the words to show as what the visitor said; raises BadRequest."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise BadRequest("Formuläret gick inte att läsa.", 415)
    body = await read_body(request)
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=60)
        conversation = fields.get("conversation", [""])[0] or new_id()
        event = fields.get("event", [""])[0] or new_id()
        press = _press(fields)
        said = press.value if press else fields.get("text", [""])[0]
        incoming = Incoming(conversation=conversation, event=event, text=None if press else said, press=press)
    except (ValidationError, ValueError, RecursionError):
        raise BadRequest("Formuläret gick inte att läsa.", 422) from None
    return incoming, said


def _press(fields: dict[str, list[str]]) -> Press | None:
    """The pressed choice; of several ticked ones, their values joined by commas."""
    if "press" in fields:
        return Press.model_validate(json.loads(fields["press"][0]))
    if "many" in fields and "pick" in fields:
        ticked = [Press.model_validate(json.loads(value)) for value in fields["many"]]
        return ticked[0].model_copy(update={"value": ",".join(press.value for press in ticked)})
    return None
