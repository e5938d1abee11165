"""docs/flows.md lists what a template of a dialog may use, which faults refer to."""

from __future__ import annotations

from dialogs.engine import Position
from dialogs.explain import template_values
from dialogs.load import load_flows
from tests.docs.pages import first_column, page, table_after


def test_the_table_lists_the_names_that_templates_may_use() -> None:
    flow = load_flows()["iop"]
    values = template_values(flow, Position((), None, None, False, 0, {}, {}), (), {}, None)

    assert first_column(table_after(page("docs/flows.md"), "<!-- names: template -->")) == list(values)
