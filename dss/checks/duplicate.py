"""Two rules say the same

What it finds: two rules with the same condition, the same exceptions and the same
consequences.

Why it matters: within one principle a second favour counts half, so a copy changes scores
without adding a reason; and one of the two will be forgotten when the other is changed.

How to mend it: keep one of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..rules import Rule
from . import Flaw, Study, flaw

CODE = "KB104"


def check(study: Study) -> Iterator[Flaw]:
    """Each rule that repeats an earlier one."""
    seen: dict[object, Rule] = {}
    for rule in study.kb.rules.values():
        first = seen.setdefault((rule.when, rule.unless, consequences(rule)), rule)
        if first is not rule:
            yield flaw(CODE, f"rule '{rule.id}' says the same as rule '{first.id}'", study.rule(rule.id),
                       "keep one of them", also=[study.rule(first.id)])


def consequences(rule: Rule) -> object:
    """What a rule does, order aside."""
    return (frozenset(rule.concludes), frozenset(rule.favours), frozenset(rule.forbids),
            frozenset(rule.requires), frozenset(rule.cautions))
