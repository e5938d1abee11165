"""YAML that people write, read with positions: every fault says file, line, cause and remedy.

A file is parsed once with the C loader; its data is validated by a pydantic model, and a fault is traced back through
the node tree to the line it stands on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

Location = Sequence[int | str]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the content. `level` warning does not stop anything."""

    file: str
    line: int
    cause: str
    remedy: str
    level: str = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.cause} {self.remedy}".rstrip()


class AuthoringError(Exception):
    """Content that cannot be used; `faults` lists everything found, not only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(f) for f in self.faults))


class Authored(BaseModel):
    """Base of everything that authors write: unknown keys are an error, `from` and `in` may be used as keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, str_strip_whitespace=False)


ModelT = TypeVar("ModelT", bound=BaseModel)


class _Loader(yaml.CSafeLoader):
    """Safe, in C, and without YAML's dates: 2022-04-25 stays the words that they are."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


Parsed = tuple[object, dict[str, list[int]]]
"""What is worth keeping of a file that was parsed: its plain values, and under each key of the whole the 1-based lines
that the entries of its list begin on."""


class Document:
    """A parsed file: `data` as plain values, and the line of any place in it."""

    def __init__(self, path: Path, shown: str | None = None, before: Parsed | None = None) -> None:
        """With `before` the file was parsed before (by `parsed`); it is read again only when another line is asked for
        than that of an entry."""
        self.path = path
        self.name = shown or str(path)
        self._node: yaml.Node | None = None
        self._lines = before[1] if before else {}
        self.data = before[0] if before else self._read()

    @property
    def parsed(self) -> Parsed:
        """What to keep, for `before`."""
        pairs = self._node.value if isinstance(self._node, yaml.MappingNode) else []
        return self.data, {
            key.value: [entry.start_mark.line + 1 for entry in value.value]
            for key, value in pairs
            if isinstance(value, yaml.SequenceNode)
        }

    def _read(self) -> object:
        try:
            text = self.path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise AuthoringError(
                [Fault(self.name, 1, f"The file is not UTF-8 ({error.reason}).", "Save it as UTF-8.")]
            ) from None
        loader = _Loader(text)
        try:
            self._node = loader.get_single_node()
            return loader.construct_document(self._node) if self._node is not None else {}
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise AuthoringError(
                [Fault(self.name, line, f"YAML: {error.problem}.", "Check indentation and quotes.")]
            ) from None
        finally:
            loader.dispose()

    def line(self, location: Location = ()) -> int:
        """1-based line of the innermost node on the path that exists."""
        if len(location) == 2:
            lines, n = self._lines.get(str(location[0]), []), location[1]
            if isinstance(n, int) and n < len(lines):
                return lines[n]
        if self._node is None:
            self._read()
        node = self._node
        for step in location:
            child = _child(node, step)
            if child is None:
                break
            node = child
        return node.start_mark.line + 1 if node is not None else 1

    def fault(self, location: Location, cause: str, remedy: str = "", level: str = "error") -> Fault:
        """A fault at a place in this file."""
        return Fault(self.name, self.line(location), cause, remedy, level)

    def parse(self, model: type[ModelT]) -> ModelT:
        """Validate against a model, or raise AuthoringError with every fault."""
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            page = "docs/flows.md" if model.__module__.split(".")[0] == "dialogs" else "docs/content.md"
            raise AuthoringError(self._fault(e["loc"], e["type"], e["msg"], page) for e in error.errors()) from None

    def _fault(self, location: Location, kind: str, message: str, page: str) -> Fault:
        where = ".".join(str(s) for s in location)
        remedy = {
            "extra_forbidden": f"Remove the key or correct its spelling; {page} lists the keys.",
            "missing": f"Add the key; {page} tells what it holds.",
        }.get(kind, f"{page} tells what is expected here.")
        return self.fault(location, f"{where}: {message}.", remedy)


def _child(node: yaml.Node | None, step: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        child = node.value[step]
        return child if isinstance(child, yaml.Node) else None
    return None


def read_folder(folder: Path, before: Mapping[str, Parsed] | None = None) -> list[Document]:
    """Every YAML file of a folder, by name; an absent folder is empty. `before` holds what was parsed before, by
    path."""
    faults: list[Fault] = []
    documents: list[Document] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            documents.append(Document(path, f"{folder.name}/{path.name}", (before or {}).get(str(path))))
        except AuthoringError as error:
            faults.extend(error.faults)
    if faults:
        raise AuthoringError(faults)
    return documents


def parsed(paths: Iterable[Path]) -> dict[str, Parsed]:
    """What is worth keeping of YAML files, by path; a file with faults is left out, so that reading it tells them."""
    out = {}
    for path in paths:
        try:
            out[str(path)] = Document(path).parsed
        except AuthoringError:
            continue
    return out
