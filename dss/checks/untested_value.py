"""A value that nothing tests

What it finds: a value of a choice, or an element of a set, that no condition and no
scorecard tells from the others; and a scale or number none of whose values are told apart.
On a scale, neighbours may be alike: the steps are there for the person who answers.

Why it matters: the question asks for a distinction that the advice then ignores.

How to mend it: let a rule read it, or unite it with a neighbour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..advice import distinguished
from ..source import Mapping_, Node
from ..terms import Variable
from ..written import Entry
from . import Flaw, Study, flaw

CODE = "KB108"


def check(study: Study) -> Iterator[Flaw]:
    """Each value that is never told from any other."""
    cells = distinguished(study.kb)
    for entry in study.written.of("attribute"):
        at = study.kb.at(entry.id)
        if cells[at]:
            for value in untested(study.kb.variables[at], cells[at]):
                yield flaw(CODE, f"nothing tells the value '{value}' of '{entry.id}' from the others",
                           place_of_value(entry, value), "let a rule read it, or unite it with another value")


def untested(variable: Variable, cells: Sequence[object]) -> list[str]:
    """The values of a variable that its atoms' signatures never tell apart."""
    if variable.kind == "set":
        return [value for i, value in enumerate(variable.values)
                if all(cells[atom] == cells[atom | 1 << i] for atom in range(variable.size))]
    if variable.kind != "choice":
        return [] if len(set(cells)) > 1 else list(variable.values[:1])
    shared: Mapping[object, list[str]] = {}
    groups: dict[object, list[str]] = dict(shared)
    for value, cell in zip(variable.values, cells, strict=True):
        groups.setdefault(cell, []).append(value)
    return [value for alike in groups.values() if len(alike) > 2 for value in alike] if len(groups) < 2 else []


def place_of_value(entry: Entry, value: str) -> object:
    """Where a value is written; the attribute's place when its values are shared."""
    return _key(entry.get("values"), value) or entry.place


def _key(node: Node | None, name: str) -> object:
    if isinstance(node, Mapping_):
        return next((key.place for key, _ in node if key.text == name), None)
    return None
