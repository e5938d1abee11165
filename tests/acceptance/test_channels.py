"""The same conversation says the same in the terminal, on the web, in Matrix and in Teams.

One process serves all of them at once and is spoken to turn by turn in each. What a channel shows is read back to a
common form (`reading/`) and held against `iopbot chat --json`: lead and other sentences, quotes letter for letter and
in order, who says it, where and how strongly, the passage that a link leads to, options, follow-ups, and how far the
dialog is. What may differ stands in BY_DESIGN and nowhere else.
"""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeGuard

import httpx
import pytest

from bot.core.turn import Brain
from tests.acceptance.house import House
from tests.acceptance.reading import terminal as reading
from tests.acceptance.reading.content import Content, Item, Line, Linked, Quoted, lines
from tests.acceptance.runner import Json, Talk, scripts
from tests.acceptance.speakers import InTheTerminal, Speaker
from tests.web.texts import read

pytestmark = pytest.mark.synapse

SCRIPTS = {script["id"]: script for script in scripts(Path(__file__).parent / "conversations.jsonl")}
SPOKEN = [name for name, script in SCRIPTS.items() if script["kind"] == "channels"]
REST = [pytest.param(name, marks=pytest.mark.soak) for name in SCRIPTS if name not in SPOKEN]

Change = Callable[[Content], Content]


@dataclass(frozen=True, slots=True)
class ByDesign:
    """A difference that is meant: in which forms, why, and what is changed before they are compared: in the terminal's
    content (`told`), or in the channel's (`shown`)."""

    forms: frozenset[str]
    why: str
    told: Change = lambda content: content
    shown: Change = lambda content: content


def _leads_to_page(item: Item) -> TypeGuard[Linked]:
    return isinstance(item, Linked) and item.path.startswith("/resultat/")


def _without_page(content: Content) -> Content:
    return replace(content, items=tuple(item for item in content.items if not _leads_to_page(item)))


def _nothing_else_while_asking(content: Content) -> Content:
    return replace(content, suggestions=()) if content.choices else content


def _progress_once_answered(content: Content) -> Content:
    return content if content.progress and content.progress[0] else replace(content, progress=None)


def _without_looks(content: Content) -> Content:
    return replace(content, items=tuple(map(_bare, content.items)))


def _bare(item: Item) -> Item:
    if isinstance(item, Line) and item.kind == "heading":
        return Line("text", item.words)
    if isinstance(item, Quoted):
        return replace(item, words="\n".join(line.rstrip() for line in item.words.split("\n")))
    return item


BY_DESIGN = (
    ByDesign(
        frozenset({"web", "matrix", "matrix plain", "teams"}),
        "Results, summaries and pauses are kept as a page and linked to; the terminal keeps nothing.",
        shown=_without_page,
    ),
    ByDesign(
        frozenset({"matrix", "matrix plain", "teams"}),
        "While a question is open, no follow-ups are shown: in Matrix a number answers the question, and in Teams the "
        "buttons below are the question's. The page keeps the two apart.",
        told=_nothing_else_while_asking,
    ),
    ByDesign(
        frozenset({"matrix", "matrix plain"}),
        "How far the dialog is, is told once something is answered.",
        told=_progress_once_answered,
    ),
    ByDesign(
        frozenset({"matrix plain"}),
        "Without HTML a heading is a line of its own, and lines have no white space at their end.",
        told=_without_looks,
    ),
    # Of looks only, so that the readers undo them.
    ByDesign(frozenset({"web", "teams"}), "Options and follow-ups are buttons."),
    ByDesign(frozenset({"matrix", "matrix plain"}), "Options are a numbered list with a reaction for each."),
    ByDesign(frozenset({"matrix", "matrix plain"}), "Follow-ups are a numbered list with a line before it."),
    ByDesign(frozenset({"web"}), "Dates are in words."),
    ByDesign(
        frozenset({"web", "matrix", "matrix plain", "teams"}),
        "The words beside a quote are English in an English reply.",
    ),
    ByDesign(frozenset({"teams"}), "Where no sentence names a quote, the first one ends with Teams' citation marks."),
    ByDesign(frozenset({"teams"}), "A question in between is a message of its own above the dialog's card."),
    ByDesign(frozenset({"teams"}), "A press changes the card in place; elsewhere the next question comes below."),
)


# ---- holding them against each other


def told(form: str, content: Content) -> Content:
    """What a form of a channel is to say when the terminal says this."""
    for each in BY_DESIGN:
        content = each.told(content) if form in each.forms else content
    return content


def shown(form: str, content: Content) -> Content:
    """What a form of a channel says, as it is compared."""
    for each in BY_DESIGN:
        content = each.shown(content) if form in each.forms else content
    return content


def hold(speaker: Speaker, reply: Json, turn: str, seconds: float = 20) -> dict[str, Content]:
    """Wait until the channel has said what the terminal said; returns what it has said."""
    wanted = reading.read(reply)
    end = time.monotonic() + seconds
    while True:
        heard = speaker.heard()
        pairs = [(f, told(f, wanted), shown(f, content)) for f, content in heard.items()]
        if all(one == other for _, one, other in pairs):
            return heard
        if not speaker.listen(1) or time.monotonic() > end:
            faults = "\n".join(row for f, one, other in pairs for row in _differences(f, one, other))
            raise AssertionError(f"{turn}:\n{faults}")


