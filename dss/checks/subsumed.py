"""A rule adds nothing to a wider one

What it finds: a rule that only concludes, forbids or requires, whose every consequence a
wider rule (one that holds whenever this one does) has already. Favours are left out, for
they add up.

Why it matters: the narrower rule never changes anything, yet it looks like a safeguard.

How to mend it: take it out, or say what it adds.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import Dnf
from ..rules import Rule
from . import Flaw, Study, flaw
from .duplicate import consequences

CODE = "KB105"


def check(study: Study) -> Iterator[Flaw]:
    """Each rule that a wider rule makes idle."""
    for rule in study.kb.rules.values():
        if rule.favours or rule.cautions:
            continue
        wider = next((other for other in study.kb.rules.values() if _covers(other, rule)), None)
        if wider is not None:
            yield flaw(
                CODE,
                f"rule '{rule.id}' adds nothing to rule '{wider.id}', which holds whenever it does",
                study.rule(rule.id),
                "take it out, or say what it adds",
                also=[study.rule(wider.id)],
            )


def _covers(wide: Rule, narrow: Rule) -> bool:
    if wide.id == narrow.id or wide.unless or narrow.overrides:
        return False
    if wide.when == narrow.when and consequences(wide) == consequences(narrow):
        return False
    return (
        set(narrow.concludes) <= set(wide.concludes)
        and set(narrow.forbids) <= set(wide.forbids)
        and set(narrow.requires) <= set(wide.requires)
        and implies(narrow.when, wide.when)
    )


def implies(narrow: Dnf, wide: Dnf) -> bool:
    """Whether every alternative of one condition is contained in an alternative of another."""
    return all(any(_inside(dict(row), other) for other in wide) for row in narrow)


def _inside(row: dict[int, int], wide: tuple[tuple[int, int], ...]) -> bool:
    return all(at in row and not row[at] & ~allowed for at, allowed in wide)
