"""An action that no rule speaks of

What it finds: an action that no rule favours, and no rule requires beside another.

Why it matters: without favour an action has no points, so no mix will ever hold it.

How to mend it: write the rule that says when it is apt, or take the action out.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import Flaw, Study, flaw

CODE = "KB110"


def check(study: Study) -> Iterator[Flaw]:
    """Each action that is neither favoured nor required, and not barred for good."""
    rules = study.kb.rules.values()
    spoken = {target for rule in rules for target, n in rule.favours if n > 0}
    spoken |= {a for rule in rules for r in rule.requires for a in (*r.all_of, *r.one_of)}
    for name in study.kb.actions:
        if name not in spoken and name not in study.barred_for_good:
            yield flaw(CODE, f"no rule speaks for the action '{name}'", study.written.place("action", name),
                       "write the rule that says when it is apt")
