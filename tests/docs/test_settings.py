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
    texts = [p for p in tracked() if p.suffix in {".md", ".yaml", ".service", ".sh", ".toml"} or p.name == "Dockerfile"]

    strange = {
        f"{path.name}: {name}"
        for path in texts
        for name in re.findall(r"\bIOPBOT_[A-Z][A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8"))
        if name not in known
    }

    assert not strange
