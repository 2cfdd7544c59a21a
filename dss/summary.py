"""What a sweep says as a whole: how often, why, and when the favoured advice fails.

Counts are kept in a :class:`Tally` that adds up over parts, so that a summary needs no
rows. Shares of variance are those of Sobol' (1993) for the yes/no of every posture taken
together: exact over a full factorial, an estimate over a sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from .column_advice import Advised
from .compose import POSTURE_UNIT
from .kb import KnowledgeBase
from .plan import FACTORIAL, Codes, Ranges
from .planes import either, unpack

Counts = list[int]


@dataclass
class Tally:
    """Counts over profiles. A posture's place is that in the knowledge base; one more place
    stands for 'too little known'. ``by_value[i][k]`` counts postures where range ``i`` takes
    its value ``k``. Regret is in hundredths of a point."""

    profiles: int
    bad: int
    postures: Counts
    actions: Counts
    barred: Counts
    infeasible: Counts
    regret: Counts
    worst_regret: Counts
    by_value: list[list[Counts]] = field(default_factory=list)

    @classmethod
    def empty(cls, kb: KnowledgeBase, ranges: Sequence[int] = ()) -> Tally:
        """Nothing counted yet; ``ranges`` are the numbers of values varied."""
        places, actions = len(kb.postures), len(kb.actions)
        return cls(0, 0, [0] * (places + 1), [0] * actions, [0] * actions, [0] * places, [0] * places,
                   [0] * places, [[[0] * (places + 1) for _ in range(n)] for n in ranges])

    def add(self, other: Tally) -> None:
        """Add what another part counted."""
        self.profiles += other.profiles
        self.bad += other.bad
        for name in ("postures", "actions", "barred", "infeasible", "regret"):
            mine, theirs = getattr(self, name), getattr(other, name)
            setattr(self, name, [a + b for a, b in zip(mine, theirs, strict=True)])
        self.worst_regret = [max(a, b) for a, b in zip(self.worst_regret, other.worst_regret, strict=True)]
        for values, others in zip(self.by_value, other.by_value, strict=True):
            for counts, more in zip(values, others, strict=True):
                counts[:] = [a + b for a, b in zip(counts, more, strict=True)]

    def as_data(self) -> dict[str, Any]:
        """As JSON-ready data; ``Tally(**data)`` is the same again."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def outcomes(kb: KnowledgeBase, advised: Advised) -> Codes:
    """Each profile's posture by place, or the place after the last where too little is known."""
    rows = advised.block.rows
    return np.where(advised.cautious[:rows], len(kb.postures), advised.posture[:rows]).astype(np.uint8)


def count(kb: KnowledgeBase, advised: Advised, codes: Sequence[Codes] = (),
          kinds: Sequence[int] = ()) -> Tally:
    """Count one block; ``codes`` are its ranges' values, of ``kinds`` each."""
    rows, places = advised.block.rows, len(kb.postures) + 1
    outcome = outcomes(kb, advised)
    tally = Tally.empty(kb)
    tally.profiles = rows
    tally.postures = np.bincount(outcome, minlength=places).tolist()
    tally.actions = [int(unpack(advised.members.get(a, False), rows).sum(dtype=np.int64)) for a in kb.actions]
    standings = advised.weighed.standing
    tally.barred = [int(unpack(either(standings[a].forbidden, standings[a].barred), rows).sum(dtype=np.int64))
                    for a in kb.actions]
    _count_regret(kb, advised, tally)
    for code, n in zip(codes, kinds, strict=True):
        both = code.astype(np.uint8 if n * places <= 256 else np.uint16) * np.uint8(places) + outcome
        tally.by_value.append(np.bincount(both, minlength=n * places).reshape(n, places).tolist())
    return tally


def _count_regret(kb: KnowledgeBase, advised: Advised, tally: Tally) -> None:
    """Regret of a posture: how far its score lies below the best that can be had, 0 if infeasible."""
    rows, weighed = advised.block.rows, advised.weighed
    worth = []
    for i, name in enumerate(kb.postures):
        feasible = unpack(advised.composed.feasible.get(name, False), rows)
        tally.infeasible[i] = rows - int(feasible.sum(dtype=np.int64))
        score = weighed.postures[name]
        worth.append(np.maximum(score if isinstance(score, int) else score[:rows], 0) * feasible)
    best = np.maximum.reduce(worth)
    to_hundredths = Fraction(100 * weighed.posture_unit, POSTURE_UNIT)
    for i, own in enumerate(worth):
        lost = best - own
        tally.regret[i] = round(int(lost.sum(dtype=np.int64)) * to_hundredths)
        tally.worst_regret[i] = round(int(lost.max(initial=0)) * to_hundredths)


