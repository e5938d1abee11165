"""The app package, held against Microsoft's own schema."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.app.teams_package import teams_package
from bot.channels.teams.package import PackageSettings, manifest, package
from bot.core.turn import build_brain, turn
from bot.ports import BotError
from bot.settings import load_settings
from tests.support.making import START, message
from tests.teams.running import APP

SCHEMA = Path(__file__).parent / "schema"
SETTINGS = PackageSettings(APP, "https://iop.example.se/bot", "0.1.0", "Exempelstads kommun")


def schema(name: str) -> Any:
    return json.loads((SCHEMA / name).read_text(encoding="utf-8"))


def files() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package(SETTINGS))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_manifest_fits_microsofts_schema() -> None:
    jsonschema.Draft4Validator(schema("MicrosoftTeams.schema.json")).validate(manifest(SETTINGS))


def test_the_schema_is_of_the_version_that_the_manifest_names() -> None:
    known = schema("MicrosoftTeams.schema.json")["properties"]["manifestVersion"]["const"]

    assert manifest(SETTINGS)["manifestVersion"] == known


def test_the_translation_fits_microsofts_schema() -> None:
    english = json.loads(files()["en.json"])

    jsonschema.Draft4Validator(schema("MicrosoftTeams.Localization.schema.json")).validate(english)


def test_every_text_is_translated() -> None:
    english = json.loads(files()["en.json"])

    assert set(english) - {"$schema"} == set(texts(manifest(SETTINGS)))


def texts(value: Any, path: str = "") -> list[str]:
    """Paths of what Teams shows, in the form of a localisation file."""
    if isinstance(value, list):
        return [found for n, each in enumerate(value) for found in texts(each, f"{path}[{n}]")]
    if not isinstance(value, dict):
        return []
    shown = {"title", "description"} if path.startswith(("bots", "compose")) else {"short", "full"}
    parts = {name: f"{path}.{name}" if path else name for name in value}
    own = [parts[name] for name in value if name in shown and isinstance(value[name], str)]
    return own + [found for name, part in parts.items() for found in texts(value[name], part)]


def test_every_file_that_the_manifest_names_is_inside() -> None:
    inside = files()
    made = json.loads(inside["manifest.json"])

    named = {*made["icons"].values(), *(each["file"] for each in made["localizationInfo"]["additionalLanguages"])}
    assert named | {"manifest.json"} == set(inside)


def test_it_carries_the_operators_settings() -> None:
    made = json.loads(files()["manifest.json"])

    assert made["id"] == made["bots"][0]["botId"] == made["composeExtensions"][0]["botId"] == APP
    assert made["validDomains"] == ["iop.example.se"]
    assert made["developer"]["privacyUrl"] == "https://iop.example.se/bot/om"
    assert made["developer"]["name"] == "Exempelstads kommun"
    assert made["version"] == "0.1.0"


@pytest.mark.parametrize(("name", "size"), [("color.png", 192), ("color32.png", 32), ("outline.png", 32)])
def test_icons_have_the_size_that_teams_wants(name: str, size: int) -> None:
    assert dimensions(files()[name]) == (size, size)


def test_the_outline_is_white_on_nothing() -> None:
    pixels = rgba(files()["outline.png"])

    assert any(alpha == 0 for *_, alpha in pixels)
    assert any(alpha == 255 for *_, alpha in pixels)
    assert all((red, green, blue) == (255, 255, 255) for red, green, blue, alpha in pixels if alpha)


def dimensions(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def rgba(png: bytes) -> list[tuple[int, int, int, int]]:
    """The pixels of an eight-bit RGBA image without interlacing."""
    (width, _), at, data = dimensions(png), 8, b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        data += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    raw, stride = zlib.decompress(data), width * 4
    rows: list[bytearray] = []
    for start in range(0, len(raw), stride + 1):
        line, above = bytearray(raw[start + 1 : start + 1 + stride]), rows[-1] if rows else bytearray(stride)
        for n in range(stride):
            left, corner = (line[n - 4], above[n - 4]) if n >= 4 else (0, 0)
            line[n] = (line[n] + predicted(raw[start], left, above[n], corner)) % 256
        rows.append(line)
    return [(row[n], row[n + 1], row[n + 2], row[n + 3]) for row in rows for n in range(0, stride, 4)]


def predicted(kind: int, left: int, above: int, corner: int) -> int:
    """The filters of PNG."""
    guess = left + above - corner
    paeth = min((left, above, corner), key=lambda each: abs(guess - each))
    return (0, left, above, (left + above) // 2, paeth)[kind]


def test_the_same_settings_give_the_same_bytes() -> None:
    assert package(SETTINGS) == package(SETTINGS)


def test_the_command_writes_it(tmp_path: Path) -> None:
    settings = load_settings(
        tmp_path,
        {
            "IOPBOT_TEAMS_CLIENT_ID": APP,
            "IOPBOT_TEAMS_TENANT_ID": "t",
            "IOPBOT_PUBLIC_URL": "https://iop.example.se",
        },
    )

    teams_package(settings, tmp_path / "iop-lotsen.zip")

    assert "manifest.json" in zipfile.ZipFile(tmp_path / "iop-lotsen.zip").namelist()


@pytest.mark.parametrize(
    ("client", "url", "told"),
    [("", "https://iop.example.se", "CLIENT_ID"), ("hello", "https://iop.example.se", "CLIENT_ID"),
     (APP, "", "PUBLIC_URL"), (APP, "http://iop.example.se", "PUBLIC_URL")],
)  # fmt: skip
def test_what_is_missing_is_told(client: str, url: str, told: str) -> None:
    with pytest.raises(BotError, match=told):
        PackageSettings(client, url, "1.0")


def commands(texts: dict[str, Any]) -> list[str]:
    """The command titles of a manifest or a localisation file."""
    if "bots" in texts:
        return [c["title"] for each in texts["bots"][0]["commandLists"] for c in each["commands"]]
    return [text for name, text in texts.items() if "commands[" in name and name.startswith("bots") and "title" in name]


def test_the_bot_understands_every_command_that_teams_offers() -> None:
    brain = build_brain()
    offered = [*commands(json.loads(files()["manifest.json"])), *commands(json.loads(files()["en.json"]))]

    kinds = {title: turn(brain, message(title), None, START).replies[-1].kind for title in dict.fromkeys(offered)}

    assert kinds["Radera mina uppgifter"] == kinds["Delete my data"] == "command"
    assert kinds["Källor"] == kinds["Sources"] == kinds["Hjälp"] == kinds["Help"] == "command"
    assert kinds["Passar vår idé för ett IOP?"] == kinds["Does our idea suit an IOP?"] == "question"
    assert kinds["Vad är ett IOP?"] == kinds["What is an IOP?"] == "answer"
