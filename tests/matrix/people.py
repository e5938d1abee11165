"""A person with a Matrix client: raw HTTP, as other clients do it, without any library of the bot's."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx

V3 = "/_matrix/client/v3"
Event = dict[str, Any]
_numbers = itertools.count(1)


class Person:
    """One account, logged in once. Everything that it has seen of a room stays in `seen`."""

    def __init__(self, url: str, user: str, password: str = "password") -> None:
        self.user = user
        self._http = httpx.Client(base_url=url, timeout=70)
        body = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": user}, "password": password}
        answer = self._http.post(f"{V3}/login", json=body)
        answer.raise_for_status()
        self.token = str(answer.json()["access_token"])
        self.device = str(answer.json()["device_id"])
        self._http.headers["Authorization"] = f"Bearer {self.token}"
        self._since: str | None = None
        self.seen: dict[str, list[Event]] = {}
        self.passing: dict[str, list[Event]] = {}
        """Who is writing, and who has read what."""
        self.pings: dict[str, int] = {}
        """How many unread messages of a room mention one."""

    def close(self) -> None:
        self._http.close()

    def call(self, method: str, path: str, body: object = None, ok: bool = True) -> dict[str, Any]:
        """One request, answered with JSON."""
        answer = self._http.request(method, V3 + path, json=body)
        if ok and answer.is_error:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
        found: dict[str, Any] = answer.json()
        return found

    def admin(self, method: str, path: str, body: object = None) -> None:
        """One request to Synapse's own interface for administrators."""
        self._http.request(method, path, json=body).raise_for_status()

    # ---- rooms

    def room(self, *invited: str, **body: object) -> str:
        """Make a private room."""
        made = {"preset": "private_chat", "invite": list(invited), **body}
        return str(self.call("POST", "/createRoom", made)["room_id"])

    def direct(self, bot: str) -> str:
        """A direct chat in which the bot has arrived and has introduced itself."""
        room = self.room(bot, is_direct=True, preset="trusted_private_chat")
        self.until(room, lambda e: e["sender"] == bot and e["type"] == "m.room.message")
        return room

    def group(self, bot: str, *others: Person, name: str = "Föreningsrådet") -> str:
        """A room with others and the bot, which has introduced itself."""
        room = self.room(bot, *(other.user for other in others), name=name)
        for other in others:
            other.call("POST", f"/join/{quote(room)}", {})
        self.until(room, lambda e: e["sender"] == bot and e["type"] == "m.room.message")
        return room

    # ---- saying

    def say(self, room: str, text: str, **content: object) -> str:
        """Send a text; returns the id of the event."""
        return self.event(room, "m.room.message", {"msgtype": "m.text", "body": text, **content})

    def event(self, room: str, kind: str, content: Event) -> str:
        """Send an event."""
        path = f"/rooms/{quote(room)}/send/{kind}/t{next(_numbers)}-{time.time_ns()}"
        return str(self.call("PUT", path, content)["event_id"])

    def react(self, room: str, event: str, key: str) -> str:
        """Tap a reaction."""
        relates = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return self.event(room, "m.reaction", {"m.relates_to": relates})

    def edit(self, room: str, event: str, text: str, **content: object) -> str:
        """Edit an earlier text."""
        fresh = {"msgtype": "m.text", "body": text, **content}
        relates = {"rel_type": "m.replace", "event_id": event}
        return self.event(room, "m.room.message", {**fresh, "m.new_content": fresh, "m.relates_to": relates})

    def redact(self, room: str, event: str) -> None:
        """Take an event back."""
        self.call("PUT", f"/rooms/{quote(room)}/redact/{quote(event)}/t{time.time_ns()}", {})

    # ---- hearing

    def sync(self, wait: float = 0) -> None:
        """Take in what is new."""
        since = f"&since={self._since}" if self._since else ""
        answer = self.call("GET", f"/sync?timeout={int(wait * 1000)}{since}")
        self._since = answer["next_batch"]
        for room, found in answer.get("rooms", {}).get("join", {}).items():
            timeline = found["timeline"]
            if timeline.get("limited") and room in self.seen:
                self._fill(room, timeline["prev_batch"])
            known = {e["event_id"] for e in self.seen.get(room, [])}
            fresh = [e for e in timeline["events"] if e["event_id"] not in known]
            self.seen.setdefault(room, []).extend(fresh)
            self.passing.setdefault(room, []).extend(found["ephemeral"]["events"])
            self.pings[room] = found["unread_notifications"].get("highlight_count", self.pings.get(room, 0))

    def _fill(self, room: str, start: str) -> None:
        known = {e["event_id"] for e in self.seen[room]}
        answer = self.call("GET", f"/rooms/{quote(room)}/messages?dir=b&limit=500&from={quote(start)}")
        self.seen[room] += [e for e in reversed(answer["chunk"]) if e["event_id"] not in known]

    def until(self, room: str, wanted: Callable[[Event], bool], seconds: float = 30) -> Event:
        """The first event of a room that is wanted, waiting for it."""
        end = time.monotonic() + seconds
        while True:
            for event in self.seen.get(room, []):
                if wanted(event):
                    return event
            left = end - time.monotonic()
            if left <= 0:
                told = [(e["type"], e["sender"], e["content"].get("body", "")[:60]) for e in self.seen.get(room, [])]
                raise AssertionError(f"nothing came; seen: {told[-12:]}")
            self.sync(min(left, 5))

    def messages(self, room: str, sender: str) -> list[Event]:
        """What somebody has said in a room so far, edits left out."""
        return [
            e
            for e in self.seen.get(room, [])
            if e["type"] == "m.room.message" and e["sender"] == sender and relation(e) != "m.replace" and e["content"]
        ]

    def answer(self, room: str, to: str, bot: str, seconds: float = 30) -> Event:
        """The bot's first message after an event."""

        def later(event: Event) -> bool:
            ids = [e["event_id"] for e in self.seen[room]]
            return event in self.messages(room, bot) and to in ids and ids.index(event["event_id"]) > ids.index(to)

        return self.until(room, later, seconds)

    def ask(self, room: str, text: str, bot: str, **content: object) -> Event:
        """Say something, and wait for the answer."""
        return self.answer(room, self.say(room, text, **content), bot)


def relation(event: Event) -> str:
    """The type of an event's relation."""
    return str(event["content"].get("m.relates_to", {}).get("rel_type", ""))


def thread(event: Event) -> str:
    """The thread that an event is in."""
    relates = event["content"].get("m.relates_to", {})
    return str(relates.get("event_id", "")) if relates.get("rel_type") == "m.thread" else ""


def mention(*users: str) -> dict[str, object]:
    """Content that mentions somebody."""
    return {"m.mentions": {"user_ids": list(users)}}


def until(wanted: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something of which no event tells."""
    end = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < end
        time.sleep(0.1)


def tapped(event: Event, on: str, by: str) -> str:
    """The reaction that somebody has set on an event, or an empty string."""
    relates = event["content"].get("m.relates_to", {})
    mine = event["type"] == "m.reaction" and event["sender"] == by and relates.get("event_id") == on
    return str(relates.get("key", "")) if mine else ""
