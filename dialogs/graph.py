"""The picture of a flow: Mermaid text, Graphviz DOT, and SVG drawn by the `dot` program, readable on one page."""

from __future__ import annotations

import subprocess
import textwrap
from dataclasses import dataclass

from dialogs.explain import name_of, shown
from dialogs.explore import explore, named, sample_answers
from dialogs.model import Flow, Question
from dialogs.outline import plain_title

VERDICT = "_verdict"


class GraphError(RuntimeError):
    """The picture could not be drawn; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Node:
    """A box: a question, the weighing of the answers, or an outcome."""

    id: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow with the answers that follow it; `early` for an end before all is asked."""

    start: str
    end: str
    label: str
    early: bool = False


def drawing(flow: Flow) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """Boxes and arrows. A flow that weighs criteria has one box where they are weighed."""
    found = explore(flow)
    questions = [q for q in flow.questions if q.id in found.asked and q.kind != "place"]
    nodes = [Node(q.id, f"{n}. {name_of(flow, q)}", "question") for n, q in enumerate(questions, 1)]
    weighs = bool(flow.criteria)
    if weighs:
        nodes.append(Node(VERDICT, "Svaren vägs samman", "verdict"))
    nodes += [Node(rule.id, plain_title(flow, rule.id), "outcome") for rule, _ in flow.rules]
    outcomes = {rule.id for rule, _ in flow.rules}
    edges: list[Edge] = []
    for question in questions:
        targets: dict[str, set[str]] = {}
        for start, value, end in found.edges:
            if start == question.id:
                targets.setdefault(VERDICT if weighs and end in outcomes else end, set()).add(value)
        for end, values in sorted(targets.items()):
            edges.append(Edge(question.id, end, _label(flow, question, values)))
        edges += _early(flow, question, {(v, e) for s, v, e in found.stops if s == question.id})
    if weighs:
        edges += [Edge(VERDICT, rule.id, rule.rule) for rule, _ in flow.rules]
    return tuple(nodes), tuple(edges)


def _early(flow: Flow, question: Question, stops: set[tuple[str, str]]) -> list[Edge]:
    """Ends by this question's own answer; those by an earlier answer are drawn there."""
    own = {end: {v for v, e in stops if e == end} for _, end in stops}
    every = {named(v) for v in sample_answers(flow, question)}
    return [
        Edge(question.id, end, _label(flow, question, values), True)
        for end, values in sorted(own.items())
        if values != every
    ]


def _label(flow: Flow, question: Question, values: set[str]) -> str:
    """The answers in words; nothing when all lead the same way."""
    samples = sample_answers(flow, question)
    if question.kind not in ("yes_no", "one") or values >= {named(v) for v in samples}:
        return ""
    return " / ".join(shown(question, v) for v in samples if named(v) in values)


# ---- Mermaid -------------------------------------------------------------------------------------------------------


def mermaid(flow: Flow) -> str:
    """The flow as a Mermaid flowchart."""
    nodes, edges = drawing(flow)
    shapes = {"question": ('["', '"]'), "verdict": ('{{"', '"}}'), "outcome": ('(["', '"])')}
    lines = ["flowchart TD"]
    for node in nodes:
        opening, closing = shapes[node.kind]
        lines.append(f"  {node.id}{opening}{_mermaid(node.label)}{closing}")
    for edge in edges:
        arrow = "-.->" if edge.early else "-->"
        lines.append(
            f"  {edge.start} {arrow}{f'|{chr(34)}{_mermaid(edge.label)}{chr(34)}|' if edge.label else ''} {edge.end}"
        )
    return "\n".join(lines) + "\n"


def _mermaid(text: str) -> str:
    return text.replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")


# ---- Graphviz ------------------------------------------------------------------------------------------------------


def dot(flow: Flow) -> str:
    """The flow as a Graphviz graph on one upright page."""
    nodes, edges = drawing(flow)
    styles = {
        "question": 'shape=box style="rounded,filled" fillcolor="#eef3fb"',
        "verdict": 'shape=hexagon style=filled fillcolor="#fff4d6"',
        "outcome": 'shape=box style="filled,bold" fillcolor="#e8f5e9"',
    }
    lines = [
        "digraph flow {",
        f"  graph [rankdir=TB nodesep=0.25 ranksep=0.28 label={_quoted(flow.title)} labelloc=t]",
        '  graph [fontname="Helvetica" fontsize=18]',
        '  node [fontname="Helvetica" fontsize=12 margin="0.15,0.08"]',
        '  edge [fontname="Helvetica" fontsize=10 color="#555555"]',
    ]
    lines += [f"  {node.id} [label={_quoted(_wrapped(node.label, 30))} {styles[node.kind]}]" for node in nodes]
    for edge in edges:
        more = " style=dashed constraint=false" if edge.early else ""
        lines.append(f"  {edge.start} -> {edge.end} [label={_quoted(_wrapped(edge.label, 24))}{more}]")
    lines += [_same_rank([n.id for n in nodes if n.kind == "outcome"]), "}"]
    return "\n".join(lines) + "\n"


def svg_of(flow: Flow) -> str:
    """The flow drawn as SVG; raises GraphError when Graphviz is missing or fails."""
    try:
        done = subprocess.run(
            ["dot", "-Tsvg"],  # noqa: S607
            input=dot(flow).encode(),
            capture_output=True,
            timeout=20,
            check=True,
        )
    except FileNotFoundError:
        raise GraphError("Graphviz is not installed: apt-get install graphviz.") from None
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise GraphError(f"Graphviz could not draw the flow {flow.id}: {error}.") from None
    return done.stdout.decode("utf-8")


def _same_rank(ids: list[str]) -> str:
    return f"  {{ rank=same; {'; '.join(ids)} }}" if ids else ""


def _wrapped(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width)) if text else ""


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
