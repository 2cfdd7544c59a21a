"""The lead: how far the recommended posture is ahead of the next, now and after a change."""

from __future__ import annotations

from .advice import Flip
from .assessment import Assessment
from .compose import Composer
from .evaluate import Inference, reevaluate
from .weigh import Weighing


def lead(a: Assessment) -> int | None:
    """The recommended posture's lead over the best other one that can be taken.

    In 1/POSTURE_UNIT points; None when too little is known, or nothing else can be taken.
    """
    return None if a.advice.cautious else _lead(a, a.trace.inference, a.advice.weighing)


def lead_after(a: Assessment, flip: Flip) -> int | None:
    """The same posture's lead after a change: 0 or less when another one comes first.

    None when it can then not be taken at all, or too little is known before or after.
    """
    if a.advice.cautious or flip.advice.cautious:
        return None
    changed = reevaluate(a.kb, a.trace.inference, {flip.at: flip.after})
    found = _lead(a, changed, flip.advice.weighing)
    overtaken = flip.advice.posture != a.advice.posture
    return None if found is not None and overtaken and found > 0 else found


def _lead(a: Assessment, inference: Inference, weighing: Weighing) -> int | None:
    composer = Composer(a.kb, inference, weighing, a.situation.weights)
    ours = a.kb.postures[a.advice.posture]
    if composer.infeasible(ours):
        return None
    others = sorted((p for p in a.kb.postures.values() if p is not ours), key=composer.score, reverse=True)
    best = next((p for p in others if not composer.infeasible(p)), None)
    return None if best is None else composer.score(ours) - composer.score(best)
