"""A person in each channel: says something, taps an option, and reads what was answered as the common form."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any, Protocol

import httpx

from tests.acceptance.house import SPOKEN, House
from tests.acceptance.reading import matrix, teams, web
from tests.acceptance.reading.content import Content
from tests.acceptance.reading.tree import tree
from tests.matrix.people import Event
from tests.matrix.people import Person as MatrixPerson
from tests.needs import ROOT
from tests.teams.client import Person as TeamsPerson
from tests.teams.client import buttons

Json = dict[str, Any]
BACK = "↩️"


class InTheTerminal:
    """`iopbot chat --json`. What it answers is what the other channels are held against."""

    def __init__(self, log: Path) -> None:
        self._log = log
        clean = {name: value for name, value in os.environ.items() if not name.startswith("IOPBOT_")}
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "chat", "--json"],
                env=clean | SPOKEN | {"PYTHONPATH": str(ROOT)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self._process.stdin
        assert self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout

    def say(self, text: str) -> Json:
        """Write a line; returns the reply."""
        self._in.write(f"{text}\n")
        self._in.flush()
        line = self._out.readline()
        assert line, self._log.read_text()[-2000:]
        reply: Json = json.loads(line)
        return reply

    def close(self) -> None:
        """End the input."""
        self._in.close()
        self._process.wait(20)
        self._out.close()


class Speaker(Protocol):
    """Somebody in one conversation with the running bot."""

    name: str
    outlives_the_bot: bool
    """Whether something can be said while the bot is away, which it finds when it is back."""

    def say(self, text: str) -> None:
        """Write something."""

    def tap(self, label: str) -> None:
        """Pick an option or a follow-up that is shown, the way the channel offers it."""

    def heard(self) -> dict[str, Content]:
        """What was answered since, so far, in every form that the channel has, by the form's name. What comes after it
        was last read counts as answered to what is said next."""

    def listen(self, seconds: float) -> bool:
        """Wait for more, at most so long; False when nothing more can come."""


class OnTheWeb:
    """The chat page's requests."""

    name = "web"
    outlives_the_bot = False

    def __init__(self, house: House) -> None:
        self._house = house
        self._conversation = str(uuid.uuid4())
        self._replies: list[Json] = []

    def say(self, text: str) -> None:
        self._post(text=text)

    def tap(self, label: str) -> None:
        """An option's button; a follow-up's says its words, and for «varför» and «tillbaka» there is none."""
        options = {b.text: b for b in tree(self._html).all("button") if b.attributes.get("name") == "press"}
        if label in options:
            self._post(press=json.loads(options[label].attributes["value"]))
        else:
            self.say(label)

    def heard(self) -> dict[str, Content]:
        return {"web": web.read(self._html)}

    def listen(self, seconds: float) -> bool:
        return False

    @property
    def _html(self) -> str:
        return "".join(reply["html"] for reply in self._replies)

    def _post(self, **said: object) -> None:
        shown = [reply["id"] for reply in self._replies]
        body = {"conversation": self._conversation, "event": str(uuid.uuid4()), "ack": shown, **said}
        while True:
            answer = httpx.post(f"{self._house.url}/api/chat/messages", json=body, timeout=30, trust_env=False)
            answer.raise_for_status()
            if answer.status_code == 200:
                break
        self._replies = answer.json()["replies"]


class InMatrix:
    """A direct chat on the homeserver."""

    name = "matrix"
    outlives_the_bot = True

    def __init__(self, house: House, person: MatrixPerson) -> None:
        self._bot, self._person = house.user, person
        self._room = person.direct(house.user)
        self._begun = self._read = len(self._messages)

    def say(self, text: str) -> None:
        self._begun = self._read
        self._person.say(self._room, text)

    def tap(self, label: str) -> None:
        """By the reaction that the bot has set, a follow-up by its number; for «varför» there is neither."""
        shown, asked = self.heard()["matrix"], self._messages[-1]
        keys = dict(zip((*shown.choices, "Tillbaka"), self._keys(asked), strict=False))
        if label in keys:
            self._begun = self._read
            self._person.react(self._room, asked["event_id"], keys[label])
        elif label in shown.suggestions:
            self.say(str(shown.suggestions.index(label) + 1))
        else:
            self.say(label)

    def heard(self) -> dict[str, Content]:
        fresh = self._messages[self._begun :]
        self._read = self._begun + len(fresh)
        taps = len(set(self._keys(fresh[-1])) - {BACK}) if fresh else 0
        contents = [event["content"] for event in fresh]
        return {"matrix": matrix.read(contents, taps), "matrix plain": matrix.read_plain(contents, taps)}

    def listen(self, seconds: float) -> bool:
        self._person.sync(seconds)
        return True

    @property
    def _messages(self) -> list[Event]:
        return self._person.messages(self._room, self._bot)

    def _keys(self, message: Event) -> list[str]:
        """The reactions that the bot has set to a message."""
        return [
            event["content"]["m.relates_to"]["key"]
            for event in self._person.seen[self._room]
            if event["type"] == "m.reaction"
            and event["sender"] == self._bot
            and event["content"].get("m.relates_to", {}).get("event_id") == message["event_id"]
        ]


class InTeams:
    """A personal chat, through the connector."""

    name = "teams"
    outlives_the_bot = False

    def __init__(self, house: House, name: str = "Anna") -> None:
        self._house, self._connector = house, house.connector
        self._person = TeamsPerson(house.url, house.connector, name=name)
        self._begun = self._read = 0
        self._pressed = ""

    def say(self, text: str) -> None:
        self._begin()
        assert self._person.says(text).status_code == 200

    def tap(self, label: str) -> None:
        """A button of the newest card; a follow-up's comes as a message, as Teams sends it."""
        shown = self._connector.shown(self._person.chat)[-1]
        button = next(b for b in buttons(shown) if b["title"] == label)
        self._begin()
        if button["type"] == "Action.Submit":
            back = button["data"]["msteams"]
            response = self._person.says(back["text"], value=back["value"])
        else:
            self._pressed = shown["id"]
            response = self._person.presses(shown, label)
        assert response.status_code == 200

    def heard(self) -> dict[str, Content]:
        """New messages; after a press, the pressed card as it is now."""
        every = self._connector.requests[self._begun :]
        self._read = self._begun + len(every)
        fresh = [seen for seen in every if seen.conversation == self._person.chat]
        posted = [seen.body for seen in fresh if seen.method == "POST" and seen.body.get("type") != "typing"]
        changed = [seen.body for seen in fresh if seen.method == "PUT" and seen.activity == self._pressed]
        return {"teams": teams.read(posted + changed[-1:])}

    def listen(self, seconds: float) -> bool:
        before = len(self._connector.requests)
        with contextlib.suppress(AssertionError):
            self._connector.until(lambda: len(self._connector.requests) > before, seconds)
        return True

    def _begin(self) -> None:
        self._person.url = self._house.url
        self._begun, self._pressed = self._read, ""