def variance_shares(tally: Tally, *, sampled: bool = False) -> list[Fraction]:
    """For each range, the share of the variance of what is advised that it explains alone.

    In a sample, means over few profiles differ by chance; what they would explain by that is taken
    off (the adjusted share, 1 - (1 - share)(n - 1)/(n - values seen)), down to nothing.
    """
    n = sum(tally.postures)
    whole = sum(Fraction(c, n) * (1 - Fraction(c, n)) for c in tally.postures) if n else Fraction(0)
    if not whole:
        return [Fraction(0)] * len(tally.by_value)
    shares = [_explained(values, tally.postures, n) / whole for values in tally.by_value]
    if not sampled:
        return shares
    seen = [sum(any(counts) for counts in values) for values in tally.by_value]
    return [max(1 - (1 - share) * Fraction(n - 1, n - k), Fraction(0)) if n > k else Fraction(0)
            for share, k in zip(shares, seen, strict=True)]


def _explained(values: Sequence[Counts], all_: Counts, n: int) -> Fraction:
    """Σ over values and outcomes of c² / (n · n_v) less Σ over outcomes of (C / n)²."""
    within = sum((Fraction(sum(c * c for c in counts), n * sum(counts)) for counts in values if sum(counts)),
                 Fraction(0))
    return within - Fraction(sum(c * c for c in all_), n * n)


def summary_data(kb: KnowledgeBase, tally: Tally, plan: Ranges | None,
                 favoured: Mapping[str, Any]) -> dict[str, Any]:
    """The summary as JSON-ready data (``dss/sweep/1``); ``favoured`` tells when a plan's favoured posture
    gives way; it is empty where no posture ever comes first."""
    n = max(tally.profiles, 1)
    out: dict[str, Any] = {
        "schema": "dss/sweep/1", "title": plan.base.title if plan else "",
        "kb": {"id": kb.id, "version": kb.version, "digest": kb.digest},
        "profiles": tally.profiles, "bad": tally.bad,
        "method": plan.method if plan else "table",
        "postures": [{"posture": p, "title": kb.postures[p].title if p else "too little known", "count": c,
                      "percent": percent(c, n)}
                     for c, p in _largest(tally.postures, [*kb.postures, ""])],
        "actions": [{"action": a, "title": kb.actions[a].title, "count": c, "percent": percent(c, n)}
                    for c, a in _largest(tally.actions, list(kb.actions))],
        "barred": [{"action": a, "count": c, "percent": percent(c, n)}
                   for c, a in _largest(tally.barred, list(kb.actions))],
        "regret": [{"posture": p, "title": kb.postures[p].title, "mean": round(r / n / 100, 2),
                    "worst": w / 100, "infeasible_percent": percent(i, n)}
                   for r, w, i, p in sorted(zip(tally.regret, tally.worst_regret, tally.infeasible,
                                                kb.postures, strict=True))],
    }
    if plan:
        shares = variance_shares(tally, sampled=plan.method != FACTORIAL)
        left = max(1 - sum(shares), Fraction(0)) if len([c for c in tally.postures if c]) > 1 else Fraction(0)
        ranked = sorted(zip(shares, plan.ranges, strict=True), key=lambda pair: (-pair[0], pair[1].at))
        out["varied"] = [kb.variables[r.at].id for r in plan.ranges]
        out["drivers"] = {
            "exact": plan.method == FACTORIAL,
            "alone": [{"attribute": kb.variables[r.at].id, "title": kb.variables[r.at].title,
                       "percent": percent(s.numerator, s.denominator)}
                      for s, r in ranked],
            "together_percent": percent(left.numerator, left.denominator),
        }
        out |= {"favoured": dict(favoured)} if favoured else {}
    return out


def _largest(counts: Counts, names: Sequence[str]) -> list[tuple[int, str]]:
    found = [(c, name) for c, name in zip(counts, names, strict=True) if c]
    return sorted(found, key=lambda pair: (-pair[0], pair[1]))


def percent(part: int, whole: int) -> float:
    """Percent with one decimal, rounded once, half up."""
    return ((2000 * part + whole) // (2 * whole)) / 10
