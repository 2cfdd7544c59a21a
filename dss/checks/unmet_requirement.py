"""A requirement that nothing can meet

What it finds: a rule that requires, beside an action, companions none of which is ever
permitted together with it while the rule fires.

Why it matters: the action is thereby excluded, silently and everywhere.

How to mend it: require something that can be had there, or forbid the action openly.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import ESTABLISHED
from ..rules import Requirement, Rule
from ..witness import both
from . import Flaw, Study, flaw

CODE = "KB127"


def check(study: Study) -> Iterator[Flaw]:
    """Each requirement whose companions are never to be had."""
    for rule in study.kb.rules.values():
        for requirement in rule.requires:
            for action in requirement.having:
                if action in study.barred_for_good or action in study.never_permitted:
                    continue
                missing = _missing(study, rule, requirement, action)
                if missing:
                    yield flaw(
                        CODE,
                        f"rule '{rule.id}' requires '{missing}' beside '{action}', but the two are never "
                        "permitted together there",
                        study.rule(rule.id, "then"),
                        "require something that can be had, or forbid the action openly",
                    )


def _missing(study: Study, rule: Rule, requirement: Requirement, action: str) -> str:
    """The companions that are never to be had beside the action; empty when they are."""
    wanted = requirement.all_of or requirement.one_of
    if not wanted:
        return ""
    here = [study.find.fires(rule.id), study.find.permitted(action)]
    witness = study.witness(both(here), f"{rule.id} beside {action}")
    if witness is None:
        return ""

    def never(companion: str) -> bool:
        goal = study.find.permitted(companion)
        return goal.verdict(witness.inference) != ESTABLISHED and study.never(
            both([*here, goal]), f"{companion} beside {action}")

    alone = next((c for c in requirement.all_of if never(c)), "")
    if alone or not requirement.one_of:
        return alone
    return " or ".join(requirement.one_of) if all(never(c) for c in requirement.one_of) else ""
