"""Texts made to keep the bot busy: whatever somebody writes, the turn on it comes to an end.

They are read in a process of their own, which is ended after far more than they need: what would hang fails here.
"""

from __future__ import annotations

import subprocess
import sys

from tests.needs import ROOT

PROGRAM = '''
from datetime import UTC, datetime

from bot.channels.matrix.spoken import is_mentioned, plain_text
from bot.core.turn import build_brain, turn
from bot.messages import MAX_TEXT, Message

WORDS = """det så gör ja nej inte vi och men att som i för om kanske vet ej hej tack är det det gör vi inte då
vad menar du citera bara just det ordagrant vem säger det var står det kan du förklara enklare eller
radera mina uppgifter kommun Eslöv 1 2 den andra alternativ ? ! . , ; : – - ( ) « » " ' > < & # @ / \\\\ * _ ~ ` |
å a b 😀 1️⃣ https://matrix.to/#/@a:b IOP-lotsen""".split()
SHAPES = [(w + " ") * MAX_TEXT for w in WORDS] + [w * MAX_TEXT for w in WORDS if not w.isalpha()]
SHAPES += ["gör " + "det " * 400 + "xyz", "ja" + " " * 1900 + "men", "x" + "\\n" * 1900 + "x", "> <@a\\n" * 300]
SHAPES += [" ".join(WORDS) * 20, "ja, " * 400 + "?", "hur " * 300 + "vi inte vet", "a" * 1990 + "!", "åäö" * 600]

brain = build_brain()


def say(text, state=None):
    message = Message(channel="web", event="e", conversation="c", sender="s", text=text, received=datetime.now(UTC))
    return turn(brain, message, state, datetime.now(UTC))


asking = say("testa om vår idé passar").state
for shape in SHAPES:
    for state in (None, asking):
        assert say(shape[:MAX_TEXT].strip() or "x", state).replies
    long = shape * (60_000 // len(shape) + 1)
    plain_text(long[:60_000] + "x", "@bot:example.org", ("IOP-lotsen",), ("!iop",), "$1")
    is_mentioned({"formatted_body": long}, long[:60_000], "@bot:example.org", ("IOP-lotsen",), ("!iop",))
print(len(SHAPES), "read")
'''


def test_no_text_keeps_the_bot_busy() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=180, check=False
    )

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.endswith("read\n")
