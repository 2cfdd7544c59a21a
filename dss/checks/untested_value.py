"""A value that nothing tests

What it finds: an element of a set, or a value of a choice, that no condition names and no
scorecard gives points for; and a scale or number none of whose values are told apart. On a
scale, neighbours may be alike: the steps are there for the person who answers.

Why it matters: the question asks for a distinction that the advice then ignores.

How to mend it: let a rule read it, or unite it with another value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..advice import distinguished
from ..conditions import Tree
from ..issues import Place
from ..kb import KnowledgeBase
from ..source import Mapping_
from ..terms import Variable
from ..trace import phrases
from ..written import Entry
from . import Flaw, Study, flaw

CODE = "KB108"


def check(study: Study) -> Iterator[Flaw]:
    """Each value, or group of values, that is never told from all others."""
    cells = distinguished(study.kb)
    named = _named(study.kb)
    for entry in study.written.of("attribute"):
        at = study.kb.at(entry.id)
        for values in _untested(study.kb.variables[at], cells[at], named.get(at, set())) if cells[at] else ():
            said = ", ".join(f"'{value}'" for value in values)
            yield flaw(
                CODE,
                f"nothing tests the {'values' if len(values) > 1 else 'value'} {said} of '{entry.id}'",
                _place(entry, values[0]),
                "let a rule read it, or unite it with another value",
            )


def _untested(variable: Variable, cells: Sequence[object], named: set[str]) -> list[list[str]]:
    """The values of a variable, those alike together, that its atoms' signatures do not tell apart."""
    if variable.kind == "set":
        return [[value] for i, value in enumerate(variable.values)
                if all(cells[atom] == cells[atom | 1 << i] for atom in range(variable.size))]
    if variable.kind == "choice":
        groups: dict[object, list[str]] = {}
        for value, cell in zip(variable.values, cells, strict=True):
            groups.setdefault(cell, []).append(value)
        return [alike for alike in groups.values() if len(alike) > 1 and not named & set(alike)]
    return [] if len(set(cells)) > 1 else [list(variable.values[:1])]


def trees(kb: KnowledgeBase) -> Iterator[Tree]:
    """Every condition as written."""
    for rule in kb.rules.values():
        yield from (rule.when_tree, rule.unless_tree)
    for action in kb.actions.values():
        yield from (action.needs_tree, action.pointless_tree)
    for finding in kb.findings.values():
        yield from (
            p.tree for p in (finding.scorecard.parts if finding.scorecard else ()) if p.tree is not None
        )


def _named(kb: KnowledgeBase) -> dict[int, set[str]]:
    """The words that phrases on each variable use, and the values that scorecards give points for."""
    found: dict[int, set[str]] = {}
    for tree in trees(kb):
        for phrase in phrases(tree):
            found.setdefault(phrase.variable, set()).update(re.findall(r"[a-z0-9-]+", phrase.text))
    for finding in kb.findings.values():
        for part in finding.scorecard.parts if finding.scorecard else ():
            if part.tree is None:
                worth = {v for v, n in zip(kb.variables[part.of].values, part.points, strict=False) if n}
                found.setdefault(part.of, set()).update(worth)
    return found


def _place(entry: Entry, value: str) -> Place:
    """Where a value is written; the attribute's place when its values are shared."""
    values = entry.get("values")
    if isinstance(values, Mapping_):
        return next((key.place for key, _ in values if key.text == value), entry.place)
    return entry.place
