"""Bounds: what every rule and finding can come to over a whole set of ways to answer.

A set of ways to answer is given by a mask for each attribute and by which attributes
*move*. One that moves is left as it is or answered with one value of its mask; one that
does not stays exactly as it is. Everything here holds for each way in the set, so that
what is bounded need not be tried. With nothing moving the bounds are the inference itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .conditions import ESTABLISHED, OPEN, REFUTED, Dnf
from .evaluate import FindingStep, Program, RuleStep, program
from .findings import Part, Scorecard
from .kb import KnowledgeBase
from .situation import NO, YES, Partner, start_masks
from .terms import bits, single

NEVER, MAYBE, SURELY = 0, 1, 2


@dataclass(slots=True)
class Reading:
    """Per variable a mask that holds every value it may have; ``exact``: it has just these."""

    masks: list[int]
    exact: list[bool]

    def copy(self) -> Reading:
        """An independent copy."""
        return Reading(self.masks[:], self.exact[:])

    def put(self, at: int, mask: int, exact: bool) -> bool:
        """Set a variable; whether that changed anything."""
        exact = exact or single(mask)
        if (self.masks[at], self.exact[at]) == (mask, exact):
            return False
        self.masks[at], self.exact[at] = mask, exact
        return True


@dataclass(slots=True)
class Bounds:
    """For each rule the least and greatest truth (``low``, ``high``) and whether it fires:
    NEVER, MAYBE or SURELY; for each variable what it may come to under both readings.

    ``moving`` are the variables still to be answered in this set of ways.
    """

    kb: KnowledgeBase
    possible: Reading
    value: Reading
    low: list[int]
    high: list[int]
    fires: list[int]
    moving: frozenset[int]

    def narrowed(self, at: int, mask: int, *, moves: bool) -> Bounds:
        """The bounds when one variable has ``mask``, and moves within it or not at all."""
        out = Bounds(self.kb, self.possible.copy(), self.value.copy(), self.low[:], self.high[:],
                     self.fires[:], self.moving if moves and not single(mask) else self.moving - {at})
        _run(out, out.start(at, mask))
        return out

    def start(self, at: int, mask: int) -> list[int]:
        """Set a variable that is not derived; the variables that changed with it."""
        exact = at not in self.moving
        self.possible.put(at, mask, exact)
        self.value.put(at, mask, exact)
        changed = [at]
        about = program(self.kb).unknown_of.get(at)
        if about is not None:
            unknown = mask == self.kb.variables[at].full
            self.possible.put(about, NO | YES if unknown else NO, exact)
            self.value.put(about, (YES if exact else NO | YES) if unknown else NO, exact)
            changed.append(about)
        return changed


def bounds(kb: KnowledgeBase, masks: Sequence[int], partners: Sequence[Partner] | None,
           moving: Iterable[int]) -> Bounds:
    """The bounds over all ways in which ``moving`` attributes and partner questions are answered."""
    start, _ = start_masks(kb, masks, partners)
    count, rules = len(kb.variables), len(kb.rules)
    out = Bounds(kb, Reading(start, [False] * count), Reading(start[:], [False] * count),
                 [REFUTED] * rules, [ESTABLISHED] * rules, [MAYBE] * rules, frozenset(moving))
    for at in (*range(kb.attributes), *kb.words.about_partners):
        out.start(at, start[at])
    _run(out, None)
    return out


def _run(b: Bounds, changed: Iterable[int] | None) -> None:
    """Work out the steps that read ``changed`` variables and all that follows (None: every step)."""
    plan = program(b.kb)
    waiting = [changed is None] * len(plan.steps)
    for variable in changed or ():
        _touch(waiting, plan, variable)
    for i, step in enumerate(plan.steps):
        if not waiting[i]:
            continue
        if isinstance(step, FindingStep):
            if _find(b, step):
                _touch(waiting, plan, step.at)
        elif _decide(b, step):
            for follower in plan.followers.get(step.index, ()):
                waiting[follower] = True


def _touch(waiting: list[bool], plan: Program, variable: int) -> None:
    for i in plan.readers[variable]:
        waiting[i] = True


def span(dnf: Dnf, reading: Reading) -> tuple[int, int]:
    """The least and greatest status a condition may come to."""
    masks, exact = reading.masks, reading.exact
    least, most = REFUTED, REFUTED
    for row in dnf:
        low = high = ESTABLISHED
        for variable, allowed in row:
            mask = masks[variable]
            if not mask & allowed:
                low = high = REFUTED
                break
            if mask & ~allowed:
                low = min(low, OPEN) if exact[variable] else REFUTED
                if exact[variable]:
                    high = OPEN
        least, most = max(least, low), max(most, high)
    return least, most


def _decide(b: Bounds, step: RuleStep) -> bool:
    """Bound a rule; whether that changed anything."""
    low, high = span(step.when, b.possible)
    now, then = (low, high) if step.settled else span(step.when, b.value)
    may, must = then == ESTABLISHED, now == ESTABLISHED
    if step.unless:
        least, most = span(step.unless, b.possible)
        low, high = min(low, ESTABLISHED - most), min(high, ESTABLISHED - least)
        least, most = (least, most) if step.settled else span(step.unless, b.value)
        may, must = may and least < ESTABLISHED, must and most < ESTABLISHED
    for other in step.overridden_by:
        low, high = min(low, ESTABLISHED - b.high[other]), min(high, ESTABLISHED - b.low[other])
        if step.forbids:
            may, must = may and b.low[other] < ESTABLISHED, must and b.high[other] < ESTABLISHED
        else:
            may, must = may and b.fires[other] < SURELY, must and b.fires[other] == NEVER
    found = low, high, SURELY if must else MAYBE if may else NEVER
    i = step.index
    if found == (b.low[i], b.high[i], b.fires[i]):
        return False
    b.low[i], b.high[i], b.fires[i] = found
    return True


def _find(b: Bounds, step: FindingStep) -> bool:
    """Bound a finding; whether that changed anything."""
    card = step.finding.scorecard
    if card is not None:
        changed = b.possible.put(step.at, *_sum(card, b.possible))
        return b.value.put(step.at, *_sum(card, b.value)) or changed
    reach = step.finding.reachable
    rules = step.concluded_by
    possible = reach([bit for r, bit in rules if b.low[r] == ESTABLISHED],
                     [bit for r, bit in rules if b.low[r] < ESTABLISHED and b.high[r] > REFUTED])
    value = reach([bit for r, bit in rules if b.fires[r] == SURELY],
                  [bit for r, bit in rules if b.fires[r] == MAYBE])
    changed = b.possible.put(step.at, possible, all(b.low[r] == b.high[r] for r, _ in rules))
    return b.value.put(step.at, value, all(b.fires[r] != MAYBE for r, _ in rules)) or changed


def _sum(card: Scorecard, reading: Reading) -> tuple[int, bool]:
    """A scorecard's mask, and whether it is exactly that."""
    spans = [_points(part, reading) for part in card.parts]
    mask = card.reached(sum(low for low, _, _ in spans), sum(high for _, high, _ in spans))
    return mask, all(exact for _, _, exact in spans)


