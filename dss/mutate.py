"""Mutation of rules: would anybody notice if a rule said something else?

Each mutant is the knowledge base with one small thing changed in one rule: a phrase turned
round or dropped, an exception or override dropped, a strength or verb changed, a
conclusion replaced. It is *killed* by a case that no longer comes out as written, by an
invariant that no longer holds in a case, or by a pinned profile (one whose report is kept)
in which the rule's part of the report changes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from .advice import advise
from .casetest import (
    Outcome,
    by_rule,
    flips,
    rule_steps,
    run_cases,
    telling_case,
)
from .compose import requirements
from .conditions import ESTABLISHED, status
from .evaluate import Inference, RuleStep, evaluate_situation, fired, truth
from .issues import Problems
from .kb import KnowledgeBase
from .mutants import Mutant, mutants
from .profile_text import profile_of, yaml_of
from .rules import Rule
from .situation import Situation, read_situation
from .source import Mapping_
from .weigh import AVAILABLE, POINTLESS, Standing, stand, tapered
from .witness import Undecided, realised, searcher


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that nothing notices, and what would: a case, or a profile to pin."""

    mutant: Mutant
    cure: str


@dataclass(frozen=True, slots=True)
class Mutation:
    """How many mutants there were by kind, how many were killed, and who survived."""

    made: Mapping[str, int]
    killed: Mapping[str, int]
    survivors: tuple[Survivor, ...]

    @property
    def total(self) -> int:
        """All mutants."""
        return sum(self.made.values())

    @property
    def kills(self) -> int:
        """All mutants killed."""
        return sum(self.killed.values())


@dataclass(frozen=True)
class Pinned:
    """A profile whose report is kept, with what was inferred from it."""

    situation: Situation
    inference: Inference


def pin(kb: KnowledgeBase, situations: Sequence[Situation]) -> list[Pinned]:
    """The profiles whose reports are kept, inferred once."""
    return [Pinned(s, evaluate_situation(s, kb)) for s in situations]


def precedent_situations(kb: KnowledgeBase) -> list[Situation]:
    """The facts of the precedents as situations."""
    problems = Problems()
    nodes = [
        (path, node.get("facts")) for path, node in kb.precedent_files.items() if isinstance(node, Mapping_)
    ]
    found = [read_situation(kb, facts, path, b"", problems) for path, facts in nodes if facts is not None]
    problems.raise_if_any()
    return [situation for situation in found if situation is not None]


def mutate(kb: KnowledgeBase, pinned: Sequence[Pinned], only: Collection[str] = ()) -> Mutation:
    """Make every mutant (or those of the rules named) and see which survive."""
    court = _Court(kb, pinned)
    made: dict[str, int] = {}
    killed: dict[str, int] = {}
    survivors = []
    for mutant in mutants(kb):
        if only and mutant.rule not in only:
            continue
        made[mutant.kind] = made.get(mutant.kind, 0) + 1
        if court.kills(mutant):
            killed[mutant.kind] = killed.get(mutant.kind, 0) + 1
        else:
            survivors.append(Survivor(mutant, court.cure(mutant)))
    return Mutation(made, killed, tuple(survivors))


