"""Explanations as JSON-ready data: why, why-not, what-if, compare, robustness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .assessment import Assessment
from .compare import Course
from .compose import decimal, points
from .contract import cite, names, shares_data
from .explain import Proof, check_item, proof_data
from .robust import Robustness
from .rules import Rule
from .terms import bits
from .whatif import WhatIf
from .whynot import Change, WhyNot


def why_data(a: Assessment, item: str, proof: Proof) -> dict[str, Any]:
    """A proof with its subject."""
    return {"schema": "dss/why/1", "item": item, "kind": check_item(a, item), "title": a.situation.title,
            "proof": proof_data(a, proof)}


def why_not_data(a: Assessment, w: WhyNot) -> dict[str, Any]:
    """What keeps an action out, and the smallest changes."""
    return {
        "schema": "dss/why-not/1", "action": w.action, "title": a.kb.actions[w.action].title,
        "reason": w.reason, "points": w.score, "step": w.step,
        "rules": [_rule(a, r) for r in w.rules],
        "open_facts": [{"attribute": a.kb.variables[at].id, "question": a.kb.variables[at].question}
                       for at in w.open_facts],
        "unmet": list(w.unmet),
        "enter": [_change(a, c) for c in w.enter],
        "permit": [_change(a, c) for c in w.permit],
        "searched": {"single": w.searched, "pairs": w.pairs[0], "pairs_in_all": w.pairs[1]},
    }


def _rule(a: Assessment, rule: Rule) -> dict[str, Any]:
    return {"rule": rule.id, "title": rule.title, "text": a.trace.because(rule), "source": cite(a, rule.source)}


def _change(a: Assessment, c: Change) -> dict[str, Any]:
    return {
        "answers": [{"attribute": a.kb.variables[at].id, "title": a.kb.variables[at].title,
                     "to": _answer(a, at, mask), "says": a.kb.variables[at].say(mask)}
                    for at, mask in c.answers],
        "steps": c.steps, "posture": a.kb.postures[c.posture].title,
    }


def _answer(a: Assessment, at: int, mask: int) -> Any:
    """An answer as one would write it in a profile."""
    variable = a.kb.variables[at]
    name = variable.names(mask)[0]
    if variable.kind == "set":
        return [] if name == "none" else name.split("+")
    if variable.kind == "number":
        return variable.bounds[bits(mask)[0]]
    return name


def what_if_data(w: WhatIf) -> dict[str, Any]:
    """Before and after."""
    kb = w.before.kb

    def side(a: Assessment) -> dict[str, Any]:
        mix = a.advice.mixes[0]
        squares, total = a.hard_share(mix)
        return {"status": a.status, "posture": a.advice.posture, "title": kb.postures[a.advice.posture].title,
                "hard_share": decimal(squares, total, 0), "escalation": a.escalation(mix),
                "actions": list(mix.actions)}

    return {
        "schema": "dss/what-if/1", "title": w.before.situation.title,
        "changed": [{"attribute": kb.variables[at].id, "title": kb.variables[at].title,
                     "from": names(w.before, at, w.before.situation.masks[at]),
                     "to": names(w.after, at, w.after.situation.masks[at])} for at in w.changed],
        "before": side(w.before), "after": side(w.after),
        "findings": [{"finding": kb.variables[at].id, "title": kb.variables[at].title,
                      "from": w.before.trace.say(at), "to": w.after.trace.say(at)} for at in w.findings],
        "entered": [{"action": x, "title": kb.actions[x].title} for x in w.entered],
        "left": [{"action": x, "title": kb.actions[x].title} for x in w.left],
        "scores": [{"id": t, "title": kb.actions[t].title if t in kb.actions else kb.postures[t].title,
                    "from": points(x), "to": points(y), "change": points(y - x)} for t, x, y in w.scores],
        "began": [_rule(w.after, kb.rules[r]) for r in w.began],
        "ceased": [_rule(w.before, kb.rules[r]) for r in w.ceased],
    }


def compare_data(found: Sequence[Course], assessments: Sequence[Assessment]) -> dict[str, Any]:
    """Courses of action side by side."""
    kb = assessments[0].kb
    return {
        "schema": "dss/compare/1",
        "exposure": next((p.exposure for p in kb.principles.values() if p.exposure), ""),
        "principles": {p.id: p.title for p in kb.principles.values()},
        "courses": [
            {"label": c.label, "title": c.title, "posture": c.posture, "score": c.score,
             "principles": c.principles, "hard_share": c.hard_share, "escalation": c.escalation,
             "reversibility": c.reversibility, "lead_time": c.lead_time, "exposed": c.exposed,
             "warnings": c.warnings, "partners": [kb.actions[x].title for x in c.partners],
             "tipping": c.tipping, "actions": [kb.actions[x].title for x in c.actions]}
            for c in found
        ],
    }


def robustness_data(a: Assessment, r: Robustness) -> dict[str, Any]:
    """All three tests of robustness."""
    return {
        "completions": shares_data(a, r.completions),
        "jittered": shares_data(a, r.jittered),
        "dropped": [{"principle": p, "posture": x or None} for p, x in r.dropped],
    }
