"""`make demo-matrix`: a homeserver and the bot on this machine, with two people, to try with any Matrix client.

Everything lies in a temporary folder and is gone when it ends (Ctrl-C).
"""

from __future__ import annotations

import shutil
import signal
import threading
from types import FrameType

from tests.matrix.bot import Bot
from tests.matrix.people import Person
from tests.support.synapse import NAME, Synapse

PEOPLE = ("anna", "bo")

_TELL = """
The homeserver runs at {url}, and {bot} runs on it.

Sign in with any Matrix client: homeserver {url}
  user anna, password «password»     user bo, password «password»
In Element: Sign in → Edit (beside the homeserver) → {url}. In a browser only a page on http://localhost can reach it;
desktop clients (Element, Nheko, Quaternion, Fractal) can always.

Anna already has a chat with the bot. Or start one of your own with {bot}; in a room with more people, write
«!iop» first.
Try:  Är IOP tillåtet?  ·  Passar vår idé för ett IOP?  ·  hjälp
{answer}
End with Ctrl-C."""


def main() -> None:
    """Run until told to end."""
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    print("Starting the homeserver (the first time it is installed, which takes a minute) …", flush=True)
    synapse = Synapse()
    bot: Bot | None = None
    try:
        synapse.start()
        for name in PEOPLE:
            synapse.register(name)
        bot = Bot(synapse, synapse.register("iop"), IOPBOT_PUBLIC_URL="")
        bot.start()
        anna = Person(synapse.url, f"@anna:{NAME}")
        answer = anna.ask(anna.direct(bot.user), "Är IOP tillåtet?", bot.user)
        anna.close()
        shown = "\n".join(f"  | {line}" for line in answer["content"]["body"].splitlines()[:8])
        print(_TELL.format(url=synapse.url, bot=bot.user, answer=f"\nIt has just answered her:\n{shown}\n"), flush=True)
        while not ended.wait(1):
            if bot.process is None or bot.process.poll() is not None:
                print("The bot has ended:\n" + bot.log()[-2000:])
                break
    finally:
        if bot is not None:
            bot.stop()
            shutil.rmtree(bot.folder, ignore_errors=True)
        synapse.close()
        print("Ended; nothing is left.")


if __name__ == "__main__":
    main()
