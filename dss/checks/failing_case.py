"""A case that fails

What it finds: a case whose rule does not do what the case says.

Why it matters: either the rule or the case does not say what its author meant.

How to mend it: 'dss kb test' lists all cases; correct whichever is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..casetest import Outcome, run_cases
from . import Flaw, Study, flaw

CODE = "KB131"


def check(study: Study) -> Iterator[Flaw]:
    """Each case that fails or cannot be read."""
    for outcome in run_cases(study.kb):
        for issue in outcome.problems:
            yield Flaw(issue)
        if not outcome.problems and not outcome.passed and not _explained(study, outcome):
            said = "fire" if outcome.case.fires else "not fire"
            yield flaw(CODE, f"rule '{outcome.rule.id}' should {said} here", outcome.case.place,
                       "correct the rule or the case")


def _explained(study: Study, outcome: Outcome) -> bool:
    """Whether the rule can never fire, which is a finding of its own."""
    return outcome.case.fires and study.never(study.find.fires(outcome.rule.id), outcome.rule.id)
