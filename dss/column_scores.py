"""Weighing over blocks: scores, standings and postures of many profiles at once.

The meaning is that of :mod:`dss.weigh` and :mod:`dss.compose`, in whole numbers. Scores
here are in ``unit`` times the smaller unit there, so that they stay small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import gcd

from .catalogue import Posture
from .columns import POSSIBLE, PRESUMED, Inferred
from .compose import POSTURE_UNIT
from .kb import KnowledgeBase
from .planes import Numbers, Plane, any_of, at_least, both, either, masked, minus, no, weighted
from .weigh import NORMAL_WEIGHT, UNIT, forbidders

_MEANS = POSTURE_UNIT // UNIT
_WHOLE = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Standings:
    """Where an action is forbidden, barred until more is known, unmet, pointless, available."""

    forbidden: Plane
    barred: Plane
    unmet: Plane
    pointless: Plane
    available: Plane


@dataclass(frozen=True)
class Speaking:
    """Which rules (by index) speak for or against a target within a principle, strongest first."""

    principle: str
    favours: _WHOLE
    against: _WHOLE


@lru_cache(maxsize=8)
def speaking(kb: KnowledgeBase) -> Mapping[str, tuple[Speaking, ...]]:
    """For each target that rules weigh, who speaks of it, by principle."""
    found: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for i, rule in enumerate(kb.rules.values()):
        for target, n in rule.favours:
            found.setdefault(target, {}).setdefault(rule.principle, []).append((n, i))
    return {target: tuple(
        Speaking(principle, tuple(sorted(((n, i) for n, i in given if n > 0), reverse=True)),
                 tuple(sorted((n, i) for n, i in given if n < 0)))
        for principle, given in cells.items()) for target, cells in found.items()}


class Weighed:
    """Scores and standings in every profile of a block.

    ``scores[target] * unit`` is the score in 1/400 points (:data:`dss.weigh.UNIT`);
    ``postures[posture] * posture_unit`` the posture's in 1/:data:`dss.compose.POSTURE_UNIT`.
    """

    def __init__(self, inferred: Inferred) -> None:
        kb, block = inferred.kb, inferred.block
        self.inferred = inferred
        self.size = block.size
        weights = [block.weights.get(p, NORMAL_WEIGHT) for p in kb.principles]
        self.unit = gcd(*weights) or 1
        self.scores: dict[str, Numbers] = {
            target: weighted(self._terms(cells), self.size) for target, cells in speaking(kb).items()}
        self.standing = {name: self._stand(name) for name in kb.actions}
        shares = [_MEANS // len(p.core) for p in kb.postures.values()]
        common = gcd(_MEANS, *shares)
        self.posture_unit = self.unit * common
        self._masked: dict[str, Numbers] = {}
        self.postures: dict[str, Numbers] = {
            p.id: self._posture(p, _MEANS // common, share // common)
            for p, share in zip(kb.postures.values(), shares, strict=True)}

    def score(self, target: str) -> Numbers:
        """An action's score, or a posture's own, in ``unit``."""
        return self.scores.get(target, 0)

    def reaches(self, action: str, quarter_points: int) -> Plane:
        """Where an action has so many quarter points at the normal weight."""
        return at_least(self.score(action), -(-quarter_points * NORMAL_WEIGHT // self.unit))

    def _terms(self, cells: tuple[Speaking, ...]) -> Iterator[tuple[int, Plane]]:
        for cell in cells:
            weight = self.inferred.block.weights.get(cell.principle, NORMAL_WEIGHT) // self.unit
            for sign, given in ((1, cell.favours), (-1, cell.against)):
                for worth, plane in self._tapered(given):
                    yield sign * worth * weight, plane

    def _tapered(self, given: _WHOLE) -> Iterator[tuple[int, Plane]]:
        """What the strongest, the second and the third of the rules that fired are worth, and where."""
        once: Plane = False
        twice: Plane = False
        thrice: Plane = False
        terms: dict[int, Plane] = {}
        for n, rule in given:
            fired, worth = self.inferred.fired[rule], abs(n)
            again = both(fired, once)
            for share, plane in ((worth, minus(fired, once)), (worth >> 1, minus(again, twice)),
                                 (worth >> 2, minus(both(again, twice), thrice))):
                terms[share] = either(terms.get(share, False), plane)
            thrice = either(thrice, both(fired, twice))
            twice = either(twice, again)
            once = either(once, fired)
        yield from terms.items()

    def _stand(self, name: str) -> Standings:
        inferred, action = self.inferred, self.inferred.kb.actions[name]
        rules = forbidders(inferred.kb)[name]
        maybe: Plane = False
        if action.guarded:
            forbidden = any_of(inferred.established[r] for r in rules)
            maybe = any_of(inferred.open_or_so[r] for r in rules)
        else:
            forbidden = any_of(inferred.fired[r] for r in rules)
        known = inferred.status(action.needs_known, POSSIBLE)[0]
        perhaps = inferred.status(action.needs, POSSIBLE)[1]
        rest = minus(perhaps, forbidden)
        unmet = minus(no(perhaps), forbidden)
        barred = both(rest, either(maybe, no(known)))
        rest = minus(rest, barred)
        pointless = both(rest, inferred.status(action.pointless, PRESUMED)[0]) if action.pointless else False
        return Standings(forbidden, barred, unmet, pointless, minus(rest, pointless))

    def _posture(self, posture: Posture, own: int, share: int) -> Numbers:
        parts = [(own, self.score(posture.id)), *((share, self._counted(a)) for a in posture.core)]
        return total(parts)

    def _counted(self, action: str) -> Numbers:
        """A core action's score, 0 where it is barred or unmet."""
        if action not in self._masked:
            standing = self.standing[action]
            counted = either(standing.available, standing.pointless)
            self._masked[action] = masked(self.score(action), counted, self.size)
        return self._masked[action]


def total(parts: list[tuple[int, Numbers]]) -> Numbers:
    """The sum of numbers, each times a factor."""
    import numpy as np

    constant = sum(factor * n for factor, n in parts if isinstance(n, int))
    arrays = [(factor, n) for factor, n in parts if not isinstance(n, int)]
    if not arrays:
        return constant
    out = np.full(len(arrays[0][1]), constant, np.int32)
    for factor, n in arrays:
        out += n.astype(np.int32) * np.int32(factor)
    return out
