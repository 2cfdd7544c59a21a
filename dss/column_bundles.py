"""Bundles over blocks: what must enter a mix together, which postures are feasible, the best one.

The meaning is that of :class:`dss.compose.Composer`, worked out for all profiles of a block.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .catalogue import TIMES, Action, Posture
from .column_scores import Weighed
from .compose import posture_order
from .kb import KnowledgeBase
from .planes import (
    Numbers,
    Plane,
    any_of,
    at_least,
    both,
    either,
    equal,
    minus,
    no,
    pack,
    rows,
    some,
    unpack,
    weighted,
)
from .rules import Requirement

Members = dict[str, Plane]


@dataclass(frozen=True)
class Needs:
    """Requirements of companions by action, and of every mix, each with its rule's index."""

    by_action: Mapping[str, tuple[tuple[Requirement, int], ...]]
    every_mix: tuple[tuple[Requirement, int], ...]


@lru_cache(maxsize=8)
def needs_of(kb: KnowledgeBase) -> Needs:
    """The requirements of companions that rules of a knowledge base may make."""
    by_action: dict[str, list[tuple[Requirement, int]]] = {}
    every: list[tuple[Requirement, int]] = []
    for i, rule in enumerate(kb.rules.values()):
        for requirement in rule.requires:
            if not requirement.all_of and not requirement.one_of:
                continue
            if requirement.every_mix:
                every.append((requirement, i))
            for action in requirement.having:
                by_action.setdefault(action, []).append((requirement, i))
    return Needs({a: tuple(r) for a, r in by_action.items()}, tuple(every))


@lru_cache(maxsize=8)
def mildest_first(kb: KnowledgeBase) -> Mapping[str, int]:
    """Each action's place when all scores are equal."""
    def key(action: Action) -> tuple[int, int, int, str]:
        return action.hard, action.escalation, TIMES.index(action.lead_time), action.id

    return {action.id: i for i, action in enumerate(sorted(kb.actions.values(), key=key))}


class Composed:
    """Postures and mixes of a block under given ``withheld`` actions.

    ``posture`` maps each posture to where it is recommended, ``feasible`` to where it could
    be; ``cautious`` is where too little is known; ``members`` maps actions to where
    they are in the mix, once it is composed (:func:`dss.column_mixes.compose`).
    """

    def __init__(self, weighed: Weighed, withheld: Mapping[str, Plane] | None = None) -> None:
        self.weighed = weighed
        self.kb = weighed.inferred.kb
        self.size = weighed.size
        self.withheld = withheld or {}
        self.members: Members = {}
        self.cautious: Plane = False
        self._ahead: dict[tuple[str, str], Plane] = {}
        self.feasible: dict[str, Plane] = {}
        self.posture = self._recommended()

    def _recommended(self) -> dict[str, Plane]:
        best, feasible = self._best()
        positive = both(feasible, at_least(best >> _bits(self.kb), 1) if not isinstance(best, int)
                        else best >> _bits(self.kb) >= 1)
        self.cautious = either(self._frame_open(), no(positive))
        places = len(self.kb.postures)
        place = best & ((1 << _bits(self.kb)) - 1)
        out: dict[str, Plane] = {}
        for i, posture in enumerate(posture_order(self.kb)):
            chosen = minus(equal(place, places - 1 - i), self.cautious)
            out[posture.id] = either(chosen, self.cautious) if posture.fallback else chosen
        return out

    def _best(self) -> tuple[Numbers, Plane]:
        """The best feasible posture's score with its place in the order (a later place is less)."""
        shift, lowest = _bits(self.kb), -(1 << 50)
        best: Numbers = lowest
        anywhere: Plane = False
        for i, posture in enumerate(posture_order(self.kb)):
            feasible = self.feasible[posture.id] = self._feasible(posture)
            score = self.weighed.postures[posture.id]
            key = (score << shift if isinstance(score, int) else score.astype(np.int64) << shift) + (
                len(self.kb.postures) - 1 - i)
            if feasible is False:
                continue
            if not isinstance(feasible, bool):
                key = np.where(unpack(feasible, self.size).view(np.bool_), key, lowest)
            best = max(best, key) if isinstance(best, int) and isinstance(key, int) else np.maximum(best, key)
            anywhere = either(anywhere, feasible)
        return best, anywhere

    def _feasible(self, posture: Posture) -> Plane:
        """Where a posture's leading action can be taken, or is in place."""
        lead = posture.core[0]
        pointless = self.weighed.standing[lead].pointless
        bundle, whole = Bundle(self, {}, False, posture.band[1]), Members()
        success = bundle.close(lead, no(pointless), whole, False)
        return either(pointless, minus(success, bundle.too_hard(whole, success)))

    def _frame_open(self) -> Plane:
        """Where more than half of the attributes that frame a crisis are open."""
        frame = [at for at in range(self.kb.attributes) if self.kb.variables[at].frame]
        open_ = [(2, self.weighed.inferred.several(at)) for at in frame]
        return at_least(weighted(open_, self.size), len(frame) + 1)

    def ahead(self, a: str, b: str) -> Plane:
        """Where action ``a`` ranks before ``b``."""
        if (a, b) not in self._ahead:
            order = mildest_first(self.kb)
            if order[a] < order[b]:
                found = at_least(self.weighed.score(a), self.weighed.score(b))
                self._ahead[a, b], self._ahead[b, a] = found, no(found)
            else:
                self.ahead(b, a)
        return self._ahead[a, b]


