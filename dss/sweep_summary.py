"""The summary of a finished sweep: its counts, and on a plan when the favoured posture fails."""

from __future__ import annotations

from math import prod
from typing import Any

from .column_advice import advise_block
from .columns import block_of
from .discovery import box_data, discover
from .kb import KnowledgeBase
from .plan import FACTORIAL, HYPERCUBE, Codes, Ranges
from .summary import Tally, outcomes, percent, summary_data
from .sweep_job import Job

LOOKED_AT = 50_000
"""From how many profiles, spread evenly over a plan, scenarios are discovered."""


def summarise(kb: KnowledgeBase, job: Job, tally: Tally) -> dict[str, Any]:
    """The summary as JSON-ready data (``dss/sweep/1``)."""
    plan = job.source
    if not isinstance(plan, Ranges):
        return summary_data(kb, tally, None, {})
    base = int(outcomes(kb, advise_block(kb, block_of(kb, [plan.base])))[0])
    usual = max(range(len(kb.postures)), key=lambda i: (tally.postures[i], -i))
    favoured = base if base < len(kb.postures) else usual
    if not any(tally.postures[: len(kb.postures)]):
        return summary_data(kb, tally, plan, {})
    codes, outcome = spread(kb, plan)
    failed = outcome != favoured
    failures = int(failed.sum())
    sampled = len(failed) < prod(len(r.masks) for r in plan.ranges)
    boxes = [box_data(kb, plan.ranges, box, failures)
             for box in discover(kb, plan.ranges, codes, failed, sampled=sampled)]
    posture = list(kb.postures.values())[favoured]
    return summary_data(kb, tally, plan, {
        "posture": posture.id, "title": posture.title, "gives_way_percent": percent(failures, len(failed)),
        "fails_when": boxes})


def spread(kb: KnowledgeBase, plan: Ranges) -> tuple[list[Codes], Codes]:
    """Codes and outcomes of all profiles of a small plan, or of a spread of a large one.

    Of a sample any stretch is a sample; of a full factorial a hypercube of the same ranges
    is taken, for stretches of it would hold the first ranges still.
    """
    if plan.total > LOOKED_AT:
        method = HYPERCUBE if plan.method == FACTORIAL else plan.method
        total = LOOKED_AT if plan.method == FACTORIAL else plan.total
        plan = Ranges(plan.base, plan.ranges, method, total, plan.seed)
    codes = plan.codes(0, min(plan.total, LOOKED_AT))
    advised = advise_block(kb, plan.block(kb, codes))
    return codes, outcomes(kb, advised)
