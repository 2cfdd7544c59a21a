"""Search for a profile that meets a goal: exact over finite domains, by the evaluator itself.

The search splits what is possible at the phrases on which the goal still hangs, evaluates
each half, drops the half in which no completion can meet the goal, and stops at the first
in which the goal is met. So a profile found is a witness, and none found is a proof (for
goals met by ignorance or presumption: that no profile the search visits meets them).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .conditions import ESTABLISHED, OPEN, REFUTED, Dnf, status
from .evaluate import Inference, evaluate, fired, reevaluate, truth
from .kb import KnowledgeBase
from .profile_text import profile_of
from .situation import load_situation
from .terms import bits

MAX_NODES = 4000

Split = tuple[int, int]
"""A variable and a mask: what to tell apart next."""


@dataclass(frozen=True)
class Goal:
    """Something that may hold in a profile: how far it does, and what it hangs on."""

    verdict: Callable[[Inference], int]
    hangs_on: Callable[[Inference], Iterator[Split]]


@dataclass(frozen=True)
class Witness:
    """A profile that meets a goal: masks of the variables narrowed (attributes, partner questions)."""

    narrowed: Mapping[int, int]
    inference: Inference


class Undecided(Exception):
    """The search grew beyond MAX_NODES before it came to an end."""


class Searcher:
    """Searches one knowledge base; goals are made by its methods."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb
        self.index = {name: i for i, name in enumerate(kb.rules)}
        self.rules = list(kb.rules.values())
        self.root = evaluate(kb, [v.full for v in kb.variables[: kb.attributes]], None)
        self.concluding: dict[int, list[int]] = {at: [] for at in kb.findings}
        self.defeating: dict[int, list[int]] = {}
        for i, rule in enumerate(self.rules):
            for at, _ in rule.concludes:
                self.concluding[at].append(i)
            for other in rule.overrides:
                self.defeating.setdefault(self.index[other], []).append(i)

    # --- goals

    def fires(self, rule: str) -> Goal:
        """The rule fires."""
        i = self.index[rule]

        def verdict(inference: Inference) -> int:
            state = inference.states[i]
            return ESTABLISHED if fired(state) else min(truth(state), OPEN)

        return Goal(verdict, lambda inference: self._rule_splits(i, inference))

    def holds(self, dnf: Dnf) -> Goal:
        """A condition is established."""
        return Goal(lambda inference: status(dnf, inference.possible),
                    lambda inference: self._splits(dnf, inference))

    def fails(self, dnf: Dnf) -> Goal:
        """A condition is refuted."""
        return Goal(lambda inference: ESTABLISHED - status(dnf, inference.possible),
                    lambda inference: self._splits(dnf, inference))

    def established(self, rule: str) -> Goal:
        """The rule's truth is established: it fires whatever else may turn out."""
        i = self.index[rule]
        return Goal(lambda inference: truth(inference.states[i]),
                    lambda inference: self._rule_splits(i, inference))

    def refuted(self, rule: str) -> Goal:
        """The rule can no longer fire."""
        i = self.index[rule]
        return Goal(lambda inference: ESTABLISHED - truth(inference.states[i]),
                    lambda inference: self._rule_splits(i, inference))

    def permitted(self, action: str) -> Goal:
        """Nothing bars the action and its needs are met."""
        spoken = self.kb.actions[action]
        barring = [rule.id for rule in self.rules if action in rule.forbids]
        return both([self.holds(spoken.needs), *(self.refuted(rule) for rule in barring)])

    # --- search

    def find(self, goal: Goal, start: Mapping[int, int] | None = None) -> Witness | None:
        """A profile that meets the goal, as little narrowed as may be, or None when there is none.

        Raises :class:`Undecided` when the search grows too large.
        """
        base = reevaluate(self.kb, self.root, start) if start else self.root
        stack: list[tuple[Inference, dict[int, int]]] = [(base, dict(start or {}))]
        nodes = 0
        while stack:
            inference, narrowed = stack.pop()
            nodes += 1
            if nodes > MAX_NODES:
                raise Undecided
            found = goal.verdict(inference)
            if found == ESTABLISHED:
                return self._widened(goal, inference, narrowed, start or {})
            if found == REFUTED:
                continue
            split = next(goal.hangs_on(inference), None)
            if split is None:
                continue
            at, allowed = split
            for mask in (inference.possible[at] & ~allowed, inference.possible[at] & allowed):
                stack.append((reevaluate(self.kb, inference, {at: mask}), {**narrowed, at: mask}))
        return None

    def _widened(self, goal: Goal, inference: Inference, narrowed: dict[int, int],
                 start: Mapping[int, int]) -> Witness:
        """The witness without what the goal does not need."""
        for at in list(narrowed):
            if at in start:
                continue
            wider = reevaluate(self.kb, inference, {at: self.kb.variables[at].full})
            if goal.verdict(wider) == ESTABLISHED:
                inference = wider
                del narrowed[at]
        return Witness(narrowed, inference)

    def settled(self, goal: Goal, witness: Witness) -> Witness:
        """The witness with a single value for every fact for which one does."""
        inference, narrowed = witness.inference, dict(witness.narrowed)
        for at, mask in witness.narrowed.items():
            for atom in bits(mask & self.kb.variables[at].proper)[:16] if mask & (mask - 1) else ():
                tried = reevaluate(self.kb, inference, {at: 1 << atom})
                if goal.verdict(tried) == ESTABLISHED:
                    inference, narrowed[at] = tried, 1 << atom
                    break
        return Witness(narrowed, inference)

    # --- what a goal hangs on

    def _rule_splits(self, i: int, inference: Inference) -> Iterator[Split]:
        rule = self.rules[i]
        yield from self._splits(rule.when, inference)
        yield from self._splits(rule.unless, inference)
        for other in self.defeating.get(i, ()):
            if truth(inference.states[other]) == OPEN:
                yield from self._rule_splits(other, inference)

    def _splits(self, dnf: Dnf, inference: Inference) -> Iterator[Split]:
        """The open facts of a condition, direct ones first."""
        possible = inference.possible
        derived: list[int] = []
        for row in dnf:
            if any(not possible[v] & allowed for v, allowed in row):
                continue
            for v, allowed in row:
                if not possible[v] & ~allowed:
                    continue
                if v in self.kb.findings:
                    derived.append(v)
                elif v in self.kb.words.about_unknown:
                    if inference.value[v] & ~allowed:
                        attribute = self.kb.words.about_unknown[v]
                        yield attribute, possible[attribute] & -possible[attribute]
                else:
                    yield v, allowed
        for v in dict.fromkeys(derived):
            yield from self._finding_splits(v, inference)

    def _finding_splits(self, at: int, inference: Inference) -> Iterator[Split]:
        finding = self.kb.findings[at]
        if finding.scorecard is None:
            for i in self.concluding[at]:
                if truth(inference.states[i]) == OPEN:
                    yield from self._rule_splits(i, inference)
            return
        for part in finding.scorecard.parts:
            if part.tree is not None:
                if status(part.when, inference.possible) == OPEN:
                    yield from self._splits(part.when, inference)
                continue
            low, high = part.span(inference.possible)
            if low == high:
                continue
            if part.of in self.kb.findings:
                yield from self._finding_splits(part.of, inference)
            else:
                best = [b for b in bits(inference.possible[part.of]) if part.points[b] == high]
                yield part.of, sum(1 << b for b in best)


def both(goals: Sequence[Goal]) -> Goal:
    """All goals at once."""
    def verdict(inference: Inference) -> int:
        return min((goal.verdict(inference) for goal in goals), default=ESTABLISHED)

    def hangs_on(inference: Inference) -> Iterator[Split]:
        for goal in goals:
            if goal.verdict(inference) != ESTABLISHED:
                yield from goal.hangs_on(inference)

    return Goal(verdict, hangs_on)


@lru_cache(maxsize=4)
def searcher(kb: KnowledgeBase) -> Searcher:
    """The searcher of a knowledge base (kept between calls)."""
    return Searcher(kb)


def realised(kb: KnowledgeBase, witness: Witness, goal: Goal) -> dict[str, object] | None:
    """The witness as a profile that a user could write, if it meets the goal when read back."""
    data = profile_of(kb, witness.narrowed)
    situation = load_situation(kb, data, name="witness")
    return data if goal.verdict(evaluate(kb, situation.masks, situation.partners)) == ESTABLISHED else None
