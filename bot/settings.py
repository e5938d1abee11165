"""All settings in one frozen object: from the environment (IOPBOT_…), .env and iopbot.toml, in that order.

A secret can come from a file instead: IOPBOT_MATRIX_PASSWORD_FILE names the file that holds it.  Faults are collected
and told all at once, in Swedish, without the values of secrets.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bot.ports import BotError

PREFIX = "IOPBOT_"
ENV_FILE = ".env"
TOML_FILE = "iopbot.toml"

Names = Annotated[tuple[str, ...], NoDecode]
Folders = Annotated[tuple[Path, ...], NoDecode]


class SettingsError(BotError):
    """Settings that cannot be used; `faults` has one sentence for each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("Inställningarna går inte att använda:\n" + "\n".join(f"- {fault}" for fault in faults))
        self.faults = tuple(faults)


def _default_data_dir() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "iopbot"


def _default_cache_dir() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "iopbot"


class Settings(BaseSettings):
    """What the operator decides. Construct it with `load_settings`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    # What it knows and whom it serves
    knowledge: Folders = ()
    dialogs: Folders = ()
    municipality: str | None = None
    contact: str | None = None
    operator: str = ""

    # Where it keeps what it must remember, and how long
    data_dir: Path = Field(default_factory=_default_data_dir)
    cache_dir: Path = Field(default_factory=_default_cache_dir)
    database_url: SecretStr | None = None
    secret_key: SecretStr | None = Field(default=None, min_length=16)
    retention_days: int = Field(default=21, ge=1, le=3650)

    # Where it listens
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    trusted_proxies: Names = ()
    metrics_token: SecretStr | None = Field(default=None, min_length=12)
    report_token: SecretStr | None = Field(default=None, min_length=12)

    # Floods
    sender_burst: int = Field(default=10, ge=1)
    sender_per_second: float = Field(default=1.0, gt=0)
    address_burst: int = Field(default=40, ge=1)
    address_per_second: float = Field(default=10.0, gt=0)

    # How it reaches others, and what it tells of itself
    https_proxy: SecretStr | None = None
    ca_file: Path | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "text", "json"] = "auto"

    # The accessibility statement
    accessibility_status: str = ""
    accessibility_faults: str = ""
    accessibility_tested: str = ""
    accessibility_updated: str = ""

    # Matrix
    matrix_homeserver: str | None = None
    matrix_user: str | None = None
    matrix_password: SecretStr | None = None
    matrix_access_token: SecretStr | None = None
    matrix_store_key: SecretStr | None = None
    matrix_allowed_servers: Names = ()
    matrix_allowed_users: Names = ()
    matrix_encryption: bool = True

    # Teams
    teams_client_id: str | None = None
    teams_client_secret: SecretStr | None = None
    teams_tenant_id: str | None = None
    teams_managed_identity: str = ""
    teams_allowed_tenants: Names = ()
    teams_cloud: Literal["public", "usgov", "usgovdod", "china"] = "public"
    teams_insecure_local: bool = False

    @field_validator(
        "trusted_proxies", "matrix_allowed_servers", "matrix_allowed_users", "teams_allowed_tenants", mode="before"
    )
    @classmethod
    def _names(cls, value: object) -> object:
        return tuple(re.split(r"[,\s]+", value.strip())) if isinstance(value, str) and value.strip() else value or ()

    @field_validator("knowledge", "dialogs", mode="before")
    @classmethod
    def _folders(cls, value: object) -> object:
        return tuple(part for part in value.split(os.pathsep) if part) if isinstance(value, str) else value

    @field_validator("knowledge", "dialogs")
    @classmethod
    def _are_folders(cls, value: tuple[Path, ...]) -> tuple[Path, ...]:
        for folder in value:
            if not folder.is_dir():
                raise ValueError(f"mappen {folder} finns inte")
        return value

    @field_validator("ca_file")
    @classmethod
    def _is_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"filen {value} finns inte")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            try:
                ipaddress.ip_network(name, strict=False)
            except ValueError:
                raise ValueError(f"{name} är varken en IP-adress eller ett nät (som 10.0.0.0/8)") from None
        return value

    @field_validator("public_url", "matrix_homeserver")
    @classmethod
    def _is_url(cls, value: str | None) -> str | None:
        if value:
            parts = urlsplit(value)
            if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
                raise ValueError("ska vara en adress som https://iop.kommunen.se")
        return value.rstrip("/") if value else value

    @field_validator("matrix_user")
    @classmethod
    def _is_matrix_id(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"@[^:\s]+:\S+", value):
            raise ValueError("ska vara ett fullt Matrix-id som @iop:kommunen.se")
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> Settings:
        faults = [*self._matrix_faults(), *self._teams_faults()]
        if faults:
            raise ValueError("\n".join(faults))
        return self

    def _matrix_faults(self) -> list[str]:
        if not self.matrix_homeserver:
            given = self.matrix_user or self.matrix_password or self.matrix_access_token
            return ["IOPBOT_MATRIX_HOMESERVER saknas, men andra inställningar för Matrix finns."] if given else []
        return [] if self.matrix_user else ["IOPBOT_MATRIX_USER saknas: kontot som boten loggar in med."]

    def _teams_faults(self) -> list[str]:
        faults = []
        if self.teams_insecure_local:
            if not self.on_loopback:
                faults.append("IOPBOT_TEAMS_INSECURE_LOCAL kräver att IOPBOT_HOST är 127.0.0.1 eller ::1.")
            if self.public_url:
                faults.append("IOPBOT_TEAMS_INSECURE_LOCAL går inte ihop med IOPBOT_PUBLIC_URL.")
        elif self.teams_client_id or self.teams_client_secret or self.teams_tenant_id:
            faults += [
                f"IOPBOT_{name} saknas: {what}."
                for name, value, what in (
                    ("TEAMS_CLIENT_ID", self.teams_client_id, "appens id i Microsoft Entra"),
                    ("TEAMS_TENANT_ID", self.teams_tenant_id, "organisationens id i Microsoft Entra"),
                )
                if not value
            ]
        return faults

    @property
    def knowledge_dirs(self) -> tuple[Path, ...]:
        """The operator's own folders of knowledge."""
        return self.knowledge

    @property
    def dialog_dirs(self) -> tuple[Path, ...]:
        """The operator's own folders of dialogs."""
        return self.dialogs

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the bot."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def database(self) -> str:
        """The address of the database, password included."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'iopbot.db'}"

    @property
    def wants_matrix(self) -> bool:
        """Whether the Matrix channel is configured."""
        return self.matrix_homeserver is not None

    @property
    def wants_teams(self) -> bool:
        """Whether the Teams channel is configured."""
        return self.teams_client_id is not None or self.teams_insecure_local

    @property
    def base_path(self) -> str:
        """The path under which a proxy serves the bot, without a slash at its end."""
        return urlsplit(self.public_url).path.rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load_settings` gathers."""
        return (init_settings,)


