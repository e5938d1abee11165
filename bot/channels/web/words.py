"""The words beside a quote: how strong it is, when it was written, and the full reference for a memo."""

from __future__ import annotations

from dataclasses import dataclass

from bot.messages import Citation, Language, status_in_words, when, who

_MONTHS_SV = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip

_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_STRENGTH_SV = {
    "must": "Ska-krav",
    "should": "Bör",
    "preferable": "Med fördel",
    "condition": "Villkor i lista",
    "works_best": "Fungerar bäst när",
    "statement": "Uppgift",
}

_STRENGTH_EN = {
    "must": "Requirement (ska)",
    "should": "Should (bör)",
    "preferable": "Preferably (med fördel)",
    "condition": "Condition in a list",
    "works_best": "Works best when",
    "statement": "Statement",
}

_KINDS = {
    "guideline": "Riktlinjer",
    "handbook": "Handledning",
    "petition": "Skrivelse",
    "proposal": "Förslag",
    "report": "Rapport",
}


@dataclass(frozen=True, slots=True)
class Result:
    """The fixed words of a result page in one language."""

    title: str
    back: str
    notice: str
    print: str
    word: str
    markdown: str
    document: str
    keep: str
    keep_how: str
    criteria: str
    quotes: str
    answer: str
    weight: str
    answers: dict[str, str]
    weights: dict[str, str]
    findings: dict[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """The fixed words of a drawn reply in one language."""

    language: Language
    strength: dict[str, str]
    months: tuple[str, ...]
    quote: str
    source: str
    whose: str
    how_strong: str
    section: str
    remark: str
    context: str
    copy: str
    choices: str
    confirm: str
    suggestions: str
    question_of: str
    all_answered: str
    result: Result


SWEDISH = Words(
    language="sv",
    strength=_STRENGTH_SV,
    months=_MONTHS_SV,
    quote="Citat",
    source="Källa",
    whose="Vems ord",
    how_strong="Styrka",
    section="avsnittet",
    remark="Anmärkning",
    context="Läs i sitt sammanhang",
    copy="Kopiera citat",
    choices="Svarsalternativ",
    confirm="Svara med de valda",
    suggestions="Fråga vidare",
    question_of="Fråga {number} av ungefär {total}",
    all_answered="Alla frågor är besvarade",
    result=Result(
        title="Så långt har ni kommit",
        back="Till samtalet",
        notice="Vägledning, inget beslut. Den som har länken kan läsa sidan. Den raderas efter {days} dagar.",
        print="Skriv ut",
        word="Hämta som Word",
        markdown="Hämta som Markdown",
        document="Utkast",
        keep="Spara för att fortsätta senare",
        keep_how="Filen med era svar kan ni öppna på startsidan när som helst, även när den här sidan är raderad.",
        criteria="Kriterierna ett för ett",
        quotes="Citaten",
        answer="Svar",
        weight="Vikt enligt tjänstens egen läsning",
        answers={"yes": "ja", "no": "nej", "unsure": "osäkert"},
        weights={"hard": "avgörande", "condition": "villkor", "soft": "mindre tungt"},
        findings={"met": "Talar för", "not_met": "Talar emot", "unknown": "Behöver undersökas"},
    ),
)

ENGLISH = Words(
    language="en",
    strength=_STRENGTH_EN,
    months=_MONTHS_EN,
    quote="Quote",
    source="Source",
    whose="Whose words",
    how_strong="Strength",
    section="section",
    remark="Remark",
    context="Read in context",
    copy="Copy quote",
    choices="Answers to choose from",
    confirm="Answer with the chosen",
    suggestions="Ask more",
    question_of="Question {number} of about {total}",
    all_answered="All questions are answered",
    result=Result(
        title="How far you have come",
        back="To the conversation",
        notice="Guidance, not a decision. Whoever has the link can read the page. It is erased after {days} days.",
        print="Print",
        word="Download as Word",
        markdown="Download as Markdown",
        document="Draft",
        keep="Keep to go on later",
        keep_how="The file with your answers opens on the start page at any time, even when this page is erased.",
        criteria="The criteria one by one",
        quotes="The quotes",
        answer="Answer",
        weight="Weight in the reading of this service",
        answers={"yes": "yes", "no": "no", "unsure": "unsure"},
        weights={"hard": "decisive", "condition": "condition", "soft": "minor"},
        findings={"met": "In favour", "not_met": "Against", "unknown": "To be examined"},
    ),
)


def words_for(language: str) -> Words:
    """The words of a reply's language."""
    return ENGLISH if language == "en" else SWEDISH


def known_strength(strength: str) -> str:
    """The strength if it is one of the known ones, otherwise `statement`: never claim more than is known."""
    return strength if strength in _STRENGTH_SV else "statement"


def kind_in_words(kind: str) -> str:
    """What sort of text it is, in Swedish."""
    return _KINDS.get(kind, "Text")


def date_in_words(published: str | None, dated: str | None = None, words: Words = SWEDISH) -> str:
    """An ISO date, year-month or year in words; what is known of the date, in Swedish, when there is none."""
    if not published:
        return dated or "odaterad"
    fields = published.split("-")
    try:
        month = words.months[int(fields[1]) - 1] if len(fields) > 1 else ""
        day = str(int(fields[2])) if len(fields) > 2 else ""
    except (ValueError, IndexError):
        return published
    return " ".join(word for word in (day, month, fields[0]) if word)


def date_of(citation: Citation, words: Words = SWEDISH) -> str:
    """From when the quoted words are, as far as is known."""
    return date_in_words(citation.published, when(citation, words.language), words)


def reference(citation: Citation, words: Words = SWEDISH) -> str:
    """The full reference of a quote in one sentence, for a memo; the address is left to whoever knows it."""
    status = f", {told}" if (told := status_in_words(citation.status, words.language)) else ""
    section = f", {words.section} ”{citation.section}”" if citation.section else ""
    speaker = "" if citation.publisher == citation.issuer else f" {words.whose}: {who(citation, words.language)}."
    strength = words.strength[known_strength(citation.strength)].lower()
    date = date_of(citation, words)
    source = f"{words.source}: {citation.publisher}: {citation.title} ({date}{status}){section}."
    return f"{source}{speaker} {words.how_strong}: {strength}."
