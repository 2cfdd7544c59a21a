"""Composing mixes over blocks: every profile's mix at once.

The steps are those of :meth:`dss.compose.Composer.mix`, each taken for all profiles of a
block that are at it: first the core of each posture, then what every mix must have, then
the other actions, score by score from the highest down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from .column_bundles import Bundle, Composed, Members, mildest_first, needs_of
from .planes import Numbers, Plane, any_of, both, either, equal, minus, some, weighted
from .rules import Requirement
from .weigh import NORMAL_WEIGHT

_FEW_LEVELS = 64


def compose(composed: Composed) -> None:
    """Fill in the ``members`` of the recommended posture's mix."""
    draft = _Draft(composed)
    for name, plane in composed.posture.items():
        if some(plane):
            for action in composed.kb.postures[name].core:
                draft.core(name, action, plane)
    for requirement, rule in needs_of(composed.kb).every_mix:
        draft.always(requirement, composed.weighed.inferred.fired[rule])
    draft.offers()


class _Draft:
    """The mixes of a block in the making."""

    def __init__(self, composed: Composed) -> None:
        self.composed = composed
        self.kb = composed.kb
        self.weighed = composed.weighed
        self.rules = composed.kb.composition
        self.posture = composed.posture
        tops = [(p.band[1], self.posture[p.id]) for p in self.kb.postures.values()]
        self.bundle = Bundle(composed, composed.members, composed.cautious, weighted(tops, composed.size))
        self.home = {a: any_of(self.posture[p.id] for p in self.kb.postures.values()
                               if a in p.core or a in p.fits) for a in self.kb.actions}
        self.led = {a: any_of(self.posture[p.id] for p in self.kb.postures.values() if a in p.core)
                    for a in self.kb.actions}
        self._taken: list[Plane] = [False] * self.rules.places
        self._of_line: dict[str, list[Plane]] = {}

    def core(self, posture: str, action: str, where: Plane) -> None:
        """Insert a core action of a posture."""
        if action != self.kb.postures[posture].core[0]:
            earned = self.weighed.reaches(action, self.rules.entry)
            where = both(where, either(self.composed.cautious, earned))
        self._insert(action, where)

    def always(self, requirement: Requirement, where: Plane) -> None:
        """Insert what a rule requires of every mix."""
        bundle: Members = {}
        success = self.bundle.meet(requirement, where, bundle)
        self._enter(bundle, minus(success, self.bundle.too_hard(bundle, success)))

    def offers(self) -> None:
        """Offer all other actions, by score and then the mildest first."""
        lowest = -(-self.rules.entry * NORMAL_WEIGHT // self.weighed.unit)
        stranger = -(-self.rules.stranger * NORMAL_WEIGHT // self.weighed.unit)
        for level, _, action, where in self._offered(max(lowest, 1)):
            where = minus(where, self.composed.members.get(action, False))
            if level < stranger:
                where = both(where, self.home[action])
            line = self._of_line.setdefault(self.kb.actions[action].line, self._empty_line())
            self._insert(action, minus(minus(where, self._taken[-1]), line[-1]))

    def _offered(self, lowest: int) -> list[tuple[int, int, str, Plane]]:
        """Every action at every score it has, where it is available and no core of the posture."""
        order = mildest_first(self.kb)
        out = []
        for action in self.kb.actions:
            free = minus(self.weighed.standing[action].available, self.led[action])
            for level, where in _levels(self.weighed.score(action), lowest):
                out.append((level, order[action], action, both(where, free)))
        return sorted(out, key=lambda offer: (-offer[0], offer[1]))

    def _empty_line(self) -> list[Plane]:
        return [False] * self.rules.places_per_line

    def _insert(self, action: str, where: Plane) -> None:
        if not some(where):
            return
        bundle: Members = {}
        before = self.composed.members.get(action, False)
        success = self.bundle.close(action, where, bundle, False)
        success = minus(success, self.bundle.too_hard(bundle, success))
        self._enter(bundle, success)
        self._count(action, minus(success, before))

    def _enter(self, bundle: Members, success: Plane) -> None:
        members = self.composed.members
        for name, plane in bundle.items():
            members[name] = either(members.get(name, False), both(plane, success))

    def _count(self, action: str, chosen: Plane) -> None:
        line = self._of_line.setdefault(self.kb.actions[action].line, self._empty_line())
        for counter in (self._taken, line):
            for i in range(len(counter) - 1, 0, -1):
                counter[i] = either(counter[i], both(counter[i - 1], chosen))
            counter[0] = either(counter[0], chosen)


def _levels(score: Numbers, lowest: int) -> Iterator[tuple[int, Plane]]:
    """Each value from ``lowest`` on that a score has anywhere, with where it has it."""
    if isinstance(score, int):
        levels: Iterable[int] = [score] if score >= lowest else []
    else:
        highest = int(score.max())
        few = highest - lowest < _FEW_LEVELS
        levels = range(lowest, highest + 1) if few else np.unique(score[score >= lowest]).tolist()
    for level in levels:
        where = equal(score, level)
        if some(where):
            yield level, where
