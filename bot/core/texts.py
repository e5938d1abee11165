"""What the bot says about itself and its commands. Plain Swedish, and English for those who write English."""

from __future__ import annotations

from dataclasses import replace

from knowledge.answer import Answer


def filled(answer: Answer, contact: str | None, days: int) -> Answer:
    """The answer with the operator's contact and retention time in its lead."""
    whom = contact or TEXTS[answer.language]["somebody"]
    return replace(answer, lead=answer.lead.replace("{dagar}", str(days)).replace("{kontakt}", whom))


PROBLEMS = {
    "too_long": "Meddelandet är för långt för mig: jag läser högst 2 000 tecken. Korta ner det och skicka igen.",
    "empty": "Meddelandet var tomt. Skriv en fråga, till exempel «Är IOP tillåtet?».",
    "not_text": "Jag kan bara läsa text, inte bilder, ljud eller filer. Skriv frågan med ord så hjälper jag dig.",
    "undecryptable": "Jag kan inte läsa ditt krypterade meddelande. Skicka det igen; hjälper det inte, öppna en ny "
    "chatt "
    "med mig.",
    "too_fast": "Det kom många meddelanden på en gång. Vänta en liten stund och skriv sedan igen.",
}
"""What is said when a message could not be taken, by Message.problem."""

TEXTS = {
    "sv": {
        "somebody": "kommunen, eller Forums kansli (kansli@socialforum.se; uppgiften är odaterad och kan vara "
        "inaktuell)",
        "old_card": "Den knappen hör till en fråga som redan är besvarad eller avslutad. Inget har ändrats. Svara på "
        "den "
        "senaste frågan i stället.",
        "erased": "Klart. Allt som fanns sparat om dig är raderat, även öppna dialoger och synpunkter.",
        "no_place": "Nu utgår jag inte från någon särskild kommun. Skriv till exempel «kommun Eslöv» för att välja en.",
        "may_not": "Bara den som får ändra rummets inställningar kan välja kommun för rummet.",
        "place_own": "Då utgår jag från {place} och visar kommunens egna riktlinjer först.",
        "place_told": "Då utgår jag från {place}. Källorna berättar en del om {place}, men innehåller inga egna "
        "riktlinjer "
        "därifrån; annat hämtar jag från nationella källor och säger vems ord det är.",
        "place_none": "Då utgår jag från {place}. Källorna innehåller inga egna regler för {place}, så jag visar "
        "nationell "
        "vägledning och andra kommuners text, och säger vems ord det är. Fråga kommunen vad som gäller hos "
        "er.",
        "sources": "Jag svarar med citat ur de här texterna:",
        "read": "Läs källorna",
        "flows": "Jag kan gå igenom något av det här med dig:",
        "shown_again": "Här är svaret igen.",
        "none_lost": "Det finns inget svar som behöver visas igen. Ställ gärna frågan på nytt.",
        "more": "Det här säger källorna också:",
        "who": "Så här är det:",
        "bare": "Jag har ingen öppen fråga till dig just nu. Vad vill du veta?",
        "no_number": "Det finns {most} citat i mitt senaste svar. Skriv ett nummer mellan 1 och {most}.",
        "context": "Citat {n} i sitt sammanhang. {reference}.",
        "start": "Vad är ett IOP?|Är IOP tillåtet?|Passar vår idé för ett IOP?",
        "help": "Fråga mig vad som helst om idéburet offentligt partnerskap (IOP). Jag svarar med ordagranna citat "
        "och källa.\nSkriv «testa» för att gå igenom om er idé passar, «källor» för att se mina texter, "
        "«kommun Eslöv» för att välja kommun, «radera mina uppgifter» för att ta bort allt som sparats.\nI "
        "en dialog kan du skriva «tillbaka», «ändra fråga 3», «sammanfatta», «vänta» eller «avbryt».",
        "about": "Jag heter IOP-lotsen och är en automatisk tjänst. Jag svarar med ordagranna citat ur fem texter om "
        "idéburet offentligt partnerskap och använder ingen språkmodell.\nMina svar är vägledning och inga "
        "beslut. Det du skriver raderas när det är besvarat, och resten inom {days} dagar.\nFrågor som jag "
        "inte kan svara på kan du ställa till {contact}.",
    },
    "en": {
        "somebody": "the municipality, or Forum's office (kansli@socialforum.se; the address is undated and may be out "
        "of date)",
        "old_card": "That button belongs to a question that is already answered or closed. Nothing has changed. Please "
        "answer the latest question.",
        "erased": "Done. Everything that was kept about you has been erased, open dialogs and feedback too.",
        "no_place": "I no longer start from any particular municipality.",
        "may_not": "Only those who may change the room's settings can choose its municipality.",
        "place_own": "I will start from {place} and show the municipality's own guidelines first.",
        "place_told": "I will start from {place}. The sources tell something of {place} but hold no guidelines of its "
        "own.",
        "place_none": "I will start from {place}. The sources hold no rules of {place}'s own, so I show national "
        "guidance "
        "and others' texts, and say whose words they are. Ask the municipality what applies there.",
        "sources": "I answer with quotes from these texts (in Swedish):",
        "read": "Read the sources",
        "flows": "I can go through one of these with you (in Swedish):",
        "shown_again": "Here is the answer again.",
        "none_lost": "There is no answer that needs to be shown again. Please ask once more.",
        "more": "The sources also say:",
        "who": "This is whose words they are:",
        "bare": "I have no open question to you right now. What would you like to know?",
        "no_number": "There are {most} quotes in my latest answer. Write a number between 1 and {most}.",
        "context": "Quote {n} in its context. {reference}.",
        "start": "What is an IOP?|Is an IOP legal?|Passar vår idé för ett IOP?",
        "help": "Ask me anything about idéburet offentligt partnerskap (IOP). I answer with verbatim quotes and "
        "their source.\nWrite «testa» to go through whether your idea fits, «källor» for my texts, «kommun "
        "Eslöv» to choose a municipality, «radera mina uppgifter» to erase what is kept.\nIn a dialog you "
        "can write «tillbaka», «ändra fråga 3», «sammanfatta», «vänta» or «avbryt».",
        "about": "I am IOP-lotsen, an automatic service. I answer with verbatim quotes from five texts on idéburet "
        "offentligt partnerskap and use no language model.\nMy answers are guidance, not decisions. What you "
        "write is erased when it has been answered, and the rest within {days} days.\nWhat I cannot answer "
        "you can ask {contact}.",
    },
}
