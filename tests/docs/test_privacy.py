"""docs/integritet.md accounts for every table, and for the time that is really set."""

from __future__ import annotations

import re

from bot.store.sql.schema import metadata
from tests.docs.pages import page, section


def test_every_table_is_in_the_register() -> None:
    register = section(page("docs/integritet.md"), "Tabell för registerförteckningen")

    accounted = {
        name for row in re.findall(r"\|([^|\n]*)\|$", register, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }

    assert accounted == set(metadata.tables)
