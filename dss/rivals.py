"""Rivals: how the postures compare, at worst and at best, over a whole set of ways to answer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from .bounds import MAYBE, NEVER, SURELY, Bounds, open_phrases, span
from .catalogue import Action, Posture
from .compose import POSTURE_UNIT, gathered, posture_order, requiring
from .conditions import ESTABLISHED, REFUTED
from .kb import KnowledgeBase
from .rules import Requirement
from .terms import single
from .weigh import NORMAL_WEIGHT, UNIT, forbidders, tapered

MEANS = POSTURE_UNIT // UNIT
"""How many posture units one unit of a score makes."""
Asked = Mapping[str, tuple[tuple[Requirement, str], ...]]
"""What may be required beside each action, with the rules that require it."""


class Board:
    """The postures' bounds in one part of the ways to answer."""

    def __init__(self, b: Bounds, weights: Mapping[str, int]) -> None:
        self.bounds = b
        self.kb = b.kb
        self.weights = weights
        self._spans: dict[str, tuple[int, int]] = {}
        self._free: dict[str, int] = {}

    def span_of(self, target: str) -> tuple[int, int]:
        """The least and greatest score of an action or a posture's own row, in 1/400 points."""
        found = self._spans.get(target)
        if found is None:
            low = high = 0
            for principle, given in speaking(self.kb).get(target, {}).items():
                weight = self.weights.get(principle, NORMAL_WEIGHT)
                least, most = self._tapered(given)
                low, high = low + weight * least, high + weight * most
            found = self._spans[target] = low, high
        return found

    def _tapered(self, given: tuple[tuple[int, int], ...]) -> tuple[int, int]:
        fires = self.bounds.fires
        low = [n for i, n in given if fires[i] == SURELY or (fires[i] == MAYBE and n < 0)]
        high = [n for i, n in given if fires[i] == SURELY or (fires[i] == MAYBE and n > 0)]
        return tapered(low), tapered(high)

    def free(self, action: Action) -> int:
        """Whether an action is neither barred nor unmet: NEVER, MAYBE or SURELY."""
        found = self._free.get(action.id)
        if found is None:
            found = self._free[action.id] = self._freedom(action)
        return found

    def _freedom(self, action: Action) -> int:
        b = self.bounds
        rules = forbidders(self.kb)[action.id]
        least, most = span(action.needs, b.possible)
        least_known, most_known = span(action.needs_known, b.possible)
        out = most == REFUTED or most_known < ESTABLISHED
        sure = least > REFUTED and least_known == ESTABLISHED
        if action.guarded:
            out = out or any(b.low[i] > REFUTED for i in rules)
            sure = sure and all(b.high[i] == REFUTED for i in rules)
        else:
            out = out or any(b.fires[i] == SURELY for i in rules)
            sure = sure and all(b.fires[i] == NEVER for i in rules)
        return NEVER if out else SURELY if sure else MAYBE

    def ahead(self, first: Posture, second: Posture | None) -> int:
        """The least by which one posture's score exceeds another's (None: nothing), in posture units."""
        parts = shares(self.kb, first.id) if second is None else differences(self.kb, first.id, second.id)
        return sum(self._least(target, n) for target, n in parts.items())

    def _least(self, target: str, times: int) -> int:
        low, high = self.span_of(target)
        worst = min(low * times, high * times)
        action = self.kb.actions.get(target)
        if action is None:
            return worst
        freedom = self.free(action)
        return worst if freedom == SURELY else 0 if freedom == NEVER else min(0, worst)

    def beats(self, winner: Posture, other: Posture) -> bool:
        """Whether a posture surely comes before another, or the other is surely infeasible."""
        if other is winner or not self.may_lead(other):
            return True
        lead, order = self.ahead(winner, other), posture_order(self.kb)
        return lead > 0 or (lead == 0 and order.index(winner) < order.index(other))

    def may_lead(self, posture: Posture) -> bool:
        """Whether a posture may be feasible with a score above nothing."""
        lead = self.kb.actions[posture.core[0]]
        if self.free(lead) == NEVER or self._most(posture) <= 0:
            return False
        over = [n for n in self._overs(posture).values() if n < 0]
        return self._may_be_pointless(lead) or self._over(posture, lead) + sum(over) <= 0

    def _over(self, posture: Posture, action: Action) -> int:
        """What an action adds to the hardness of a mix beyond the top of a posture's band; the sum over
        a bundle is above 0 just when its share of hard power is too high."""
        return action.hard * (action.hard - posture.band[1])

    def _overs(self, posture: Posture) -> Mapping[str, int]:
        """The same for every action that may have to enter beside the leading one."""
        lead = posture.core[0]
        circle = [self.kb.actions[a] for a in _closure(lead, self._asked()) if a != lead]
        return {a.id: self._over(posture, a) for a in circle if self.free(a) != NEVER}

    def _asked(self) -> Asked:
        """What may be required beside each action."""
        fires = self.bounds.fires
        may = tuple(rule.id for i, rule in requiring(self.kb) if fires[i] != NEVER)
        return gathered(self.kb, may).by_action

    def _may_be_pointless(self, action: Action) -> bool:
        """Whether an action may be in place already; a posture it leads is then feasible without it."""
        return span(action.pointless, self.bounds.value)[1] == ESTABLISHED

    def _most(self, posture: Posture) -> int:
        """The greatest score a posture may have, in posture units."""
        return -sum(self._least(target, -n) for target, n in shares(self.kb, posture.id).items())

    def surely_leads(self, posture: Posture) -> bool:
        """Whether a posture is surely feasible with a score above nothing."""
        return self.ahead(posture, None) > 0 and self._closes(posture)

    def _closes(self, posture: Posture) -> bool:
        """Whether the leading action surely finds all its companions, whichever are asked for."""
        lead = posture.core[0]
        asked, overs = self._asked(), self._overs(posture)
        names = {lead, *overs}
        over = self._over(posture, self.kb.actions[lead]) + sum(n for n in overs.values() if n > 0)
        if over > 0 or any(names & set(self.kb.actions[a].excludes) for a in names):
            return False
        escalating = self.kb.composition.never_adds
        if lead in escalating and self._may_be_pointless(self.kb.actions[lead]):
            return False

        def plain(action: str) -> bool:
            return not self._may_be_pointless(self.kb.actions[action])

        def sure(action: str, above: frozenset[str]) -> bool:
            if action in above:
                return True
            if self.free(self.kb.actions[action]) != SURELY or (action in escalating and action != lead):
                return False
            here = above | {action}
            return all(all(sure(a, here) for a in need.all_of)
                       and (not need.one_of or any(plain(a) and sure(a, here) for a in need.one_of))
                       for need, _ in asked.get(action, ()))

        return sure(lead, frozenset())

    def is_clear(self) -> bool:
        """Whether enough of the frame is known already."""
        return 2 * self._open_frame(moving=True) <= self._frame()

    def stays_unclear(self) -> bool:
        """Whether too much of the frame stays open however the rest is answered."""
        return 2 * self._open_frame(moving=False) > self._frame()

    def _frame(self) -> int:
        return sum(1 for variable in self.kb.variables[: self.kb.attributes] if variable.frame)

    def _open_frame(self, *, moving: bool) -> int:
        b = self.bounds
        return sum(1 for at in range(self.kb.attributes) if self.kb.variables[at].frame
                   and not single(b.possible.masks[at]) and (moving or at not in b.moving))

    def waits_for(self, winner: Posture, cautious: bool) -> Mapping[tuple[int, int], int]:
        """The open answers on which the comparison with the nearest rival hangs, with their weights."""
        rivals = [p for p in self.kb.postures.values()
                  if (self.may_lead(p) if cautious else not self.beats(winner, p))]
        if not rivals or (not cautious and not self._closes(winner)):
            targets = dict.fromkeys((winner.id, *reachable(self.kb, winner.core[0])), MEANS)
        elif cautious:
            targets = dict(shares(self.kb, max(rivals, key=self._most).id))
        else:
            rival = min(rivals, key=lambda p: self.ahead(winner, p))
            targets = {t: abs(n) for t, n in differences(self.kb, winner.id, rival.id).items()}
        return self._phrases(targets)

    def _phrases(self, targets: Mapping[str, int]) -> Mapping[tuple[int, int], int]:
        b = self.bounds
        rules: dict[int, int] = {}
        conditions = []
        for target, times in targets.items():
            for principle, given in speaking(self.kb).get(target, {}).items():
                weight = self.weights.get(principle, NORMAL_WEIGHT) * times
                for i, n in given:
                    if b.fires[i] == MAYBE and weight:
                        rules[i] = rules.get(i, 0) + abs(n) * weight
            action = self.kb.actions.get(target)
            if action is not None and times and self.free(action) == MAYBE:
                worth = max(1, *(abs(n) for n in self.span_of(target))) * times
                rules |= {i: max(worth, rules.get(i, 0)) for i in forbidders(self.kb)[target]
                          if b.low[i] < b.high[i] or b.fires[i] == MAYBE}
                conditions.append((action.needs, worth))
        return open_phrases(b, rules, conditions)


