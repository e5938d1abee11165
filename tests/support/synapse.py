"""A real Matrix homeserver of one's own: Synapse from PyPI in .venv-synapse, on a free port, gone with the tests."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.needs import ROOT

VENV = ROOT / ".venv-synapse"
REQUIREMENTS = ROOT / "requirements/synapse.txt"
NAME = "localhost"
SECRET = "shared-secret-of-the-tests"
TOKEN_SECONDS = 10
"""How long an access token lasts where a refresh token comes with it: short, so that bots renew theirs all the time."""

PLENTY = {"per_second": 10000, "burst_count": 10000}

_LIMITS = (
    "rc_message", "rc_registration", "rc_admin_redaction", "rc_joins_per_room", "rc_key_requests", "rc_presence",
    "rc_third_party_invite", "rc_media_create", "rc_room_creation", "rc_reports",
)  # fmt: skip


def installed() -> Path:
    """The Python that has Synapse; installed once, when the requirements change."""
    stamp = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    done = VENV / ".done"
    with (Path(tempfile.gettempdir()) / "iopbot-synapse.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_text() != stamp:
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
            pip = [str(VENV / "bin/python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
            subprocess.run([*pip, "--require-hashes", "-r", str(REQUIREMENTS)], check=True)
            done.write_text(stamp)
    return VENV / "bin/python"


class Synapse:
    """One homeserver. `extra` are lines of configuration, as JSON-able values; a `federated` one talks to others of its
    kind on this machine."""

    def __init__(
        self, folder: Path | None = None, extra: dict[str, Any] | None = None, port: int = 0, federated: bool = False
    ) -> None:
        self._python = installed()
        self._own = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="iopbot-synapse-"))
        self.port = port or _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.name = NAME
        self._process: subprocess.Popen[bytes] | None = None
        self._extra = (extra or {}) | (self._federating() if federated else {})
        self._configured()

    def start(self, seconds: float = 60) -> None:
        """Start, and wait until it answers."""
        log = (self.folder / "output").open("ab")
        command = [str(self._python), "-m", "synapse.app.homeserver", "-c", str(self.folder / "homeserver.yaml")]
        self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        log.close()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/_matrix/client/versions", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise RuntimeError("Synapse did not start:\n" + (self.folder / "output").read_text()[-3000:])

    def stop(self) -> None:
        """Stop; the database stays."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def close(self) -> None:
        """Stop and remove everything."""
        self.stop()
        if self._own:
            shutil.rmtree(self.folder, ignore_errors=True)

    def register(self, name: str, password: str = "password", admin: bool = False) -> str:
        """Make an account; returns its id."""
        where = f"{self.url}/_synapse/admin/v1/register"
        nonce = httpx.get(where).json()["nonce"]
        text = "\0".join([nonce, name, password, "admin" if admin else "notadmin"])
        mac = hmac.new(SECRET.encode(), text.encode(), hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": password, "admin": admin, "mac": mac}
        answer = httpx.post(where, json=body)
        answer.raise_for_status()
        return str(answer.json()["user_id"])

    def _federating(self) -> dict[str, Any]:
        """What a server needs that others reach by TLS, under a certificate that nobody looks at."""
        port = _free_port()
        self.name = f"{NAME}:{port}"
        certificate, key = self.folder / "tls.crt", self.folder / "tls.key"
        _certify(certificate, key)
        return {
            "listeners": [_listener(self.port, "client"), {**_listener(port, "federation"), "tls": True}],
            "tls_certificate_path": str(certificate),
            "tls_private_key_path": str(key),
            "federation_verify_certificates": False,
            "ip_range_blacklist": [],
            "federation_rr_transactions_per_room_per_second": 10000,
        }

    def _configured(self) -> None:
        key = self.folder / "signing.key"
        if not key.exists():
            key.write_text("ed25519 a_test " + "A" * 43 + "\n")
        config = {
            "server_name": self.name,
            "pid_file": str(self.folder / "pid"),
            "listeners": [_listener(self.port, "client")],
            "database": {"name": "sqlite3", "args": {"database": str(self.folder / "homeserver.db")}},
            "signing_key_path": str(key),
            "media_store_path": str(self.folder / "media"),
            "trusted_key_servers": [],
            "suppress_key_server_warning": True,
            "registration_shared_secret": SECRET,
            "macaroon_secret_key": "macaroons of the tests",
            "form_secret": "forms of the tests",
            "bcrypt_rounds": 4,
            "refreshable_access_token_lifetime": f"{TOKEN_SECONDS}s",
            "report_stats": False,
            "enable_metrics": False,
            "url_preview_enabled": False,
            "presence": {"enabled": False},
            "log_config": str(self.folder / "log.yaml"),
            **dict.fromkeys(_LIMITS, PLENTY),
            "rc_login": {"address": PLENTY, "account": PLENTY, "failed_attempts": PLENTY},
            "rc_joins": {"local": PLENTY, "remote": PLENTY},
            "rc_invites": {"per_room": PLENTY, "per_user": PLENTY, "per_issuer": PLENTY},
            **self._extra,
        }
        (self.folder / "homeserver.yaml").write_text(json.dumps(config))
        handlers = {"console": {"class": "logging.StreamHandler", "level": "ERROR"}}
        log = {"version": 1, "handlers": handlers, "root": {"level": "ERROR", "handlers": ["console"]}}
        (self.folder / "log.yaml").write_text(json.dumps(log))


def _listener(port: int, kind: str) -> dict[str, Any]:
    resources = [{"names": [kind], "compress": False}]
    return {"port": port, "type": "http", "bind_addresses": ["127.0.0.1"], "resources": resources}


def _certify(certificate: Path, key: Path) -> None:
    """Write a certificate that is its own issuer."""
    own = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(own, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    key.write_bytes(own.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
