"""A safeguard that no rule requires

What it finds: a safeguard that no requirement of any rule names.

Why it matters: it can never appear in a report.

How to mend it: write 'require: {with: …, safeguard: …}' in the rule it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import Flaw, Study, flaw

CODE = "KB122"


def check(study: Study) -> Iterator[Flaw]:
    """Each safeguard that is never required."""
    required = {r.safeguard for rule in study.kb.rules.values() for r in rule.requires}
    for entry in study.written.of("safeguard"):
        if entry.id not in required:
            yield flaw(CODE, f"no rule requires the safeguard '{entry.id}'", entry.place,
                       f"require: {{with: …, safeguard: {entry.id}}}")
