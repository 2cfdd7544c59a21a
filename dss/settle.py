"""Settledness: a proof that no answer still open can change the recommended posture.

The proof bounds every posture's score over all ways to answer (see :mod:`dss.bounds`).
Where the bounds overlap, the ways are split by one answer and each part is tried again,
up to a number of parts. A proof that fails proves nothing: then one keeps asking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .advice import advise
from .bounds import Bounds, bounds
from .evaluate import evaluate, reevaluate
from .kb import KnowledgeBase
from .rivals import Board, reachable
from .situation import Partner, Situation, start_masks
from .terms import single

PARTS = 30
"""How many parts of the ways to answer a proof looks at before it gives up."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the posture is ``settled`` however the moving facts are answered, in one value
    each or not at all; ``parts`` is how many parts of the ways to answer were looked at."""

    settled: bool
    parts: int


def open_facts(kb: KnowledgeBase, masks: Sequence[int],
               partners: Sequence[Partner] | None) -> frozenset[int]:
    """All attributes and partner questions that may have more than one value."""
    start, _ = start_masks(kb, masks, partners)
    return frozenset(at for at in (*range(kb.attributes), *kb.words.about_partners) if not single(start[at]))


def settled(kb: KnowledgeBase, situation: Situation, moving: Iterable[int] | None = None,
            parts: int = PARTS) -> Verdict:
    """Whether the posture advised now stays whatever the answers to ``moving`` (None: to all open facts).

    The advice must also stay one of its kind: advice, or too little known.
    """
    free = open_facts(kb, situation.masks, situation.partners)
    free = free if moving is None else free & frozenset(moving)
    return _Proof(kb, situation, free, parts).verdict()


def hinges(kb: KnowledgeBase, situation: Situation, moving: Iterable[int]) -> dict[int, int]:
    """How much of what stands between the posture and its nearest rival hangs on each moving fact."""
    free = open_facts(kb, situation.masks, situation.partners) & frozenset(moving)
    proof = _Proof(kb, situation, free, 1)
    found: dict[int, int] = {}
    for (at, _), n in Board(proof.start, situation.weights).waits_for(proof.winner, proof.cautious).items():
        found[at] = found.get(at, 0) + n
    return found


class _Proof:
    def __init__(self, kb: KnowledgeBase, situation: Situation, moving: frozenset[int], parts: int) -> None:
        self.kb = kb
        self.situation = situation
        self.weights = situation.weights
        self.parts = parts
        self.looked = 0
        self.base = evaluate(kb, situation.masks, situation.partners)
        now = advise(kb, self.base, self.weights)
        self.cautious = now.cautious
        self.winner = kb.postures[now.posture]
        self.start = self._with_lower(bounds(kb, situation.masks, situation.partners, moving))
        self.whole = frozenset(kb.aggregates) if situation.partners is None else frozenset()
        self.asis = {at: self.base.possible[at] for at in self.start.moving}

    def verdict(self) -> Verdict:
        waiting = [self.start]
        while waiting:
            if self.looked == self.parts:
                return Verdict(False, self.looked)
            self.looked += 1
            part = waiting.pop()
            if not part.moving:
                if not self._certain(part):
                    return Verdict(False, self.looked)
                continue
            board = Board(part, self.weights)
            if not self._holds(board):
                parts = self._split(board)
                if not parts:
                    return Verdict(False, self.looked)
                waiting += parts
        return Verdict(True, self.looked)

    def _with_lower(self, b: Bounds) -> Bounds:
        """Where an escalating lead may be withheld because a lower value's advice lacks it, those
        lower values are part of the claim: from the lowest up, each advice then holds the lead."""
        at = self.kb.composition.raising
        touched = self.kb.composition.never_adds & set(reachable(self.kb, self.winner.core[0]))
        if at < 0 or not touched or self.cautious:
            return b
        mask, proper = b.possible.masks[at], self.kb.variables[at].proper
        lower = mask | (1 << (mask & proper).bit_length()) - 1 if mask & proper else mask
        if lower == mask:
            return b
        masks = b.possible.masks[: self.kb.attributes]
        masks[at] = lower
        return bounds(self.kb, masks, self.situation.partners, b.moving | {at})

    def _certain(self, b: Bounds) -> bool:
        """The same question of a part in which nothing moves: one inference."""
        masks = enumerate(b.possible.masks)
        changes = {at: mask for at, mask in masks if at not in self.kb.findings
                   and at not in self.kb.words.about_unknown and mask != self.base.possible[at]}
        inference = reevaluate(self.kb, self.base, changes)
        found = advise(self.kb, inference, self.weights)
        lead = self.winner.core[0]
        held = lead not in self.kb.composition.never_adds or lead in found.mixes[0].actions
        return found.posture == self.winner.id and found.cautious == self.cautious and (held or self.cautious)

    def _holds(self, board: Board) -> bool:
        if self.cautious:
            return board.stays_unclear() or all(not board.may_lead(p) for p in self.kb.postures.values())
        return (board.is_clear() and board.surely_leads(self.winner)
                and all(board.beats(self.winner, p) for p in self.kb.postures.values()))

    def _split(self, board: Board) -> list[Bounds]:
        """The part cut in two by the answer on which most hangs, and the ways that leave it open.

        What a partner list may still fill in is not cut: its partners may be known in part, so that
        more than one value and yet not all stay possible. Nothing, then, where all else is answered.
        """
        b = board.bounds
        waits = board.waits_for(self.winner, self.cautious)
        found = {key: n for key, n in waits.items() if key[0] not in self.whole}
        if found:
            at, allowed = max(found, key=lambda key: (found[key], -key[0], -key[1]))
        elif not b.moving - self.whole:
            return []
        else:
            at = min(b.moving - self.whole)
            allowed = b.possible.masks[at] & -b.possible.masks[at]
        mask = b.possible.masks[at]
        now = self.asis[at]
        out = [b.narrowed(at, mask & allowed, moves=True), b.narrowed(at, mask & ~allowed, moves=True)]
        if now & ~mask == 0 and now & allowed and now & ~allowed:
            out.append(b.narrowed(at, now, moves=False))
        return out
