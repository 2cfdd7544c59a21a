"""What matters next: which open facts anything can still read, and what their answers would change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .advice import Advice, candidates, distinguished, readvise
from .conditions import ESTABLISHED, OPEN, Dnf, status
from .evaluate import FindingStep, Inference, RuleStep, program, reevaluate, truth
from .kb import KnowledgeBase
from .terms import bits, single


class Readers:
    """What an inference may still read, worked back from what bears on advice.

    A rule is live while it is neither refuted nor certain; a need, a purpose or a part of a
    scorecard while it is open. ``facts`` are the attributes and partner questions read,
    each with the rules (by position) that wait for it, directly or through findings.
    """

    def __init__(self, kb: KnowledgeBase, inference: Inference) -> None:
        self.kb = kb
        self.possible = inference.possible
        self.states = inference.states
        plan = program(kb)
        self.rules = {s.index: s for s in plan.steps if isinstance(s, RuleStep)}
        self.findings = {s.at: s for s in plan.steps if isinstance(s, FindingStep)}
        self.facts: dict[int, dict[int, None]] = {}
        self._seen: set[tuple[str, int, int]] = set()
        self._start()

    def _start(self) -> None:
        kb = self.kb
        for i, rule in enumerate(kb.rules.values()):
            if rule.favours or rule.forbids or rule.requires or rule.cautions:
                self._rule(i, i)
        rules = list(kb.rules.values())
        out = {a for i, s in enumerate(self.states) if truth(s) == ESTABLISHED for a in rules[i].forbids}
        for action in kb.actions.values():
            if action.id in out:
                continue
            self._dnf(action.needs, -1)
            self._dnf(action.pointless, -1)
        for at in (kb.composition.horizon, kb.composition.raising):
            if at >= 0:
                self._variable(at, -1)

    def _rule(self, i: int, waiting: int) -> None:
        if truth(self.states[i]) != OPEN or ("rule", i, waiting) in self._seen:
            return
        self._seen.add(("rule", i, waiting))
        step = self.rules[i]
        self._dnf(step.when, waiting)
        self._dnf(step.unless, waiting)
        for other in step.overridden_by:
            self._rule(other, waiting)

    def _dnf(self, dnf: Dnf, waiting: int) -> None:
        if status(dnf, self.possible) != OPEN:
            return
        for row in dnf:
            if all(self.possible[at] & allowed for at, allowed in row):
                for at, allowed in row:
                    if self.possible[at] & ~allowed:
                        self._variable(at, waiting)

    def _variable(self, at: int, waiting: int) -> None:
        at = self.kb.words.about_unknown.get(at, at)
        if single(self.possible[at]):
            return
        if at not in self.kb.findings:
            found = self.facts.setdefault(at, {})
            if waiting >= 0:
                found[waiting] = None
            return
        if ("finding", at, waiting) in self._seen:
            return
        self._seen.add(("finding", at, waiting))
        step = self.findings[at]
        card = step.finding.scorecard
        if card is None:
            for rule, _ in step.concluded_by:
                self._rule(rule, waiting)
            return
        for part in card.parts:
            if part.tree is not None:
                self._dnf(part.when, waiting)
            elif len({part.points[i] for i in bits(self.possible[part.of])}) > 1:
                self._variable(part.of, waiting)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one answer to an open fact would lead to: the fact, the mask answered, the advice."""

    at: int
    mask: int
    advice: Advice


@dataclass(frozen=True, slots=True)
class Prospect:
    """An open fact: the mean number of actions that an answer adds to or takes from the
    recommended mix, and whether some answer changes the posture."""

    at: int
    change: Fraction
    tips: bool


def effects(kb: KnowledgeBase, base: Inference, advice: Advice, weights: Mapping[str, int],
            at: int) -> list[Effect]:
    """The advice after each plausible answer to an open attribute or partner question."""
    masks = candidates(kb, at, base.possible[at]) if at < kb.attributes else [
        1 << i for i in bits(base.possible[at])]
    return [Effect(at, mask, readvise(kb, advice, base, reevaluate(kb, base, {at: mask}), weights))
            for mask in masks]


def prospects(kb: KnowledgeBase, base: Inference, advice: Advice, weights: Mapping[str, int],
              facts: Iterable[int]) -> list[Prospect]:
    """What asking each of ``facts`` promises, the most first; ties by the order of the knowledge base."""
    found = [_prospect(advice, at, effects(kb, base, advice, weights, at)) for at in facts]
    return sorted(found, key=lambda p: (-p.change, p.at))


def _prospect(now: Advice, at: int, found: Sequence[Effect]) -> Prospect:
    mix = set(now.mixes[0].actions)
    moved = sum(len(mix ^ set(e.advice.mixes[0].actions)) for e in found)
    tips = any((e.advice.posture, e.advice.cautious) != (now.posture, now.cautious) for e in found)
    return Prospect(at, Fraction(moved, max(1, len(found))), tips)


def alike(kb: KnowledgeBase, at: int, mask: int) -> int:
    """The values that the knowledge base cannot tell from those of ``mask``, as a mask."""
    cells = distinguished(kb)[at] if at < kb.attributes else ()
    if not cells or mask & kb.variables[at].na_bit:
        return mask
    wanted = {cells[i] for i in bits(mask)}
    return sum(1 << i for i, cell in enumerate(cells) if cell in wanted)
