"""The fixed words of the Teams channel, in Swedish and English, and the words beside a quote."""

from __future__ import annotations

from dataclasses import dataclass

from bot.messages import Citation, Language, status_in_words, when, who

_STRENGTH_SV = {
    "must": "ska-krav",
    "should": "bör",
    "preferable": "med fördel",
    "condition": "villkor i en lista",
    "works_best": "fungerar bäst när",
    "statement": "uppgift",
}
_STRENGTH_EN = {
    "must": "requirement (ska)",
    "should": "should (bör)",
    "preferable": "preferably (med fördel)",
    "condition": "condition in a list",
    "works_best": "works best when",
    "statement": "statement",
}


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    language: Language
    strength: dict[str, str]
    section: str
    read: str
    more: str
    why: str
    back: str
    confirm: str
    pick: str
    progress: str
    welcome: str
    closed: str
    old_card: str
    not_yours: str
    taken: str
    known: str
    too_fast: str
    quote_left_out: str
    fallback: str
    nothing_found: str
    insert: str
    asked_title: str
    ask_something: str


SWEDISH = Words(
    language="sv",
    strength=_STRENGTH_SV,
    section="avsnittet",
    read="Läs i källan",
    more="Fråga vidare",
    why="Varför frågar ni?",
    back="Tillbaka",
    confirm="Svara med de valda",
    pick="Välj ett svar",
    progress="{answered} av ungefär {total} frågor besvarade",
    welcome="Hej! Jag är IOP-lotsen",
    closed="Genomgången fortsätter längre ned.",
    old_card="Det kortet gäller inte längre, och inget har ändrats. Fortsätt i det senaste kortet.",
    not_yours="Den genomgången gör någon annan, så ditt svar räknas inte. Skriv till mig om du vill göra en egen.",
    taken="Tack! Svaret kommer strax.",
    known="Tack, det svaret har jag redan fått.",
    too_fast="Det gick lite för fort, så den tryckningen räknas inte. Vänta en liten stund och tryck sedan igen.",
    quote_left_out="Citatet får inte plats i kortet.",
    fallback="Kortet kan inte visas här. Svara med ord i chatten i stället.",
    nothing_found="Källorna innehåller inget om det. Försök gärna med andra ord.",
    insert="Infoga i chatten",
    asked_title="IOP-lotsen: ur källorna",
    ask_something="Skriv något att söka efter i källorna om IOP.",
)

ENGLISH = Words(
    language="en",
    strength=_STRENGTH_EN,
    section="section",
    read="Read in the source",
    more="Ask more",
    why="Why do you ask?",
    back="Back",
    confirm="Answer with the chosen",
    pick="Choose an answer",
    progress="{answered} of about {total} questions answered",
    welcome="Hello! I am IOP-lotsen",
    closed="The dialog goes on below.",
    old_card="That card is no longer in use, and nothing has changed. Please go on in the latest card.",
    not_yours="Somebody else is answering these questions: your answer does not count. Write to me to begin your own.",
    taken="Thank you! The answer is on its way.",
    known="Thank you, I already have that answer.",
    too_fast="That was a little too fast, so this press does not count. Please wait a moment and press again.",
    quote_left_out="The quote does not fit into the card.",
    fallback="The card cannot be shown here. Please answer in words in the chat.",
    nothing_found="The sources hold nothing on that. Please try other words.",
    insert="Insert into the chat",
    asked_title="IOP-lotsen: from the sources",
    ask_something="Write something to look for in the sources on IOP.",
)

COMMANDS = {"why": "varför frågar ni?", "back": "tillbaka"}
"""What the buttons that every question has say to the dialog."""


def words_for(language: str) -> Words:
    """The words of a reply's language."""
    return ENGLISH if language == "en" else SWEDISH


def strength(cited: Citation, words: Words) -> str:
    """How strongly it is put; what is unknown counts as a statement, never as more."""
    return words.strength.get(cited.strength, words.strength["statement"])


def reference(cited: Citation, words: Words) -> str:
    """Whose words, where, from when, and how strongly: one line under a quote."""
    status = f", {told}" if (told := status_in_words(cited.status, words.language)) else ""
    section = f", {words.section} ”{cited.section}”" if cited.section else ""
    source = f"{who(cited, words.language)}: {cited.title} ({when(cited, words.language)}{status}){section}"
    return f"{source} · {strength(cited, words)}"


def shortened(text: str, most: int) -> str:
    """The text, cut at a word where it is longer than `most` characters, with an ellipsis that says so."""
    plain = " ".join(text.split())
    if len(plain) <= most:
        return plain
    cut = plain[: most - 1]
    within_a_word = plain[most - 1] != " " and " " in cut[most // 2 :]
    kept = (cut[: cut.rfind(" ")] if within_a_word else cut).rstrip(" ,;:–-")
    return kept + (" …" if kept.endswith((".", "!", "?")) and len(kept) + 2 <= most else "…")