class _Court:
    """Tries mutants of one knowledge base."""

    def __init__(self, kb: KnowledgeBase, pinned: Sequence[Pinned]) -> None:
        self.kb = kb
        self.pinned = pinned
        self.index = {name: i for i, name in enumerate(kb.rules)}
        self.steps = rule_steps(kb)
        self.outcomes = [o for o in run_cases(kb) if o.passed]
        self.cases = by_rule(self.outcomes)
        self.reports = [_report(kb, p.situation, p.inference) for p in pinned]

    def kills(self, mutant: Mutant) -> bool:
        """Whether anything notices the mutant."""
        rule = self.kb.rules[mutant.rule]
        if mutant.changed.favours != rule.favours:
            return self._row_changes(rule, mutant.changed)
        if mutant.kind in ("phrase", "unless"):
            changed = self.changed_step(mutant)
            if any(flips(changed, o) for o in self.cases.get(rule.id, ())):
                return True
            if any(self._state_changes(changed, p.inference) for p in self.pinned):
                return True
            if not rule.concludes:
                return False
        return self._noticed_by_all(mutant)

    def changed_step(self, mutant: Mutant) -> RuleStep:
        """The rule's step with the mutant's conditions."""
        step = self.steps[self.index[mutant.rule]]
        return replace(step, settled=False, when=mutant.changed.when, unless=mutant.changed.unless)

    def _state_changes(self, changed: RuleStep, inference: Inference) -> bool:
        return changed.state(inference.possible, inference.value, inference.states) != (
            inference.states[changed.index])

    def _row_changes(self, rule: Rule, changed: Rule) -> bool:
        """Whether a pinned report's points change with a rule's favours."""
        new = dict(changed.favours)
        moved = [t for t, n in rule.favours if new[t] != n]
        i = self.index[rule.id]
        return any(
            fired(p.inference.states[i])
            and any(self._points_differ(t, rule, new[t], p.inference) for t in moved)
            for p in self.pinned
        )

    def _points_differ(self, target: str, rule: Rule, points: int, inference: Inference) -> bool:
        before, after = [], []
        for i, other in enumerate(self.kb.rules.values()):
            if other.principle == rule.principle and fired(inference.states[i]):
                given = [n for t, n in other.favours if t == target]
                before += given
                after += [points] if other.id == rule.id else given
        return tapered(before) != tapered(after)

    def _noticed_by_all(self, mutant: Mutant) -> bool:
        """Whether a case of any rule, an invariant in a case, or a pinned report notices."""
        kb = replace(self.kb, rules={**self.kb.rules, mutant.rule: mutant.changed})
        rule = self.kb.rules[mutant.rule]
        reaching = self._downstream(rule) if rule.concludes or rule.overrides else ()
        if any(self._case_fails(kb, o) for o in reaching):
            return True
        if mutant.changed.forbids != rule.forbids and self._bar_missed(kb, rule, mutant.changed):
            return True
        i = self.index[rule.id]
        return any(
            _report(kb, p.situation, evaluate_situation(p.situation, kb)) != report
            for p, report in zip(self.pinned, self.reports, strict=True)
            if truth(p.inference.states[i]) or fired(p.inference.states[i])
        )

    def _downstream(self, rule: Rule) -> list[Outcome]:
        """The cases of the rules that a rule's conclusions or overrides can reach."""
        reached = {at for at, _ in rule.concludes}
        names = set(rule.overrides)
        while True:
            more = {r.id for r in self.kb.rules.values() if r.reads & reached} - names
            reached |= {at for r in self.kb.rules.values() if r.id in more | names for at, _ in r.concludes}
            reached |= {
                at for at, f in self.kb.findings.items() if f.scorecard and f.scorecard.reads & reached
            }
            if not more:
                return [o for o in self.outcomes if o.rule.id in names]
            names |= more

    def _case_fails(self, kb: KnowledgeBase, outcome: Outcome) -> bool:
        assert outcome.situation is not None
        state = evaluate_situation(outcome.situation, kb).states[self.index[outcome.rule.id]]
        return fired(state) != outcome.fires

    def _bar_missed(self, kb: KnowledgeBase, rule: Rule, changed: Rule) -> bool:
        """Whether an invariant about what is not permitted fails in a case once a bar is gone."""
        freed = set(rule.forbids) - set(changed.forbids)
        claims = [i for i in kb.invariants if i.claim == "not_permitted" and freed & set(i.subjects)]
        for outcome in self.outcomes if claims else ():
            inference = outcome.inference
            assert inference is not None
            for claim in claims:
                if status(claim.when, inference.possible) == ESTABLISHED and any(
                        stand(kb, kb.actions[a], inference).status in (AVAILABLE, POINTLESS)
                        for a in freed & set(claim.subjects)):
                    return True
        return False

    def cure(self, mutant: Mutant) -> str:
        """A case that would tell the mutant from the rule, or a profile to pin; empty if none was found."""
        rule = self.kb.rules[mutant.rule]
        if mutant.kind in ("phrase", "unless"):
            return telling_case(self.kb, self.steps[self.index[rule.id]], self.changed_step(mutant))
        find = searcher(self.kb)
        goal = find.fires(rule.id)
        try:
            witness = find.find(goal)
        except Undecided:
            return ""
        if witness is None:
            return ""
        witness = find.settled(goal, witness)
        profile = realised(self.kb, witness, goal) or profile_of(self.kb, witness.narrowed)
        return "pin a profile in which the rule fires, such as:\n" + yaml_of(profile)


def _report(kb: KnowledgeBase, situation: Situation, inference: Inference) -> object:
    """What of a kept report a rule's consequences can change."""
    advice = advise(kb, inference, situation.weights)
    needed = requirements(kb, inference)
    guards = [
        sorted({r.safeguard for a in mix.actions for r, _ in needed.by_action.get(a, ())})
        for mix in advice.mixes
    ]
    standings: Mapping[str, Standing] = advice.weighing.standing
    return (inference.value, inference.possible, dict(advice.weighing.scores), dict(standings),
            [(m.posture, m.members) for m in advice.mixes], guards,
            sorted(r.safeguard for r, _ in needed.every_mix))
