"""Comparing a block of profiles, worked out by columns, with the plain evaluator profile by profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dss import KnowledgeBase
from dss.advice import advise
from dss.column_advice import Advised, advise_block
from dss.columns import block_of
from dss.evaluate import Inference, evaluate_situation
from dss.planes import Numbers, Plane, unpack
from dss.situation import Situation
from dss.weigh import AVAILABLE, BARRED, FORBIDDEN, POINTLESS, UNMET


def advice_by_columns(kb: KnowledgeBase, advised: Advised) -> list[dict[str, Any]]:
    """What columns say of each profile, in the plain evaluator's words and units."""
    rows = advised.block.rows
    weighed, postures = advised.weighed, list(kb.postures)
    scores = {t: number(weighed.score(t), rows, weighed.unit) for t in (*kb.actions, *kb.postures)}
    rated = {p: number(s, rows, weighed.posture_unit) for p, s in weighed.postures.items()}
    members = {a: flags(p, rows) for a, p in advised.members.items()}
    standing = {
        a: [flags(p, rows) for p in (s.forbidden, s.barred, s.unmet, s.pointless, s.available)]
        for a, s in weighed.standing.items()}
    names = (FORBIDDEN, BARRED, UNMET, POINTLESS, AVAILABLE)
    return [{
        "inference": weighed.inferred.inference(i),
        "scores": {t: s[i] for t, s in scores.items()},
        "rated": {p: s[i] for p, s in rated.items()},
        "standing": {a: [n for n, f in zip(names, fs, strict=True) if f[i]] for a, fs in standing.items()},
        "posture": postures[advised.posture[i]],
        "cautious": bool(advised.cautious[i]),
        "mix": {a for a, f in members.items() if f[i]},
    } for i in range(rows)]


def number(numbers: Numbers, rows: int, unit: int) -> list[int]:
    """Numbers by row."""
    return [numbers * unit] * rows if isinstance(numbers, int) else [int(n) * unit for n in numbers[:rows]]


def flags(plane: Plane, rows: int) -> list[bool]:
    """A plane by row."""
    return [bool(n) for n in unpack(plane, rows)]


def advice_plainly(kb: KnowledgeBase, inference: Inference, situation: Situation) -> dict[str, Any]:
    """The same of one profile, by the definition."""
    advice = advise(kb, inference, situation.weights)
    weighing = advice.weighing
    return {
        "inference": inference,
        "scores": {t: weighing.scores.get(t, 0) for t in (*kb.actions, *kb.postures)},
        "rated": {r.posture: r.score for r in advice.ratings},
        "standing": {a: [s.status] for a, s in weighing.standing.items()},
        "posture": advice.posture,
        "cautious": advice.cautious,
        "mix": set(advice.mixes[0].actions),
    }


def check(kb: KnowledgeBase, situations: Sequence[Situation]) -> list[dict[str, Any]]:
    """Assert that both agree in everything on every profile; gives what they say."""
    found = advice_by_columns(kb, advise_block(kb, block_of(kb, situations)))
    for i, (situation, ours) in enumerate(zip(situations, found, strict=True)):
        wanted = advice_plainly(kb, evaluate_situation(situation, kb), situation)
        for what, said in wanted.items():
            assert ours[what] == said, f"profile {i} ({situation.title}): {what}"
    return found
