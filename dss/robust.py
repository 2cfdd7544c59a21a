"""Robustness: which posture stays first when what is unknown is filled in, and when judgement varies."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .advice import Advice, readvise
from .compose import Composer, too_little_known
from .evaluate import fired, reevaluate
from .terms import bits, single
from .weigh import Weighing, tapered

if TYPE_CHECKING:
    from .assessment import Assessment

QUICK_SAMPLE, FULL_LIMIT, JITTERS = 100, 100_000, 200
JITTER_PERCENT = 50
_SEED = 20


@dataclass(frozen=True, slots=True)
class Shares:
    """How often each posture comes first: ``tried`` variants of ``total`` (0: too many to count).

    ``first`` pairs postures with counts, the most frequent first; the empty name stands
    for variants in which too little is known.
    """

    tried: int
    total: int
    exhaustive: bool
    first: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Robustness:
    """Shares over completions of the open facts, over jittered strengths, and with each
    principle dropped in turn (principle, posture that then comes first)."""

    completions: Shares
    jittered: Shares
    dropped: tuple[tuple[str, str], ...]


def completions(a: Assessment, most: int = QUICK_SAMPLE,
                progress: Callable[[int], None] | None = None) -> Shares:
    """Fill in every open attribute in turn; all ways if at most ``most``, else a seeded sample.

    The partner list stays as it is. The sample is drawn evenly over each fact's possible
    values, with a fixed seed, so the same profile gives the same shares.
    """
    base, kb = a.trace.inference, a.kb
    open_ = [(at, bits(base.possible[at])) for at in range(kb.attributes) if not single(base.possible[at])]
    total = 1
    for _, atoms in open_:
        total *= len(atoms)
    counts: dict[str, int] = {}
    exhaustive = total <= most
    tried = total if exhaustive else most
    rng = random.Random(_SEED)
    for n in range(tried):
        changes, rest = {}, n
        for at, atoms in open_:
            if exhaustive:
                rest, digit = divmod(rest, len(atoms))
            else:
                digit = int(rng.random() * len(atoms))
            changes[at] = 1 << atoms[digit]
        after = reevaluate(kb, base, changes) if changes else base
        _count(counts, _first(readvise(kb, a.advice, base, after, a.situation.weights)))
        if progress is not None:
            progress(1)
    return Shares(tried, total if total < 10**12 else 0, exhaustive, _sorted(counts))


def robustness(a: Assessment, progress: Callable[[int], None] | None = None) -> Robustness:
    """All three tests; completions up to :data:`FULL_LIMIT`."""
    return Robustness(completions(a, FULL_LIMIT, progress), jittered(a), _dropped(a))


def jittered(a: Assessment) -> Shares:
    """How often each posture comes first when every strength varies by up to half (seeded draws)."""
    rng = random.Random(_SEED)
    counts: dict[str, int] = {}
    for _ in range(JITTERS):
        factor = {r.id: 100 - JITTER_PERCENT + int(rng.random() * (2 * JITTER_PERCENT + 1))
                  for r in a.kb.rules.values() if r.favours}
        _count(counts, _lead(a, _weighing(a, factor), a.situation.weights))
    return Shares(JITTERS, 0, False, _sorted(counts))


def _weighing(a: Assessment, factor: Mapping[str, int]) -> Weighing:
    """The weighing with each rule's strength multiplied by its factor in percent (units of 1/100)."""
    given: dict[str, dict[str, list[int]]] = {}
    for rule, state in zip(a.kb.rules.values(), a.trace.inference.states, strict=True):
        if rule.favours and fired(state):
            for target, n in rule.favours:
                given.setdefault(target, {}).setdefault(rule.principle, []).append(n * factor[rule.id] * 4)
    points = {t: {p: tapered(ns) for p, ns in row.items()} for t, row in given.items()}
    weights = a.situation.weights
    scores = {t: sum(weights.get(p, 100) * n for p, n in row.items()) for t, row in points.items()}
    return Weighing(points, scores, a.advice.weighing.standing)


def _dropped(a: Assessment) -> tuple[tuple[str, str], ...]:
    return tuple(
        (principle, _lead(a, _reweighted(a, weights), weights))
        for principle in a.kb.principles
        for weights in ({**a.situation.weights, principle: 0},)
    )


def _reweighted(a: Assessment, weights: Mapping[str, int]) -> Weighing:
    points = a.advice.weighing.points
    scores = {t: sum(weights.get(p, 100) * n for p, n in row.items()) for t, row in points.items()}
    return Weighing(points, scores, a.advice.weighing.standing)


def _lead(a: Assessment, weighing: Weighing, weights: Mapping[str, int]) -> str:
    best = Composer(a.kb, a.trace.inference, weighing, weights).best()
    return "" if too_little_known(a.kb, a.trace.inference, best) else best[0].posture


def _first(advice: Advice) -> str:
    return "" if advice.cautious else advice.posture


def _count(counts: dict[str, int], posture: str) -> None:
    counts[posture] = counts.get(posture, 0) + 1


def _sorted(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
