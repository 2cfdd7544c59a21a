"""Why: the proof of an action, a posture or a finding, as a tree down to the answers given.

A :class:`Proof` is one statement with what it rests on. Every view of an explanation
(prose, tree, data) is made from it; nothing here asks the engine anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .assessment import Assessment
from .compose import POSTURE_UNIT, Rating, decimal, points
from .conditions import ESTABLISHED, REFUTED, AllOf, AnyOf, NotOf, Phrase, Tree, compile_tree, status
from .evaluate import defeated, fired
from .findings import Scorecard
from .issues import Place, nearest
from .rules import Rule
from .situation import NO, YES, matching
from .terms import Citation, join, single
from .trace import is_open
from .weigh import AVAILABLE, BARRED, FORBIDDEN, POINTLESS, UNMET
from .wording import in_words, values_in_words

STATED, PARTNERS, PRESUMED, DERIVED, OPEN, RULE, STEP = (
    "stated", "partners", "presumed", "derived", "open", "rule", "step",
)
LEAVES = (STATED, PARTNERS, PRESUMED, OPEN, STEP)
"""The kinds on which a proof may end: what somebody supplied, what is open, and plain steps."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A statement, its kind, who supplied it or what it cites, and what it rests on.

    ``kind`` is stated (the user's answer), partners (worked out from the partner list),
    presumed, derived, open, rule, or step (of the composition, or one that rests on no
    fact). ``id`` is the rule's or variable's id where there is one; a rule's ``note`` is its
    title and its ``role`` what it does here, with which its text begins.
    """

    kind: str
    text: str
    id: str = ""
    source: tuple[Citation, ...] = ()
    note: str = ""
    because: tuple[Proof, ...] = field(default=())
    role: str = ""

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
    parts = [_rule(a, a.kb.rules[r], "asks for it beside other actions") for r in required]
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
            yield _rule(a, rule, f"speaks {side} it ({plural(decimal(abs(n), 4), 'point')})")
    for rule in a.kb.rules.values():
        if defeated(a.trace.state(rule.id)) and any(t == target for t, _ in rule.favours):
            yield _gave_way(a, rule)


def _needs(a: Assessment, tree: Tree) -> Proof:
    found = status(compile_tree(tree, a.kb.variables), a.trace.inference.possible)
    grounds = _grounds(a, tree, wanted=found != REFUTED)
    words = in_words(a.kb, tree)
    said = {ESTABLISHED: f"what it needs is there: {join([g.text for g in grounds], 'and')}",
            REFUTED: f"what it needs is not there: {words}"}.get(found, f"what it needs is open: {words}")
    return Proof(DERIVED, said, because=grounds)


def worth(score: int) -> str:
    """A score in words: '4 points'."""
    return plural(points(score), "point")


def plural(number: str, noun: str) -> str:
    """'1 point', '2 points', '-0.5 points'."""
    return f"{number} {noun}" + ("" if number in ("1", "-1") else "s")


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


def _rule(a: Assessment, rule: Rule, role: str) -> Proof:
    """A rule that fired: its condition, what was presumed for it, and what might yet lift it."""
    parts = list(_grounds(a, rule.when_tree, wanted=True))
    if rule.when_tree == AllOf(()):
        parts.append(Proof(STEP, "this holds in every case"))
    if rule.unless:
        words = in_words(a.kb, rule.unless_tree)
        if status(rule.unless, a.trace.inference.possible) == REFUTED:
            parts.append(Proof(DERIVED, f"the exception does not hold: {words}",
                               because=_grounds(a, rule.unless_tree, wanted=False)))
        else:
            parts.append(Proof(PRESUMED, f"the exception does not hold: {words}"))
    for other in _overriding(a, rule):
        if fired(a.trace.state(other.id)):
            parts.append(Proof(PRESUMED, f"'{other.title}' would lift this, but is itself only presumed"))
    return _said(rule, role, a.trace.because(rule), parts)


def _said(rule: Rule, role: str, text: str, because: Iterable[Proof]) -> Proof:
    return Proof(RULE, f"{role}: {text}", rule.id, rule.source, rule.title, tuple(because), role)


def _gave_way(a: Assessment, rule: Rule) -> Proof:
    """A rule that would hold but for others that override it, with those."""
    over = [o for o in _overriding(a, rule) if fired(a.trace.state(o.id))]
    return _said(rule, "would count", f"it gives way to '{join([o.title for o in over], 'and')}'",
                 [_rule(a, o, "stands above it") for o in over])


def _overriding(a: Assessment, rule: Rule) -> list[Rule]:
    return [other for other in a.kb.rules.values() if rule.id in other.overrides]


def _grounds(a: Assessment, tree: Tree, *, wanted: bool) -> tuple[Proof, ...]:
    """What a condition's truth (or, if not ``wanted``, its falsehood) rests on, each fact once."""
    about = a.kb.words.about_unknown
    return tuple(variable(a, at) for at in dict.fromkeys(
        about.get(at, at) for at in _variables(a, tree, wanted)))


def _variables(a: Assessment, tree: Tree, wanted: bool) -> Iterator[int]:
    if isinstance(tree, Phrase):
        yield tree.variable
    elif isinstance(tree, NotOf):
        yield from _variables(a, tree.part, not wanted)
    else:
        one_is_enough = isinstance(tree, AnyOf) == wanted
        deciding = _deciding(a, tree, wanted) if one_is_enough else ()
        for part in deciding or tree.parts:
            yield from _variables(a, part, wanted)


def _deciding(a: Assessment, tree: AnyOf | AllOf, wanted: bool) -> tuple[Tree, ...]:
    """The first part that by itself settles a condition, surely if there is such, else as presumed."""
    goal = ESTABLISHED if wanted else REFUTED
    for masks in (a.trace.inference.possible, a.trace.inference.value):
        for part in tree.parts:
            if status(compile_tree(part, a.kb.variables), masks) == goal:
                return (part,)
    return ()


def variable(a: Assessment, at: int) -> Proof:
    """The proof of what is known of an attribute, a finding or a question about the partners."""
    if at in a.kb.findings:
        return _finding(a, at)
    if at in a.kb.words.about_partners:
        return _partners(a, at)
    return _attribute(a, at)


def _partners(a: Assessment, at: int) -> Proof:
    question = a.kb.words.about_partners[at]
    wanted = in_words(a.kb, Phrase(at, YES, "", Place("")))
    if a.situation.partners is None:
        return Proof(OPEN, f"{wanted}: no partner list was given")
    names = join(matching(question, a.situation.partners), "and") or "nobody"
    if a.trace.inference.possible[at] == NO | YES:
        return Proof(OPEN, f"{wanted}: {names} for certain; of others the list does not say enough")
    return Proof(PARTNERS, f"{wanted}: {names}")


def _attribute(a: Assessment, at: int) -> Proof:
    term, fact = a.kb.variables[at], a.situation.fact(at)
    mask = a.trace.inference.possible[at]
    if mask == term.full:
        weak = fact is not None and fact.too_weak
        return Proof(OPEN, f"{term.title.lower()}: " + (
            "the evidence is too weak, so it counts as unknown" if weak else "not known"), term.id)
    if fact is None:
        return Proof(STATED, values_in_words(term, mask), term.id)
    said = f"{term.title.lower()}: {fact.said} {term.unit}".rstrip() if term.kind == "number" else (
        values_in_words(term, mask))
    details = [f"grade {fact.grade}" if fact.grade else "", f"as of {fact.as_of}" if fact.as_of else "",
               fact.note]
    return Proof(PARTNERS if fact.origin == "partners" else STATED, said, term.id,
                 note="; ".join(filter(None, details)))


def _finding(a: Assessment, at: int) -> Proof:
    term, finding = a.kb.variables[at], a.kb.findings[at]
    if finding.scorecard is not None:
        return _scored(a, at, finding.scorecard)
    value = a.trace.inference.value[at]
    presumed = value != a.trace.inference.possible[at]
    concluding = [r for r in a.trace.rules_in() if any(f == at for f, _ in r.concludes)]
    agreeing = [r for r in concluding if (at, value) in r.concludes]
    parts = [_rule(a, rule, "so it is concluded") for rule in agreeing]
    if len(agreeing) < len(concluding):
        parts.append(Proof(STEP, "other rules conclude otherwise; of several conclusions the "
                           f"{finding.resolve} counts"))
    parts += [_gave_way(a, r) for r in a.kb.rules.values()
              if defeated(a.trace.state(r.id)) and any(f == at for f, _ in r.concludes)]
    if not concluding:
        parts += _otherwise(a, at, presumed)
    kind = PRESUMED if presumed else DERIVED
    return Proof(kind, term.say(value), term.id, term.source, because=tuple(parts))


def _otherwise(a: Assessment, at: int, presumed: bool) -> Iterator[Proof]:
    """Why a finding has the value that it has when nothing else is concluded."""
    if presumed:
        yield Proof(PRESUMED, "what you report does not settle it, so the cautious reading is taken")
    value = a.trace.inference.value[at]
    ways = [r for r in a.kb.rules.values() if any(f == at and bit != value for f, bit in r.concludes)
            and not defeated(a.trace.state(r.id))]
    for rule in ways:
        words, when, wanted = in_words(a.kb, rule.when_tree), rule.when_tree, True
        if is_open(a.trace.state(rule.id)):
            said = f"its condition is open: {words}"
        elif status(rule.when, a.trace.inference.value) == ESTABLISHED:
            when = rule.unless_tree
            said = f"its exception holds: {in_words(a.kb, when)}"
        else:
            said, wanted = f"its condition is not met: {words}", False
        yield _said(rule, "could say otherwise", said, _grounds(a, when, wanted=wanted))
    if not ways and not presumed:
        yield Proof(STEP, "no rule says otherwise")


def _scored(a: Assessment, at: int, card: Scorecard) -> Proof:
    """A finding that adds up points."""
    term, value = a.kb.variables[at], a.trace.inference.value[at]
    parts = []
    for part in card.parts:
        low, high = part.span(a.trace.inference.value)
        if (low, high) == (0, 0):
            continue
        counts = plural(str(low), "point") if low == high else f"{low} to {high} points"
        if part.tree is None:
            parts.append(Proof(DERIVED, f"counts {counts}", because=(variable(a, part.of),)))
        else:
            parts.append(Proof(DERIVED, f"counts {counts} for {in_words(a.kb, part.tree)}",
                               because=_grounds(a, part.tree, wanted=True)))
    parts.append(Proof(STEP, "nothing else counts" if parts else "nothing counts towards it"))
    settled = single(value)
    return Proof(DERIVED if settled else OPEN, term.say(value) if settled else f"open: {term.say(value)}",
                 term.id, term.source, because=tuple(parts))


def proof_data(a: Assessment, proof: Proof) -> dict[str, Any]:
    """A proof as JSON-ready data."""
    return {
        "kind": proof.kind, "text": proof.text, "id": proof.id,
        "source": [{"work": c.work, "title": a.kb.works[c.work].title, "short": a.kb.works[c.work].short,
                    "at": c.at} for c in proof.source],
        "note": proof.note, "role": proof.role,
        "because": [proof_data(a, part) for part in proof.because],
    }
