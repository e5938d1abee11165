"""What the bot says about itself and its commands. Plain Swedish, and English for those who write English."""

from __future__ import annotations

from dataclasses import replace

from knowledge.answer import Answer


def filled(answer: Answer, contact: str | None, days: int) -> Answer:
    """The answer with the operator's contact and retention time in its lead."""
    whom = contact or TEXTS[answer.language]["somebody"]
    return replace(answer, lead=answer.lead.replace("{dagar}", str(days)).replace("{kontakt}", whom))


PROBLEMS = {
    "sv": {
        "too_long": "Meddelandet är för långt för mig: jag läser högst 2 000 tecken. Korta ner det och skicka igen.",
        "empty": "Meddelandet var tomt. Skriv en fråga, till exempel «Är IOP tillåtet?».",
        "not_text": "Jag kan bara läsa text, inte bilder, ljud eller filer. Skriv frågan med ord så hjälper jag dig.",
        "undecryptable": "Jag kan inte läsa ditt krypterade meddelande. Skicka det igen; hjälper det inte, öppna en ny "
        "chatt med mig.",
        "too_fast": "Det kom många meddelanden på en gång. Vänta en liten stund och skriv sedan igen.",
    },
    "en": {
        "too_long": "The message is too long for me: I read at most 2,000 characters. Please shorten it and send it "
        "again.",
        "empty": "The message was empty. Write a question, such as «Is an IOP legal?».",
        "not_text": "I can only read text, not pictures, sound or files. Please put the question in words.",
        "undecryptable": "I cannot read your encrypted message. Send it again; if that does not help, open a new chat "
        "with me.",
        "too_fast": "Many messages came at once. Wait a little while and write again.",
    },
}
"""What is said when a message could not be taken, by language and Message.problem."""

