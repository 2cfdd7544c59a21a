"""Two rules forbid and require the same action

What it finds: a rule that requires an action of every mix, or beside itself of an action
that may still be taken, while another rule that can fire with it forbids that action.

Why it matters: every mix would lack what it must have, or an action that looks permitted
can never enter for want of its companion.

How to mend it: make the two conditions exclude each other, let one override the other, or
offer an alternative with 'one_of'.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..rules import Requirement, Rule
from ..witness import Goal, both
from . import Flaw, Study, flaw

CODE = "KB103"


def check(study: Study) -> Iterator[Flaw]:
    """Each pair of a requiring and a forbidding rule that can fire together."""
    for rule in study.kb.rules.values():
        for requirement in rule.requires:
            for action in requirement.all_of:
                yield from _clashes(study, rule, requirement, action)


def _clashes(study: Study, rule: Rule, requirement: Requirement, action: str) -> Iterator[Flaw]:
    for other in study.kb.rules.values():
        if action not in other.forbids:
            continue
        for wanted in _wanted(study, requirement):
            goal = both([study.find.fires(rule.id), study.find.established(other.id), *wanted])
            witness = study.witness(goal, f"{rule.id} against {other.id}")
            if witness is not None:
                yield flaw(CODE, f"rule '{rule.id}' requires '{action}', which rule '{other.id}' forbids at "
                           "the same time", study.rule(rule.id, "then"),
                           "make the conditions exclude each other, or let one rule override the other",
                           also=[study.rule(other.id, "then")], witness=study.shown(witness))
                break


def _wanted(study: Study, requirement: Requirement) -> Iterator[list[Goal]]:
    """What must be so for a requirement to matter: nothing, or that one of its actions is permitted."""
    if requirement.every_mix:
        yield []
    for action in requirement.having:
        if action not in study.barred_for_good:
            yield [study.find.permitted(action)]
