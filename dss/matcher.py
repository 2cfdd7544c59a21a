"""Which rules hold, kept up as variables become known: an index from values to rules.

A condition's alternatives are numbered through the whole knowledge base, a bit for each.
For a variable and what is possible of it, one number tells which alternatives it leaves
established, another which it leaves possible; what all known variables leave is the
conjunction of such numbers. Both are looked up, so that no condition is ever walked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .conditions import ALWAYS, Dnf
from .evaluate import FindingStep, Program, RuleStep
from .terms import bits

_MOST_KEPT = 20_000


Mark = tuple[int, int, int, int]
"""A variable, and the alternatives that what is known of it leaves: holding on what is presumed,
surely holding, perhaps holding."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that waits for all it ``reads``, then holds or stays open by its conditions."""

    reads: frozenset[int]
    when: Dnf
    unless: Dnf


def entries(plan: Program) -> list[Entry]:
    """An entry for each step: a rule by its conditions, a finding to be closed in any case."""
    out = []
    for step in plan.steps:
        if isinstance(step, RuleStep):
            reads = frozenset(v for dnf in (step.when, step.unless) for row in dnf for v, _ in row)
            out.append(Entry(reads, step.when, step.unless))
        else:
            out.append(Entry(closing_reads(step), ALWAYS, ()))
    return out


def closing_reads(step: FindingStep) -> frozenset[int]:
    """What must be known before a finding can be closed (rules come before it by their order)."""
    card = step.finding.scorecard
    return card.reads if card else frozenset()


class Index:
    """The alternatives of all entries, and those that each possible value leaves.

    ``when`` and ``unless`` give an entry's alternatives as bits; ``waiting[v]`` all
    alternatives of the entries that read ``v``; ``owner`` the entry of an alternative.
    """

    def __init__(self, found: Sequence[Entry], variables: int) -> None:
        self.when: list[int] = []
        self.unless: list[int] = []
        self.waiting = [0] * variables
        self.owner: list[int] = []
        self._tests: list[list[tuple[int, int]]] = [[] for _ in range(variables)]
        for number, entry in enumerate(found):
            self.when.append(self._number(entry.when, number))
            self.unless.append(self._number(entry.unless, number))
            for variable in entry.reads:
                self.waiting[variable] |= self.when[-1] | self.unless[-1]
        self.all = (1 << len(self.owner)) - 1
        self.starting = sum(self.when)
        self._left: dict[tuple[int, int], tuple[int, int]] = {}

    def _number(self, dnf: Dnf, entry: int) -> int:
        out = 0
        for row in dnf:
            bit = 1 << len(self.owner)
            self.owner.append(entry)
            for variable, allowed in row:
                self._tests[variable].append((bit, allowed))
            out |= bit
        return out

    def left(self, variable: int, mask: int) -> tuple[int, int]:
        """The alternatives that a variable with these possible values leaves (established, possible)."""
        found = self._left.get((variable, mask))
        if found is None:
            established = possible = self.all
            for bit, allowed in self._tests[variable]:
                if mask & ~allowed:
                    established ^= bit
                if not mask & allowed:
                    possible ^= bit
            if len(self._left) > _MOST_KEPT:
                self._left.clear()
            found = self._left[variable, mask] = established, possible
        return found


    def mark(self, variable: int, possible: int, value: int) -> Mark:
        """What becomes of the alternatives when a variable is known: what is possible of it, and
        what is presumed."""
        surely, perhaps = self.left(variable, possible)
        return variable, self.left(variable, value)[0], surely, perhaps


class Watch:
    """One profile's progress through an :class:`Index`."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.reset()

    def reset(self) -> None:
        """Forget what is known."""
        every = self.index.all
        self._holding = self._surely = self._perhaps = every
        self._unstarted = self.index.starting
        self._unknown = dict.fromkeys(v for v, rows in enumerate(self.index.waiting) if rows)

    def learn(self, found: Iterable[Mark]) -> None:
        """Some variables are known."""
        holding, surely, perhaps, unknown = self._holding, self._surely, self._perhaps, self._unknown
        for variable, holds, sure, maybe in found:
            holding &= holds
            surely &= sure
            perhaps &= maybe
            unknown.pop(variable, None)
        self._holding, self._surely, self._perhaps = holding, surely, perhaps

    def ready(self) -> Iterator[tuple[int, bool]]:
        """The entries that have all they wait for since the last call and that hold (True), or
        are open (False)."""
        index, blocked = self.index, 0
        for variable in self._unknown:
            blocked |= index.waiting[variable]
        new = self._unstarted & ~blocked
        if not new:
            return
        self._unstarted ^= new
        holding = new & self._holding
        found = dict.fromkeys([index.owner[row] for row in bits(holding)], True)
        for entry in found:
            if index.unless[entry] & self._holding:
                found[entry] = False
        for row in bits(new & self._perhaps & ~holding):
            found.setdefault(index.owner[row], False)
        for entry, holds in found.items():
            if holds or not index.unless[entry] & self._surely:
                yield entry, holds
