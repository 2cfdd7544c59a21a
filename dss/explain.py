"""Why: the proof of an action, a posture or a finding, as a tree down to the answers given.

A :class:`Proof` is one statement with what it rests on. Every view of an explanation
(prose, tree, data) is made from it; nothing here asks the engine anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .assessment import Assessment
from .compose import POSTURE_UNIT, decimal, points
from .conditions import ESTABLISHED, AllOf, AnyOf, NotOf, Phrase, Tree, compile_tree, describe, status
from .evaluate import fired
from .issues import nearest
from .rules import Rule
from .situation import matching
from .terms import Citation, join, single

STATED, PARTNERS, PRESUMED, DERIVED, OPEN, RULE, STEP = (
    "stated", "partners", "presumed", "derived", "open", "rule", "step",
)


@dataclass(frozen=True, slots=True)
class Proof:
    """A statement, its kind, who supplied it or what it cites, and what it rests on.

    ``kind`` is stated (the user's answer), partners (worked out from the partner list),
    presumed, derived, open, rule, or step (of the composition). ``id`` is the rule's or
    variable's id where there is one.
    """

    kind: str
    text: str
    id: str = ""
    source: tuple[Citation, ...] = ()
    note: str = ""
    because: tuple[Proof, ...] = field(default=())

    def walk(self) -> Iterator[Proof]:
        """This statement and all it rests on, depth first."""
        yield self
        for part in self.because:
            yield from part.walk()


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
    weighing = a.advice.weighing
    member = next((m for m in a.advice.mixes[0].members if m.action == name), None)
    parts = []
    for rule_id in member.required_by if member else ():
        parts.append(_rule(a, a.kb.rules[rule_id], "asks for it beside another action"))
    for rule in a.supporting(name):
        if not (member and rule.id in member.required_by):
            parts.append(_rule(a, rule, f"speaks for it ({_strength(rule, name)})"))
    for rule in a.trace.rules_in():
        if any(t == name and n < 0 for t, n in rule.favours):
            parts.append(_rule(a, rule, f"speaks against it ({_strength(rule, name)})"))
    if action.guarded and action.needs_tree != AllOf(()):
        held = status(action.needs, a.trace.inference.possible) == ESTABLISHED
        parts.append(Proof(DERIVED, "what it needs is established" if held else "what it needs is not established",
                           because=tuple(_condition(a, action.needs_tree))))
    steps = [s for s in a.advice.mixes[0].steps if s.action == name]
    parts += [Proof(STEP, f"{'entered the mix' if s.step == 'add' else 'left out'}: {s.reason}") for s in steps]
    score = points(weighing.scores.get(name, 0))
    head = f"{action.title} is in the recommended mix" if member else f"{action.title} is not in the mix"
    return Proof(DERIVED, f"{head}, with {score} points", name, action.source, action.objective, tuple(parts))


def _strength(rule: Rule, target: str) -> str:
    worth = next(n for t, n in rule.favours if t == target)
    return f"{decimal(abs(worth), 4)} points"


def _posture(a: Assessment, name: str) -> Proof:
    posture = a.kb.postures[name]
    rating = next((r for r in a.advice.ratings if r.posture == name), None)
    parts = [
        _rule(a, rule, f"speaks {'for' if n > 0 else 'against'} it ({_strength(rule, name)})")
        for rule in a.trace.rules_in() for t, n in rule.favours if t == name
    ]
    for action in posture.core:
        standing = a.advice.weighing.standing[action].status
        score = points(a.advice.weighing.scores.get(action, 0))
        role = "leading action" if action == posture.core[0] else "core action"
        parts.append(Proof(STEP, f"{role}: {a.kb.actions[action].title}, {score} points, {standing}", action))
    place = [r.posture for r in a.advice.ratings if r.feasible].index(name) + 1 if rating and rating.feasible else 0
    score = decimal(rating.score, POSTURE_UNIT) if rating else "0"
    verdict = f"comes number {place} of the postures that can be taken" if place else (
        f"cannot be taken: {rating.reason}" if rating else "was not rated")
    return Proof(DERIVED, f"{posture.title} {verdict}, with {score} points", name, note=posture.purpose,
                 because=tuple(parts))


def _rule(a: Assessment, rule: Rule, role: str) -> Proof:
    parts = list(_condition(a, rule.when_tree))
    if rule.unless:
        lifted = status(rule.unless, a.trace.inference.possible)
        words = describe(rule.unless_tree, a.kb.variables)
        if lifted:
            parts.append(Proof(PRESUMED, f"presumed that this is not so: {words}"))
        else:
            parts.append(Proof(DERIVED, f"it is not so that {words}"))
    for other in a.kb.rules.values():
        if rule.id in other.overrides and fired(a.trace.state(other.id)):
            parts.append(Proof(RULE, f"overridden by: {other.title}", other.id, other.source))
    return Proof(RULE, f"{role}: {a.trace.because(rule)}", rule.id, rule.source, rule.title, tuple(parts))


def _condition(a: Assessment, tree: Tree) -> Iterator[Proof]:
    """The established parts of a condition; of alternatives only those that hold, when some do."""
    if isinstance(tree, Phrase):
        yield variable(a, tree.variable)
    elif isinstance(tree, NotOf):
        inner = list(_condition(a, tree.part))
        if len(inner) == 1 and not inner[0].because:
            yield inner[0]
        else:
            yield Proof(DERIVED, f"not the case: {describe(tree.part, a.kb.variables)}", because=tuple(inner))
    elif isinstance(tree, AllOf):
        for part in tree.parts:
            yield from _condition(a, part)
    elif isinstance(tree, AnyOf):
        value = a.trace.inference.value
        holding = [p for p in tree.parts
                   if status(compile_tree(p, a.kb.variables), value) == ESTABLISHED]
        for part in holding[:1] or tree.parts:
            yield from _condition(a, part)


def variable(a: Assessment, at: int) -> Proof:
    """The proof of what is known of an attribute, a finding or a question about the partners."""
    if at in a.kb.findings:
        return _finding(a, at)
    question = a.kb.words.about_partners.get(at)
    if question is not None:
        names = matching(question, a.situation.partners)
        text = f"{a.kb.variables[at].title}: {join(names, 'and') or 'none'}"
        kind = OPEN if a.situation.partners is None else PARTNERS
        return Proof(kind, text if kind == PARTNERS else f"no partner list was given ({a.kb.variables[at].title})")
    attribute = a.kb.words.about_unknown.get(at, at)
    return _attribute(a, attribute)


def _attribute(a: Assessment, at: int) -> Proof:
    term = a.kb.variables[at]
    fact = a.situation.fact(at)
    mask = a.trace.inference.possible[at]
    if fact is None or fact.mask == term.full or fact.too_weak:
        why_open = "the evidence is too weak, so it counts as unknown" if fact and fact.too_weak else "not answered"
        return Proof(OPEN, f"{term.title}: {why_open}", term.id)
    details = [x for x in (f"grade {fact.grade}" if fact.grade else "", f"as of {fact.as_of}" if fact.as_of else "",
                           fact.note) if x]
    kind = PARTNERS if fact.origin == "partners" else STATED
    who = "worked out from your partner list" if kind == PARTNERS else "you report"
    return Proof(kind, f"{who} {term.say(mask)}", term.id, note="; ".join(details))


def _finding(a: Assessment, at: int) -> Proof:
    term, finding = a.kb.variables[at], a.kb.findings[at]
    value, possible = a.trace.inference.value[at], a.trace.inference.possible[at]
    if finding.scorecard is not None:
        parts = []
        for part in finding.scorecard.parts:
            low, high = part.span(a.trace.inference.value)
            worth = str(low) if low == high else f"{low} to {high}"
            if part.tree is None:
                parts.append(Proof(DERIVED, f"{worth} points", because=(variable(a, part.of),)))
            elif (low, high) != (0, 0):
                parts.append(Proof(DERIVED, f"{worth} points for {describe(part.tree, a.kb.variables)}",
                                   because=tuple(_condition(a, part.tree))))
        kind = DERIVED if single(value) else OPEN
        said = term.say(value) if kind == DERIVED else f"{term.title} stays open: {term.say(value)}"
        return Proof(kind, said, term.id, term.source, because=tuple(parts))
    rules = [r for r in a.trace.rules_in() if any(f == at and bit == value for f, bit in r.concludes)]
    parts = [_rule(a, rule, "concluded") for rule in rules]
    presumed = value != possible
    if not rules:
        ways = [r for r in a.kb.rules.values() if any(f == at for f, _ in r.concludes)]
        told = "presumed, since no rule that would say otherwise is established" if presumed else (
            "concluded, since every rule that would say otherwise is refuted")
        parts = [Proof(PRESUMED if presumed else DERIVED, told,
                       because=tuple(Proof(RULE, f"would need: {describe(r.when_tree, a.kb.variables)}", r.id)
                                     for r in ways[:4]))]
    return Proof(PRESUMED if presumed else DERIVED, term.say(value), term.id, term.source, because=tuple(parts))


def proof_data(a: Assessment, proof: Proof) -> dict[str, Any]:
    """A proof as JSON-ready data."""
    return {
        "kind": proof.kind, "text": proof.text, "id": proof.id,
        "source": [{"work": c.work, "title": a.kb.works[c.work].title, "short": a.kb.works[c.work].short,
                    "at": c.at} for c in proof.source],
        "note": proof.note,
        "because": [proof_data(a, part) for part in proof.because],
    }
