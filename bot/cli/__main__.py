"""`python -m bot.cli` is `iopbot`."""

from bot.cli import main

main()
