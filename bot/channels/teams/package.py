"""The app package that an administrator uploads to Teams: manifest, icons, languages, in one zip."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from bot.ports import BotError

FOLDER = Path(__file__).parent / "app_package"
ICONS = ("color.png", "color32.png", "outline.png")
LANGUAGES = ("en.json",)

_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class PackageSettings:
    """What the manifest needs of the operator. `version` is that of the program; `operator` stands as the developer."""

    client_id: str
    public_url: str
    version: str
    operator: str = ""

    def __post_init__(self) -> None:
        if not _GUID.fullmatch(self.client_id):
            raise BotError(
                "IOPBOT_TEAMS_CLIENT_ID ska vara appens id i Microsoft Entra, som 11111111-2222-3333-4444-555555555555."
            )
        if not self.public_url.startswith("https://"):
            raise BotError("IOPBOT_PUBLIC_URL ska vara botens adress på internet och börja med https://.")


def write_package(settings: PackageSettings, file: Path) -> None:
    """Write the zip. The same settings give the same bytes. Raises BotError when it cannot be written."""
    try:
        file.write_bytes(package(settings))
    except OSError as error:
        raise BotError(f"{file} går inte att skriva ({error.strerror}).") from error


def package(settings: PackageSettings) -> bytes:
    """The zip."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "manifest.json", json.dumps(manifest(settings), ensure_ascii=False, indent=2).encode())
        for name in (*ICONS, *LANGUAGES):
            _add(archive, name, (FOLDER / name).read_bytes())
    return buffer.getvalue()


def manifest(settings: PackageSettings) -> dict[str, object]:
    """The manifest: `app_package/manifest.json` with what the operator decides filled in."""
    made: dict[str, object] = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    url = settings.public_url.rstrip("/")
    made["id"] = settings.client_id
    made["version"] = _semantic(settings.version)
    made["validDomains"] = [urlsplit(url).hostname]
    made["developer"] = {
        "name": (settings.operator or "IOP-lotsen")[:32].strip(),
        "websiteUrl": f"{url}/",
        "privacyUrl": f"{url}/om",
        "termsOfUseUrl": f"{url}/om",
    }
    for part in ("bots", "composeExtensions"):
        entries = made[part]
        assert isinstance(entries, list)
        entries[0]["botId"] = settings.client_id
    return made


def _semantic(version: str) -> str:
    """Three numbers, as Teams wants them: a new one makes Teams offer the update."""
    numbers = re.findall(r"\d+", version)[:3]
    return ".".join([*numbers, "0", "0", "0"][:3])


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, _LONG_AGO)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    archive.writestr(info, data)
