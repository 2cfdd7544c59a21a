"""Deciding claims about all profiles with z3 (the extra ``proof``), which only this module imports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .evaluate import Inference
from .invariants import Invariant
from .kb import KnowledgeBase
from .lowering import Formula, Lowered, free_variables
from .verdicts import Verdict, first_permitted, proved, risen, unkept, violated

PROVABLE = (
    "not_permitted",
    "refining_keeps_permitted",
    "never_raises_score_of",
    "mix_safeguard",
    "mix_lacks",
    "posture_not",
)


class SolverMissing(Exception):
    """The extra with the solver is not installed."""


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


class Solver:
    """Proves claims with z3."""

    def __init__(self, kb: KnowledgeBase) -> None:
        try:
            import z3  # type: ignore[import-not-found,import-untyped,unused-ignore]
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
        self.given += [
            z3.Or(some, na),
            z3.Implies(z3.And(some, na), z3.And([*may, *(z3.Not(m) for m in must)])),
        ]
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
            mask = sum(
                1 << i
                for i, v in enumerate(values)
                if v is True or (v is not False and self.z3.is_true(model.eval(v, model_completion=True)))
            )
            if mask != self.kb.variables[at].full:
                out[at] = mask
        return out

    def _not_permitted(self, invariant: Invariant) -> Verdict:
        here = self.here
        claims = [here.permitted(self.kb.actions[a]) for a in invariant.subjects]
        model = self._model(here.established(invariant.when), here.disj(claims))
        if model is None:
            return proved(
                invariant, "by the solver, over all profiles, partial ones and any partners included"
            )

        def broken(inference: Inference) -> str:
            return first_permitted(self.kb, invariant, inference)

        return violated(self.kb, invariant, self._masks(model, here), broken)

    def _refining(self, invariant: Invariant) -> Verdict:
        """Two copies, the second of which leaves no value possible that the first excludes."""
        there = Lowered(self.kb, self.terms, {at: self._atoms(at, "q") for at in self.free})
        narrower = [self.z3.Implies(b, a) for at in self.free
                    for a, b in zip(self.here.could[0][at], there.could[0][at], strict=True)]
        actions = [self.kb.actions[a] for a in invariant.subjects]
        lost = [self.here.conj([self.here.permitted(a), there.neg(there.permitted(a))]) for a in actions]
        model = self._model(*narrower, self.here.established(invariant.when), self.here.disj(lost))
        if model is None:
            return proved(invariant, "by the solver, over all pairs of a profile and a refinement of it")
        return unkept(self.kb, invariant, self._masks(model, self.here), self._masks(model, there))

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
            return risen(self.kb, invariant, action, masks, raised)
        return proved(invariant, f"by the solver, over all profiles and both values{weights}")

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
            return proved(
                invariant, "by the solver: a rule that asks it of every mix fires in every profile"
            )
        return None

    def _lacking(self, invariant: Invariant) -> Verdict | None:
        """Proved when none of the actions is ever permitted; else it needs the composer."""
        return self._never(invariant, invariant.subjects, "none of them is ever permitted there")

    def _unled(self, invariant: Invariant) -> Verdict | None:
        """Proved when none of the postures' leading actions is ever permitted; else it needs the composer."""
        postures = [self.kb.postures[p] for p in invariant.subjects]
        if any(p.fallback for p in postures):
            return None
        return self._never(
            invariant, [p.core[0] for p in postures], "their leading actions are never permitted there"
        )

    def _never(self, invariant: Invariant, actions: Sequence[str], why: str) -> Verdict | None:
        here = self.here
        claims = [here.permitted(self.kb.actions[a]) for a in actions]
        if self._model(here.established(invariant.when), here.disj(claims)) is None:
            return proved(invariant, f"by the solver, over all profiles: {why}")
        return None
