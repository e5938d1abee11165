"""Cross-signing: three keys of the account's own sign its device, so that no client shows a warning beside it.

nio has nothing for it. The seeds are kept in the vault; what the server really serves is read back and checked, since
some keep an old signature without saying so. Key ids are unpadded base64: Rust clients drop others silently.
See https://spec.matrix.org/v1.15/client-server-api/#cross-signing
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from bot.channels.matrix.errors import CredentialError, Denied
from bot.channels.matrix.gateway import Gateway
from bot.channels.matrix.vault import Vault
from bot.channels.matrix.wire import V3
from bot.ports import BotError

IDENTITY = "identity"
ROLES = ("master", "self_signing", "user_signing")
TRIES = 3

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key; `public` is its unpadded base64."""

    seed: bytes

    @property
    def public(self) -> str:
        """The public key, which is also its id."""
        return unpadded(ECC.construct(curve="Ed25519", seed=self.seed).public_key().export_key(format="raw"))

    def sign(self, value: Mapping[str, Any]) -> str:
        """The signature of a JSON object."""
        key = ECC.construct(curve="Ed25519", seed=self.seed)
        return unpadded(eddsa.new(key, "rfc8032").sign(canonical(value)))


def verifies(public: str, signature: str, value: Mapping[str, Any]) -> bool:
    """Whether a signature of a JSON object is right."""
    try:
        key = eddsa.import_public_key(padded(public))
        eddsa.new(key, "rfc8032").verify(canonical(value), padded(signature))
    except (ValueError, TypeError):
        return False
    return True


def canonical(value: Mapping[str, Any]) -> bytes:
    """Canonical JSON without what is never signed."""
    bare = {name: each for name, each in value.items() if name not in ("signatures", "unsigned")}
    return json.dumps(bare, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def unpadded(data: bytes) -> str:
    """Base64 as Matrix writes it."""
    return base64.b64encode(data).decode().rstrip("=")


def padded(text: str) -> bytes:
    """The bytes of unpadded base64."""
    return base64.b64decode(text + "=" * (-len(text) % 4))


class Identity:
    """The account's three keys."""

    def __init__(self, user: str, seeds: Mapping[str, str]) -> None:
        self.user = user
        self._keys = {role: SigningKey(padded(seeds[role])) for role in ROLES}

    @classmethod
    def new(cls, user: str) -> Identity:
        """Three new keys."""
        return cls(user, {role: unpadded(secrets.token_bytes(32)) for role in ROLES})

    @property
    def seeds(self) -> dict[str, str]:
        """What must be kept, and kept secret."""
        return {role: unpadded(key.seed) for role, key in self._keys.items()}

    def public(self, role: str) -> str:
        """The public key of a role."""
        return self._keys[role].public

    def upload(self) -> Json:
        """The body that publishes the keys: the master key signs the other two."""
        return {f"{role}_key": self._published(role) for role in ROLES}

    def signed_device(self, device: Json) -> Json:
        """The device's keys with the signature of the self-signing key."""
        bare = {name: each for name, each in device.items() if name not in ("signatures", "unsigned")}
        return {**bare, "signatures": self._signatures("self_signing", bare)}

    def vouches_for(self, device: Json) -> bool:
        """Whether the served keys of a device carry our valid signature."""
        public = self.public("self_signing")
        signatures = device.get("signatures", {}).get(self.user, {})
        return verifies(public, str(signatures.get(f"ed25519:{public}", "")), device)

    def _published(self, role: str) -> Json:
        public = self.public(role)
        key: Json = {"user_id": self.user, "usage": [role], "keys": {f"ed25519:{public}": public}}
        return key if role == "master" else {**key, "signatures": self._signatures("master", key)}

    def _signatures(self, role: str, value: Json) -> Json:
        return {self.user: {f"ed25519:{self.public(role)}": self._keys[role].sign(value)}}


async def sign_device(gateway: Gateway, vault: Vault, password: str | None, reset: bool = False) -> None:
    """See to it that the server serves our keys and our signature of this device. Raises CredentialError when it
    cannot be done without the operator. `reset` replaces keys of the account that somebody else set up."""
    own = gateway.cipher.device_keys()
    if own is None:
        return
    seeds = vault.read(IDENTITY)
    served = await _served(gateway)
    if seeds is None and served.master and not reset:
        raise CredentialError(
            "Kontot har redan nycklar för korssignering som boten inte har, så andra kan varna för botens enhet. Kör "
            "«iopbot matrix login --new-identity» för att ge kontot nya."
        )
    identity = Identity(gateway.user, seeds) if seeds and not reset else Identity.new(gateway.user)
    # On disk before the server has them: keys that are lost cannot be replaced without people being warned.
    vault.write(IDENTITY, identity.seeds)
    for _ in range(TRIES):
        if served.master != identity.public("master") or served.self_signing != identity.public("self_signing"):
            if served.master and served.master != identity.public("master") and not reset:
                raise CredentialError(
                    "Någon har gett kontot nya nycklar för korssignering. Kör «iopbot matrix login --new-identity»."
                )
            await _publish(gateway, identity, password)
        elif identity.vouches_for(served.device):
            return
        elif (served.ed25519, served.curve25519) != own:
            raise CredentialError(
                "Servern delar ut andra nycklar för botens enhet än botens egna. Kör «iopbot matrix login»."
            )
        else:
            await _sign(gateway, identity, served.device)
        served = await _served(gateway)
    if not identity.vouches_for(served.device):
        raise BotError("Servern delar inte ut botens signatur av sin enhet, så andra kan varna för den.")


@dataclass(frozen=True, slots=True)
class _Served:
    """What the server tells others of us."""

    master: str
    self_signing: str
    device: Json
    ed25519: str
    curve25519: str


async def _served(gateway: Gateway) -> _Served:
    answer = await gateway.request("POST", f"{V3}/keys/query", {"device_keys": {gateway.user: []}})
    device = answer.get("device_keys", {}).get(gateway.user, {}).get(gateway.device, {})
    keys = device.get("keys", {})
    return _Served(
        _public(answer, "master_keys", gateway.user),
        _public(answer, "self_signing_keys", gateway.user),
        device,
        str(keys.get(f"ed25519:{gateway.device}", "")),
        str(keys.get(f"curve25519:{gateway.device}", "")),
    )


def _public(answer: Json, name: str, user: str) -> str:
    return next(iter(answer.get(name, {}).get(user, {}).get("keys", {}).values()), "")


async def _publish(gateway: Gateway, identity: Identity, password: str | None) -> None:
    path, body = f"{V3}/keys/device_signing/upload", identity.upload()
    try:
        await gateway.request("POST", path, body)
        return
    except Denied as error:
        session = error.content.get("session")
        if error.status != 401 or not isinstance(session, str):
            raise CredentialError(f"Servern tar inte emot nycklar för korssignering ({error.code}).") from None
    if not password:
        raise CredentialError("För att ge kontot nycklar för korssignering behövs IOPBOT_MATRIX_PASSWORD en gång.")
    proof = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": gateway.user},
        "password": password,
        "session": session,
    }
    try:
        await gateway.request("POST", path, {**body, "auth": proof})
    except Denied as error:
        raise CredentialError(f"Servern tar inte emot nycklar för korssignering ({error.code}).") from None


async def _sign(gateway: Gateway, identity: Identity, device: Json) -> None:
    body = {gateway.user: {gateway.device: identity.signed_device(device)}}
    answer = await gateway.request("POST", f"{V3}/keys/signatures/upload", body)
    if answer.get("failures"):
        raise BotError("Servern tog inte emot botens signatur av sin enhet.")
