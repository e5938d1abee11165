"""Flows as authors write them: what begins them, what is wrong with them, how they are drawn."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.state import ConversationState
from dialogs.check import check_flows
from dialogs.condition import ConditionError, Facts, compile_condition
from dialogs.explore import explore
from dialogs.graph import dot, mermaid, svg_of
from dialogs.load import FLOWS, load_flows
from dialogs.outline import Item, outline
from dialogs.start import proposals, starts
from knowledge.authoring import AuthoringError, Fault
from knowledge.language import words
from knowledge.places import place_names
from tests.dialogs.oracle import CRITERIA
from tests.dialogs.speaking import NOON, Talk, dialogue, flows, knowledge

# ---- what begins a flow


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("kan vi få IOP?", "iop"),
        ("Kan vi få ett IOP", "iop"),
        ("kan vi få iop", "iop"),
        ("hej, kan vi få IOP?", "iop"),
        ("Hej! Kan vår förening få ett IOP?", "iop"),
        ("testa om vår idé passar", "iop"),
        ("Testa om er idé passar för IOP", "iop"),
        ("passar vår idé för ett IOP?", "iop"),
        ("passar vår ide för ett iop", "iop"),
        ("vi är en ideell förening i Eslöv, kan vi få IOP?", "iop"),
        ("Vi är en förening som vill starta ett café. Kan vi få IOP?", "iop"),
        ("är IOP något för oss?", "iop"),
        ("uppfyller vi kraven?", "iop"),
        ("vi vill ha ett IOP", "iop"),
        ("gör testet", "iop"),
        ("can we get an IOP?", "iop"),
        ("Hello, can our association get an IOP?", "iop"),
        ("are we eligible?", "iop"),
        ("ska vi söka bidrag eller IOP?", "samarbetsform"),
        ("Upphandling, bidrag eller IOP?", "samarbetsform"),
        ("vilken samarbetsform passar oss", "samarbetsform"),
        ("förbered partnerskap", "partnerskap"),
        ("Förbered ett partnerskap", "partnerskap"),
        ("vi vill skriva ett avtal", "partnerskap"),
        ("var är vi i processen?", "steg"),
        ("Vad är nästa steg för oss?", "steg"),
    ],
)
def test_a_flow_begins_by_words(text: str, flow: str) -> None:
    assert starts(flows(), text) == flow


@pytest.mark.parametrize(
    "text",
    [
        "Vilka kriterier har Eslöv?",
        "när kan vi få IOP enligt Eslöv",
        "När kan vi ingå ett idéburet offentligt partnerskap?",
        "Vem kan få IOP?",
        "hur får vi ett IOP?",
        "vad krävs för att vi ska kunna få IOP?",
        "Vad är IOP?",
        "Är IOP tillåtet?",
        "kan ett företag få IOP?",
        "kan en stiftelse ingå IOP?",
        "vad är skillnaden mellan bidrag och IOP?",
        "vilka steg finns i Eslöv?",
        "hur skriver man ett avtal?",
        "vad ska stå i avtalet?",
        "kan man säga upp ett IOP?",
        "hur länge kan vi få IOP?",
        "Kan vi få IOP i tre år och hur mycket pengar blir det?",
        "what is an IOP?",
        "which criteria does Eslöv have?",
        "hej",
        "ja",
        "tack",
        "",
        "🐙",
        "vi är i Eslöv",
        "kan vi få hjälp?",
        "kan vi få en mall?",
        "kan vi få bidrag?",
    ],
)
def test_a_question_about_the_rules_begins_nothing(text: str) -> None:
    assert starts(flows(), text) is None


OPENINGS = [
    (line, None if part.startswith("none]") else "iop")
    for part in (Path(__file__).parent / "openings.txt").read_text(encoding="utf-8").split("\n[")[1:]
    for line in part.splitlines()[1:]
    if line
]


@pytest.mark.parametrize(("text", "flow"), OPENINGS)
def test_people_ask_for_the_test_in_their_own_words(text: str, flow: str | None) -> None:
    assert starts(flows(), text) == flow


@pytest.mark.parametrize("flow", sorted(flows()))
def test_every_wording_and_label_begins_its_flow(flow: str) -> None:
    spec = flows()[flow].spec

    for wording in (*spec.start, spec.label):
        assert starts(flows(), wording) == flow
        assert starts(flows(), f"{wording.upper()}?") == flow


def places_in(text: str) -> dict[str, str]:
    places = knowledge().places
    return {id: places[id] for id, _, _ in place_names(places).find(words(text))}


def test_what_the_first_message_says_is_found() -> None:
    found = proposals(flows()["iop"], "Hej! Vi är en ideell förening i Eslöv, kan vi få IOP?", places_in)

    assert found == {
        "municipality": ("eslov", "Eslöv"),
        "nonprofit_democratic_independent_org": ("yes", "ideell förening"),
    }


@pytest.mark.parametrize(
    "text",
    ["kan vi få IOP?", "vi är ett aktiebolag och en förening", "i Eslöv och Malmö", "vi har mark, kan vi få IOP?"],
)
def test_nothing_or_two_things_said_propose_nothing(text: str) -> None:
    assert proposals(flows()["iop"], text, places_in) == {}


# ---- the project's own flows


def test_the_projects_flows_have_no_faults() -> None:
    assert check_flows(flows(), knowledge().quotes) == []


def test_every_criterion_of_the_triage_is_known_and_asked_in_the_tables_order() -> None:
    flow = flows()["iop"]

    assert tuple(flow.criteria) == CRITERIA
    assert [q.id for q in flow.questions if q.kind == "yes_no"] == list(CRITERIA)
    assert set(CRITERIA) <= set(knowledge().criteria)


@pytest.mark.parametrize("flow", sorted(flows()))
def test_questions_fit_a_phone(flow: str) -> None:
    for question in flows()[flow].questions:
        assert len(question.text) <= 160, question.id
        assert len(question.help) <= 170, question.id
        assert question.text.count("?") == 1 or question.kind in ("text", "place"), question.id


@pytest.mark.parametrize("flow", sorted(flows()))
def test_every_question_speaks_english_too(flow: str) -> None:
    assert all(q.text_en for q in flows()[flow].questions)


def test_preparing_a_partnership_asks_forums_questions_under_the_agreements_headings() -> None:
    flow = flows()["partnerskap"]
    why = {q for question in flow.questions for q in question.why}

    assert {
        "forum.syfte-utmaning",
        "forum.syfte-nytta",
        "forum.syfte-malbild",
        "forum.syfte-niva",
        "forum.syfte-princip",
    } <= why
    assert {"forum.inflytande", "forum.uppfoljning-fragor", "forum.uppsagning", "goteborg.delar", "boras.avtal"} <= why
    assert all(q.heading for q in flow.questions)


def test_every_stage_leads_to_a_next_step_with_a_quote_of_eslov_or_the_method() -> None:
    for option in flows()["steg"].question("stage").options:
        talk = Talk("steg")
        talk.say(option.label)
        if talk.question:
            talk.say("ja")
        assert talk.reply.citations
        assert {c.source for c in talk.reply.citations} & {"eslov-riktlinjer", "avdic-slojdlab"}


# ---- what authors do wrong

GOOD = """\
id: test
title: Ett test
label: Testa
version: "1"
start: [testa mig]
intro: Nu kör vi.
questions:
  - {id: first, text: "Första?", yes_means: att ja, no_means: att nej}
  - {id: second, text: "Andra?", yes_means: att ja, no_means: att nej, when: first = yes}
