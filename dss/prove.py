"""Proving invariants for every profile there could ever be, with a solver or by exact search.

The solver (z3, the extra ``proof``) decides the formulas of :mod:`dss.lowering`; the search
(:mod:`dss.witness`) splits profiles until each part is settled. A violation is shown by a
profile as small as can be found, and is tried again on the evaluator before it is reported.
Claims about whole mixes need the composer: they are tested on many profiles, and named so.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .advice import advise
from .casetest import run_cases
from .conditions import ESTABLISHED, status
from .evaluate import Inference, fired, reevaluate
from .invariants import Invariant
from .kb import KnowledgeBase
from .lowering import Formula, Lowered, free_variables
from .situation import Partner, load_situation
from .terms import bits
from .verify import Verifier
from .weigh import AVAILABLE, POINTLESS, stand, tapered
from .witness import Undecided, Witness, both, profile_of, searcher

PROVED, VIOLATED, TESTED, OPEN = "proved", "violated", "tested", "not settled"
PROVABLE = ("not_permitted", "refining_keeps_permitted", "never_raises_score_of", "mix_safeguard", "mix_lacks",
            "posture_not")


@dataclass(frozen=True)
class Verdict:
    """What became of one claim: how it was settled, over what, and a profile that breaks it.

    ``completion`` is what a refinement of the profile adds or changes, for claims about two.
    """

    id: str
    title: str
    outcome: str
    how: str
    said: str = ""
    profile: Mapping[str, object] | None = None
    completion: Mapping[str, object] | None = None
    confirmed: bool = True


@dataclass
class Proof:
    """All verdicts, on the invariants and on the postures; ``seconds`` of the clock."""

    verdicts: list[Verdict] = field(default_factory=list)
    postures: list[Verdict] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether nothing is violated or left open."""
        return all(v.outcome in (PROVED, TESTED) for v in (*self.verdicts, *self.postures))


class SolverMissing(Exception):
    """The extra with the solver is not installed."""


def prove(kb: KnowledgeBase, samples: int = 1000, *, solver: bool = True) -> Proof:
    """Settle every invariant and every posture; ``samples`` random profiles for what is only tested.

    Raises :class:`SolverMissing` when ``solver`` is wanted but not installed.
    """
    began = time.monotonic()
    proof = Proof()
    prover: _Solver | _Search = _Solver(kb) if solver else _Search(kb)
    tested = _Tests(kb, samples)
    for invariant in kb.invariants:
        verdict = prover.settle(invariant) if invariant.claim in PROVABLE else None
        proof.verdicts.append(verdict or tested.settle(invariant))
    proof.postures = [_posture(kb, name, tested) for name in kb.postures]
    proof.seconds = time.monotonic() - began
    return proof


# --- by the solver


class _Terms:
    """z3 as a logic."""

    def __init__(self, z3: Any) -> None:
        self.z3 = z3

    def conj(self, parts: list[Formula]) -> Formula:
        return self.z3.And(parts)

    def disj(self, parts: list[Formula]) -> Formula:
        return self.z3.Or(parts)

    def neg(self, part: Formula) -> Formula:
        return self.z3.Not(part)


