"""Why: the proof of an action, a posture or a finding, down to the answers given.

Every view of an explanation (prose, tree, data) is made from a :class:`~dss.proof.Proof`;
nothing here asks the engine anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .assessment import Assessment
from .compose import POSTURE_UNIT, Rating, decimal
from .conditions import ESTABLISHED, REFUTED, AllOf, Tree, compile_tree, status
from .evaluate import defeated
from .issues import nearest
from .proof import DERIVED, STEP, Proof, gave_way, grounds, plural, rule_proof, variable, worth
from .terms import join
from .weigh import AVAILABLE, BARRED, FORBIDDEN, POINTLESS, UNMET
from .wording import in_words


class UnknownItem(Exception):
    """Raised for a name that is no action, posture or finding; ``hint`` names the nearest."""

    def __init__(self, item: str, hint: str) -> None:
        super().__init__(f"there is no action, posture or finding '{item}'" + (f"; {hint}" if hint else ""))
        self.hint = hint


def check_item(a: Assessment, item: str) -> str:
    """``action``, ``posture`` or ``finding``; raises :class:`UnknownItem` otherwise."""
    if item in a.kb.actions:
        return "action"
    if item in a.kb.postures:
        return "posture"
    findings = [a.kb.variables[at].id for at in a.kb.findings]
    if item in findings:
        return "finding"
    raise UnknownItem(item, nearest(item, [*a.kb.actions, *a.kb.postures, *findings]))


def title_of(a: Assessment, item: str) -> str:
    """The title of an action, posture or finding."""
    if item in a.kb.actions:
        return a.kb.actions[item].title
    return a.kb.postures[item].title if item in a.kb.postures else a.kb.variables[a.kb.at(item)].title


def why(a: Assessment, item: str) -> Proof:
    """The proof of an action in the recommended mix, of a posture's rating, or of a finding.

    Raises :class:`UnknownItem` for other names. For an action outside the mix the proof
    says what speaks for it; :func:`dss.whynot.why_not` says why that is not enough.
    """
    kind = check_item(a, item)
    if kind == "action":
        return _action(a, item)
    return _posture(a, item) if kind == "posture" else variable(a, a.kb.at(item))


def _action(a: Assessment, name: str) -> Proof:
    action = a.kb.actions[name]
    member = next((m for m in a.advice.mixes[0].members if m.action == name), None)
    required = member.required_by if member else ()
    parts = [rule_proof(a, a.kb.rules[r], "asks for it beside other actions") for r in required]
    parts += _speakers(a, name, leave_out=required)
    if action.needs_tree != AllOf(()):
        parts.append(_needs(a, action.needs_tree))
    parts += [Proof(STEP, f"{'it entered the mix' if s.step == 'add' else 'it was left out'}: {s.reason}")
              for s in a.advice.mixes[0].steps if s.action == name]
    if not parts:
        parts.append(Proof(STEP, "no rule speaks for it or against it here"))
    place = "is in the recommended mix" if member else "is not in the recommended mix"
    return Proof(DERIVED, f"it {place} and has {worth(a.advice.weighing.scores.get(name, 0))}", name,
                 action.source, action.objective, tuple(parts))


def _speakers(a: Assessment, target: str, leave_out: Iterable[str] = ()) -> Iterator[Proof]:
    """What speaks for an action or posture, strongest first, what against, and what gave way."""
    speaking = [(n, r) for r in a.trace.rules_in() for t, n in r.favours if t == target]
    for n, rule in sorted(speaking, key=lambda pair: -pair[0]):
        if rule.id not in leave_out:
            side = "for" if n > 0 else "against"
            yield rule_proof(a, rule, f"speaks {side} it ({plural(decimal(abs(n), 4), 'point')})")
    for rule in a.kb.rules.values():
        if defeated(a.trace.state(rule.id)) and any(t == target for t, _ in rule.favours):
            yield gave_way(a, rule)


def _needs(a: Assessment, tree: Tree) -> Proof:
    found = status(compile_tree(tree, a.kb.variables), a.trace.inference.possible)
    facts = grounds(a, tree, wanted=found != REFUTED)
    words = in_words(a.kb, tree)
    said = {ESTABLISHED: f"what it needs is there: {join([f.text for f in facts], 'and')}",
            REFUTED: f"what it needs is not there: {words}"}.get(found, f"what it needs is open: {words}")
    return Proof(DERIVED, said, because=facts)


def _posture(a: Assessment, name: str) -> Proof:
    posture = a.kb.postures[name]
    parts = list(_speakers(a, name))
    for action in posture.core:
        role = "leading action" if action == posture.core[0] else "core action"
        parts.append(Proof(STEP, f"its {role} '{a.kb.actions[action].title}' {_standing(a, action)}", action))
    return Proof(DERIVED, _verdict(a, name), name, note=posture.purpose, because=tuple(parts))


def _verdict(a: Assessment, name: str) -> str:
    rating = next((r for r in a.advice.ratings if r.posture == name), Rating(name, 0, "it was not rated"))
    score = plural(decimal(rating.score, POSTURE_UNIT), "point")
    if a.advice.cautious and name == a.advice.posture:
        return f"it is advised because too little is known to advise more, and has {score}"
    if not rating.feasible:
        return f"it cannot be taken, with {score}: {rating.reason}"
    able = [r.posture for r in a.advice.ratings if r.feasible]
    lead = "it is recommended: it comes first" if name == a.advice.posture else (
        f"it comes number {able.index(name) + 1}")
    return f"{lead} of the {len(able)} postures that can be taken, with {score}"


_STANDING = {
    AVAILABLE: "may be taken", FORBIDDEN: "is forbidden", BARRED: "is barred until more is known",
    UNMET: "lacks what it needs", POINTLESS: "is already in place, or to no purpose here",
}


def _standing(a: Assessment, action: str) -> str:
    weighing = a.advice.weighing
    return f"{_STANDING[weighing.standing[action].status]} and has {worth(weighing.scores.get(action, 0))}"


def proof_data(a: Assessment, proof: Proof) -> dict[str, Any]:
    """A proof as JSON-ready data."""
    return {
        "kind": proof.kind, "text": proof.text, "id": proof.id,
        "source": [{"work": c.work, "title": a.kb.works[c.work].title, "short": a.kb.works[c.work].short,
                    "at": c.at} for c in proof.source],
        "note": proof.note, "role": proof.role,
        "because": [proof_data(a, part) for part in proof.because],
    }
