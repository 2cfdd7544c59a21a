"""An action that no profile can bring into a mix

What it finds: an action that rules speak for, but which never gathers the points it needs
while it is permitted (those of an action at home where a posture lists it, otherwise those
of a stranger), and that nothing requires as a companion. Leading actions need no points.

Why it matters: the catalogue promises something that is never advised.

How to mend it: raise the strength, add a reason, or list it under a posture's 'fits'.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ..weigh import tapered
from ..witness import both
from . import Flaw, Study, flaw

CODE = "KB111"


def check(study: Study) -> Iterator[Flaw]:
    """Each action that stays below its threshold wherever it is permitted."""
    kb = study.kb
    companions = {a for rule in kb.rules.values() for r in rule.requires for a in (*r.all_of, *r.one_of)}
    leading = {p.core[0] for p in kb.postures.values() if p.core}
    home = {a for p in kb.postures.values() for a in (*p.core, *p.fits)}
    for name in kb.actions:
        if name in companions | leading | study.never_permitted or name in study.barred_for_good:
            continue
        least = kb.composition.entry if name in home else kb.composition.stranger
        if study.most_points(name) and not _reaches(study, name, least):
            yield flaw(
                CODE,
                f"no profile can bring the action '{name}' into a mix",
                study.written.place("action", name),
                f"it never has the {least / 4:g} points it needs while it is permitted",
            )


def _reaches(study: Study, action: str, least: int) -> bool:
    """Whether up to three rules that can fire while the action is permitted give it enough points."""
    speaking = [
        (rule, n) for rule in study.kb.rules.values() for t, n in rule.favours if t == action and n > 0
    ]
    for size in (1, 2, 3):
        for some in combinations(speaking, size):
            by_principle: dict[str, list[int]] = {}
            for rule, n in some:
                by_principle.setdefault(rule.principle, []).append(n)
            if sum(tapered(ns) for ns in by_principle.values()) < least:
                continue
            goal = both([study.find.permitted(action), *(study.find.fires(rule.id) for rule, _ in some)])
            if not study.never(goal, f"whether {action} enters"):
                return True
    return len(speaking) > 3 and study.most_points(action) >= least
