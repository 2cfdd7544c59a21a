"""A finding that nothing concludes or nothing reads

What it finds: a finding that no rule concludes and that has no scorecard, and one that no
condition reads.

Why it matters: the report would state a finding that rests on nothing or leads nowhere.

How to mend it: write the rule, or take the finding out.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import Flaw, Study, flaw

CODE = "KB119"


def check(study: Study) -> Iterator[Flaw]:
    """Each finding that is idle."""
    concluded = {at for rule in study.kb.rules.values() for at, _ in rule.concludes}
    for entry in study.written.of("finding"):
        at = study.kb.at(entry.id)
        if study.kb.findings[at].scorecard is None and at not in concluded:
            yield flaw(CODE, f"no rule concludes the finding '{entry.id}'", entry.place, "write the rule")
        if at not in study.read_by_conditions:
            yield flaw(CODE, f"nothing reads the finding '{entry.id}'", entry.place,
                       "let a rule read it, or take it out")
