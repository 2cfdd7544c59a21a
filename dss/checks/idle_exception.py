"""An exception that never bites

What it finds: an 'unless' that can never be established while the rule's condition holds.

Why it matters: a reader takes the exception to soften the rule; it does not.

How to mend it: correct it, or take it out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..witness import both
from . import Flaw, Study, flaw

CODE = "KB124"


def check(study: Study) -> Iterator[Flaw]:
    """Each exception that no profile makes use of."""
    for rule in study.kb.rules.values():
        if rule.unless:
            goal = both([study.find.holds(rule.unless), study.find.holds(rule.when)])
            if study.never(goal, f"the exception of {rule.id}"):
                yield flaw(CODE, f"the exception of rule '{rule.id}' never holds where the rule does",
                           study.rule(rule.id, "unless"), "correct it, or take it out")