def _points(part: Part, reading: Reading) -> tuple[int, int, bool]:
    if part.tree is None:
        found = [part.points[i] for i in bits(reading.masks[part.of])]
        return min(found), max(found), reading.exact[part.of]
    low, high = span(part.when, reading)
    worth = part.points[0]
    if low == high != OPEN:
        worth = worth if low else 0
        return worth, worth, True
    return min(0, worth), max(0, worth), low == high


Phrases = Mapping[tuple[int, int], int]
"""Weights by (variable, allowed mask)."""


def open_phrases(b: Bounds, rules: Mapping[int, int], conditions: Iterable[tuple[Dnf, int]]) -> Phrases:
    """What undecided ``rules`` and ``conditions`` wait for: moving variables with the values asked
    for, and how much hangs on each, by the weights given with them."""
    plan = program(b.kb)
    steps = {step.index if isinstance(step, RuleStep) else -1 - step.at: step for step in plan.steps}
    found: dict[tuple[int, int], int] = {}
    seen: set[int] = set()

    def read(dnf: Dnf, weight: int) -> None:
        for row in dnf:
            if all(b.possible.masks[at] & allowed for at, allowed in row):
                for at, allowed in row:
                    if b.possible.masks[at] & ~allowed or b.value.masks[at] & ~allowed:
                        wait(b.kb.words.about_unknown.get(at, at), allowed, weight)

    def wait(at: int, allowed: int, weight: int) -> None:
        if at in b.moving:
            mask = b.possible.masks[at]
            if not mask & allowed or not mask & ~allowed:
                allowed = mask & -mask
            found[at, allowed] = found.get((at, allowed), 0) + weight
        elif at in b.kb.findings:
            visit(-1 - at, weight)

    def visit(key: int, weight: int) -> None:
        step = steps[key]
        if key in seen:
            return
        seen.add(key)
        if isinstance(step, RuleStep):
            read(step.when, weight)
            read(step.unless, weight)
            for other in step.overridden_by:
                visit(other, weight)
        elif step.finding.scorecard is not None:
            for part in step.finding.scorecard.parts:
                if part.tree is not None:
                    read(part.when, weight)
                else:
                    best = max(part.points[i] for i in bits(b.possible.masks[part.of]))
                    wait(part.of, sum(1 << i for i, n in enumerate(part.points) if n == best), weight)
        else:
            for rule, _ in step.concluded_by:
                if b.fires[rule] == MAYBE or b.low[rule] < b.high[rule]:
                    visit(rule, weight)

    for rule, weight in sorted(rules.items(), key=lambda pair: -pair[1]):
        seen.clear()
        visit(rule, weight)
    for dnf, weight in conditions:
        seen.clear()
        read(dnf, weight)
    return found
