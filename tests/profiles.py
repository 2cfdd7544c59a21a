"""Profiles for property tests: plain dicts, such as an analyst or a program would hand in.

The same generator runs on Hypothesis's choices (:func:`profiles`, which shrink) and on a
seeded random generator (:func:`sample`, for loops over thousands).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

from dss.attributes import GRADE
from dss.kb import KnowledgeBase
from dss.situation import Situation, load_situation
from dss.terms import Variable, bits

T = TypeVar("T")
Profile = dict[str, Any]
GRADES = [letter + digit for letter in "ABCDEF" for digit in "123456"]
assert all(GRADE.fullmatch(grade) for grade in GRADES)


class Choices:
    """Where a generator's choices come from; the first option is the simplest."""

    def __init__(self, pick: Callable[[Sequence[Any]], Any]) -> None:
        self._pick = pick

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        found: T = self._pick(options)
        return found

    def some(self, options: Sequence[T], at_least: int = 0) -> list[T]:
        """Several of the options, in their order."""
        chosen = [o for o in options if self.pick((False, True))]
        while len(chosen) < at_least:
            chosen.append(self.pick([o for o in options if o not in chosen]))
        return [o for o in options if o in chosen]


@st.composite
def profiles(draw: st.DrawFn, kb: KnowledgeBase) -> Profile:
    """Any profile of a knowledge base: facts of every form, partners, grades."""
    return build(kb, Choices(lambda options: draw(st.sampled_from(options))))


def sample(kb: KnowledgeBase, seed: int) -> Profile:
    """The profile of a seed, quickly."""
    return build(kb, Choices(random.Random(seed).choice))


def build(kb: KnowledgeBase, choices: Choices) -> Profile:
    """A profile from choices: from all unknown to all known, partners absent to four."""
    density = choices.pick((0, 1, 3, 6, 9, 10))
    known = choices.pick((0, 5, 9, 10))
    out: Profile = {}
    for variable in kb.variables[: kb.attributes]:
        if choices.pick(range(10)) < density:
            out[variable.id] = graded(fact(variable, choices, known), choices)
    count = choices.pick((None, 0, 1, 2, 3, 4))
    if count is not None:
        out["partners"] = [_partner(kb, f"P{i}", choices, known) for i in range(count)]
    return out


def _partner(kb: KnowledgeBase, name: str, choices: Choices, known: int) -> Profile:
    out: Profile = {"name": name}
    for variable in kb.partner.variables:
        if choices.pick(range(4)):
            out[variable.id] = graded(fact(variable, choices, known), choices)
    return out


def graded(value: Any, choices: Choices) -> Any:
    """A value, at times wrapped as evidence with a grade."""
    if choices.pick(range(5)) < 4:
        return value
    return {"value": value, "grade": choices.pick(GRADES)}


def fact(variable: Variable, choices: Choices, known: int) -> Any:
    """Something one may write for a variable: of ten, ``known`` are single values."""
    if choices.pick(range(10)) >= known:
        return partial(variable, choices)
    return exact(variable, choices)


def exact(variable: Variable, choices: Choices) -> Any:
    """A single value (n/a included)."""
    if variable.na and choices.pick(range(6)) == 5:
        return "n/a"
    if variable.kind == "number":
        low, high = _stretches(variable)[choices.pick(range(variable.size))]
        return choices.pick((low, high, (low + high) // 2))
    if variable.kind == "set":
        elements = choices.some(variable.values)
        return elements or choices.pick(("none", []))
    if variable.kind == "flag" and variable.values == ("no", "yes"):
        return choices.pick(("no", "yes", False, True))
    return choices.pick(variable.values)


def partial(variable: Variable, choices: Choices) -> Any:
    """Something that leaves several values possible."""
    if choices.pick(range(5)) == 0:
        return "unknown"
    if variable.kind == "number":
        return _partial_number(variable, choices)
    if variable.kind == "set":
        has = choices.some(variable.values)
        return {"has": has, "may_have": choices.some([v for v in variable.values if v not in has])}
    forms = [_listed, *([_at_least, _at_most, _between] if variable.ordered else []), _not]
    return choices.pick(forms)(variable, choices)


def _listed(variable: Variable, choices: Choices) -> Any:
    named = choices.some(variable.values, at_least=1)
    return [*named, "n/a"] if variable.na and choices.pick((False, False, True)) else named


def _at_least(variable: Variable, choices: Choices) -> Any:
    return f"at least {choices.pick(variable.values)}"


def _at_most(variable: Variable, choices: Choices) -> Any:
    return f"at most {choices.pick(variable.values)}"


def _between(variable: Variable, choices: Choices) -> Any:
    ends = sorted(choices.pick(range(variable.size)) for _ in range(2))
    return f"between {variable.values[ends[0]]} and {variable.values[ends[1]]}"


def _not(variable: Variable, choices: Choices) -> Any:
    return f"not {choices.pick(variable.values)}"


def _partial_number(variable: Variable, choices: Choices) -> Any:
    low, high = variable.low, variable.high
    ends = sorted(choices.pick([n for pair in _stretches(variable) for n in pair]) for _ in range(2))
    return choices.pick((f"at least {ends[0]}", f"at most {ends[1]}", f"between {ends[0]} and {ends[1]}",
                         [ends[0], ends[1]], f"between {low} and {high}"))


def _stretches(variable: Variable) -> list[tuple[int, int]]:
    ends = [*(b - 1 for b in variable.bounds[1:]), variable.high]
    return list(zip(variable.bounds, ends, strict=True))


def completions(kb: KnowledgeBase, profile: Profile) -> st.SearchStrategy[Profile]:
    """Full profiles that refine ``profile``: every open fact answered, every partner too."""
    situation = load_situation(kb, profile)

    @st.composite
    def completion(draw: st.DrawFn) -> Profile:
        return complete(kb, situation, Choices(lambda options: draw(st.sampled_from(options))))

    return completion()


def complete(kb: KnowledgeBase, situation: Situation, choices: Choices) -> Profile:
    """A full profile that refines a situation.

    A fact whose grade was too weak counts as unknown, so any value completes it. What the
    partner list settles is left to the partner list.
    """
    out: Profile = {}
    partners = situation.partners
    for at in range(kb.attributes):
        stated = situation.fact(at)
        if at in kb.aggregates and partners is not None and (stated is None or stated.origin == "partners"):
            continue
        out[kb.variables[at].id] = atom(kb.variables[at], choices.pick(bits(situation.masks[at])))
    if partners is None:
        if choices.pick((False, True)):
            out["partners"] = [_complete_partner(kb, f"N{i}", None, choices)
                               for i in range(choices.pick((0, 1, 2, 3)))]
    else:
        out["partners"] = [_complete_partner(kb, p.name, p.masks, choices) for p in partners]
    return out


def _complete_partner(
    kb: KnowledgeBase, name: str, masks: Sequence[int] | None, choices: Choices
) -> Profile:
    out: Profile = {"name": name}
    for at, variable in enumerate(kb.partner.variables):
        out[variable.id] = atom(variable, choices.pick(bits(masks[at] if masks else variable.full)))
    return out


def atom(variable: Variable, index: int) -> Any:
    """Atom ``index`` of a variable as one writes it."""
    if index == variable.size:
        return "n/a"
    if variable.kind == "set":
        return [variable.values[i] for i in bits(index)]
    if variable.kind == "number":
        return _stretches(variable)[index][0]
    return variable.values[index]
