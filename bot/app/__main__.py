"""`python -m bot.app` is `iopbot run` without the rest of the command."""

from __future__ import annotations

import asyncio
import sys

from bot.app.run import run
from bot.ports import BotError
from bot.settings import load_settings
from knowledge.authoring import AuthoringError


def main() -> None:
    """Run the bot; a known error is one message on standard error, and exit status 1."""
    try:
        asyncio.run(run(load_settings(), lambda line: print(line, flush=True)))
    except (BotError, AuthoringError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
