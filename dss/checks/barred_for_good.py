"""Something is built on an action that is barred for good

What it finds: an action that an unconditional rule forbids and that a rule favours or
requires nevertheless, or that a posture lists.

Why it matters: the favour can never count, and the requirement can never be met.

How to mend it: drop the favour, or give the bar its condition.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import Flaw, Study, flaw

CODE = "KB126"


def check(study: Study) -> Iterator[Flaw]:
    """Each use of an action that is barred for good."""
    barred = study.barred_for_good
    for rule in study.kb.rules.values():
        used = [t for t, n in rule.favours if n > 0] + [a for r in rule.requires for a in r.all_of]
        for name in dict.fromkeys(used):
            if name in barred:
                yield flaw(
                    CODE,
                    f"rule '{rule.id}' counts on '{name}', which rule '{barred[name]}' always forbids",
                    study.rule(rule.id, "then"),
                    "drop it, or give the bar its condition",
                    also=[study.rule(barred[name], "then")],
                )
    for posture in study.kb.postures.values():
        for name in dict.fromkeys((*posture.core[1:], *posture.fits)):
            if name in barred:
                yield flaw(
                    CODE,
                    f"posture '{posture.id}' lists '{name}', which rule '{barred[name]}' always forbids",
                    posture.place,
                    "take it out of the list",
                    also=[study.rule(barred[name], "then")],
                )
