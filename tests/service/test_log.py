"""What reaches the log, at the most talkative level too."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import peewee
import pytest
import structlog

from bot.service.log import logger, set_up_logging


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log at «debug», as JSON; afterwards logging is as it was."""
    root, own = logging.getLogger(), logging.getLogger("bot")
    before = (root.handlers[:], root.level, own.level)
    out = io.StringIO()
    set_up_logging("debug", "json", out)
    yield out
    structlog.reset_defaults()
    root.handlers[:], root.level, own.level = before
    root.setLevel(before[1])  # empties the cache of who is heard


def test_what_libraries_do_with_keys_and_texts_is_not_heard(log: io.StringIO) -> None:
    database = peewee.SqliteDatabase(":memory:")  # where the Matrix library keeps its keys
    database.execute_sql("CREATE TABLE keys (pickle TEXT)")
    database.execute_sql("INSERT INTO keys VALUES (?)", ("a-secret-pickle",))
    for name in ("peewee", "msal", "aiohttp.client", "httpx", "sqlalchemy.engine", "some.library.of.tomorrow"):
        logging.getLogger(name).info("a text that somebody wrote")
        logging.getLogger(name).debug("a text that somebody wrote")

    assert log.getvalue() == ""


def test_what_goes_wrong_in_a_library_is_heard_without_its_values(log: io.StringIO) -> None:
    try:
        raise ValueError("what a person wrote")
    except ValueError:
        logging.getLogger("some.library").exception("It broke")

    (line,) = log.getvalue().splitlines()
    assert (json.loads(line)["event"], json.loads(line)["error"]) == ("It broke", "ValueError")
    assert "what a person wrote" not in line


def test_the_bot_itself_is_heard_at_every_level(log: io.StringIO) -> None:
    logging.getLogger("bot.matrix").debug("from an adapter")
    logger("service").debug("from the service")

    assert [json.loads(line)["event"] for line in log.getvalue().splitlines()] == [
        "from an adapter",
        "from the service",
    ]