SECRETS = tuple(name for name, each in Settings.model_fields.items() if "Secret" in str(each.annotation))
"""The settings that can come from a file."""


def load_settings(folder: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Gather and check the settings: from the environment (that of the process, unless given), then `.env`, then
    `iopbot.toml` in `folder` (the working directory, unless given). Raises SettingsError with all faults."""
    here = folder or Path.cwd()
    faults: list[str] = []
    values: dict[str, object] = {}
    for source in (
        _toml(here / TOML_FILE, faults),
        _dotenv(here / ENV_FILE, faults),
        _named(os.environ if environment is None else environment),
    ):
        values |= {name: value for name, value in _with_secrets(source, faults).items() if value != ""}
    known = {name: value for name, value in values.items() if name in Settings.model_fields}
    settings, wrong = _checked(known, faults)
    if wrong:
        # Without the wrong values it shows whether the rest fits together.
        more: list[str] = []
        _checked({name: value for name, value in known.items() if name not in wrong}, more)
        faults += [fault for fault in more if not any(_shown(name) in fault for name in wrong)]
    if settings is None or faults:
        raise SettingsError(faults)
    return settings


def _checked(values: Mapping[str, object], faults: list[str]) -> tuple[Settings | None, set[str]]:
    """The settings, or the names of those that are wrong; a sentence for each fault is added to `faults`."""
    try:
        return Settings(**values), set()  # type: ignore[arg-type]
    except ValidationError as error:
        wrong: set[str] = set()
        for each in error.errors():
            wrong |= {str(part) for part in each["loc"][:1]}
            faults += _fault(each["loc"], each["type"], each["msg"], each.get("ctx")).split("\n")
        return None, wrong


def unknown_names(environment: Mapping[str, str] | None = None) -> list[str]:
    """A sentence for each variable of the environment that looks like a setting and is none. Only a hint: container
    platforms set variables of their own with a service's name."""
    found = _named(os.environ if environment is None else environment)
    return [_strange(name) for name in found if not _is_known(name)]


def _named(environment: Mapping[str, str | None]) -> dict[str, object]:
    return {
        name.upper().removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.upper().startswith(PREFIX) and value is not None
    }


def _dotenv(path: Path, faults: list[str]) -> dict[str, object]:
    found = _named(dotenv_values(path, interpolate=False)) if path.is_file() else {}
    faults += [f"{path.name}: {_strange(name)}" for name in found if not _is_known(name)]
    return found


def _toml(path: Path, faults: list[str]) -> dict[str, object]:
    if not path.is_file():
        return {}
    try:
        found: dict[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"{path.name} går inte att läsa: {error}")
        return {}
    faults += [f"{path.name}: {_strange(name, '')}" for name in found if not _is_known(name)]
    return found


def _is_known(name: str) -> bool:
    return name in Settings.model_fields or (name.endswith("_file") and name.removesuffix("_file") in SECRETS)


def _strange(name: str, prefix: str = PREFIX) -> str:
    near = difflib.get_close_matches(name, Settings.model_fields, 1)
    hint = f" Menade du {_shown(near[0], prefix)}?" if near else ""
    return f"{_shown(name, prefix)} är ingen inställning.{hint}"


def _shown(name: str, prefix: str = PREFIX) -> str:
    return prefix + name.upper() if prefix else name


def _with_secrets(source: Mapping[str, object], faults: list[str]) -> dict[str, object]:
    """The values, with secrets read from the files that are named for them."""
    values = dict(source)
    for secret in SECRETS:
        path = values.pop(f"{secret}_file", None)
        if not path:
            continue
        if values.get(secret):
            faults.append(f"{_shown(secret)} och {_shown(secret)}_FILE är båda satta. Ange bara en av dem.")
            continue
        try:
            values[secret] = Path(str(path)).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "den är ingen textfil"
            faults.append(f"{_shown(secret)}_FILE: filen {path} går inte att läsa ({why}).")
    return values


_SENTENCES = {
    "int_parsing": "ska vara ett heltal",
    "int_type": "ska vara ett heltal",
    "float_parsing": "ska vara ett tal",
    "bool_parsing": "ska vara true eller false",
    "string_type": "ska vara text",
    "too_short": "är för kort: minst {min_length} tecken",
    "string_too_short": "är för kort: minst {min_length} tecken",
    "greater_than_equal": "ska vara minst {ge}",
    "less_than_equal": "ska vara högst {le}",
    "greater_than": "ska vara större än {gt}",
    "literal_error": "ska vara något av {expected}",
}


def _fault(where: tuple[int | str, ...], kind: str, message: str, context: dict[str, Any] | None) -> str:
    known = _SENTENCES.get(kind)  # any other message is no template: it may hold braces from what was written
    sentence = known.format(**(context or {})) if known else message.removeprefix("Value error, ")
    return f"{_shown(str(where[0]))} {sentence}." if where else sentence
