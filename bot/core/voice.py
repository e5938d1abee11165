"""Whose words a quote is, said in the language of the conversation."""

from __future__ import annotations

from bot.messages import Language
from dialogs.phrases import say
from knowledge.model import Quote


def voice(quote: Quote, language: Language) -> str:
    """Whose words a quote is, and who reports them."""
    if not quote.reported:
        return quote.issuer.name
    return say("reported", language, issuer=quote.issuer.name, publisher=quote.source.publisher)