outcomes:
  - {id: good, title: Bra, text: Det gick bra., when: second = yes}
  - {id: bad, title: Dåligt, text: "Det gick inte bra."}
"""


def faults_of(text: str, folder: Path) -> list[Fault]:
    path = folder / "test.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        flow = load_flows((folder,))["test"]
    except AuthoringError as error:
        return list(error.faults)
    return check_flows({flow.id: flow}, knowledge().quotes)


def test_a_good_flow_has_no_faults(tmp_path: Path) -> None:
    assert faults_of(GOOD, tmp_path) == []


@pytest.mark.parametrize(
    ("change", "line", "cause"),
    [
        (lambda t: t.replace("first = yes", "first = maybe"), 9, "never has the value 'maybe'"),
        (lambda t: t.replace("first = yes", "third = yes"), 9, "which is no question"),
        (lambda t: t.replace("first = yes", "second = yes"), 9, "asked later"),
        (lambda t: t.replace("first = yes", "first = yes and first = no"), 9, "always false"),
        (lambda t: t.replace("first = yes", "first = yes or not first = yes"), 9, "always true"),
        (lambda t: t.replace("first = yes", "first yes"), 9, "Condition"),
        (lambda t: t.replace("when: second = yes}", "when: second = yes and first = no}"), 11, "never reached"),
        (lambda t: t.replace('bra."}', 'bra.", when: second = no}'), 11, "no outcome's condition holds"),
        (lambda t: t.replace("Det gick inte bra.", "{{ nonsense }}"), 12, "nonsense"),
        (lambda t: t.replace("Det gick inte bra.", "{{ place.__class__.__mro__ }}"), 12, "unsafe"),
        (lambda t: t.replace("Det gick inte bra.", "'{% if %}'"), 12, "Template"),
        (lambda t: t.replace("title: Bra, ", "title: Bra, quotes: [no.such], "), 11, "no quote 'no.such'"),
        (lambda t: t.replace("yes_means: att ja, no_means: att nej}", "no_means: att nej}"), 8, "yes_means"),
        (lambda t: t.replace("id: second", "id: first"), 9, "used twice"),
        (lambda t: t.replace("version:", "versoin:"), 4, "versoin"),
        (lambda t: t.replace("id: first,", "id: first, kind: one,"), 8, "needs options"),
        (
            lambda t: t + "criteria:\n  - {id: none, title: T, weight: hard, met: a, not_met: b, unknown: c}\n",
            14,
            "no yes/no question",
        ),
        (
            lambda t: (
                t.replace("when: second = yes}", "when: first = yes}")
                + "criteria:\n  - {id: second, title: T, weight: soft, met: a, not_met: b, unknown: c}\n"
            ),
            14,
            "no say",
        ),
    ],
)
def test_a_fault_says_file_line_cause_and_remedy(
    change: Callable[[str], str], line: int, cause: str, tmp_path: Path
) -> None:
    changed = change(GOOD)
    assert changed != GOOD

    faults = faults_of(changed, tmp_path)

    assert any(f.line == line and cause in f.cause for f in faults), [str(f) for f in faults]
    assert all(f.file.endswith("test.yaml") and f.remedy for f in faults)


def test_a_broken_file_names_its_line(tmp_path: Path) -> None:
    faults = faults_of(GOOD.replace("intro: Nu kör vi.", "intro: [Nu"), tmp_path)

    assert faults
    assert faults[0].line >= 6


def test_a_key_that_flows_do_not_have_is_told_with_their_own_page(tmp_path: Path) -> None:
    (fault,) = faults_of(GOOD + "hints: []\n", tmp_path)

    assert "docs/flows.md lists the keys" in fault.remedy


def test_an_operators_flow_takes_the_place_of_one_with_the_same_id(tmp_path: Path) -> None:
    shutil.copy(FLOWS / "steg.yaml", tmp_path / "steg.yaml")
    text = (tmp_path / "steg.yaml").read_text(encoding="utf-8").replace('version: "1.1"', 'version: "kommunens"')
    (tmp_path / "steg.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "own.yaml").write_text(GOOD, encoding="utf-8")

    loaded = load_flows([tmp_path])

    assert loaded["steg"].version == "kommunens"
    assert loaded["steg"].hash != flows()["steg"].hash
    assert set(loaded) == {*flows(), "test"}


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(AuthoringError, match="IOPBOT_DIALOGS"):
        load_flows([tmp_path / "nowhere"])


# ---- conditions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = yes", True), ("a != yes", False), ("b = yes", False), ("b != yes", False), ("not b = yes", True),
        ("a = yes and n >= 3", True), ("a = no or n > 3", False), ("a in (yes, no)", True), ("m has x", True),
        ("m has z", False), ("count(m) = 2", True), ("answered(b)", False), ("answered(a)", True), ("n < 2.5", False),
        ("(a = no or a = yes) and n = 3", True),
        ("count(hard = no) >= 1", True), ("count(hard != yes) = 2", True), ("count(soft = no) >= 1", False),
    ],
)  # fmt: skip
def test_conditions(text: str, expected: bool) -> None:
    facts = Facts({"a": "yes", "n": 3, "m": ("x", "y")}, {"hard": ("yes", "no", "unsure"), "soft": ("yes",)})

    assert compile_condition(text).test(facts) is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a =",
        "a = yes and",
        "(a = yes",
        "a = yes)",
        "a ** b",
        "__import__('os')",
        "count(x = no) > 1",
        "n > yes",
        "a in ()",
    ],
)
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(ConditionError):
        compile_condition(text)


# ---- pictures and outlines


def test_the_triage_is_explored_to_its_ends() -> None:
    found = explore(flows()["iop"])

    assert found.asked == {q.id for q in flows()["iop"].questions}
    assert found.outcomes == {"possible", "possible_with_reservations", "needs_legal_assessment", "not_suitable"}
    assert ("no_market_competition", "no", "not_suitable") in found.stops
    assert ("long_term", "no", "political_programme_mention") in found.edges
    assert found.dead_ends == 0


@pytest.mark.parametrize("flow", sorted(flows()))
def test_mermaid_holds_every_question_and_outcome(flow: str) -> None:
    text = mermaid(flows()[flow])

    assert text.startswith("flowchart TD\n")
    for id in (*(q.id for q in flows()[flow].questions if q.kind != "place"), *(r.id for r, _ in flows()[flow].rules)):
        assert f"  {id}" in text
    assert "-->" in text


@pytest.mark.graphviz
@pytest.mark.parametrize("flow", sorted(flows()))
def test_graphviz_draws_the_flow(flow: str) -> None:
    svg = svg_of(flows()[flow])

    assert svg.lstrip().startswith("<?xml")
    assert "</svg>" in svg
    assert flows()[flow].title.split()[0] in svg
    assert "digraph" in dot(flows()[flow])


def lines(item: Item) -> list[Item]:
    return [item, *(line for child in item.children for line in lines(child))]


@pytest.mark.parametrize("flow", sorted(flows()))
def test_the_outline_says_all_that_the_picture_does(flow: str) -> None:
    items = lines(outline(flows()[flow]))
    texts = " ".join(i.text for i in items)

    for question in flows()[flow].questions:
        assert question.kind == "place" or question.text in texts
    assert sum(i.kind == "outcome" for i in items) == len(flows()[flow].rules)


def test_the_outline_of_the_triage_tells_where_a_no_leads() -> None:
    items = lines(outline(flows()["iop"]))

    assert any(i.kind == "answer" and i.text.startswith("Nej: slut: Det här passar inte") for i in items)
    assert any(i.kind == "criterion" and "avgörande" in i.text for i in items)


def test_starting_every_flow_asks_its_first_question() -> None:
    for id, flow in flows().items():
        _, reply = dialogue().start(id, ConversationState(), "", NOON)
        assert reply.kind == "question"
        assert reply.flow is not None
        assert reply.flow.question == next(q.id for q in flow.questions if q.kind != "place")
