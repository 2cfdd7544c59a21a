"""Advice over blocks: inferred, weighed and composed, and what must be withheld withheld.

The meaning is that of :func:`dss.advice.advise`: what a higher value of one attribute must
never add is kept out of a mix unless the next lower value's mix holds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .advice import next_lower
from .column_bundles import Composed, picked
from .column_mixes import compose
from .column_scores import Weighed
from .columns import Block, Column, Inferred
from .kb import KnowledgeBase
from .planes import Plane, any_of, both, minus, no, pack, rows, unpack, weighted


@dataclass(frozen=True)
class Advised:
    """What is advised in every profile of a block.

    ``posture`` (int8 places in ``list(kb.postures)``), ``cautious`` and ``members`` (by
    action) are final; ``composed`` tells scores, standings and what could be done before
    anything was withheld.
    """

    composed: Composed
    posture: NDArray[np.int8]
    cautious: NDArray[np.bool_]
    members: Mapping[str, Plane]

    @property
    def block(self) -> Block:
        """The profiles."""
        return self.composed.weighed.inferred.block

    @property
    def weighed(self) -> Weighed:
        """Scores and standings."""
        return self.composed.weighed


def advise_block(kb: KnowledgeBase, block: Block) -> Advised:
    """Advise on every profile of a block."""
    composed = Composed(Weighed(Inferred(kb, block)))
    compose(composed)
    advised = Advised(composed, _posture_codes(kb, composed),
                      unpack(composed.cautious, block.size).view(np.bool_).copy(), composed.members)
    held = any_of(composed.members.get(a, False) for a in kb.composition.never_adds)
    chosen = rows(both(_lowered(kb, block), held), block.rows)
    if len(chosen):
        _withhold(kb, advised, chosen)
    return advised


def _posture_codes(kb: KnowledgeBase, composed: Composed) -> NDArray[np.int8]:
    terms = [(i, composed.posture[name]) for i, name in enumerate(kb.postures)]
    found = weighted(terms, composed.size)
    return np.full(composed.size, found, np.int8) if isinstance(found, int) else found.astype(np.int8)


def _lower_masks(kb: KnowledgeBase, block: Block) -> list[int]:
    at = kb.composition.raising
    return [next_lower(kb, at, mask) for mask in block.columns[at].masks] if at >= 0 else []


def _lowered(kb: KnowledgeBase, block: Block) -> Plane:
    """Where the raising attribute has a next lower value."""
    lower = _lower_masks(kb, block)
    if not any(lower):
        return False
    codes = block.columns[kb.composition.raising].codes
    return True if codes is None else pack(np.array([bool(m) for m in lower])[codes])


def _withhold(kb: KnowledgeBase, advised: Advised, chosen: NDArray[np.intp]) -> None:
    """Withhold from the chosen profiles' advice what the next lower value's does not hold."""
    full, block, never = advised.composed, advised.block, sorted(kb.composition.never_adds)
    at = kb.composition.raising
    lower = _lower_masks(kb, block)
    distinct = sorted(set(lower))
    column = block.columns[at]
    lowered = Column((lower[0],))
    if column.codes is not None:
        numbers = np.array([distinct.index(m) for m in lower], np.uint8)
        lowered = Column(tuple(distinct), numbers[column.codes])
    below = advise_block(kb, block.take(chosen, {at: lowered}))
    size = below.block.size
    held = {a: _chosen_plane(full.members.get(a, False), chosen, size) for a in never}
    gone = any_of(minus(held[a], below.members.get(a, False)) for a in never)
    found = rows(gone, len(chosen))
    if not len(found):
        return
    again = block.take(chosen[found])
    withheld = {a: no(_chosen_plane(below.members.get(a, False), found, again.size)) for a in never}
    composed = Composed(Weighed(Inferred(kb, again)), withheld)
    compose(composed)
    where = chosen[found]
    advised.posture[where] = _posture_codes(kb, composed)[: len(where)]
    advised.cautious[where] = unpack(composed.cautious, len(where)).view(np.bool_)
    for action in {**full.members, **composed.members}:
        flags = unpack(full.members.get(action, False), block.size)
        flags[where] = unpack(composed.members.get(action, False), len(where))
        full.members[action] = pack(flags.view(np.bool_))


def _chosen_plane(plane: Plane, chosen: NDArray[np.intp], size: int) -> Plane:
    if isinstance(plane, bool):
        return plane
    return pack(picked(plane, np.resize(chosen, size)).astype(np.bool_))
