"""Weighing: the matrix of actions and postures by principles, and each action's standing.

Points are integers in quarter points. Within one principle the favours for an action
count s1 + s2/2 + s3/4, strongest first, and disfavours likewise against; scores add
principles up, each times the user's weight in hundredths, so a score's unit is 1/400
point. No float decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress, count
from operator import ne

from .catalogue import TIMES, Action
from .conditions import ESTABLISHED, OPEN, REFUTED, status
from .evaluate import FIRED, Inference, fired, truth
from .kb import KnowledgeBase

NORMAL_WEIGHT = 100
UNIT = 4 * NORMAL_WEIGHT
"""How many score units make one point."""

AVAILABLE, FORBIDDEN, BARRED, UNMET, POINTLESS = (
    "available", "forbidden", "barred-until", "needs-unmet", "pointless",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether an action may be chosen; ``rules`` forbid it, or would when more is known."""

    status: str
    rules: tuple[str, ...] = ()


_FREE = Standing(AVAILABLE)
_POINTLESS = Standing(POINTLESS)
_UNMET = Standing(UNMET)
_OPEN_NEEDS = Standing(BARRED)


@dataclass(frozen=True, slots=True)
class Weighing:
    """``points``: quarter points by action or posture, then principle (zero rows are left out).

    ``scores`` are in units of 1/400 point; ``standing`` is by action.
    """

    points: Mapping[str, Mapping[str, int]]
    scores: Mapping[str, int]
    standing: Mapping[str, Standing]


@dataclass(frozen=True, slots=True)
class _Index:
    """Who speaks of what: rules by target and by forbidden action, actions by variable read."""

    favours: Mapping[str, tuple[tuple[int, str, int], ...]]
    forbids: Mapping[str, tuple[tuple[int, str], ...]]
    weighed_by: Mapping[int, tuple[str, ...]]
    stands_by_rule: Mapping[int, tuple[str, ...]]
    stands_by_variable: Mapping[int, tuple[str, ...]]


@lru_cache(maxsize=8)
def _index(kb: KnowledgeBase) -> _Index:
    favours: dict[str, list[tuple[int, str, int]]] = {}
    forbids: dict[str, list[tuple[int, str]]] = {name: [] for name in kb.actions}
    for i, rule in enumerate(kb.rules.values()):
        for target, n in rule.favours:
            favours.setdefault(target, []).append((i, rule.principle, n))
        for action in rule.forbids:
            forbids[action].append((i, rule.id))
    reads: dict[int, list[str]] = {}
    for action_ in kb.actions.values():
        for variable in {v for dnf in (action_.needs, action_.pointless) for row in dnf for v, _ in row}:
            reads.setdefault(variable, []).append(action_.id)
    rules = list(kb.rules.values())
    return _Index(
        {t: tuple(f) for t, f in favours.items()}, {a: tuple(f) for a, f in forbids.items()},
        {i: tuple(t for t, _ in r.favours) for i, r in enumerate(rules) if r.favours},
        {i: r.forbids for i, r in enumerate(rules) if r.forbids},
        {v: tuple(a) for v, a in reads.items()},
    )


@lru_cache(maxsize=8)
def forbidders(kb: KnowledgeBase) -> Mapping[str, tuple[int, ...]]:
    """For each action the rules (by position) that forbid it."""
    return {action: tuple(i for i, _ in rules) for action, rules in _index(kb).forbids.items()}


def weigh(kb: KnowledgeBase, inference: Inference, weights: Mapping[str, int]) -> Weighing:
    """Weigh every action and posture on what was inferred; ``weights`` in hundredths."""
    points = {}
    for target in _index(kb).favours:
        row = _row(kb, target, inference.states)
        if row:
            points[target] = row
    scores = {target: _score(row, weights) for target, row in points.items()}
    standing = {name: stand(kb, action, inference) for name, action in kb.actions.items()}
    return Weighing(points, scores, standing)


