"""The pieces of a question: its choices, its help, and how a reading is asked back."""

from __future__ import annotations

from bot.messages import Block, Choice, Language, Paragraph
from dialogs.explain import asked, shown
from dialogs.model import SKIPPED, YES_NO, Question, Value
from dialogs.phrases import say

EMOJI = {"yes": "✅", "no": "❌", "unsure": "🤷"}


def choices_of(question: Question, language: Language) -> tuple[Choice, ...]:
    if question.kind in ("yes_no", "place"):
        values = YES_NO if question.kind == "yes_no" else YES_NO[:2]
        return tuple(Choice(value=v, label=say(v, language), emoji=EMOJI[v]) for v in values)
    english = language == "en"
    found = [Choice(value=o.value, label=o.label_en if english and o.label_en else o.label) for o in question.options]
    if question.skippable or question.kind == "text":
        found.append(Choice(value=SKIPPED, label=say("skip", language)))
    return tuple(found)


def confirm_choices(language: Language) -> tuple[Choice, ...]:
    return (
        Choice(value="confirm:yes", label=say("confirm_yes", language), emoji=EMOJI["yes"]),
        Choice(value="confirm:no", label=say("confirm_no", language), emoji=EMOJI["no"]),
    )


def confirmation(question: Question, value: Value, language: Language) -> str:
    meaning = {"yes": question.yes_means, "no": question.no_means}.get(str(value), "")
    if meaning and language == "sv":
        return say("confirm", language, meaning=meaning)
    if value == "unsure":
        return say("confirm_unsure", language)
    told = shown(question, value, language)
    if question.kind == "yes_no":  # without a meaning in words the question itself says what the answer means
        return say("confirm_asked", language, question=asked(question, language), value=told)
    return say("confirm_value", language, value=told)


def help_blocks(question: Question, language: Language) -> list[Block]:
    text = question.help_en if language == "en" and question.help_en else question.help
    hint = {"many": "many_hint", "text": "text_hint"}.get(question.kind)
    parts = [p for p in (text, say(hint, language) if hint else "") if p]
    return [Paragraph(text=" ".join(parts), role="note")] if parts else []
