"""An override that never bites

What it finds: a rule that overrides another although no profile makes both hold, or
although the other rule says nothing that could be undone.

Why it matters: a reader takes the special rule to limit the general one; it does not.

How to mend it: correct the conditions, or drop the override.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import status
from ..evaluate import Inference
from ..witness import Goal, both
from . import Flaw, Study, flaw

CODE = "KB106"


def check(study: Study) -> Iterator[Flaw]:
    """Each override of a rule that never holds together with the overriding one."""
    for rule in study.kb.rules.values():
        for name in rule.overrides:
            other = study.kb.rules[name]
            goal = both([study.find.fires(rule.id), _holds_on_value(study, name)])
            if study.never(goal, f"{rule.id} over {name}"):
                yield flaw(CODE, f"rule '{rule.id}' overrides '{other.id}', but the two never hold together",
                           study.rule(rule.id, "overrides"), "correct the conditions, or drop the override",
                           also=[study.rule(other.id)])


def _holds_on_value(study: Study, name: str) -> Goal:
    """The condition of the overridden rule holds on what is presumed, as firing asks."""
    when = study.kb.rules[name].when
    exact = study.find.holds(when)

    def verdict(inference: Inference) -> int:
        return max(exact.verdict(inference), 2 * (status(when, inference.value) == 2))

    return Goal(verdict, exact.hangs_on)