def _bits(kb: KnowledgeBase) -> int:
    return (len(kb.postures) - 1).bit_length()


class Bundle:
    """Closing bundles under requirement, beside the ``present`` members of a mix.

    ``top`` is the posture's limit of hard power: one number, or one a profile.
    """

    def __init__(self, composed: Composed, present: Members, cautious: Plane, top: Numbers) -> None:
        self.composed = composed
        self.kb = composed.kb
        self.present = present
        self.cautious = cautious
        self.top = top
        self._tops: dict[int, Plane] = {}

    def close(self, action: str, where: Plane, bundle: Members, companion: bool) -> Plane:
        """Add ``action`` and all it requires to ``bundle``; the plane where that succeeded.

        Where it did not, the bundle is spoilt and must not be used.
        """
        already = both(where, self.holds(action, bundle))
        rest = minus(where, already)
        if rest is False:
            return already
        standing = self.composed.weighed.standing[action]
        if companion:
            already = either(already, both(rest, standing.pointless))
        rest = minus(both(rest, standing.available), self.composed.withheld.get(action, False))
        if self.kb.actions[action].guarded:
            rest = minus(rest, self.cautious)
        for other in self.kb.actions[action].excludes:
            rest = minus(rest, self.holds(other, bundle))
        if rest is False:
            return already
        bundle[action] = either(bundle.get(action, False), rest)
        for requirement, rule in needs_of(self.kb).by_action.get(action, ()):
            asked = both(rest, self.composed.weighed.inferred.fired[rule])
            if asked is not False:
                rest = minus(rest, minus(asked, self.meet(requirement, asked, bundle)))
        return either(already, rest)

    def meet(self, requirement: Requirement, where: Plane, bundle: Members) -> Plane:
        """Add what a requirement asks for to ``bundle``; the plane where it could be had."""
        for companion in requirement.all_of:
            where = self.close(companion, where, bundle, True)
        options = requirement.one_of
        if not options:
            return where
        met = both(where, any_of(self.holds(option, bundle) for option in options))
        lacking = minus(where, met)
        if not some(lacking):
            return met
        attempts: list[tuple[str, Plane, Members]] = []
        for option in options:
            asked = both(lacking, self.composed.weighed.standing[option].available)
            if some(asked):
                attempt = dict(bundle)
                attempts.append((option, self.close(option, asked, attempt, True), attempt))
        for option, success, attempt in attempts:
            chosen = success
            for other, also, _ in attempts:
                if other != option:
                    chosen = minus(chosen, both(also, self.composed.ahead(other, option)))
            for name, plane in attempt.items():
                if plane is not bundle.get(name):
                    bundle[name] = either(bundle.get(name, False), both(plane, chosen))
        return either(met, any_of(success for _, success, _ in attempts))

    def holds(self, action: str, bundle: Members) -> Plane:
        """Where an action is in the mix or the bundle."""
        return either(self.present.get(action, False), bundle.get(action, False))

    def too_hard(self, bundle: Members, where: Plane) -> Plane:
        """Where the whole bundle would lift the share of hard power over the top.

        Without a member harder than the top it never does, for the share was within it before.
        """
        hards = {name: self.kb.actions[name].hard for name in {**self.present, **bundle}}
        harder = both(where, any_of(both(plane, self._below(hards[name])) for name, plane in bundle.items()))
        if not some(harder):
            return False
        chosen = rows(harder, self.composed.size)
        top = self.top if isinstance(self.top, int) else self.top[chosen].astype(np.int64)
        excess = np.zeros(len(chosen), np.int64)
        for name, hard in hards.items():
            plane = self.holds(name, bundle)
            if hard and plane is not False:
                excess += (1 if plane is True else picked(plane, chosen)) * (hard * (hard - top))
        over = np.zeros(self.composed.size, np.bool_)
        over[chosen[excess > 0]] = True
        return pack(over)

    def _below(self, hard: int) -> Plane:
        """Where the top is below a hardness."""
        if isinstance(self.top, int):
            return self.top < hard
        if hard not in self._tops:
            self._tops[hard] = pack(self.top < hard)
        return self._tops[hard]


def picked(plane: Plane, chosen: NDArray[np.intp]) -> NDArray[np.int64]:
    """0 or 1 for each of the chosen profiles."""
    assert not isinstance(plane, bool)
    octets = plane.view(np.uint8)
    out: NDArray[np.int64] = (octets[chosen >> 3] >> (chosen & 7).astype(np.uint8) & 1).astype(np.int64)
    return out
