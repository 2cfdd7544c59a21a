"""The reports on the precedents are kept, so that a changed strength or verb is noticed.

Run with DSS_WRITE_EXPECTED=1 to write them anew after a change that is meant; then read the
difference. 'dss kb test --mutate' counts precedents as pinned because of this file.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from dss.advice import advise
from dss.compose import requirements
from dss.evaluate import evaluate_situation
from dss.kb import KnowledgeBase
from dss.mutate import precedent_situations

KEPT = Path(__file__).parent / "precedents.json"


def reports(kb: KnowledgeBase) -> dict[str, object]:
    """Of each precedent: the mixes, the scores, what is not available, the safeguards asked of every mix."""
    out: dict[str, object] = {}
    for situation in precedent_situations(kb):
        inference = evaluate_situation(situation, kb)
        advice = advise(kb, inference, situation.weights)
        needed = requirements(kb, inference)
        out[Path(situation.name).stem] = {
            "mixes": {m.posture: list(m.actions) for m in advice.mixes},
            "scores": {name: n for name, n in sorted(advice.weighing.scores.items()) if n},
            "standing": {a: s.status for a, s in advice.weighing.standing.items() if s.status != "available"},
            "safeguards": sorted({r.safeguard for r, _ in needed.every_mix} | {
                r.safeguard for a in advice.mixes[0].actions for r, _ in needed.by_action.get(a, ())}),
        }
    return out


def test_the_reports_on_the_precedents_are_as_kept(kb: KnowledgeBase) -> None:
    if os.environ.get("DSS_WRITE_EXPECTED"):
        KEPT.write_text(json.dumps(reports(kb), indent=1) + "\n", encoding="utf-8")
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    now = reports(kb)
    assert set(now) == set(kept)
    for name in now:
        assert now[name] == kept[name], name
