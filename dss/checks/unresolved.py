"""Rules disagree on a finding, and nothing says which one counts

What it finds: a finding without 'resolve' for which two rules that can hold together
conclude different values.

Why it matters: which value counts is then an accident of the program, not a judgement.

How to mend it: write 'resolve: highest' or 'resolve: lowest', or make the rules exclude
each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ..rules import Rule
from ..witness import both
from . import Flaw, Study, flaw

CODE = "KB107"


def check(study: Study) -> Iterator[Flaw]:
    """Each pair of rules in conflict over a finding that does not say how to resolve it."""
    for entry in study.written.of("finding"):
        if entry.get("resolve") is not None or entry.get("scorecard") is not None:
            continue
        at = study.kb.at(entry.id)
        rules = [(rule, bit) for rule in study.kb.rules.values() for f, bit in rule.concludes if f == at]
        for (one, a), (other, b) in combinations(rules, 2):
            if a != b and (shown := _together(study, one, other)) is not None:
                yield flaw(
                    CODE,
                    f"rules '{one.id}' and '{other.id}' can hold together and conclude different "
                    f"values of '{entry.id}'",
                    entry.place,
                    "say 'resolve: highest' or 'resolve: lowest'",
                    also=[study.rule(one.id), study.rule(other.id)],
                    witness=shown,
                )
                break


def _together(study: Study, one: Rule, other: Rule) -> str | None:
    goal = both([study.find.established(one.id), study.find.established(other.id)])
    witness = study.witness(goal, f"{one.id} with {other.id}")
    return None if witness is None else study.shown(witness)
