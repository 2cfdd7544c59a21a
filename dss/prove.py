"""Proving invariants for every profile there could ever be, with a solver or by exact search.

The solver (z3, the extra ``proof``) decides the formulas of :mod:`dss.lowering`; the search
(:mod:`dss.witness`) splits profiles until each part is settled. A violation is shown by a
profile as small as can be found, and is tried again on the evaluator before it is reported.
Claims about whole mixes need the composer: they are tested on many profiles, and named so.
"""

from __future__ import annotations

import time

from .invariants import Invariant
from .kb import KnowledgeBase
from .solver import PROVABLE, Solver, SolverMissing
from .tested import Tests, posture_verdict
from .verdicts import (
    OPEN,
    PROVED,
    TESTED,
    VIOLATED,
    Proof,
    Verdict,
    first_permitted,
    proved,
    violated,
)
from .witness import Undecided, both, searcher

__all__ = ["OPEN", "PROVED", "TESTED", "VIOLATED", "Proof", "SolverMissing", "Verdict", "prove"]


def prove(kb: KnowledgeBase, samples: int = 1000, *, solver: bool = True) -> Proof:
    """Settle every invariant and every posture; ``samples`` random profiles for what is only tested.

    Raises :class:`SolverMissing` when ``solver`` is wanted but not installed.
    """
    began = time.monotonic()
    proof = Proof()
    prover: Solver | Search = Solver(kb) if solver else Search(kb)
    tested = Tests(kb, samples)
    for invariant in kb.invariants:
        verdict = prover.settle(invariant) if invariant.claim in PROVABLE else None
        proof.verdicts.append(verdict or tested.settle(invariant))
    proof.postures = [posture_verdict(kb, name, tested) for name in kb.postures]
    proof.seconds = time.monotonic() - began
    return proof


class Search:
    """Proves what exact search can: that guarded actions are never permitted."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb

    def settle(self, invariant: Invariant) -> Verdict | None:
        """The verdict on a claim, or None when it cannot be settled by search."""
        guarded = all(self.kb.actions[a].guarded for a in invariant.subjects)
        if invariant.claim != "not_permitted" or not guarded:
            return None
        find = searcher(self.kb)
        for action in invariant.subjects:
            try:
                witness = find.find(both([find.holds(invariant.when), find.permitted(action)]))
            except Undecided:
                return Verdict(invariant.id, invariant.title, OPEN, "the search grew too large")
            if witness is not None:
                return violated(self.kb, invariant, dict(witness.narrowed),
                                 lambda inference: first_permitted(self.kb, invariant, inference))
        return proved(invariant, "by exact search, over all profiles")
