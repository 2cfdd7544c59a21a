"""Many profiles at once: the knowledge base worked out over blocks, a column an attribute.

Every condition becomes a few operations on bit planes (:mod:`dss.planes`). The meaning
is that of :mod:`dss.evaluate`, both readings and all: a condition has a plane where it
is *established* and one where it is *not refuted*. Where every value in play is known
the two are one and the same plane, and only one is worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .conditions import Conjunction, Dnf
from .evaluate import DEFEATED, FIRED, FindingStep, Inference, Program, RuleStep, program
from .findings import Part, Scorecard
from .kb import KnowledgeBase
from .planes import WORD, Codes, Numbers, Plane, any_of, at_least, both, either, minus, no, weighted
from .situation import Situation, start_masks
from .terms import bits

POSSIBLE, PRESUMED = 0, 1
Status = tuple[Plane, Plane]
"""Where a condition is established, and where it is not refuted."""


@dataclass(frozen=True)
class Column:
    """One variable over a block: ``masks[codes[i]]`` is what is possible in profile ``i``.

    ``masks`` are distinct; ``codes`` (uint8 or uint16) is None where there is only one.
    """

    masks: tuple[int, ...]
    codes: NDArray[Any] | None = None

    def take(self, chosen: NDArray[np.intp]) -> Column:
        """The column of the chosen profiles."""
        return self if self.codes is None else Column(self.masks, self.codes[chosen])

    def mask(self, row: int) -> int:
        """What is possible in one profile."""
        return self.masks[0 if self.codes is None else int(self.codes[row])]


@dataclass(frozen=True)
class Block:
    """``rows`` profiles side by side, filled up to ``size``, a multiple of 64.

    ``columns`` are by position of the attribute, ``questions`` by position of the partner
    question; ``weights`` (hundredths by principle) hold for the whole block.
    """

    rows: int
    size: int
    columns: tuple[Column, ...]
    questions: Mapping[int, Column]
    weights: Mapping[str, int]

    def take(self, chosen: NDArray[np.intp], changed: Mapping[int, Column] | None = None) -> Block:
        """The block of the chosen profiles; ``changed`` columns are replaced (before choosing)."""
        size = full_words(len(chosen))
        filled = np.resize(chosen, size)
        columns = [(changed or {}).get(at, column).take(filled) for at, column in enumerate(self.columns)]
        questions = {at: column.take(filled) for at, column in self.questions.items()}
        return Block(len(chosen), size, tuple(columns), questions, self.weights)


def full_words(rows: int) -> int:
    """The least block size that holds ``rows`` profiles."""
    return -(-rows // WORD) * WORD


def column_of(masks: Sequence[int]) -> Column:
    """A column from one mask a profile (their number a multiple of 64)."""
    numbers: dict[int, int] = {}
    codes = [numbers.setdefault(mask, len(numbers)) for mask in masks]
    if len(numbers) < 2:
        return Column(tuple(numbers))
    return Column(tuple(numbers), np.array(codes, np.uint8 if len(numbers) <= 256 else np.uint16))


def block_of(kb: KnowledgeBase, situations: Sequence[Situation]) -> Block:
    """Situations side by side; at least one, all under the same weights."""
    size = full_words(len(situations))
    filled = [*situations, *[situations[-1]] * (size - len(situations))]
    questions = kb.words.about_partners
    asked: dict[int, list[int]] = {at: [] for at in questions}
    for situation in filled:
        possible, _ = start_masks(kb, situation.masks, situation.partners)
        for at in questions:
            asked[at].append(possible[at])
    columns = tuple(column_of([s.masks[at] for s in filled]) for at in range(kb.attributes))
    return Block(len(situations), size, columns, {at: column_of(m) for at, m in asked.items()},
                 situations[0].weights)


class Inferred:
    """What follows in every profile of a block.

    ``established``, ``open_or_so`` (not refuted), ``fired`` and ``defeated`` hold a plane
    for each rule; ``readings`` the planes of derived variables by value, for both readings.
    """

    def __init__(self, kb: KnowledgeBase, block: Block) -> None:
        self.kb = kb
        self.block = block
        plan: Program = program(kb)
        self.established: list[Plane] = [False] * plan.rules
        self.open_or_so: list[Plane] = [False] * plan.rules
        self.fired: list[Plane] = [False] * plan.rules
        self.defeated: list[Plane] = [False] * plan.rules
        self.readings: tuple[dict[int, tuple[Plane, ...]], ...] = ({}, {})
        self._sharp: tuple[set[int], ...] = (set(), set())
        self._codes = {at: Codes(c.codes, len(c.masks)) for at, c in enumerate(block.columns)}
        self._codes |= {at: Codes(c.codes, len(c.masks)) for at, c in block.questions.items()}
        self._leaves: dict[tuple[int, int, int], Status] = {}
        self._rows: dict[tuple[Conjunction, int], Status] = {}
        self._ask_unknown()
        for step in plan.steps:
            if isinstance(step, RuleStep):
                self._rule(step)
            else:
                self._finding(step)

    def status(self, dnf: Dnf, reading: int) -> Status:
        """Where a condition is established, and where it is not refuted."""
        found = [self._conjunction(row, reading) for row in dnf]
        established = any_of(e for e, _ in found)
        if all(e is n for e, n in found):
            return established, established
        return established, any_of(n for _, n in found)

    def several(self, at: int) -> Plane:
        """Where more than one value of an attribute is possible."""
        masks = self.block.columns[at].masks
        return self._codes[at].among([k for k, mask in enumerate(masks) if mask & (mask - 1)])

    def inference(self, row: int) -> Inference:
        """One profile's inference, as :func:`dss.evaluate.evaluate` gives it."""
        possible = [c.mask(row) for c in self.block.columns] + [0] * (
            len(self.kb.variables) - self.kb.attributes)
        for at, column in self.block.questions.items():
            possible[at] = column.mask(row)
        value = list(possible)
        for masks, reading in ((possible, self.readings[POSSIBLE]), (value, self.readings[PRESUMED])):
            for at, planes in reading.items():
                masks[at] = sum(_bit(plane, row) << i for i, plane in enumerate(planes))
        states = tuple(
            (_bit(e, row) + _bit(n, row)) << 1 | FIRED * _bit(f, row) | DEFEATED * _bit(d, row)
            for e, n, f, d in zip(self.established, self.open_or_so, self.fired, self.defeated, strict=True))
        return Inference(tuple(possible), tuple(value), states)

    def _ask_unknown(self) -> None:
        for at, attribute in self.kb.words.about_unknown.items():
            full = self.kb.variables[attribute].full
            column = self.block.columns[attribute]
            unknown = self._codes[attribute].among([k for k, m in enumerate(column.masks) if m == full])
            self.readings[PRESUMED][at] = (no(unknown), unknown)
            self.readings[POSSIBLE][at] = (True, unknown)
            self._sharp[PRESUMED].add(at)
            if unknown is False:
                self._sharp[POSSIBLE].add(at)

    def _settled(self, at: int) -> bool:
        """Whether both readings of a variable are the same planes."""
        found = self.readings[POSSIBLE].get(at)
        return found is None or all(
            x is y for x, y in zip(found, self.readings[PRESUMED][at], strict=True))

    def _leaf(self, at: int, allowed: int, reading: int) -> Status:
        key = (at, allowed, reading if at in self.readings[POSSIBLE] else 0)
        if key not in self._leaves:
            self._leaves[key] = (self._derived_leaf if key[0] in self.readings[POSSIBLE]
                                 else self._column_leaf)(*key)
        return self._leaves[key]

    def _derived_leaf(self, at: int, allowed: int, reading: int) -> Status:
        planes = self.readings[reading][at]
        inside = any_of(p for i, p in enumerate(planes) if allowed >> i & 1)
        if at in self._sharp[reading]:
            return inside, inside
        return no(any_of(p for i, p in enumerate(planes) if not allowed >> i & 1)), inside

    def _column_leaf(self, at: int, allowed: int, _: int) -> Status:
        masks = self._masks(at)
        surely = [k for k, mask in enumerate(masks) if not mask & ~allowed]
        perhaps = [k for k, mask in enumerate(masks) if mask & allowed]
        established = self._codes[at].among(surely)
        return established, established if surely == perhaps else self._codes[at].among(perhaps)

    def _masks(self, at: int) -> tuple[int, ...]:
        return self.block.columns[at].masks if at < self.kb.attributes else self.block.questions[at].masks

    def _conjunction(self, row: Conjunction, reading: int) -> Status:
        if reading == POSSIBLE and all(self._settled(at) for at, _ in row):
            reading = PRESUMED
        key = (row, reading)
        if key not in self._rows:
            found = [self._leaf(at, allowed, reading) for at, allowed in row]
            established: Plane = True
            perhaps: Plane = True
            for e, _ in found:
                established = both(established, e)
            if all(e is n for e, n in found):
                perhaps = established
            else:
                for _, n in found:
                    perhaps = both(perhaps, n)
            self._rows[key] = established, perhaps
        return self._rows[key]

    def _rule(self, step: RuleStep) -> None:
        holds, perhaps = self.status(step.when, PRESUMED)
        surely, maybe = (holds, perhaps) if step.settled else self.status(step.when, POSSIBLE)
        if step.unless:
            holds = minus(holds, self.status(step.unless, PRESUMED)[0])
            lifted, open_ = self.status(step.unless, POSSIBLE)
            surely, maybe = minus(surely, open_), minus(maybe, lifted)
        beaten: Plane = False
        for other in step.overridden_by:
            surely = minus(surely, self.open_or_so[other])
            maybe = minus(maybe, self.established[other])
            beaten = either(beaten, (self.established if step.forbids else self.fired)[other])
        i = step.index
        self.established[i], self.open_or_so[i] = surely, maybe
        self.fired[i], self.defeated[i] = minus(holds, beaten), both(holds, beaten)

    def _finding(self, step: FindingStep) -> None:
        card = step.finding.scorecard
        if card is not None:
            for reading in (POSSIBLE, PRESUMED):
                self.readings[reading][step.at] = self._card(step.at, card, reading)
            return
        size = self.kb.variables[step.at].size
        rules = [(rule, bit.bit_length() - 1) for rule, bit in step.concluded_by]
        known = all(self.established[r] is self.open_or_so[r] is self.fired[r] for r, _ in rules)
        downward = step.finding.resolve == "highest"
        order = range(size - 1, -1, -1) if downward else range(size)
        otherwise = step.finding.otherwise.bit_length() - 1
        now = [any_of(self.fired[r] for r, b in rules if b == i) for i in range(size)]
        value = _first(now, order, otherwise)
        self._sharp[PRESUMED].add(step.at)
        self.readings[PRESUMED][step.at] = value
        if known:
            self._sharp[POSSIBLE].add(step.at)
            self.readings[POSSIBLE][step.at] = value
            return
        sure = [any_of(self.established[r] for r, b in rules if b == i) for i in range(size)]
        least = list(_first(sure, order, otherwise))
        stronger: Plane = False
        for i in order:
            maybe = any_of(minus(self.open_or_so[r], self.established[r]) for r, b in rules if b == i)
            least[i] = either(least[i], minus(maybe, stronger))
            stronger = either(stronger, sure[i])
        self.readings[POSSIBLE][step.at] = tuple(least)

    def _card(self, at: int, card: Scorecard, reading: int) -> tuple[Plane, ...]:
        low = [t for part in card.parts for t in self._span(part, reading, min)]
        high = [t for part in card.parts for t in self._span(part, reading, max)]
        size = self.block.size
        least: Numbers = weighted(low, size)
        alike = len(low) == len(high) and all(
            m == n and p is q for (m, p), (n, q) in zip(low, high, strict=True))
        reached = [at_least(least, cut) for cut in card.cuts[1:]]
        if alike:
            self._sharp[reading].add(at)
            attained = reached
        else:
            most = weighted(high, size)
            attained = [at_least(most, cut) for cut in card.cuts[1:]]
        return tuple(minus(a, r) for a, r in zip([True, *attained], [*reached, False], strict=True))

    def _span(self, part: Part, reading: int, pick: Callable[[list[int]], int]) -> list[tuple[int, Plane]]:
        """The fewest or most points of a scorecard's part, as numbers with their planes."""
        if part.tree is not None:
            established, perhaps = self.status(part.when, reading)
            worth = part.points[0]
            return [(worth, established if pick([0, worth]) == 0 else perhaps)]
        planes = self.readings[reading].get(part.of)
        if planes is None:
            where: dict[int, list[int]] = {}
            for k, mask in enumerate(self._masks(part.of)):
                where.setdefault(pick([part.points[i] for i in bits(mask)]), []).append(k)
            return [(worth, self._codes[part.of].among(ks)) for worth, ks in where.items() if worth]
        taken: Plane = False
        out = []
        for worth in sorted(set(part.points), reverse=pick([0, 1]) == 1):
            here = any_of(p for i, p in enumerate(planes) if part.points[i] == worth)
            out.append((worth, here if part.of in self._sharp[reading] else minus(here, taken)))
            taken = either(taken, here)
        return out


def _first(planes: Sequence[Plane], order: Sequence[int] | range, otherwise: int) -> tuple[Plane, ...]:
    """Of several planes only the first in order; ``otherwise`` where there is none."""
    out: list[Plane] = [False] * len(planes)
    taken: Plane = False
    for i in order:
        out[i] = minus(planes[i], taken)
        taken = either(taken, planes[i])
    out[otherwise] = either(out[otherwise], no(taken))
    return tuple(out)


def _bit(plane: Plane, row: int) -> int:
    return int(plane) if isinstance(plane, bool) else int(plane[row // WORD]) >> row % WORD & 1
