"""Weighing: the matrix of actions and postures by principles, and each action's standing.

Points are integers in quarter points. Within one principle the favours for an action
count s1 + s2/2 + s3/4, strongest first, and disfavours likewise against; scores add
principles up, each times the user's weight in hundredths, so a score's unit is 1/400
point. No float decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .catalogue import TIMES, Action
from .conditions import ESTABLISHED, OPEN, REFUTED, status
from .evaluate import Inference, fired, truth
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


@lru_cache(maxsize=8)
def _forbidding(kb: KnowledgeBase) -> Mapping[str, tuple[tuple[int, str], ...]]:
    out: dict[str, list[tuple[int, str]]] = {name: [] for name in kb.actions}
    for i, rule in enumerate(kb.rules.values()):
        for action in rule.forbids:
            out[action].append((i, rule.id))
    return {name: tuple(rules) for name, rules in out.items()}


@lru_cache(maxsize=8)
def _favouring(kb: KnowledgeBase) -> tuple[tuple[int, str, tuple[tuple[str, int], ...]], ...]:
    return tuple((i, r.principle, r.favours) for i, r in enumerate(kb.rules.values()) if r.favours)


def weigh(kb: KnowledgeBase, inference: Inference, weights: Mapping[str, int]) -> Weighing:
    """Weigh every action and posture on what was inferred; ``weights`` in hundredths."""
    points = matrix(kb, inference)
    scores = {
        target: sum(weights.get(p, NORMAL_WEIGHT) * n for p, n in row.items())
        for target, row in points.items()
    }
    standing = {name: stand(kb, action, inference) for name, action in kb.actions.items()}
    return Weighing(points, scores, standing)


def matrix(kb: KnowledgeBase, inference: Inference) -> dict[str, dict[str, int]]:
    """Quarter points by target and principle."""
    given: dict[str, dict[str, list[int]]] = {}
    for i, principle, favours in _favouring(kb):
        if fired(inference.states[i]):
            for target, n in favours:
                given.setdefault(target, {}).setdefault(principle, []).append(n)
    return {
        target: {p: tapered(ns) for p, ns in row.items()} for target, row in given.items()
    }


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
    only not be refuted.
    """
    states = inference.states
    rules = _forbidding(kb)[action.id]
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
    if needs == OPEN and action.guarded:
        return _OPEN_NEEDS
    if action.pointless and status(action.pointless, inference.value) == ESTABLISHED:
        return _POINTLESS
    return _FREE


def rank(kb: KnowledgeBase, weighing: Weighing, actions: Iterable[str]) -> list[str]:
    """Actions best first: score, then less hard, less escalating, sooner, id."""
    def key(name: str) -> tuple[int, int, int, int, str]:
        action = kb.actions[name]
        return (-weighing.scores.get(name, 0), action.hard, action.escalation,
                TIMES.index(action.lead_time), name)

    return sorted(actions, key=key)
