"""Small secrets on disk: session and cross-signing keys, each in a file of its own, encrypted under the store key.

Scrypt makes a key of the store key, AES-256-GCM encrypts; a file is replaced whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from pathlib import Path

from Crypto.Cipher import AES

from bot.channels.matrix.errors import CredentialError

KEY_FILE = "store.key"
_SALT, _NONCE, _TAG = 16, 12, 16


class Vault:
    """Reads and writes dictionaries of strings under names. Raises CredentialError when the key does not fit."""

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder
        self._key = key
        self._salt = b""
        self._made = b""

    def read(self, name: str) -> dict[str, str] | None:
        """What was last written under the name, or None."""
        path = self._folder / name
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        salt, nonce, tag, text = data[:16], data[16:28], data[28:44], data[44:]
        try:
            plain = AES.new(self._derived(salt), AES.MODE_GCM, nonce=nonce).decrypt_and_verify(text, tag)
            found: dict[str, str] = json.loads(plain)
        except ValueError:
            raise CredentialError(
                f"IOPBOT_MATRIX_STORE_KEY passar inte till {path}. Ange den nyckel som filen skrevs med."
            ) from None
        return found

    def write(self, name: str, values: dict[str, str]) -> None:
        """Keep the values under the name, on disk when it returns."""
        salt, nonce = self._salt or secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
        text, tag = AES.new(self._derived(salt), AES.MODE_GCM, nonce=nonce).encrypt_and_digest(
            json.dumps(values).encode()
        )
        write_whole(self._folder / name, salt + nonce + tag + text)

    def _derived(self, salt: bytes) -> bytes:
        """Slow on purpose, so the last one is remembered: a session is written anew every few minutes."""
        if salt != self._salt:
            self._made = hashlib.scrypt(self._key.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
            self._salt = salt
        return self._made


def store_key(folder: Path, given: str | None, make: bool = True) -> str:
    """The operator's key, or one made at the first start and kept in the folder; empty when it is not to be made."""
    path = folder / KEY_FILE
    if not make and not (given or path.exists()):
        return ""
    if make:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if given:
        return given
    if not path.exists():
        write_whole(path, secrets.token_hex(32).encode())
    return path.read_text(encoding="ascii").strip()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read: the old content or the new, never a part."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    held = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
