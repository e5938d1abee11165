"""docs/content.md and docs/flows.md tell every key that authors can write, and none that they cannot."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import pytest

import dialogs
import knowledge
from knowledge.authoring import Authored
from tests.docs.pages import first_column, page, table_after


def load_all(package: ModuleType) -> None:
    """Import a package whole, so that every authoring model is known."""
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)


def models(base: type[Authored] = Authored) -> list[type[Authored]]:
    """All authoring models that the project itself defines."""
    found = [m for child in base.__subclasses__() for m in (child, *models(child))]
    return [
        m for m in found if m.__module__.split(".")[0] in {"knowledge", "dialogs"} and not m.__name__.startswith("_")
    ]


load_all(knowledge)
load_all(dialogs)
ALL = {model.__name__: model for model in models() if model.model_fields}
PAGES = {"knowledge": page("docs/content.md"), "dialogs": page("docs/flows.md")}


@pytest.mark.parametrize("name", ALL)
def test_the_table_of_a_model_lists_its_keys(name: str) -> None:
    keys = [field.alias or key for key, field in ALL[name].model_fields.items()]

    listed = first_column(table_after(PAGES[ALL[name].__module__.split(".")[0]], f"<!-- keys: {name} -->"))

    assert sorted(listed) == sorted(keys)
