"""Why not: what keeps an action out of the mix, and the smallest changes of fact that would let it in.

The search is exact over the finite scales, by the plain evaluator: all single answers,
then pairs as far as the time allows. A change is a supposition about the world ("if it
were true that ..."), never advice to answer differently.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from .advice import Advice, Flip, barring_facts, candidates, distinguished, readvise
from .assessment import Assessment
from .compose import points
from .conditions import ESTABLISHED, OPEN, REFUTED, AllOf, AnyOf, NotOf, Phrase, Tree, compile_tree, describe, status
from .evaluate import reevaluate
from .rules import Rule
from .terms import bits, single
from .weigh import AVAILABLE, BARRED, FORBIDDEN, POINTLESS, UNMET

IN_MIX, LEFT_OUT, TOO_FEW = "chosen", "left-out", "too-few-points"
DEFAULT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Change:
    """Answers that would have to be true: pairs of attribute position and mask.

    ``steps`` is how far they are from the present answers on their scales; ``posture``
    is what would then be recommended; ``enters`` whether the action is then in the mix
    (otherwise it would merely be permitted).
    """

    answers: tuple[tuple[int, int], ...]
    steps: int
    posture: str
    enters: bool


@dataclass(frozen=True)
class WhyNot:
    """Why an action is not in the recommended mix.

    ``reason`` is a status (forbidden, barred-until, needs-unmet, pointless,
    too-few-points, left-out, or chosen when it is in the mix); ``rules`` forbid it;
    ``open_facts`` are to be answered first; ``unmet`` are the needs that fail, in words;
    ``step`` is what the composer recorded. ``enter`` are the smallest changes that put it
    in the mix, ``permit`` those that would at least lift the bar. ``searched`` and
    ``pairs`` say how many single changes and pairs were tried, of how many.
    """

    action: str
    reason: str
    score: str
    rules: tuple[Rule, ...]
    open_facts: tuple[int, ...]
    unmet: tuple[str, ...]
    step: str
    enter: tuple[Change, ...]
    permit: tuple[Change, ...]
    searched: int
    pairs: tuple[int, int]


def why_not(a: Assessment, action: str, *, seconds: float = DEFAULT_SECONDS) -> WhyNot:
    """What keeps ``action`` out, and the smallest changes (size 1 always, size 2 within ``seconds``).

    Raises KeyError for an unknown action.
    """
    item = a.kb.actions[action]
    standing = a.advice.weighing.standing[action]
    step = next((s.reason for s in a.advice.mixes[0].steps if s.action == action and s.step == "left-out"), "")
    reason = standing.status
    if action in a.advice.mixes[0].actions:
        reason = IN_MIX
    elif reason == AVAILABLE:
        reason = LEFT_OUT if step and "points where" not in step else TOO_FEW
    unmet = tuple(_failing(a, item.needs_tree)) if reason in (UNMET, BARRED, FORBIDDEN) else ()
    if reason == POINTLESS:
        unmet = (describe(item.pointless_tree, a.kb.variables),)
    open_facts = tuple(barring_facts(a.kb, a.trace.inference, action, standing.rules)) if reason == BARRED else ()
    enter, permit, tried, pairs = ((), (), 0, (0, 0)) if reason == IN_MIX else _search(a, action, seconds)
    return WhyNot(
        action, reason, points(a.advice.weighing.scores.get(action, 0)),
        tuple(a.kb.rules[r] for r in standing.rules) if reason in (FORBIDDEN, BARRED) else (),
        open_facts, unmet, step, enter, permit, tried, pairs,
    )


def _failing(a: Assessment, tree: Tree) -> Iterator[str]:
    """The parts of a condition that are not established, in words."""
    if isinstance(tree, AllOf):
        for part in tree.parts:
            yield from _failing(a, part)
        return
    verdict = status(compile_tree(tree, a.kb.variables), a.trace.inference.possible)
    if verdict == ESTABLISHED:
        return
    words = describe(tree, a.kb.variables)
    if isinstance(tree, Phrase):
        now = a.kb.variables[tree.variable].say(a.trace.inference.possible[tree.variable])
        words = f"{words} (on your answers: {now})"
    assert isinstance(tree, (Phrase, AnyOf, NotOf))
    yield words if verdict == REFUTED else f"{words}, which is open" if verdict == OPEN else words


def _search(
    a: Assessment, action: str, seconds: float
) -> tuple[tuple[Change, ...], tuple[Change, ...], int, tuple[int, int]]:
    singles = single_changes(a)
    enter: list[Change] = []
    permit: list[Change] = []
    for flip in singles:
        _note(a, action, ((flip.at, flip.after),), flip.advice, enter, permit)
    pairs_total = pairs_tried = 0
    if not enter:
        pairs_tried, pairs_total = _search_pairs(a, action, seconds, enter, permit)
    lifted = a.advice.weighing.standing[action].status == AVAILABLE
    return _smallest(enter), () if lifted else _smallest(permit), len(singles), (pairs_tried, pairs_total)


def _note(a: Assessment, action: str, answers: tuple[tuple[int, int], ...], advice: Advice,
          enter: list[Change], permit: list[Change]) -> None:
    steps = sum(distance(a, at, mask) for at, mask in answers)
    if action in advice.mixes[0].actions:
        enter.append(Change(answers, steps, advice.posture, True))
    if advice.weighing.standing[action].status in (AVAILABLE, POINTLESS):
        permit.append(Change(answers, steps, advice.posture, False))


def single_changes(a: Assessment) -> list[Flip]:
    """Every change of one answer that the knowledge base can tell apart (for sets: every subset)."""
    base, weights = a.trace.inference, a.situation.weights
    return [
        Flip(at, base.possible[at], mask,
             readvise(a.kb, a.advice, base, reevaluate(a.kb, base, {at: mask}), weights))
        for at in range(a.kb.attributes) for mask in answers(a, at)
    ]


def answers(a: Assessment, at: int) -> list[int]:
    """The other single answers to an attribute, one for each way the knowledge base tells them apart."""
    variable, mask = a.kb.variables[at], a.trace.inference.possible[at]
    if variable.kind != "set":
        return candidates(a.kb, at, mask)
    cells = distinguished(a.kb)[at]
    if not cells:
        return []
    seen = {cells[bits(mask)[0]]} if single(mask) and mask & variable.proper else set()
    out = []
    for atom in sorted(range(variable.size), key=lambda x: (_toggles(mask, x), x)):
        if cells[atom] not in seen:
            seen.add(cells[atom])
            out.append(1 << atom)
    return out


def distance(a: Assessment, at: int, mask: int) -> int:
    """How many steps an answer is from what is possible now: places on a scale, or elements of a set."""
    variable, now = a.kb.variables[at], a.trace.inference.possible[at] & a.kb.variables[at].proper
    if not now:
        return 1
    to = bits(mask)[0]
    if variable.kind == "set":
        return _toggles(now, to)
    if variable.kind == "choice":
        return 0 if now & mask else 1
    return min(abs(to - here) for here in bits(now))


def _toggles(mask: int, atom: int) -> int:
    return min((atom ^ here).bit_count() for here in bits(mask))


def _search_pairs(a: Assessment, action: str, seconds: float, enter: list[Change],
                  permit: list[Change]) -> tuple[int, int]:
    """Try pairs of answers, those on what the action turns on first, until time is out.

    For a set, a pair changes one element only.
    """
    until = time.monotonic() + seconds
    base, weights = a.trace.inference, a.situation.weights
    near = _relevant(a, action)
    order = sorted(range(a.kb.attributes), key=lambda at: (at not in near, at))
    options = {at: candidates(a.kb, at, base.possible[at]) for at in order}
    blocks = sorted(combinations(order, 2), key=lambda pair: (pair[0] not in near) + (pair[1] not in near))
    total = sum(len(options[x]) * len(options[y]) for x, y in blocks)
    tried = 0
    for x, y in blocks:
        for first in options[x]:
            half = reevaluate(a.kb, base, {x: first})
            for second in options[y]:
                if time.monotonic() > until:
                    return tried, total
                tried += 1
                changed = reevaluate(a.kb, half, {y: second})
                _note(a, action, ((x, first), (y, second)),
                      readvise(a.kb, a.advice, base, changed, weights), enter, permit)
    return tried, total


def _relevant(a: Assessment, action: str) -> set[int]:
    """The attributes that the action's bars, needs and favours turn on, through findings."""
    kb = a.kb
    rules = [r for r in kb.rules.values() if action in r.forbids or any(t == action for t, _ in r.favours)]
    pending = [v for r in rules for v in r.reads]
    pending += [v for row in kb.actions[action].needs for v, _ in row]
    seen: set[int] = set()
    while pending:
        at = pending.pop()
        if at in seen:
            continue
        seen.add(at)
        finding = kb.findings.get(at)
        if finding is not None and finding.scorecard is not None:
            pending += finding.scorecard.reads
        elif finding is not None:
            pending += [v for r in kb.rules.values() if any(f == at for f, _ in r.concludes) for v in r.reads]
    return {at for at in seen if at < kb.attributes}


def _smallest(found: list[Change]) -> tuple[Change, ...]:
    """The changes of fewest answers, then fewest steps; larger ones that contain them are dropped."""
    if not found:
        return ()
    fewest = min(len(c.answers) for c in found)
    return tuple(sorted((c for c in found if len(c.answers) == fewest), key=lambda c: (c.steps, c.answers)))
