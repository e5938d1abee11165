"""What stands at the other end of the bot: Teams' connector and Microsoft's key server, on loopback in threads of their
own, so that nothing of the bot's event loop is shared with them."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """One request of the bot's."""

    method: str
    conversation: str
    activity: str
    body: Json
    token: str
    at: float
    size: int = 0
    """Bytes of the body as they came."""


@dataclass(slots=True)
class Fault:
    """How the next request of a kind goes wrong: a status, or with status 0 the connection is closed; `after` it was
    taken or before, `seconds` of silence first."""

    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    taken: bool = False
    seconds: float = 0.0


class Connector:
    """Takes what the bot sends, and keeps it as Teams would: messages by id, changed in place, taken back."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.endorsements: list[str] | None = ["msteams", "webchat"]
        self.key_requests = 0
        self.requests: list[Seen] = []
        self.messages: dict[str, Json] = {}
        self._faults: dict[str, deque[Fault]] = {}
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        port: int = self._server.server_address[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def service_url(self) -> str:
        """As activities carry it."""
        return f"{self.url}/teams/"

    @property
    def metadata_url(self) -> str:
        return f"{self.url}/v1/.well-known/openidconfiguration"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def fail(self, conversation: str, *faults: Fault) -> None:
        """Let the next requests of a conversation go wrong, typing signs left out."""
        self._faults.setdefault(conversation, deque()).extend(faults)

    # ---- what tests ask

    def sent(self, conversation: str, method: str = "POST") -> list[Seen]:
        """What the bot sent to a conversation, typing signs left out."""
        return [
            s for s in list(self.requests) if s.conversation == conversation and s.method == method and not _typing(s)
        ]

    def typing(self, conversation: str) -> list[Seen]:
        return [s for s in list(self.requests) if s.conversation == conversation and _typing(s)]

    def until(self, condition: Callable[[], Any], seconds: float = 10.0) -> Any:
        """Wait until the condition gives something true, and return that."""
        until = time.monotonic() + seconds
        with self._changed:
            while not (found := condition()):
                left = until - time.monotonic()
                if left <= 0:
                    seen = [f"{s.method} {s.conversation} {str(s.body)[:300]}" for s in self.requests[-5:]]
                    raise AssertionError("\n".join([f"not within {seconds} s; last seen:", *seen]))
                self._changed.wait(min(left, 0.2))
        return found

    def answers(self, conversation: str, count: int = 1, seconds: float = 10.0) -> list[Json]:
        """Wait for so many messages in a conversation, and return the bodies of all."""
        self.until(lambda: len(self.sent(conversation)) >= count, seconds)
        return [seen.body for seen in self.sent(conversation)]

    def shown(self, conversation: str) -> list[Json]:
        """What a person sees there now, oldest first; each with its id."""
        return [m for m in list(self.messages.values()) if m["conversation"]["id"] == conversation]

    # ---- tokens

    def jwk(self) -> Json:
        """The public key as the key server tells it."""
        public: Json = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        entry = public | {"kid": "key-1", "use": "sig", "kty": "RSA"}
        return entry if self.endorsements is None else entry | {"endorsements": self.endorsements}

    def token(self, audience: str, **claims: Any) -> str:
        """A token as Teams shows it; `claims` replace the usual ones, None leaves one out. `headers`, `key` and
        `algorithm` are what it is signed with."""
        now = int(time.time())
        headers = claims.pop("headers", {"kid": "key-1"})
        key, algorithm = claims.pop("key", self.key), claims.pop("algorithm", "RS256")
        usual = {
            "iss": "https://api.botframework.com",
            "aud": audience,
            "serviceurl": self.service_url,
            "nbf": now - 60,
            "iat": now - 60,
            "exp": now + 3600,
        }
        payload = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode(payload, key, algorithm=algorithm, headers=headers)

    # ---- what the handler calls

    def take(
        self, method: str, path: str, body: Json, token: str, size: int
    ) -> tuple[int, dict[str, str], Json] | None:
        """Answer a request; None closes the connection."""
        parts = [unquote(p) for p in urlsplit(path).path.removeprefix("/teams/v3/conversations/").split("/")]
        conversation, activity = parts[0], parts[2] if len(parts) > 2 else ""
        seen = Seen(method, conversation, activity, body, token, time.monotonic(), size)
        faults = self._faults.get(conversation)
        fault = faults.popleft() if faults and not _typing(seen) else None
        if fault and fault.seconds:
            time.sleep(fault.seconds)
        if fault and not fault.taken:
            with self._changed:
                self.requests.append(Seen("FAILED", conversation, activity, body, token, seen.at))
                self._changed.notify_all()
            return (fault.status, fault.headers, {}) if fault.status else None
        id = self._keep(seen)
        if fault:
            return (fault.status, fault.headers, {}) if fault.status else None
        return (200, {}, {"id": id}) if id else (404, {}, {})

    def _keep(self, seen: Seen) -> str:
        with self._changed:
            self.requests.append(seen)
            id = seen.activity or f"1:{len(self.requests)}"
            if seen.method == "POST" and not _typing(seen):
                self.messages[id] = seen.body | {"id": id}
            elif seen.method == "PUT":
                if id in self.messages:
                    self.messages[id] = seen.body
                else:
                    id = ""
            elif seen.method == "DELETE":
                id = id if self.messages.pop(id, None) else ""
            self._changed.notify_all()
            return id


def _typing(seen: Seen) -> bool:
    return seen.body.get("type") == "typing"


def _handler(connector: Connector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            if self.path.endswith("/keys"):
                connector.key_requests += 1
                self._answer(200, {}, {"keys": [connector.jwk()]})
            else:
                self._answer(404, {}, {})

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            token = self.headers.get("authorization", "")
            answer = connector.take(self.command, self.path, body, token, length)
            if answer is None:
                self.close_connection = True
                return
            self._answer(*answer)

        do_PUT = do_DELETE = do_POST  # noqa: N815

        def _answer(self, status: int, headers: dict[str, str], body: Json) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
