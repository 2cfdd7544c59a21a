"""Static checks of a knowledge base: one small module each, found by its folder.

A check module has a docstring (the page that ``--explain`` shows; its first line is the
title), a ``CODE``, and ``check(study)``, which yields flaws. Modules whose names begin
with an underscore are no checks.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import import_module

from ..conditions import ALWAYS, Dnf
from ..issues import Issue, Place
from ..kb import KnowledgeBase
from ..profile_text import profile_of, yaml_of
from ..weigh import tapered
from ..witness import Goal, Searcher, Undecided, Witness, searcher
from ..written import Written


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing a check found; ``witness`` is a profile (YAML text) that shows it, where one can."""

    issue: Issue
    witness: str = ""


@dataclass(frozen=True)
class Study:
    """A loaded knowledge base with the places of everything in it, as checks read it."""

    kb: KnowledgeBase
    written: Written
    undecided: list[str] = field(default_factory=list)

    @property
    def find(self) -> Searcher:
        """The searcher for profiles that meet a goal."""
        return searcher(self.kb)

    def witness(self, goal: Goal, what: str, start: Mapping[int, int] | None = None) -> Witness | None:
        """A profile that meets a goal; None if there is none, and then only if that is certain."""
        try:
            return self.find.find(goal, start)
        except Undecided:
            self.undecided.append(what)
            return Witness({}, self.find.root)

    def never(self, goal: Goal, what: str) -> bool:
        """Whether certainly no profile meets a goal."""
        return self.witness(goal, what) is None

    def shown(self, witness: Witness) -> str:
        """A witness as YAML text to paste."""
        return yaml_of(profile_of(self.kb, witness.narrowed))

    def rule(self, name: str, key: str = "") -> Place:
        """Where a rule, or a key of it, stands."""
        entry = self.written.entries.get(("rule", name))
        if entry is None:
            return self.kb.rules[name].place
        return entry.key(key) if key else entry.place

    @cached_property
    def barred_for_good(self) -> dict[str, str]:
        """Actions that an unconditional rule forbids, with that rule: listed only to explain the bar."""
        return {action: rule.id for rule in self.kb.rules.values()
                if rule.when == ALWAYS and not rule.unless for action in rule.forbids}

    @cached_property
    def never_permitted(self) -> frozenset[str]:
        """Actions that no profile permits, beyond those barred for good."""
        return frozenset(
            name for name in self.kb.actions
            if name not in self.barred_for_good and self.never(self.find.permitted(name), name)
        )

    @cached_property
    def read_by_conditions(self) -> frozenset[int]:
        """The variables that any condition or scorecard reads."""
        found = {at for dnf in all_conditions(self.kb) for row in dnf for at, _ in row}
        found |= {self.kb.words.about_unknown[at] for at in found if at in self.kb.words.about_unknown}
        for finding in self.kb.findings.values():
            found |= finding.scorecard.reads if finding.scorecard else frozenset()
        return frozenset(found | {self.kb.composition.horizon, self.kb.composition.raising})

    def most_points(self, target: str) -> int:
        """The most quarter points that all rules together could give an action or posture."""
        given: dict[str, list[int]] = {}
        for rule in self.kb.rules.values():
            for name, n in rule.favours:
                if name == target and n > 0:
                    given.setdefault(rule.principle, []).append(n)
        return sum(tapered(ns) for ns in given.values())


def all_conditions(kb: KnowledgeBase) -> Iterator[Dnf]:
    """Every condition of rules, actions, scorecards and invariants."""
    for rule in kb.rules.values():
        yield from (rule.when, rule.unless)
    for action in kb.actions.values():
        yield from (action.needs, action.pointless)
    for finding in kb.findings.values():
        yield from (part.when for part in (finding.scorecard.parts if finding.scorecard else ()))
    yield from (invariant.when for invariant in kb.invariants)


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its code, title, page, and the function that finds flaws."""

    code: str
    name: str
    title: str
    page: str
    run: Callable[[Study], Iterator[Flaw]]


@lru_cache(maxsize=1)
def checks() -> tuple[Check, ...]:
    """Every check by code."""
    found = []
    for module_info in pkgutil.iter_modules(__path__):
        if not module_info.name.startswith("_"):
            module = import_module(f".{module_info.name}", __name__)
            title, _, page = (module.__doc__ or "").strip().partition("\n")
            found.append(
                Check(module.CODE, module_info.name.replace("_", "-"), title, page.strip(), module.check)
            )
    return tuple(sorted(found, key=lambda c: c.code))


def flaw(
    code: str, message: str, place: Place, *hints: str, also: Sequence[Place] = (), witness: str = ""
) -> Flaw:
    """A flaw with its issue."""
    return Flaw(Issue(code, message, place, tuple(h for h in hints if h), tuple(also)), witness)


def run_checks(study: Study, only: Sequence[str] = ()) -> list[Flaw]:
    """Every flaw that the checks (or ``only`` those of these codes) find, by file and line."""
    found = [f for check in checks() if not only or check.code in only for f in check.run(study)]
    return sorted(found, key=lambda f: (f.issue.place.file, f.issue.place.line, f.issue.place.column,
                                        f.issue.code, f.issue.message))
