"""Logging: one line an event, JSON when nobody watches. No line holds what a person wrote, or a secret."""

from __future__ import annotations

import hashlib
import logging
import sys
import traceback
from typing import TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger


def logger(name: str) -> FilteringBoundLogger:
    """A logger for a part of the bot."""
    made: FilteringBoundLogger = structlog.get_logger(f"bot.{name}", part=name)
    return made


def trace(channel: str, event: str) -> str:
    """The correlation id of a message: the same at intake, turn and send, in every replica."""
    return hashlib.blake2s(f"{channel}\0{event}".encode("utf-8", "replace"), digest_size=6).hexdigest()


def set_up_logging(level: str, form: str, stream: TextIO | None = None) -> None:
    """Route everything through structlog: what the bot itself says from the level on, what libraries say from
    «warning» on at least. `form` is text, json or auto."""
    out = stream or sys.stderr
    as_json = form == "json" or (form == "auto" and not out.isatty())
    number = getattr(logging, level.upper())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=as_json),
        _only_frames,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    drawn: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=out.isatty())
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, drawn],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Below «warning» libraries tell every request and statement, with addresses, texts and keys in them.
    root.setLevel(max(number, logging.WARNING))
    logging.getLogger("bot").setLevel(number)


def _only_frames(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """An error as its type and the places it went through: its message can hold what a person wrote."""
    found = event.pop("exc_info", None)
    error = found if isinstance(found, BaseException) else sys.exc_info()[1] if found is True else None
    if isinstance(found, tuple):
        error = found[1]
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        event["error"] = type(error).__name__
        event["where"] = " < ".join(f"{_short(frame.filename)}:{frame.lineno}" for frame in reversed(frames))
    return event


def _short(path: str) -> str:
    return "/".join(path.split("/")[-3:])