def reweigh(kb: KnowledgeBase, base: Weighing, before: Inference, after: Inference,
            weights: Mapping[str, int]) -> Weighing:
    """``base`` brought from inference ``before`` to ``after``; only what changed is done again."""
    index = _index(kb)
    targets: dict[str, None] = {}
    actions: dict[str, None] = {}
    for i in _differing(before.states, after.states):
        if fired(before.states[i]) != fired(after.states[i]):
            targets.update(dict.fromkeys(index.weighed_by.get(i, ())))
        actions.update(dict.fromkeys(index.stands_by_rule.get(i, ())))
    for variable in (*_differing(before.possible, after.possible), *_differing(before.value, after.value)):
        actions.update(dict.fromkeys(index.stands_by_variable.get(variable, ())))
    if not targets and not actions:
        return base
    points, scores, standing = dict(base.points), dict(base.scores), dict(base.standing)
    for target in targets:
        row = _row(kb, target, after.states)
        points[target], scores[target] = row, _score(row, weights)
    for name in actions:
        standing[name] = stand(kb, kb.actions[name], after)
    return Weighing(points, scores, standing)


def _differing(before: Sequence[int], after: Sequence[int]) -> Iterator[int]:
    """The places at which two sequences of the same length differ."""
    return compress(count(), map(ne, before, after))


def _row(kb: KnowledgeBase, target: str, states: Sequence[int]) -> dict[str, int]:
    """A target's quarter points by principle."""
    given: dict[str, list[int]] = {}
    for i, principle, n in _index(kb).favours[target]:
        if states[i] & FIRED:
            given.setdefault(principle, []).append(n)
    return {principle: tapered(ns) for principle, ns in given.items()}


def _score(row: Mapping[str, int], weights: Mapping[str, int]) -> int:
    return sum(weights.get(p, NORMAL_WEIGHT) * n for p, n in row.items())


def tapered(given: Sequence[int]) -> int:
    """The sum within one principle: the strongest in full, the second by half, the third by a quarter."""
    if len(given) == 1:
        return given[0]
    favours = sorted((n for n in given if n > 0), reverse=True)[:3]
    against = sorted(-n for n in given if n < 0)[::-1][:3]
    return sum(n >> i for i, n in enumerate(favours)) - sum(n >> i for i, n in enumerate(against))


def stand(kb: KnowledgeBase, action: Action, inference: Inference) -> Standing:
    """Whether an action may be chosen.

    A bar on a coercive or forceful action holds unless it is refuted, and its needs must
    be established. A cooperative one is barred by rules that fired, and its needs must
    only not be refuted, but for those that it says must be known.
    """
    states = inference.states
    rules = _index(kb).forbids[action.id]
    if action.guarded:
        certain = tuple(r for i, r in rules if truth(states[i]) == ESTABLISHED)
        maybe = tuple(r for i, r in rules if truth(states[i]) == OPEN)
    else:
        certain, maybe = tuple(r for i, r in rules if fired(states[i])), ()
    if certain:
        return Standing(FORBIDDEN, certain)
    needs = status(action.needs, inference.possible)
    if needs == REFUTED:
        return _UNMET
    if maybe:
        return Standing(BARRED, maybe)
    if needs == OPEN and status(action.needs_known, inference.possible) == OPEN:
        return _OPEN_NEEDS
    if action.pointless and status(action.pointless, inference.value) == ESTABLISHED:
        return _POINTLESS
    return _FREE


def rank(kb: KnowledgeBase, weighing: Weighing, actions: Iterable[str]) -> list[str]:
    """Actions best first: score, then less hard, less escalating, sooner, id."""
    scores, order = weighing.scores, _mildest_first(kb)
    return sorted(actions, key=lambda name: (-scores.get(name, 0), order[name]))


@lru_cache(maxsize=8)
def _mildest_first(kb: KnowledgeBase) -> Mapping[str, int]:
    """Each action's place when all scores are equal: less hard, less escalating, sooner, id."""
    def key(action: Action) -> tuple[int, int, int, str]:
        return action.hard, action.escalation, TIMES.index(action.lead_time), action.id

    return {action.id: i for i, action in enumerate(sorted(kb.actions.values(), key=key))}
