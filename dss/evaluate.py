"""What a knowledge base says of a situation, in plain Python: the definition of the semantics.

Two readings run side by side. The *possible* reading takes every value a finding may
still have; the *presumed* reading takes a finding's concluded or presumed value. A rule
fires on the presumed reading; its ``truth`` on the possible reading says how sure that
is. Bars and needs use only the latter, so that ignorance never unlocks force.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .conditions import ESTABLISHED, OPEN, REFUTED, Dnf, status
from .findings import Finding
from .kb import KnowledgeBase
from .situation import NO, YES, Partner, Situation, start_masks

FIRED, DEFEATED = 1, 8


@dataclass(frozen=True, slots=True)
class Inference:
    """The outcome: masks by variable under both readings, and a state by rule.

    A state has bit 1 if the rule fired, bit 8 if it would have but was defeated, and its
    truth (REFUTED, OPEN, ESTABLISHED) times 2. Use :func:`fired`, :func:`truth`,
    :func:`defeated`.
    """

    possible: tuple[int, ...]
    value: tuple[int, ...]
    states: tuple[int, ...]


def fired(state: int) -> bool:
    """Whether a rule of this state fired."""
    return bool(state & FIRED)


def truth(state: int) -> int:
    """How sure a rule of this state is: REFUTED, OPEN or ESTABLISHED."""
    return state >> 1 & 3


def defeated(state: int) -> bool:
    """Whether a rule of this state would have fired but for a rule that overrides it."""
    return bool(state & DEFEATED)


@dataclass(frozen=True, slots=True)
class RuleStep:
    """A rule ready to run. ``settled`` says that both readings agree on what it reads."""

    index: int
    when: Dnf
    unless: Dnf
    overridden_by: tuple[int, ...]
    forbids: bool
    settled: bool

    def state(self, possible: Sequence[int], value: Sequence[int], states: Sequence[int]) -> int:
        """The rule's state, given what comes before it."""
        presumed = status(self.when, value)
        lifted = status(self.unless, value) if self.unless else REFUTED
        surely = presumed if self.settled else status(self.when, possible)
        if self.unless:
            surely = min(surely, ESTABLISHED - (lifted if self.settled else status(self.unless, possible)))
        beaten = False
        for other in self.overridden_by:
            strength = truth(states[other])
            surely = min(surely, ESTABLISHED - strength)
            beaten |= strength == ESTABLISHED if self.forbids else fired(states[other])
        holds = presumed == ESTABLISHED and lifted != ESTABLISHED
        return surely << 1 | (FIRED if holds and not beaten else 0) | (DEFEATED if holds and beaten else 0)


@dataclass(frozen=True, slots=True)
class FindingStep:
    """A finding ready to be worked out from the rules ``concluded_by`` (index, bit)."""

    at: int
    finding: Finding
    concluded_by: tuple[tuple[int, int], ...]

    def masks(self, possible: Sequence[int], value: Sequence[int], states: Sequence[int]) -> tuple[int, int]:
        """The finding's masks: what is possible, and what is concluded or presumed."""
        card = self.finding.scorecard
        if card is not None:
            return card.possible(possible), card.possible(value)
        sure, maybe, now = [], [], []
        for rule, bit in self.concluded_by:
            strength = truth(states[rule])
            if strength == ESTABLISHED:
                sure.append(bit)
            elif strength == OPEN:
                maybe.append(bit)
            if fired(states[rule]):
                now.append(bit)
        return self.finding.reachable(sure, maybe), self.finding.choose(now)


@dataclass(frozen=True, slots=True)
class Program:
    """A knowledge base resolved to positions. ``readers`` are the steps that read a variable,
    ``followers`` those that depend on a rule's state."""

    steps: tuple[RuleStep | FindingStep, ...]
    readers: tuple[tuple[int, ...], ...]
    followers: Mapping[int, tuple[int, ...]]
    unknown_of: Mapping[int, int]
    rules: int


@lru_cache(maxsize=8)
def program(kb: KnowledgeBase) -> Program:
    """The knowledge base resolved to positions (kept between calls)."""
    index = {name: i for i, name in enumerate(kb.rules)}
    overridden: dict[str, list[int]] = {}
    for rule in kb.rules.values():
        for other in rule.overrides:
            overridden.setdefault(other, []).append(index[rule.id])
    unsettled = {*kb.findings, *kb.words.about_unknown}
    steps: list[RuleStep | FindingStep] = []
    readers: list[list[int]] = [[] for _ in kb.variables]
    followers: dict[int, list[int]] = {}
    for i, step in enumerate(kb.steps):
        if step.rule:
            rule = kb.rules[step.rule]
            by = tuple(overridden.get(rule.id, ()))
            steps.append(RuleStep(index[rule.id], rule.when, rule.unless, by, bool(rule.forbids),
                                  not rule.reads & unsettled))
            reads, follows = rule.reads, by
        else:
            finding = kb.findings[step.finding]
            concluded = tuple((index[r], bit) for r in step.concluded_by
                              for at, bit in kb.rules[r].concludes if at == step.finding)
            steps.append(FindingStep(step.finding, finding, concluded))
            reads = finding.scorecard.reads if finding.scorecard else frozenset()
            follows = tuple(rule for rule, _ in concluded)
        for variable in reads:
            readers[variable].append(i)
        for rule_index in follows:
            followers.setdefault(rule_index, []).append(i)
    return Program(tuple(steps), tuple(tuple(r) for r in readers),
                   {r: tuple(s) for r, s in followers.items()},
                   {a: at for at, a in kb.words.about_unknown.items()}, len(index))


def evaluate(kb: KnowledgeBase, masks: Sequence[int], partners: Sequence[Partner] | None) -> Inference:
    """Work out every rule and finding for attribute ``masks`` and the partner list."""
    possible, value = start_masks(kb, masks, partners)
    plan = program(kb)
    states = [0] * plan.rules
    for step in plan.steps:
        if isinstance(step, RuleStep):
            states[step.index] = step.state(possible, value, states)
        else:
            possible[step.at], value[step.at] = step.masks(possible, value, states)
    return Inference(tuple(possible), tuple(value), tuple(states))


def evaluate_situation(situation: Situation, kb: KnowledgeBase) -> Inference:
    """Work out every rule and finding for a situation."""
    return evaluate(kb, situation.masks, situation.partners)


def reevaluate(kb: KnowledgeBase, base: Inference, changes: Mapping[int, int]) -> Inference:
    """``base`` with some attributes' masks replaced; only what they can reach is worked out again."""
    plan = program(kb)
    possible, value, states = list(base.possible), list(base.value), list(base.states)
    waiting = [False] * len(plan.steps)

    def touch(variables: Iterable[int]) -> None:
        for variable in variables:
            for i in plan.readers[variable]:
                waiting[i] = True

    for at, mask in changes.items():
        possible[at] = value[at] = mask
        touch((at,))
        about = plan.unknown_of.get(at)
        if about is not None:
            unknown = mask == kb.variables[at].full
            value[about], possible[about] = (YES, NO | YES) if unknown else (NO, NO)
            touch((about,))
    for i, step in enumerate(plan.steps):
        if not waiting[i]:
            continue
        if isinstance(step, RuleStep):
            state = step.state(possible, value, states)
            if state != states[step.index]:
                states[step.index] = state
                for follower in plan.followers.get(step.index, ()):
                    waiting[follower] = True
        else:
            found = step.masks(possible, value, states)
            if found != (possible[step.at], value[step.at]):
                possible[step.at], value[step.at] = found
                touch((step.at,))
    return Inference(tuple(possible), tuple(value), tuple(states))
