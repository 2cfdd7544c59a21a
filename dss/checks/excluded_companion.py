"""A requirement against an exclusion

What it finds: a rule that requires an action beside another although the two are never in
one mix (or although two of the required ones exclude each other).

Why it matters: the requirement can never be met, so the action it is beside is lost too.

How to mend it: drop the exclusion, or require something else.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..rules import Requirement
from . import Flaw, Study, flaw

CODE = "KB113"


def check(study: Study) -> Iterator[Flaw]:
    """Each requirement that an exclusion makes impossible."""
    for rule in study.kb.rules.values():
        for requirement in rule.requires:
            for one, other in _pairs(study, requirement):
                yield flaw(
                    CODE,
                    f"rule '{rule.id}' wants '{one}' and '{other}' in one mix, but they exclude each other",
                    study.rule(rule.id, "then"),
                    "drop the exclusion, or require something else",
                    also=[study.written.entries["action", one].key("excludes")],
                )


def _pairs(study: Study, requirement: Requirement) -> Iterator[tuple[str, str]]:
    actions = study.kb.actions
    wanted = requirement.all_of
    for i, action in enumerate(wanted):
        for other in (*requirement.having, *wanted[i + 1 :]):
            if other in actions[action].excludes:
                yield action, other
    for having in requirement.having if requirement.one_of else ():
        if all(option in actions[having].excludes for option in requirement.one_of):
            yield requirement.one_of[0], having