class _Solver:
    """Proves claims with z3."""

    def __init__(self, kb: KnowledgeBase) -> None:
        try:
            import z3
        except ImportError as error:
            raise SolverMissing from error
        self.kb = kb
        self.z3: Any = z3
        self.terms = _Terms(z3)
        self.free = free_variables(kb)
        self.given: list[Formula] = []
        self.here = Lowered(kb, self.terms, {at: self._atoms(at, "p") for at in self.free})

    def settle(self, invariant: Invariant) -> Verdict | None:
        """The verdict on a claim, or None when it needs the composer."""
        ways: Mapping[str, Callable[[Invariant], Verdict | None]] = {
            "not_permitted": self._not_permitted, "refining_keeps_permitted": self._refining,
            "never_raises_score_of": self._raising, "mix_safeguard": self._safeguard,
            "mix_lacks": self._lacking, "posture_not": self._unled,
        }
        return ways[invariant.claim](invariant)

    def _atoms(self, at: int, copy: str) -> list[Formula]:
        """Fresh Booleans for the possible values of a variable, constrained to what a profile can say."""
        variable = self.kb.variables[at]
        name = f"{copy}.{variable.id}"
        if variable.kind == "set" and at < self.kb.attributes:
            return self._subsets(at, name)
        size = variable.size + variable.na
        found = [self.z3.Bool(f"{name}.{i}") for i in range(size)]
        self.given.append(self.z3.Or(found))
        return found

    def _subsets(self, at: int, name: str) -> list[Formula]:
        """For a set: between what it surely has and what it may have, or n/a, or all of it unknown."""
        z3, variable = self.z3, self.kb.variables[at]
        must = [z3.Bool(f"{name}.has.{v}") for v in variable.values]
        may = [z3.Bool(f"{name}.may.{v}") for v in variable.values]
        some = z3.Bool(f"{name}.some")
        self.given += [z3.Implies(a, b) for a, b in zip(must, may, strict=True)]
        out = [z3.And([some, *(may[i] if atom >> i & 1 else z3.Not(must[i]) for i in range(len(must)))])
               for atom in range(variable.size)]
        if not variable.na:
            self.given.append(some)
            return out
        na = z3.Bool(f"{name}.na")
        self.given += [z3.Or(some, na), z3.Implies(z3.And(some, na), z3.And([*may, *(z3.Not(m) for m in must)]))]
        return [*out, na]

    def _model(self, *claims: Formula) -> Any | None:
        """A model of the claims, or None when there is none."""
        solver = self.z3.SolverFor("QF_FD")
        solver.add(*self.given)
        solver.add(*(claim for claim in claims if claim is not True))
        if any(claim is False for claim in claims):
            return None
        if solver.check() != self.z3.sat:
            return None
        return solver.model()

    def _masks(self, model: Any, copy: Lowered) -> dict[int, int]:
        """The masks of a model's profile, as far as they are not full."""
        out = {}
        for at in self.free:
            values = copy.could[0][at]
            mask = sum(1 << i for i, v in enumerate(values)
                       if v is True or (v is not False and self.z3.is_true(model.eval(v, model_completion=True))))
            if mask != self.kb.variables[at].full:
                out[at] = mask
        return out

    def _not_permitted(self, invariant: Invariant) -> Verdict:
        here = self.here
        claims = [here.permitted(self.kb.actions[a]) for a in invariant.subjects]
        model = self._model(here.established(invariant.when), here.disj(claims))
        if model is None:
            return _proved(invariant, "by the solver, over all profiles, partial ones and any partners included")

        def broken(inference: Inference) -> str:
            return _first_permitted(self.kb, invariant, inference)

        return _violated(self.kb, invariant, self._masks(model, here), broken)

    def _refining(self, invariant: Invariant) -> Verdict:
        """Two copies, the second of which leaves no value possible that the first excludes."""
        there = Lowered(self.kb, self.terms, {at: self._atoms(at, "q") for at in self.free})
        narrower = [self.z3.Implies(b, a) for at in self.free
                    for a, b in zip(self.here.could[0][at], there.could[0][at], strict=True)]
        actions = [self.kb.actions[a] for a in invariant.subjects]
        lost = [self.here.conj([self.here.permitted(a), there.neg(there.permitted(a))]) for a in actions]
        model = self._model(*narrower, self.here.established(invariant.when), self.here.disj(lost))
        if model is None:
            return _proved(invariant, "by the solver, over all pairs of a profile and a refinement of it")
        return _unkept(self.kb, invariant, self._masks(model, self.here), self._masks(model, there))

    def _raising(self, invariant: Invariant) -> Verdict:
        """The same profile with the attribute at one value and at a higher one."""
        z3, at = self.z3, invariant.raising
        variable = self.kb.variables[at]
        low = [z3.Bool(f"low.{i}") for i in range(variable.size)]
        high = [z3.Bool(f"high.{i}") for i in range(variable.size)]
        rest = [False] * variable.na
        order = [z3.PbEq([(b, 1) for b in low], 1), z3.PbEq([(b, 1) for b in high], 1)]
        order += [z3.Implies(low[i], z3.Or(high[i + 1 :])) for i in range(variable.size)]
        atoms = {v: self.here.could[0][v] for v in self.free}
        below = Lowered(self.kb, self.terms, {**atoms, at: [*low, *rest]})
        above = Lowered(self.kb, self.terms, {**atoms, at: [*high, *rest]})
        when = below.established(invariant.when)
        weights = ", whatever the weights"
        for action in invariant.subjects:
            if self._model(*order, when, self._may_rise(action, below, above)) is None:
                continue
            weights = ", with the normal weights"
            model = self._model(*order, when, self._score(action, above) > self._score(action, below))
            if model is None:
                continue
            masks = self._masks(model, below)
            raised = self._masks(model, above)[at]
            return _risen(self.kb, invariant, action, masks, raised)
        return _proved(invariant, f"by the solver, over all profiles and both values{weights}")

    def _may_rise(self, action: str, below: Lowered, above: Lowered) -> Formula:
        """Some rule speaks more for the action above than below: the only way its score can rise."""
        ways = []
        for i, rule in enumerate(self.kb.rules.values()):
            for target, n in rule.favours:
                if target == action:
                    more, less = (above, below) if n > 0 else (below, above)
                    ways.append(below.conj([more.fired[i], below.neg(less.fired[i])]))
        return below.disj(ways)

    def _score(self, action: str, copy: Lowered) -> Any:
        """The action's points with the normal weights, as an arithmetic term."""
        by_principle: dict[tuple[str, bool], list[tuple[int, Formula]]] = {}
        for i, rule in enumerate(self.kb.rules.values()):
            for target, n in rule.favours:
                if target == action:
                    by_principle.setdefault((rule.principle, n > 0), []).append((n, copy.fired[i]))
        terms = [term for given in by_principle.values() for term in self._tapered(given, copy)]
        return self.z3.Sum(terms) if terms else self.z3.IntVal(0)

    def _tapered(self, given: list[tuple[int, Formula]], copy: Lowered) -> Iterator[Any]:
        """The strongest in full, the second by half, the third by a quarter."""
        exactly: list[Formula] = [True, False, False]
        for n, is_so in sorted(given, key=lambda pair: -abs(pair[0])):
            for k in range(3):
                worth = (abs(n) >> k) * (1 if n > 0 else -1)
                counted = copy.conj([is_so, exactly[k]])
                if counted is not False:
                    yield worth if counted is True else self.z3.If(counted, worth, 0)
            not_so = copy.neg(is_so)
            exactly = [copy.disj([copy.conj([exactly[k], not_so]),
                                  copy.conj([exactly[k - 1], is_so]) if k else False]) for k in range(3)]

    def _safeguard(self, invariant: Invariant) -> Verdict | None:
        """Proved when a rule that asks it of every mix always fires; else it needs the composer."""
        asking = [i for i, rule in enumerate(self.kb.rules.values())
                  if any(r.every_mix and r.safeguard == invariant.safeguard for r in rule.requires)]
        fires = self.here.disj([self.here.fired[i] for i in asking])
        if self._model(self.here.established(invariant.when), self.here.neg(fires)) is None:
            return _proved(invariant, "by the solver: a rule that asks it of every mix fires in every profile")
        return None

    def _lacking(self, invariant: Invariant) -> Verdict | None:
        """Proved when none of the actions is ever permitted; else it needs the composer."""
        return self._never(invariant, invariant.subjects, "none of them is ever permitted there")

    def _unled(self, invariant: Invariant) -> Verdict | None:
        """Proved when none of the postures' leading actions is ever permitted; else it needs the composer."""
        postures = [self.kb.postures[p] for p in invariant.subjects]
        if any(p.fallback for p in postures):
            return None
        return self._never(invariant, [p.core[0] for p in postures], "their leading actions are never permitted there")

    def _never(self, invariant: Invariant, actions: Sequence[str], why: str) -> Verdict | None:
        here = self.here
        claims = [here.permitted(self.kb.actions[a]) for a in actions]
        if self._model(here.established(invariant.when), here.disj(claims)) is None:
            return _proved(invariant, f"by the solver, over all profiles: {why}")
        return None


