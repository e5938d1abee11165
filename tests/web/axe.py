"""axe-core on a page."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

_AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()


def faults(page: Page) -> list[str]:
    """What axe finds, best practices included, in words. The page's context must bypass its own policy."""
    page.evaluate(_AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations', 'incomplete']})")
    assert len(found["passes"]) > 10
    said = [f"{rule['id']}: {node['html'][:200]}" for rule in found["violations"] for node in rule["nodes"]]
    unsure = [
        f"perhaps {rule['id']}: {node['html'][:200]}"
        for rule in found["incomplete"]
        if rule["id"] != "color-contrast"
        for node in rule["nodes"]
    ]
    return said + unsure
