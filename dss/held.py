"""What packs lead to is held to the invariants: advice that breaks one is not given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .issues import InvalidInput, Issue
from .kb import KnowledgeBase
from .situation import Partner, Situation
from .verify import Verifier

_FAR = ("never_raises_score_of", "never_adds", "refining_keeps_permitted")
"""Claims about situations other than the one at hand."""


def hold_to_invariants(kb: KnowledgeBase, situation: Situation) -> None:
    """Raise InvalidInput when the advice on a situation breaks an invariant of the knowledge base.

    Checked are the claims that concern this situation alone; :func:`broken` checks all.
    """
    found = broken(kb, situation.title, situation.masks, situation.partners, situation.weights, far=False)
    if found:
        raise InvalidInput(found)


def broken(kb: KnowledgeBase, title: str, masks: Sequence[int], partners: Sequence[Partner] | None,
           weights: Mapping[str, int], *, far: bool = True) -> list[Issue]:
    """Every invariant that the advice on a situation breaks; ``far`` tries changes of it too."""
    verifier = Verifier(kb, masks, partners, weights)
    packs = ", ".join(p.id for p in kb.packs)
    return [
        Issue("PK020", f"with {packs or 'no pack'}, '{title}' would break the invariant "
              f"'{invariant.id}': {said}", invariant.place,
              ("no advice is given; change or leave out the pack",))
        for invariant in kb.invariants
        if (far or invariant.claim not in _FAR) and verifier.applies(invariant)
        for said in verifier.check(invariant)
    ]