# --- by search


class _Search:
    """Proves what exact search can: that guarded actions are never permitted."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb

    def settle(self, invariant: Invariant) -> Verdict | None:
        """The verdict on a claim, or None when it cannot be settled by search."""
        guarded = all(self.kb.actions[a].guarded for a in invariant.subjects)
        if invariant.claim != "not_permitted" or not guarded:
            return None
        find = searcher(self.kb)
        for action in invariant.subjects:
            try:
                witness = find.find(both([find.holds(invariant.when), find.permitted(action)]))
            except Undecided:
                return Verdict(invariant.id, invariant.title, OPEN, "the search grew too large")
            if witness is not None:
                return _violated(self.kb, invariant, dict(witness.narrowed),
                                 lambda inference: _first_permitted(self.kb, invariant, inference))
        return _proved(invariant, "by exact search, over all profiles")


# --- violations, tried again on the evaluator and made small


def _proved(invariant: Invariant, how: str) -> Verdict:
    return Verdict(invariant.id, invariant.title, PROVED, how)


def _inference(kb: KnowledgeBase, narrowed: Mapping[int, int]) -> Inference:
    return reevaluate(kb, searcher(kb).root, narrowed)


def _permitted(kb: KnowledgeBase, action: str, inference: Inference) -> bool:
    return stand(kb, kb.actions[action], inference).status in (AVAILABLE, POINTLESS)


def _first_permitted(kb: KnowledgeBase, invariant: Invariant, inference: Inference) -> str:
    """What breaks the claim that its subjects are not permitted; empty if nothing does."""
    if status(invariant.when, inference.possible) != ESTABLISHED:
        return ""
    action = next((a for a in invariant.subjects if _permitted(kb, a, inference)), "")
    return f"{action} is permitted" if action else ""


def _violated(kb: KnowledgeBase, invariant: Invariant, masks: dict[int, int],
              broken: Callable[[Inference], str]) -> Verdict:
    """The violation with what it does not need left out, tried again on a profile read back."""
    for at in list(masks):
        fewer = {k: m for k, m in masks.items() if k != at}
        if broken(_inference(kb, fewer)):
            masks = fewer
    inference = _inference(kb, masks)
    said = broken(inference)
    profile = profile_of(kb, masks)
    situation = load_situation(kb, profile, name="profile")
    verifier = Verifier(kb, situation.masks, situation.partners, {})
    return Verdict(invariant.id, invariant.title, VIOLATED if said else OPEN, "by the solver", said, profile,
                   confirmed=bool(broken(verifier.inference)))


def _unkept(kb: KnowledgeBase, invariant: Invariant, wide: dict[int, int], narrow: dict[int, int]) -> Verdict:
    """A profile that permits an action which a refinement of it does not."""
    def lost(one: Mapping[int, int], two: Mapping[int, int]) -> str:
        before, after = _inference(kb, one), _inference(kb, two)
        if status(invariant.when, before.possible) != ESTABLISHED:
            return ""
        return next((a for a in invariant.subjects if _permitted(kb, a, before) and not _permitted(kb, a, after)), "")

    for at in list(narrow):
        fewer = {k: m for k, m in wide.items() if k != at}, {k: m for k, m in narrow.items() if k != at}
        if lost(*fewer):
            wide, narrow = fewer
    for at in list(narrow):
        same = {**wide, at: narrow[at]}
        if lost(same, narrow):
            wide = same
    action = lost(wide, narrow)
    changed = {at: m for at, m in narrow.items() if wide.get(at) != m}
    return Verdict(invariant.id, invariant.title, VIOLATED if action else OPEN, "by the solver",
                   f"{action} is permitted, but not once more is known" if action else "",
                   profile_of(kb, wide), profile_of(kb, changed))


def _risen(kb: KnowledgeBase, invariant: Invariant, action: str, masks: dict[int, int], raised: int) -> Verdict:
    """A profile in which a higher value raises an action's score."""
    at = invariant.raising

    def rises(narrowed: Mapping[int, int]) -> str:
        before, after = _inference(kb, narrowed), _inference(kb, {**narrowed, at: raised})
        low, high = points_of(kb, action, before), points_of(kb, action, after)
        return f"{action} rises from {low / 4:g} to {high / 4:g} points" if high > low else ""

    for other in list(masks):
        fewer = {k: m for k, m in masks.items() if k != other}
        if other != at and rises(fewer):
            masks = fewer
    said = rises(masks)
    return Verdict(invariant.id, invariant.title, VIOLATED if said else OPEN, "by the solver", said,
                   profile_of(kb, masks), profile_of(kb, {at: raised}))


