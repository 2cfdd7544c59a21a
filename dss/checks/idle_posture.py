"""A posture that cannot be advised

What it finds: a posture other than the fallback that no rule favours, whose leading action
is never permitted, whose leading action alone is harder than the band allows, or whose core
actions exclude each other.

Why it matters: a posture stands in the list only to be chosen in some crisis.

How to mend it: write the rule that favours it, or correct its band or core.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ..catalogue import Posture
from . import Flaw, Study, flaw

CODE = "KB121"


def check(study: Study) -> Iterator[Flaw]:
    """Each posture that is idle or at odds with itself."""
    favoured = {target for rule in study.kb.rules.values() for target, n in rule.favours if n > 0}
    for posture in study.kb.postures.values():
        if posture.id not in favoured and not posture.fallback:
            yield flaw(CODE, f"no rule favours the posture '{posture.id}'", posture.place,
                       "write the rule that says when it is apt")
        yield from _core(study, posture)


def _core(study: Study, posture: Posture) -> Iterator[Flaw]:
    actions = study.kb.actions
    place = study.written.entries["posture", posture.id].key("core")
    lead = posture.core[0] if posture.core else ""
    if lead in study.never_permitted or lead in study.barred_for_good:
        yield flaw(CODE, f"the leading action '{lead}' of posture '{posture.id}' is never permitted", place)
    if lead and actions[lead].hard > posture.band[1]:
        yield flaw(
            CODE,
            f"the leading action '{lead}' of posture '{posture.id}' is harder ({actions[lead].hard}) "
            f"than its band allows ({posture.band[1]})",
            place,
            "raise the band, or let another action lead",
        )
    for one, other in combinations(posture.core, 2):
        if other in actions[one].excludes:
            yield flaw(
                CODE,
                f"'{one}' and '{other}' lead posture '{posture.id}', but exclude each other",
                place,
                also=[study.written.place("action", one)],
            )
