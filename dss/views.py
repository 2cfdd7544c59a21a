"""Explanations as JSON-ready data: why, why-not, what-if, compare, robustness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .assessment import Assessment
from .changes import Change
from .compare import Course
from .compose import decimal, points
from .contract import cite, names, precedent_data, shares_data
from .explain import check_item, proof_data, title_of
from .kb import KnowledgeBase
from .precedents import Likeness
from .proof import Proof
from .robust import Robustness
from .rules import Rule
from .terms import NOT_APPLICABLE, Variable, bits
from .whatif import WhatIf
from .whynot import WhyNot
from .wording import values_in_words


def why_data(a: Assessment, item: str, proof: Proof) -> dict[str, Any]:
    """A proof with its subject."""
    return {"schema": "dss/why/1", "item": item, "kind": check_item(a, item), "name": title_of(a, item),
            "title": a.situation.title, "proof": proof_data(a, proof)}


def why_not_data(a: Assessment, w: WhyNot) -> dict[str, Any]:
    """What keeps an action out, and the smallest changes."""
    return {
        "schema": "dss/why-not/1", "action": w.action, "title": a.kb.actions[w.action].title,
        "reason": w.reason, "points": w.score, "needed": w.threshold, "step": w.step,
        "rules": [{**_rule(a, b.rule), "lifted_by": list(b.lifted_by)} for b in w.bars],
        "open_facts": [{"attribute": a.kb.variables[at].id, "question": a.kb.variables[at].question}
                       for at in w.open_facts],
        "unmet": [{"text": n.text, "now": n.now, "ways": list(n.ways)} for n in w.unmet],
        "speaking": [{**_rule(a, r), "points": decimal(n, 4)} for r, n in w.speaking],
        "enter": [_change(a, c) for c in w.enter],
        "permit": [_change(a, c) for c in w.permit],
        "searched": {"single": w.search.single, "pairs": w.search.tried, "pairs_in_all": w.search.pairs,
                     "seconds": w.search.seconds, "hopeless": w.search.hopeless},
    }


def _rule(a: Assessment, rule: Rule) -> dict[str, Any]:
    return {"rule": rule.id, "title": rule.title, "text": a.trace.because(rule),
            "source": cite(a, rule.source)}


def _change(a: Assessment, c: Change) -> dict[str, Any]:
    variables = a.kb.variables
    return {
        "answers": [{"attribute": variables[at].id, "title": variables[at].title,
                     "to": answer(variables[at], mask), "says": values_in_words(variables[at], mask)}
                    for at, mask in c.answers],
        "steps": c.steps, "posture": a.kb.postures[c.posture].title,
    }


def answer(variable: Variable, mask: int) -> Any:
    """A single value as one would write it in a profile."""
    if mask == variable.na_bit and mask:
        return NOT_APPLICABLE
    index = bits(mask)[0]
    if variable.kind == "set":
        return [variable.values[i] for i in bits(index)]
    return variable.bounds[index] if variable.kind == "number" else variable.values[index]


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
        "permitted": [{"action": x, "title": kb.actions[x].title} for x in w.permitted],
        "barred": [{"action": x, "title": kb.actions[x].title} for x in w.barred],
        "scores": [{"id": t, "title": title_of(w.after, t), "from": points(x), "to": points(y),
                    "change": points(y - x), "standing": _standing(w.after, t)} for t, x, y in w.scores],
        "began": [_rule(w.after, kb.rules[r]) for r in w.began],
        "ceased": [_rule(w.before, kb.rules[r]) for r in w.ceased],
    }


def _standing(a: Assessment, target: str) -> str:
    """The status of an action, or of a posture."""
    if target in a.kb.actions:
        return a.advice.weighing.standing[target].status
    able = any(r.posture == target and r.feasible for r in a.advice.ratings)
    return "feasible" if able else "infeasible"


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
             "tipping": c.tipping, "completions": list(c.completions), "jittered": list(c.jittered),
             "actions": [kb.actions[x].title for x in c.actions]}
            for c in found
        ],
    }


def precedents_data(
    kb: KnowledgeBase, found: Sequence[Likeness], masks: Sequence[int]
) -> list[dict[str, Any]]:
    """Precedents as in the contract, with their differences in words."""
    out = []
    for near in found:
        data = precedent_data(kb, near, masks)
        for at, entry in zip(near.differs, data["differs"], strict=True):
            term = kb.variables[at]
            entry |= {"title": term.title, "here_says": values_in_words(term, masks[at]),
                      "there_says": values_in_words(term, near.precedent.masks[at])}
        out.append(data)
    return out


def robustness_data(a: Assessment, r: Robustness) -> dict[str, Any]:
    """All three tests of robustness."""
    return {
        "completions": shares_data(a, r.completions),
        "jittered": shares_data(a, r.jittered),
        "dropped": [{"principle": p, "posture": x or None} for p, x in r.dropped],
    }