def points_of(kb: KnowledgeBase, action: str, inference: Inference) -> int:
    """An action's quarter points with the normal weights."""
    given: dict[str, list[int]] = {}
    for i, rule in enumerate(kb.rules.values()):
        if fired(inference.states[i]):
            for target, n in rule.favours:
                if target == action:
                    given.setdefault(rule.principle, []).append(n)
    return sum(tapered(ns) for ns in given.values())


# --- what is tested


class _Tests:
    """Profiles on which claims about whole mixes are tested: cases, and random ones with partners."""

    MOST_PARTNERS = 3

    def __init__(self, kb: KnowledgeBase, samples: int) -> None:
        self.kb = kb
        self.samples = samples
        self._verifiers: list[Verifier] = []

    @property
    def verifiers(self) -> list[Verifier]:
        """The profiles, judged once."""
        if not self._verifiers:
            kb = self.kb
            cases = [o.situation for o in run_cases(kb) if o.situation is not None]
            self._verifiers = [Verifier(kb, s.masks, s.partners, {}) for s in cases]
            for seed in range(self.samples):
                masks, partners = random_profile(kb, random.Random(seed), self.MOST_PARTNERS)
                self._verifiers.append(Verifier(kb, masks, partners, {}))
        return self._verifiers

    def settle(self, invariant: Invariant) -> Verdict:
        """Try a claim on every profile; the first violation is reported."""
        meant = 0
        for verifier in self.verifiers:
            if not verifier.applies(invariant):
                continue
            meant += 1
            said = next(verifier.check(invariant), "")
            if said:
                narrowed = {at: m for at, m in enumerate(verifier.masks) if m != self.kb.variables[at].full}
                profile = profile_of(self.kb, narrowed)
                return Verdict(invariant.id, invariant.title, VIOLATED, self._how(meant), said, profile)
        return Verdict(invariant.id, invariant.title, TESTED, self._how(meant))

    def _how(self, meant: int) -> str:
        return f"tested on {meant} profiles it speaks of, with up to {self.MOST_PARTNERS} partners"