def _differences(form: str, one: Content, other: Content) -> Iterator[str]:
    rows = [list(map(str, (*c.items, c.suggestions, c.progress))) for c in (one, other)]
    return difflib.unified_diff(*rows, "terminal", form, lineterm="", n=0)


# ---- conversations


@dataclass
class Conversation:
    """One person who speaks in every channel, turn by turn."""

    house: House
    terminal: InTheTerminal
    speakers: Sequence[Speaker]
    last: tuple[str, Json] | None = None

    def say(self, *texts: str) -> Json:
        """Write each text everywhere before the next one, and hold the answers against the terminal's last reply, which
        is returned."""
        for text in texts:
            reply = self.terminal.say(text)
            for speaker in self.speakers:
                speaker.say(text)
            self.hold(text, reply)
        return reply

    def tap(self, label: str) -> Json:
        """Pick an option or a follow-up everywhere; in the terminal it is written."""
        reply = self.terminal.say(label)
        for speaker in self.speakers:
            speaker.tap(label)
        self.hold(label, reply)
        return reply

    def hold(self, said: str, reply: Json) -> None:
        """What every channel says is what the terminal says."""
        heard = [hold(speaker, reply, f"{said!r} in {speaker.name}") for speaker in self.speakers]
        self.last = (said, reply)
        the_same_page_opens(self.house, reply, [content for each in heard for content in each.values()])


def the_same_page_opens(house: House, reply: Json, heard: Sequence[Content]) -> None:
    """Every channel leads to a page at the same place of its reply, or none does; and the page says the same."""
    pages = [[(n, i) for n, i in enumerate(content.items) if _leads_to_page(i)] for content in heard]
    assert len({tuple((n, link.label) for n, link in each) for each in pages}) == 1, pages
    assert pages[0] or reply["outcome"] is None
    for path in {link.path for each in pages for _, link in each}:
        page = httpx.get(house.url + path, timeout=10, trust_env=False)
        assert page.status_code == 200
        said = " ".join(line.words for line in lines("text", read(page.text, "main").found[0]))
        for point in (i for i in heard[0].items if isinstance(i, Line) and i.kind == "point"):
            assert point.words in said


@pytest.fixture
def conversation(house: House, terminal: InTheTerminal, speakers: list[Speaker]) -> Iterator[Conversation]:
    """Somebody new. In the end every reply is known to have arrived, and nothing has come after the last one."""
    made = Conversation(house, terminal, speakers)
    yield made
    house.settled()
    assert house.gauge("outbox_uncertain") == 0
    for speaker in speakers:
        speaker.listen(0)
    if made.last:
        made.hold(*made.last)


@pytest.mark.parametrize("name", [*SPOKEN, *REST])
def test_a_conversation_says_the_same_in_every_channel(
    name: str, conversation: Conversation, brain: Brain, sources: dict[str, str]
) -> None:
    talk = Talk(brain, sources)
    assert not talk.run(SCRIPTS[name])

    conversation.say(*talk.said)


def test_what_is_tapped_is_what_is_written(conversation: Conversation) -> None:
    conversation.say("Passar vår idé för ett IOP?")
    for label in ("Ja", "Varför frågar ni?", "Ja", "Vet inte", "Tillbaka", "Ja"):
        conversation.tap(label)
    reply = conversation.say("Är IOP tillåtet?")
    while reply["choices"]:
        reply = conversation.tap("Ja")

    assert reply["outcome"] == "possible"
    conversation.tap("Sammanfatta")


def test_after_a_crash_the_dialog_goes_on_in_every_channel(conversation: Conversation) -> None:
    house = conversation.house
    conversation.say("kan vi få IOP?", "ja", "vet inte")
    house.settled()

    house.kill()
    early = next(speaker for speaker in conversation.speakers if speaker.outlives_the_bot)
    early.tap("Nej")
    house.start()
    for speaker in conversation.speakers:
        if speaker is not early:
            speaker.tap("Nej")  # on what was drawn before
    conversation.hold("Nej", conversation.terminal.say("Nej"))

    conversation.say("tillbaka", "vad är ett IOP?", "sammanfatta", "avbryt")


def test_the_scripts_hold_every_kind_of_reply(brain: Brain, sources: dict[str, str]) -> None:
    replies = []
    for name in SPOKEN:
        talk = Talk(brain, sources)
        talk.run(SCRIPTS[name])
        replies += talk.heard

    said = [reading.read(reply) for reply in replies]
    assert {reply["kind"] for reply in replies} >= {
        "answer", "related", "no_answer", "small_talk", "question", "outcome", "command",
    }  # fmt: skip
    assert {item.strength for content in said for item in content.quotes} >= {
        "must",
        "should",
        "preferable",
        "works_best",
    }
    assert any(cited["note"] for reply in replies for cited in reply["citations"])
    assert any(cited["reported"] for reply in replies for cited in reply["citations"])
    assert any(content.choices[:1] == ("Yes",) for content in said)
    assert {reply["flow"]["id"] for reply in replies if reply["flow"]} >= {"iop", "samarbetsform", "partnerskap"}
