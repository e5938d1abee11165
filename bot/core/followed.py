"""Follow-ups carried out: who says it, how strongly, how old it is, shorter, more, and the same elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.core.follow import FollowUp
from bot.core.lean import told_in
from bot.core.render import citation, finished
from bot.core.state import ConversationState
from bot.core.teller import Routed, Teller
from bot.core.texts import TEXTS
from bot.core.voice import voice
from bot.messages import STRENGTHS, Reply, reference, status_in_words, when
from knowledge.answer import Answer, Context
from knowledge.language import words
from knowledge.model import Quote, Topic
from knowledge.places import Names

_ALSO: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "should": (("must", re.compile(r"\b(?:ska|skall|måste|får inte)\b")),),
    "preferable": (("must", re.compile(r"\b(?:ska|skall|måste|får inte)\b")),),
    "must": (("should", re.compile(r"\bbör\b")),),
}
"""A quote may hold a *ska* beside the *bör* that it is marked by: both are told."""
_HEAD = 600
"""Characters at the beginning of a text within which its date stands."""


class Followed:
    """Carries out follow-ups on the last answer. Holds no state of conversations."""

    def __init__(self, teller: Teller, names: Names) -> None:
        self._teller = teller
        self._knowledge = teller.knowledge
        self._names = names
        quotes = self._knowledge.quotes.values()
        self._told_of = {id for q in quotes for id in (q.issuer.id, q.issuer.place, q.source.place) if id}

    def carry_out(self, state: ConversationState, follow: FollowUp) -> Routed | None:
        """The reply to a follow-up, or None when there is nothing that it could follow."""
        topic = self._knowledge.topics.get(state.last_topic or "")
        shelf = self._teller.shelf(state)
        if topic is None:
            return None
        if not shelf:
            return self._unsaid(state, topic, follow)
        handlers: dict[str, Callable[[], Routed | None]] = {
            "elsewhere": lambda: self._elsewhere(state, topic, follow.argument),
            "why": lambda: self._why(state, topic, shelf),
            "more": lambda: self._more(state, topic, shelf),
            "others": lambda: self._more(state, topic, shelf, elsewhere=True),
            "who": lambda: self._who(state, topic, shelf),
            "source": lambda: self._context(state, topic, shelf[0], 1),
            "number": lambda: self._number(state, topic, shelf, int(follow.argument)),
            "short": lambda: self._short(state, topic, shelf),
            "quote": lambda: self._again(state, topic, TEXTS[state.language]["verbatim"], shelf[:1]),
            "dates": lambda: self._dates(state, topic, shelf, "dates"),
            "when": lambda: self._dates(state, topic, shelf, "when"),
            "strength": lambda: self._strength(state, topic, shelf),
            "scope": lambda: self._scope(state, shelf, follow.argument),
            "again": lambda: self._teller.plainly(state, topic.title),
        }
        return handlers[follow.name]() if follow.name in handlers else None

    def _unsaid(self, state: ConversationState, topic: Topic, follow: FollowUp) -> Routed | None:
        """After «that does not stand in the sources», without any quote: the same again, or another place."""
        if topic.kind != "unanswered" or follow.name in ("suggestion", "next"):
            return None
        if follow.name == "elsewhere":
            return self._elsewhere(state, topic, follow.argument)
        return self._teller.plainly(state, topic.title)

    # ---- what is said of the last quotes

    def _again(self, state: ConversationState, topic: Topic, lead: str, quotes: Sequence[Quote]) -> Routed:
        """The quotes once more under another lead; what is on the shelf stays there."""
        answer = Answer("answer", state.language, lead, tuple(quotes), (), topic, 1.0, state.suggestions)
        return Routed(state, self._teller.drawn(state, answer).reply)

    def _who(self, state: ConversationState, topic: Topic, shelf: list[Quote]) -> Routed:
        told = _grouped(shelf, lambda q: voice(q, state.language))
        return self._again(state, topic, TEXTS[state.language]["who"].format(told=_listed(told, state.language)), shelf)

    def _strength(self, state: ConversationState, topic: Topic, shelf: list[Quote]) -> Routed:
        """How strongly each issuer puts it; a proposal is told as one."""
        strengths = STRENGTHS[state.language]

        def force(quote: Quote) -> str:
            status = f", {stands}" if (stands := status_in_words(quote.status, state.language)) else ""
            also = next(
                (strengths[other] for other, word in _ALSO.get(quote.strength, ()) if word.search(quote.text)), ""
            )
            both = f" {TEXTS[state.language]['and']} {also}" if also else ""
            return f"{voice(quote, state.language)}: {strengths[quote.strength]}{both}{status}"

        told = "; ".join(_grouped(shelf, force))
        return self._again(state, topic, TEXTS[state.language]["strength"].format(told=told), shelf)

    def _dates(self, state: ConversationState, topic: Topic, shelf: list[Quote], key: str) -> Routed:
        """How old the quoted texts are, with the line that dates each. «När då?» may mean that or something else, which
        is asked."""
        facts = told_in(shelf, "year") if key == "when" else ()
        if facts:
            return self._again(state, topic, TEXTS[state.language]["facts"], facts[:2])
        told: list[str] = []
        lines: list[Quote] = []
        for quote in shelf:
            dated = f"{voice(quote, state.language)}, {when(citation(quote, 1), state.language)}"
            if any(t.startswith(dated) for t in told):
                continue
            line = self._date_line(quote)
            lines += [line] if line and line not in lines else []
            told.append(f"{dated} [{lines.index(line) + 1}]" if line else dated)
        routed = self._again(state, topic, TEXTS[state.language][key].format(told="; ".join(told)), lines)
        if key == "dates":
            return routed
        return Routed(routed.state, finished(routed.reply.model_copy(update={"kind": "clarify"})))

    def _date_line(self, quote: Quote) -> Quote | None:
        """The shortest known quote at the head of the same text, or of its part, that holds its date."""
        part = quote.source.part_at(quote.start)
        begins = part.start if part else 0
        found = [
            q
            for q in self._knowledge.quotes.values()
            if q.source.id == quote.source.id
            and quote.published
            and begins <= q.start < begins + _HEAD
            and quote.published[:4] in q.text
            and (len(quote.published) < 10 or quote.published in q.text)
        ]
        return min(found, key=lambda q: len(q.text), default=None)

    def _scope(self, state: ConversationState, shelf: list[Quote], named: str) -> Routed:
        """Whose rules the last quotes are, and what the sources hold of the place asked about."""
        texts = TEXTS[state.language]
        told = _grouped(shelf, lambda q: self._reach(q, state))
        place = next((id for id, _, _ in self._names.find(words(named))), state.municipality if not named else None)
        name = self._knowledge.places.get(place or "")
        lead = texts["scope"].format(told="; ".join(told))
        topic = self._knowledge.topics[state.last_topic or ""]
        if name is None or any(place in (q.issuer.place, q.source.place) for q in shelf):
            return self._again(state, topic, lead, shelf)
        own = any(s.place == place and s.kind == "guideline" for s in self._knowledge.sources.values())
        missing = "" if own else " " + texts["no_local"].format(place=name)
        if place not in self._told_of:
            return self._again(state, topic, missing.strip() + " " + lead, shelf)
        about = self._elsewhere(state, topic, name)
        if about.reply.kind not in ("answer", "related") or not self._speaks(about.reply, {place or ""}):
            return self._again(state, topic, lead + missing, shelf)
        # Other quotes are shown now: the numbers of the last ones would mislead.
        lead = texts["scope"].format(told="; ".join(dict.fromkeys(self._reach(q, state) for q in shelf)))
        blocks = list(about.reply.blocks)
        first = blocks[0]
        if first.type == "paragraph":
            blocks[0] = first.model_copy(update={"text": f"{lead}{missing} {first.text}"})
        return Routed(about.state, finished(about.reply.model_copy(update={"blocks": tuple(blocks)})))

    def _reach(self, quote: Quote, state: ConversationState) -> str:
        texts = TEXTS[state.language]
        whose = voice(quote, state.language)
        place = self._knowledge.places.get(quote.issuer.place or "")
        if place:
            return texts["reach_place"].format(voice=whose, place=place)
        if quote.status:
            return f"{whose}: {status_in_words(quote.status, state.language)}"
        return texts["reach_none"].format(voice=whose)

    def _short(self, state: ConversationState, topic: Topic, shelf: list[Quote]) -> Routed:
        """The lead and one quote. When the answer was not sure, ask what was meant; simpler than short there is not."""
        texts = TEXTS[state.language]
        if not state.sure:
            return self._teller.which(state, "which", (topic.title, *state.suggestions))
        if state.shortened:
            return self._teller.which(state, "no_shorter", state.suggestions or tuple(texts["start"].split("|")))
        variant = topic.variants.get(state.municipality or "")
        told = variant or topic
        lead = told.lead_en if state.language == "en" and told.lead_en else told.lead
        best = min(shelf, key=lambda q: (len(q.text) > 300, shelf.index(q)))
        routed = self._again(state, topic, texts["short"].format(lead=lead), (best,))
        return Routed(state.model_copy(update={"shortened": True}), routed.reply)

    # ---- beside the last quotes

    def _elsewhere(self, state: ConversationState, topic: Topic, where: str) -> Routed:
        """The last question again, about another place or issuer; only what is said for that one is quoted."""
        routed = self._about(state, topic, where)
        wanted = {id for id, _, _ in self._names.find(words(where))}
        cited = [self._teller.quote_at(c.source, c.start, c.end) for c in routed.reply.citations]
        quotes = [q for q in cited if q]
        told = self._knowledge.topics.get(routed.reply.topic or "")
        if (
            told is None
            or routed.reply.kind != "answer"
            or told.place in wanted
            or not self._speaks(routed.reply, wanted)
        ):
            return routed
        own = [q for q in quotes if self._is_of(q, wanted)]
        own += [q for q in told.quotes if q not in own and self._is_of(q, wanted)][: 3 - len(own)] if own else []
        if not own or len(own) == len(quotes):
            return routed
        name = next((self._knowledge.places[id] for id in wanted if id in self._knowledge.places), own[0].issuer.name)
        lead = TEXTS[state.language]["there"].format(place=name)
        answer = Answer("answer", state.language, lead, tuple(own), (), told, 1.0, routed.state.suggestions)
        return self._teller.drawn(state, answer)

    def _is_of(self, quote: Quote, wanted: set[str]) -> bool:
        return bool(wanted & {quote.issuer.id, quote.issuer.place, quote.source.place})

    def _about(self, state: ConversationState, topic: Topic, where: str) -> Routed:
        kept = _without_names(topic.title, self._names)
        routed = self._teller.plainly(state, f"{kept} {where}")
        wanted = {id for id, _, _ in self._names.find(words(where))}
        speaks = self._speaks(routed.reply, wanted)
        if not speaks and wanted and not wanted & self._told_of:
            sourced = routed.reply.kind in ("answer", "related")
            return routed if sourced else self._scope(state, self._teller.shelf(state), where)
        if speaks and routed.reply.kind != "no_answer":
            return routed
        beside = [t for id in topic.related if (t := self._knowledge.topics.get(id))]
        near = next((t for t in beside if t.place in wanted and t.quotes), None)
        overview = self._teller.plainly(state, near.title if near else f"vad säger {where}")
        if speaks:
            return _nearest(routed, overview) if self._speaks(overview.reply, wanted) else routed
        return overview if self._speaks(overview.reply, wanted) or self._strays(routed.reply, wanted) else routed

    def _speaks(self, reply: Reply, wanted: set[str]) -> bool:
        return bool(wanted & self._spoken_for(reply)) and not self._strays(reply, wanted)

    def _strays(self, reply: Reply, wanted: set[str]) -> bool:
        """Whether a reply's topic is another place's: a quote from the wanted one may stand last in it all the same."""
        topic = self._knowledge.topics.get(reply.topic or "")
        named = {id for id, _, _ in self._names.find(words(topic.title))} if topic else set()
        return bool(named) and not named & wanted

    def _spoken_for(self, reply: Reply) -> set[str]:
        """Ids of the places and issuers that a reply speaks for."""
        quotes = [self._teller.quote_at(c.source, c.start, c.end) for c in reply.citations]
        topic = self._knowledge.topics.get(reply.topic or "")
        own = {topic.place} if topic and topic.place else set()
        return own | {id for q in quotes if q for id in (q.issuer.id, q.issuer.place, q.source.place) if id}

    def _why(self, state: ConversationState, topic: Topic, shelf: list[Quote]) -> Routed:
        found = self._teller.answerer.answer(f"varför {topic.title}", Context(state.municipality))
        if (
            found.tier == "answer"
            and found.topic
            and found.topic.id != topic.id
            and "varför" in found.topic.title.lower()
        ):
            return self._teller.drawn(state, found)
        return self._context(state, topic, shelf[0], 1)

    def _more(self, state: ConversationState, topic: Topic, shelf: list[Quote], elsewhere: bool = False) -> Routed:
        """What the topic and its neighbours say beside; of a place only what is said of that one, unless more examples
        are asked for."""
        shown = {q.id for q in shelf}
        fresh = [q for q in topic.quotes if q.id not in shown]
        for id in topic.related:
            other = self._knowledge.topics.get(id)
            fresh += [q for q in (other.quotes[:1] if other else ()) if q.id not in shown and q not in fresh]
        if not elsewhere:
            fresh = self._teller.leaning.of_the_same(topic, fresh)
        if not fresh:
            return self._context(state, topic, shelf[0], 1)
        lead = TEXTS[state.language]["more"]
        answer = Answer(
            "answer", state.language, lead, tuple(fresh[:3]), topic=topic, confidence=1.0, suggestions=state.suggestions
        )
        return self._teller.drawn(state, answer)

    def _number(self, state: ConversationState, topic: Topic, shelf: list[Quote], n: int) -> Routed:
        if not 1 <= n <= len(shelf):
            return self._teller.said(state, "clarify", "no_number", most=len(shelf))
        return self._context(state, topic, shelf[n - 1], n)

    def _context(self, state: ConversationState, topic: Topic, quote: Quote, n: int) -> Routed:
        """The quote again, within the passage that it stands in."""
        source = quote.source
        around = next((p for p in source.passages if p.start <= quote.start and quote.end <= p.end), None)
        wider = (
            Quote(quote.id, source, around.start, around.end, quote.issuer, quote.strength, quote.note)
            if around
            else quote
        )
        lead = TEXTS[state.language]["context"].format(n=n, reference=reference(citation(quote, n), state.language))
        shown = wider if wider.end - wider.start <= 1200 else quote
        answer = Answer("answer", state.language, lead, (shown,), tuple(source.remarks), topic, 1.0, state.suggestions)
        return Routed(state, self._teller.drawn(state, answer).reply)


def _grouped(shelf: Sequence[Quote], told: Callable[[Quote], str]) -> list[str]:
    """What is told of each quote with its number; quotes of which the same is told share one line."""
    numbers: dict[str, list[int]] = {}
    for n, quote in enumerate(shelf, 1):
        numbers.setdefault(told(quote), []).append(n)
    return [f"{text} [{', '.join(map(str, found))}]" for text, found in numbers.items()]


def _listed(items: Sequence[str], language: str) -> str:
    last = " and " if language == "en" else " och "
    between = "; " if any(", åter" in i or ", rep" in i for i in items) else ", "
    return last.join(filter(None, [between.join(items[:-1]), items[-1]]))


def _nearest(routed: Routed, overview: Routed) -> Routed:
    """That the sources do not tell, and what they do tell of the place."""
    if overview.reply.kind != "answer" or routed.reply.blocks[0].type != "paragraph":
        return routed
    blocks = (routed.reply.blocks[0], *overview.reply.blocks)
    return Routed(overview.state, finished(overview.reply.model_copy(update={"kind": "related", "blocks": blocks})))


def _without_names(title: str, names: Names) -> str:
    tokens = words(title)
    drop = {n for _, start, end in names.find(tokens) for n in range(start, end)}
    return " ".join(w for n, w in enumerate(tokens) if n not in drop)
