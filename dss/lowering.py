"""The meaning of a knowledge base as formulas over 'this value is still possible'.

A profile, partial or complete, is a non-empty set of possible values for every attribute,
and likewise for every question about the partners. So one Boolean per value describes every
profile there could ever be. :class:`Lowered` turns rules, findings and standings into
formulas over these Booleans, by the definitions of :mod:`dss.evaluate` and :mod:`dss.weigh`.
The formulas are built with any :class:`Logic`: a solver's terms, or plain truth values.

What this abstracts: questions about partners are free, that is, each may be answered on its
own. This covers every partner list of any length, and besides it some answers that no list
gives together; so what is proved holds for all lists, and what is refuted is tried on a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from .catalogue import Action
from .conditions import Dnf
from .evaluate import FindingStep, RuleStep, program
from .findings import Part, Scorecard
from .kb import KnowledgeBase
from .situation import NO, YES
from .terms import bits
from .weigh import forbidders

Formula = Any
"""A term of the logic in use, or a plain bool where the value is certain."""

POSSIBLE, VALUE = 0, 1
"""The two readings: what may be, and what is concluded or presumed."""


class Logic(Protocol):
    """What formulas are made with; arguments are never plain bools."""

    def conj(self, parts: list[Formula]) -> Formula:
        """All of two or more."""
        ...

    def disj(self, parts: list[Formula]) -> Formula:
        """Any of two or more."""
        ...

    def neg(self, part: Formula) -> Formula:
        """Not."""
        ...


class Lowered:
    """One copy of all profiles: ``atoms`` gives each attribute's and partner question's possible values."""

    def __init__(self, kb: KnowledgeBase, logic: Logic, atoms: Mapping[int, Sequence[Formula]]) -> None:
        self.kb = kb
        self.logic = logic
        self.could: tuple[dict[int, list[Formula]], dict[int, list[Formula]]] = ({}, {})
        for at, values in atoms.items():
            self.could[POSSIBLE][at] = self.could[VALUE][at] = list(values)
        for at, attribute in kb.words.about_unknown.items():
            unknown = self.conj(atoms[attribute])
            self.could[POSSIBLE][at] = [True, unknown]
            self.could[VALUE][at] = [self.neg(unknown), unknown]
        self._known: dict[tuple[int, int, int, bool], Formula] = {}
        rules = len(kb.rules)
        self.sure: list[Formula] = [False] * rules
        self.refuted: list[Formula] = [True] * rules
        self.fired: list[Formula] = [False] * rules
        for step in program(kb).steps:
            if isinstance(step, RuleStep):
                self._rule(step)
            else:
                self._finding(step)

    # --- logic with certain values folded

    def conj(self, parts: Sequence[Formula]) -> Formula:
        """All of them."""
        return self._joined(parts, True, self.logic.conj)

    def disj(self, parts: Sequence[Formula]) -> Formula:
        """Any of them."""
        return self._joined(parts, False, self.logic.disj)

    def _joined(
        self, parts: Sequence[Formula], neutral: bool, join: Callable[[list[Formula]], Formula]
    ) -> Formula:
        kept = [p for p in parts if p is not neutral]
        if any(p is (not neutral) for p in kept):
            return not neutral
        return neutral if not kept else kept[0] if len(kept) == 1 else join(kept)

    def neg(self, part: Formula) -> Formula:
        """Not."""
        return not part if isinstance(part, bool) else self.logic.neg(part)

    # --- conditions

    def established(self, dnf: Dnf, reading: int = POSSIBLE) -> Formula:
        """A condition is established."""
        return self.disj(
            [self.conj([self._only(at, allowed, reading) for at, allowed in row]) for row in dnf]
        )

    def is_refuted(self, dnf: Dnf, reading: int = POSSIBLE) -> Formula:
        """A condition is refuted."""
        return self.conj(
            [self.disj([self._none(at, allowed, reading) for at, allowed in row]) for row in dnf]
        )

    def _only(self, at: int, allowed: int, reading: int) -> Formula:
        """No value but the allowed ones is possible."""
        return self._excluded(at, self.kb.variables[at].full & ~allowed, reading)

    def _none(self, at: int, allowed: int, reading: int) -> Formula:
        """No allowed value is possible."""
        return self._excluded(at, self.kb.variables[at].full & allowed, reading)

    def _excluded(self, at: int, mask: int, reading: int) -> Formula:
        key = (at, mask, reading, True)
        if key not in self._known:
            values = self.could[reading][at]
            self._known[key] = self.neg(self.disj([values[i] for i in bits(mask)]))
        return self._known[key]

    # --- rules and findings

    def _rule(self, step: RuleStep) -> None:
        i = step.index
        sure = [self.established(step.when)]
        refuted = [self.is_refuted(step.when)]
        lifted: Formula = False
        if step.unless:
            sure.append(self.is_refuted(step.unless))
            refuted.append(self.established(step.unless))
            lifted = self.established(step.unless, VALUE)
        beaten = []
        for other in step.overridden_by:
            sure.append(self.refuted[other])
            refuted.append(self.sure[other])
            beaten.append(self.sure[other] if step.forbids else self.fired[other])
        self.sure[i], self.refuted[i] = self.conj(sure), self.disj(refuted)
        self.fired[i] = self.conj(
            [self.established(step.when, VALUE), self.neg(lifted), self.neg(self.disj(beaten))]
        )

    def _finding(self, step: FindingStep) -> None:
        at, finding = step.at, step.finding
        if finding.scorecard is not None:
            for reading in (POSSIBLE, VALUE):
                self.could[reading][at] = self._scored(finding.scorecard, reading)
            return
        size = self.kb.variables[at].size
        sure, maybe, now = ([self._by(step, bit, what) for bit in range(size)]
                            for what in (self._is_sure, self._is_open, self._is_fired))
        stronger = (lambda i: range(i + 1, size)) if finding.resolve == "highest" else range
        otherwise = finding.otherwise.bit_length() - 1
        possible, value = [], []
        for i in range(size):
            unbeaten = self.neg(self.disj([sure[j] for j in stronger(i)]))
            possible.append(self.disj([
                self.conj([self.disj([sure[i], maybe[i]]), unbeaten]),
                self.conj([i == otherwise, self.neg(self.disj(sure))]),
            ]))
            value.append(self.disj([
                self.conj([now[i], self.neg(self.disj([now[j] for j in stronger(i)]))]),
                self.conj([i == otherwise, self.neg(self.disj(now))]),
            ]))
        self.could[POSSIBLE][at], self.could[VALUE][at] = possible, value

    def _by(self, step: FindingStep, bit: int, what: Callable[[int], Formula]) -> Formula:
        return self.disj([what(rule) for rule, b in step.concluded_by if b == 1 << bit])

    def _is_sure(self, rule: int) -> Formula:
        return self.sure[rule]

    def _is_open(self, rule: int) -> Formula:
        return self.conj([self.neg(self.sure[rule]), self.neg(self.refuted[rule])])

    def _is_fired(self, rule: int) -> Formula:
        return self.fired[rule]

    def _scored(self, card: Scorecard, reading: int) -> list[Formula]:
        """The values that a scorecard's sum may reach: those between its least and its greatest sum."""
        least = [self._least(part, reading) for part in card.parts]
        most = [self._most(part, reading) for part in card.parts]
        last = len(card.cuts) - 1
        return [self.conj([
            i == last or self.neg(self._reaches(least, card.cuts[min(i + 1, last)])),
            i == 0 or self._reaches(most, card.cuts[i]),
        ]) for i in range(last + 1)]

    def _least(self, part: Part, reading: int) -> dict[int, Formula]:
        """For each number of points, whether it is the least the part may give."""
        return self._ends(part, reading, False)

    def _most(self, part: Part, reading: int) -> dict[int, Formula]:
        """For each number of points, whether it is the most the part may give."""
        return self._ends(part, reading, True)

    def _ends(self, part: Part, reading: int, most: bool) -> dict[int, Formula]:
        if part.tree is not None:
            worth = part.points[0]
            counted = (self.neg(self.is_refuted(part.when, reading)) if (worth > 0) == most
                       else self.established(part.when, reading))
            return {worth: counted, 0: self.neg(counted)} if worth else {0: True}
        values = self.could[reading][part.of]
        by_points: dict[int, list[Formula]] = {}
        for i, worth in enumerate(part.points):
            by_points.setdefault(worth, []).append(values[i])
        out: dict[int, Formula] = {}
        beyond: list[Formula] = []
        for worth in sorted(by_points, reverse=most):
            here = self.disj(by_points[worth])
            out[worth] = self.conj([here, self.neg(self.disj(beyond))])
            beyond.append(here)
        return out

    def _reaches(self, parts: Sequence[dict[int, Formula]], needed: int) -> Formula:
        """Whether the parts' points (one number each) add up to at least ``needed``."""
        known: dict[tuple[int, int], Formula] = {}
        low = [sum(min(p) for p in parts[i:]) for i in range(len(parts) + 1)]
        high = [sum(max(p) for p in parts[i:]) for i in range(len(parts) + 1)]

        def reaches(i: int, rest: int) -> Formula:
            if rest <= low[i]:
                return True
            if rest > high[i]:
                return False
            if (i, rest) not in known:
                known[i, rest] = self.disj([self.conj([is_so, reaches(i + 1, rest - worth)])
                                            for worth, is_so in parts[i].items()])
            return known[i, rest]

        return reaches(0, needed)

    # --- actions

    def permitted(self, action: Action) -> Formula:
        """Nothing bars the action and its needs are met, as :func:`dss.weigh.stand` has it."""
        free = [self.refuted[i] if action.guarded else self.neg(self.fired[i])
                for i in forbidders(self.kb)[action.id]]
        met = [self.neg(self.is_refuted(action.needs)), self.established(action.needs_known)]
        return self.conj([*free, *met])


def free_variables(kb: KnowledgeBase) -> list[int]:
    """The attributes and partner questions: what a profile says, everything else follows."""
    return [*range(kb.attributes), *kb.words.about_partners]


class Truth:
    """The logic of plain truth values held in one-element lists, for testing the lowering."""

    def conj(self, parts: list[Formula]) -> Formula:
        """All of them."""
        return Known(all(p.so for p in parts))

    def disj(self, parts: list[Formula]) -> Formula:
        """Any of them."""
        return Known(any(p.so for p in parts))

    def neg(self, part: Formula) -> Formula:
        """Not."""
        return Known(not part.so)


class Known:
    """A truth value that is not a plain bool, so that it is treated as a term."""

    def __init__(self, so: bool) -> None:
        self.so = so


def known_atoms(kb: KnowledgeBase, possible: Mapping[int, int]) -> dict[int, list[Formula]]:
    """The atoms of one concrete profile: ``possible`` gives masks; what is not given is open."""
    out: dict[int, list[Formula]] = {}
    for at in free_variables(kb):
        full = kb.variables[at].full if at < kb.attributes else NO | YES
        mask = possible.get(at, full)
        out[at] = [Known(bool(mask >> i & 1)) for i in bits(full)]
    return out
