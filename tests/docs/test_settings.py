"""docs/settings.md lists every setting, and nothing that is none."""

from __future__ import annotations

import re

from bot import settings
from tests.docs.pages import first_column, page, tracked

PREFIX = "IOPBOT_"
# Read by the tests, deploy files or the program's start, not settings of the bot.
OTHERS: set[str] = set()


def names() -> list[str]:
    """The environment variable of every field, in the order of the class."""
    return [PREFIX + name.upper() for name in settings.Settings.model_fields]


def secrets() -> set[str]:
    """Those that can come from a file: documented as secret."""
    rows = re.findall(r"^\| `(IOPBOT_\w+)` \|.*\|([^|]*)\|$", page("docs/settings.md"), re.MULTILINE)
    return {name for name, last in rows if last.strip() == "secret"}


def test_the_tables_list_exactly_the_settings() -> None:
    listed = first_column(page("docs/settings.md"))

    assert sorted(listed) == sorted(names())


def test_every_secret_field_is_marked_as_secret() -> None:
    secret = {PREFIX + name.upper() for name, field in settings.Settings.model_fields.items() if "Secret" in str(field)}

    assert secret == secrets()


def test_no_file_names_a_setting_that_does_not_exist() -> None:
    known = {*names(), *(name + "_FILE" for name in secrets()), *OTHERS}
    plain = {"Dockerfile", "settings", "iopbot"}
    texts = [p for p in tracked() if p.suffix in {".md", ".yaml", ".service", ".sh", ".toml"} or p.name in plain]

    strange = {
        f"{path.name}: {name}"
        for path in texts
        for name in re.findall(r"\bIOPBOT_[A-Z][A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8"))
        if name not in known
    }

    assert not strange


def test_the_unit_and_the_commands_beside_it_have_the_same_settings() -> None:
    for name in ("deploy/iopbot.service", "deploy/iopbot"):
        read = [line for line in page(name).splitlines() if not line.lstrip().startswith("#")]

        assert "EnvironmentFile=/etc/iopbot/settings" in "\n".join(read)
        assert not [line for line in read if PREFIX in line]
    for folder in ("IOPBOT_DATA_DIR=/var/lib/iopbot", "IOPBOT_CACHE_DIR=/var/cache/iopbot"):
        assert folder in page("deploy/settings").splitlines()