TEXTS = {
    "sv": {
        "somebody": "kommunen, eller Forums kansli (kansli@socialforum.se; uppgiften är odaterad och kan vara "
        "inaktuell)",
        "somebody_short": "kommunen eller Forums kansli",
        "old_card": "Den knappen hör till en fråga som redan är besvarad eller avslutad. Inget har ändrats. "
        "Svara på den senaste frågan i stället.",
        "erased": "Klart. Allt som fanns sparat om dig är raderat, även öppna dialoger och synpunkter.",
        "no_place": "Nu utgår jag inte från någon särskild kommun. Skriv till exempel «kommun Eslöv» för att välja en.",
        "may_not": "Bara den som får ändra rummets inställningar kan välja kommun för rummet.",
        "place_own": "Då utgår jag från {place} och visar kommunens egna riktlinjer först.",
        "place_told": "Då utgår jag från {place}. Källorna berättar en del om {place}, men innehåller inga "
        "egna riktlinjer därifrån; annat hämtar jag från nationella källor och säger vems ord det är.",
        "place_none": "Då utgår jag från {place}. Källorna innehåller inga egna regler för {place}, så jag "
        "visar nationell vägledning och andra kommuners text, och säger vems ord det är. Fråga kommunen vad som "
        "gäller hos er.",
        "undated": "odaterad",
        "sources": "Jag svarar med citat ur de här texterna:",
        "read": "Läs källorna",
        "flows": "Jag kan gå igenom något av det här med dig:",
        "shown_again": "Här är svaret igen.",
        "none_lost": "Det finns inget svar som behöver visas igen. Ställ gärna frågan på nytt.",
        "more": "Det här säger källorna också:",
        "who": "Det säger {told}.",
        "strength": "Så starkt skrivs det: {told}.",
        "dates": "Så är texterna daterade: {told}.",
        "when": "Menar du när texterna är från? {told}. Menar du något annat, skriv gärna hela frågan.",
        "scope": "Det beror på vems ord det är. {told}.",
        "reach_place": "{voice}: bara {place}",
        "reach_none": "{voice}: ingen särskild kommun",
        "no_local": "Källorna har inga egna riktlinjer för {place}; fråga kommunen vad som gäller där.",
        "verbatim": "Ordagrant:",
        "short": "Kort sagt: {lead}",
        "no_shorter": "Enklare än så kan jag inte säga det utan att ändra vad källan säger. Kanske hjälper något av "
        "det här:",
        "which": "Jag är inte säker på vad du frågade om. Vilket menar du?",
        "and": "och",
        "explain_what": "Det hjälper jag gärna till med. Vad vill du att jag förklarar?",
        "near": "Menar du något av det här?",
        "near_one": "Menar du det här?",
        "same": "Det närmaste jag hittar är samma svar: {lead}",
        "unsaid": "Det hittar jag inte i källorna. Närmast är samma svar: {lead}",
        "there": "Så här säger källorna om {place}:",
        "facts": "Så här står det i källan:",
        "whole": "Vad är det du syftar på? Skriv gärna hela frågan, till exempel «När skrevs Eslövs riktlinjer?».",
        "next": "Vad vill ni göra nu? Jag kan gå igenom något av det här med er. Eller ställ en fråga.",
        "language": "Då skriver jag på svenska.",
        "pleased": "Bra! Skriv bara om du undrar något mer.",
        "bare_after": "Undrar du något mer? Fråga bara.",
        "bare": "Jag väntar inte på något svar just nu. Vad vill du veta?",
        "no_number": "Det finns {most} citat i mitt senaste svar. Skriv ett nummer mellan 1 och {most}.",
        "context": "Citat {n} i sitt sammanhang. {reference}.",
        "start": "Vad är ett IOP?|Är IOP tillåtet?|Passar vår idé för ett IOP?",
        "help": "Fråga mig vad som helst om idéburet offentligt partnerskap (IOP). Jag svarar med ordagranna citat "
        "och källa.\nSkriv «testa» för att gå igenom om er idé passar, «källor» för att se mina texter, "
        "«kommun Eslöv» för att välja kommun, «radera mina uppgifter» för att ta bort allt som sparats.\n"
        "Efter ett svar kan du skriva «enklare», «mer», «vem säger det?», «är det ett krav?» eller «och i Malmö då?».\n"
        "I en dialog kan du skriva «tillbaka», «ändra fråga 3», «sammanfatta», «vänta» eller «avbryt».",
        "about": "Jag heter IOP-lotsen och är en automatisk tjänst. Jag svarar med ordagranna citat ur fem texter om "
        "idéburet offentligt partnerskap och använder ingen språkmodell.\nMina svar är vägledning och inga "
        "beslut. Det du skriver raderas när det är besvarat, och resten inom {days} dagar.\nFrågor som jag "
        "inte kan svara på kan du ställa till {contact}.",
    },
    "en": {
        "somebody": "the municipality, or Forum's office (kansli@socialforum.se; the address is undated and may be out "
        "of date)",
        "somebody_short": "the municipality or Forum's office",
        "old_card": "That button belongs to a question that is already answered or closed. Nothing has changed. Please "
        "answer the latest question.",
        "erased": "Done. Everything that was kept about you has been erased, open dialogs and feedback too.",
        "no_place": "I no longer start from any particular municipality.",
        "may_not": "Only those who may change the room's settings can choose its municipality.",
        "place_own": "I will start from {place} and show the municipality's own guidelines first.",
        "place_told": "I will start from {place}. The sources tell something of {place} but hold no guidelines "
        "of its own.",
        "place_none": "I will start from {place}. The sources hold no rules of {place}'s own, so I show "
        "national guidance and others' texts, and say whose words they are. Ask the municipality what applies there.",
        "undated": "undated",
        "sources": "I answer with quotes from these texts (in Swedish):",
        "read": "Read the sources",
        "flows": "I can go through one of these with you (in Swedish):",
        "shown_again": "Here is the answer again.",
        "none_lost": "There is no answer that needs to be shown again. Please ask once more.",
        "more": "The sources also say:",
        "who": "So say {told}.",
        "strength": "This is how strongly it is put: {told}.",
        "dates": "The texts are dated so: {told}.",
        "when": "Do you mean when the texts are from? {told}. If you mean something else, please write the whole "
        "question.",
        "scope": "It depends on whose words they are. {told}.",
        "reach_place": "{voice}: {place} only",
        "reach_none": "{voice}: no municipality in particular",
        "no_local": "The sources hold no guidelines of {place}'s own; ask the municipality what applies there.",
        "verbatim": "Verbatim:",
        "short": "In short: {lead}",
        "no_shorter": "I cannot put it more simply without changing what the source says. Perhaps one of these helps:",
        "which": "I am not sure what you asked about. Which do you mean?",
        "and": "and",
        "explain_what": "Gladly. What would you like me to explain?",
        "near": "Do you mean one of these?",
        "near_one": "Do you mean this?",
        "same": "The nearest I find is the same answer: {lead}",
        "unsaid": "I don't find that in the sources. The nearest is the same answer: {lead}",
        "there": "This is what the sources say of {place}:",
        "facts": "This is what the source says:",
        "whole": "I don't see what that refers to. Please write the whole question.",
        "next": "What would you like to do now? I can go through one of these with you. Or ask a question.",
        "language": "I will write in English. The quotes stay in Swedish, as they stand in the sources.",
        "pleased": "Good! Just write if there is anything more.",
        "bare_after": "Is there anything more you wonder? Just ask.",
        "bare": "I am not waiting for an answer right now. What would you like to know?",
        "no_number": "There are {most} quotes in my latest answer. Write a number between 1 and {most}.",
        "context": "Quote {n} in its context. {reference}.",
        "start": "What is an IOP?|Is an IOP legal?|Does our idea fit an IOP?",
        "help": "Ask me anything about idéburet offentligt partnerskap (IOP). I answer with verbatim quotes and "
        "their source.\nWrite «test our idea» to go through whether your idea fits, «sources» for my texts, «kommun "
        "Eslöv» to choose a municipality, «delete my data» to erase what is kept.\nAfter an answer you can write "
        "«simpler», «tell me more», «who says so?», «is it binding?» or «what about Malmö?».\nIn a dialog you can "
        "write «back», «change question 3», «summary», «wait» or «stop».",
        "about": "I am IOP-lotsen, an automatic service. I answer with verbatim quotes from five texts on idéburet "
        "offentligt partnerskap and use no language model.\nMy answers are guidance, not decisions. What you "
        "write is erased when it has been answered, and the rest within {days} days.\nWhat I cannot answer "
        "you can ask {contact}.",
    },
}
