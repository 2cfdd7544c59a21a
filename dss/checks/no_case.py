"""A rule without cases, or with the same case twice

What it finds: a rule with no case at all (an unconditional rule needs one that fires), and
a case whose facts an earlier case of the rule already gives.

Why it matters: cases are how a reviewer who does not program sees what a rule does.

How to mend it: write the case that is missing; change or drop the copy.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..situation import written
from . import Flaw, Study, flaw

CODE = "KB115"


def check(study: Study) -> Iterator[Flaw]:
    """Each rule without a case and each case given twice."""
    for rule in study.kb.rules.values():
        if not rule.cases:
            yield flaw(CODE, f"rule '{rule.id}' has no case", study.rule(rule.id), "write one that fires")
        seen: dict[str, int] = {}
        for case in rule.cases:
            first = seen.setdefault(written(case.given), case.place.line)
            if first != case.place.line:
                yield flaw(CODE, f"a case of rule '{rule.id}' repeats that of line {first}", case.place,
                           "change its facts, or drop it")