def random_profile(kb: KnowledgeBase, chance: random.Random, most: int) -> tuple[
        list[int], tuple[Partner, ...] | None]:
    """A random profile: each attribute open, partly known or known; no partner list, or up to ``most``."""
    density = chance.choice((0.2, 0.5, 0.8, 1.0))
    masks = [_random_mask(kb.variables[at].full, chance) if chance.random() < density else kb.variables[at].full
             for at in range(kb.attributes)]
    count = chance.randint(-1, most)
    if count < 0:
        return masks, None
    partners = tuple(
        Partner(f"Partner {n + 1}", "", tuple(_random_mask(v.full, chance) for v in kb.partner.variables))
        for n in range(count)
    )
    return masks, partners


def _random_mask(full: int, chance: random.Random) -> int:
    atoms = bits(full)
    if chance.random() < 0.85:
        return 1 << chance.choice(atoms)
    return sum(1 << atom for atom in chance.sample(atoms, min(2, len(atoms))))


# --- postures


def _posture(kb: KnowledgeBase, name: str, tested: _Tests) -> Verdict:
    """Whether a posture can come first: shown by a profile, or refuted by its leading action."""
    posture = kb.postures[name]
    for verifier in tested.verifiers:
        if verifier.advice.posture == name and (posture.fallback or not verifier.advice.cautious):
            return Verdict(name, posture.title, PROVED, "a tested profile advises it")
    find = searcher(kb)
    lead = find.permitted(posture.core[0])
    try:
        witness = find.find(lead)
    except Undecided:
        witness = None
    if witness is None:
        return Verdict(name, posture.title, VIOLATED, "by exact search",
                       f"its leading action {posture.core[0]} is never permitted")
    return _sought(kb, name, witness)


def _sought(kb: KnowledgeBase, name: str, witness: Witness, tries: int = 200) -> Verdict:
    """Add the rules that favour a posture while they agree, then fill the rest at random."""
    find = searcher(kb)
    posture = kb.postures[name]
    goals = [find.permitted(posture.core[0])]
    for rule in _speaking_for(kb, (name, *posture.core)):
        try:
            more = find.find(both([*goals, find.fires(rule)]))
        except Undecided:
            continue
        if more is not None:
            witness = more
            goals.append(find.fires(rule))
    chance = random.Random(name)
    for n in range(tries):
        share = chance.choice((0.0, 0.3, 0.6, 1.0))
        masks = {at: _random_mask(kb.variables[at].full, chance) for at in range(kb.attributes)
                 if kb.variables[at].frame or chance.random() < share}
        advice = advise(kb, _inference(kb, {**masks, **witness.narrowed}), {})
        if advice.posture == name and not advice.cautious:
            return Verdict(name, posture.title, PROVED, f"a profile sought for it advises it (try {n + 1})")
    return Verdict(name, posture.title, OPEN, f"no profile found in {tries} made for it",
                   "it may never come first")


def _speaking_for(kb: KnowledgeBase, targets: Sequence[str]) -> list[str]:
    """The rules that favour any of the targets, the strongest first."""
    found = {rule.id: max(n for t, n in rule.favours if t in targets)
             for rule in kb.rules.values() if any(t in targets and n > 0 for t, n in rule.favours)}
    return sorted(found, key=lambda r: -found[r])