@lru_cache(maxsize=8)
def speaking(kb: KnowledgeBase) -> Mapping[str, Mapping[str, tuple[tuple[int, int], ...]]]:
    """For each action and posture, by principle, the rules (by position) and their quarter points."""
    found: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for i, rule in enumerate(kb.rules.values()):
        for target, n in rule.favours:
            found.setdefault(target, {}).setdefault(rule.principle, []).append((i, n))
    return {t: {p: tuple(given) for p, given in row.items()} for t, row in found.items()}


@lru_cache(maxsize=256)
def reachable(kb: KnowledgeBase, lead: str) -> tuple[str, ...]:
    """The actions that any rule may bring in beside a leading action, and itself."""
    return _closure(lead, gathered(kb, tuple(rule.id for _, rule in requiring(kb))).by_action)


def _closure(lead: str, asked: Asked) -> tuple[str, ...]:
    found = {lead: None}
    pending = [lead]
    while pending:
        for requirement, _ in asked.get(pending.pop(), ()):
            for action in (*requirement.all_of, *requirement.one_of):
                if action not in found:
                    found[action] = None
                    pending.append(action)
    return tuple(found)


@lru_cache(maxsize=128)
def shares(kb: KnowledgeBase, posture: str) -> Mapping[str, int]:
    """How much each row counts in a posture's score, in posture units: its own, and its core's mean."""
    core = kb.postures[posture].core
    return {posture: MEANS, **dict.fromkeys(core, MEANS // len(core))}


@lru_cache(maxsize=1024)
def differences(kb: KnowledgeBase, first: str, second: str) -> Mapping[str, int]:
    """How much more each row counts in one posture's score than in another's, in posture units."""
    mine, theirs = shares(kb, first), shares(kb, second)
    found = {t: mine.get(t, 0) - theirs.get(t, 0) for t in {**mine, **theirs}}
    return {t: n for t, n in found.items() if n}
