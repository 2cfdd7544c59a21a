"""Proofs: a statement as a tree down to the answers given, made from the Trace and the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .assessment import Assessment
from .compose import points
from .conditions import ESTABLISHED, REFUTED, AllOf, AnyOf, NotOf, Phrase, Tree, compile_tree, status
from .evaluate import defeated, fired
from .findings import Scorecard
from .issues import Place
from .rules import Rule
from .situation import NO, YES, matching
from .terms import Citation, join, single
from .trace import is_open
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


def rule_proof(a: Assessment, rule: Rule, role: str) -> Proof:
    """A rule that fired: its condition, what was presumed for it, and what might yet lift it."""
    parts = list(grounds(a, rule.when_tree, wanted=True))
    if rule.when_tree == AllOf(()):
        parts.append(Proof(STEP, "this holds in every case"))
    if rule.unless:
        words = in_words(a.kb, rule.unless_tree)
        if status(rule.unless, a.trace.inference.possible) == REFUTED:
            parts.append(Proof(DERIVED, f"the exception does not hold: {words}",
                               because=grounds(a, rule.unless_tree, wanted=False)))
        else:
            parts.append(Proof(PRESUMED, f"the exception does not hold: {words}"))
    for other in _overriding(a, rule):
        if fired(a.trace.state(other.id)):
            parts.append(Proof(PRESUMED, f"'{other.title}' would lift this, but is itself only presumed"))
    return _said(rule, role, a.trace.because(rule), parts)


def _said(rule: Rule, role: str, text: str, because: Iterable[Proof]) -> Proof:
    return Proof(RULE, f"{role}: {text}", rule.id, rule.source, rule.title, tuple(because), role)


def gave_way(a: Assessment, rule: Rule) -> Proof:
    """A rule that would hold but for others that override it, with those."""
    over = [o for o in _overriding(a, rule) if fired(a.trace.state(o.id))]
    return _said(rule, "would count", f"it gives way to '{join([o.title for o in over], 'and')}'",
                 [rule_proof(a, o, "stands above it") for o in over])


def _overriding(a: Assessment, rule: Rule) -> list[Rule]:
    return [other for other in a.kb.rules.values() if rule.id in other.overrides]


def grounds(a: Assessment, tree: Tree, *, wanted: bool) -> tuple[Proof, ...]:
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
    parts = [rule_proof(a, rule, "so it is concluded") for rule in agreeing]
    if len(agreeing) < len(concluding):
        parts.append(Proof(STEP, "other rules conclude otherwise; of several conclusions the "
                           f"{finding.resolve} counts"))
    parts += [gave_way(a, r) for r in a.kb.rules.values()
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
        yield _said(rule, "could say otherwise", said, grounds(a, when, wanted=wanted))
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
                               because=grounds(a, part.tree, wanted=True)))
    parts.append(Proof(STEP, "nothing else counts" if parts else "nothing counts towards it"))
    settled = single(value)
    return Proof(DERIVED if settled else OPEN, term.say(value) if settled else f"open: {term.say(value)}",
                 term.id, term.source, because=tuple(parts))


def worth(score: int) -> str:
    """A score in words: '4 points'."""
    return plural(points(score), "point")


def plural(number: str, noun: str) -> str:
    """'1 point', '2 points', '-0.5 points'."""
    return f"{number} {noun}" + ("" if number in ("1", "-1") else "s")
