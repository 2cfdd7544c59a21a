"""The smallest changes of fact that would let an action into the mix, found by search.

The search is exact over the finite scales, by the plain evaluator: all single answers,
then pairs as far as the time allows. A change is a supposition about the world ("if it
were true that ..."), never advice to answer differently.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from .advice import Advice, Flip, candidates, distinguished, readvise
from .assessment import Assessment
from .conditions import ALWAYS
from .evaluate import Inference, reevaluate
from .kb import KnowledgeBase
from .rules import Rule
from .terms import bits, single
from .weigh import AVAILABLE, POINTLESS, stand


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


@dataclass(frozen=True, slots=True)
class Search:
    """How far the search went: ``single`` changes of one fact, all of them tried; ``tried`` of
    ``pairs`` pairs, within ``seconds``. ``hopeless`` says that no change of any size can help."""

    single: int = 0
    tried: int = 0
    pairs: int = 0
    seconds: float = 0.0
    hopeless: bool = False


def smallest_changes(
    a: Assessment, action: str, seconds: float, singles: Sequence[Flip] | None = None
) -> tuple[tuple[Change, ...], tuple[Change, ...], Search]:
    """The smallest changes that put an action in the mix, those that would at least permit it
    (none if it is permitted already), and how far the search went."""
    if hopeless(a.kb, action):
        return (), (), Search(hopeless=True)
    tried = single_changes(a) if singles is None else singles
    enter: list[Change] = []
    permit: list[Change] = []
    for flip in tried:
        _note(a, action, ((flip.at, flip.after),), flip.advice, enter, permit)
    done, total = (0, 0) if enter else _search_pairs(a, action, seconds, enter, permit)
    lifted = a.advice.weighing.standing[action].status in (AVAILABLE, POINTLESS)
    return (_smallest(enter), () if lifted else _smallest(permit),
            Search(len(tried), done, total, seconds if total else 0.0))


def hopeless(kb: KnowledgeBase, action: str) -> bool:
    """Whether some rule forbids an action in every situation, so that no change can help."""
    overridden = {other for r in kb.rules.values() for other in r.overrides}
    return any(action in r.forbids and r.when == ALWAYS and not r.unless and r.id not in overridden
               for r in kb.rules.values())


def _note(a: Assessment, action: str, answers_: tuple[tuple[int, int], ...], advice: Advice,
          enter: list[Change], permit: list[Change]) -> None:
    steps = sum(distance(a, at, mask) for at, mask in answers_)
    if action in advice.mixes[0].actions:
        enter.append(Change(answers_, steps, advice.posture, True))
    if advice.weighing.standing[action].status in (AVAILABLE, POINTLESS):
        permit.append(Change(answers_, steps, advice.posture, False))


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
    cells = distinguished(a.kb)[at]
    if not cells:
        return []
    na = [variable.na_bit] if variable.na and mask != variable.na_bit else []
    if variable.kind != "set":
        return [*candidates(a.kb, at, mask), *na]
    seen = {cells[bits(mask)[0]]} if single(mask) and mask & variable.proper else set()
    out = []
    for atom in sorted(range(variable.size), key=lambda x: (_toggles(mask & variable.proper, x), x)):
        if cells[atom] not in seen:
            seen.add(cells[atom])
            out.append(1 << atom)
    return out + na


def near_answers(a: Assessment, at: int) -> list[int]:
    """As :func:`answers`, but for a set only one element is added or taken away."""
    variable, mask = a.kb.variables[at], a.trace.inference.possible[at]
    if variable.kind != "set" or mask == variable.na_bit or not distinguished(a.kb)[at]:
        return answers(a, at)
    na = [variable.na_bit] if variable.na else []
    return [*candidates(a.kb, at, mask & variable.proper), *na]


def distance(a: Assessment, at: int, mask: int) -> int:
    """How many steps an answer is from what is possible now: places on a scale, or elements of a set.

    To or from 'not applicable' is as far as the scale is long.
    """
    variable = a.kb.variables[at]
    now = a.trace.inference.possible[at] & variable.proper
    if not now or mask == variable.na_bit:
        return len(variable.values) or variable.size
    if variable.kind == "set":
        return _toggles(now, bits(mask)[0])
    if variable.kind == "choice":
        return 0 if now & mask else 1
    return min(abs(bits(mask)[0] - here) for here in bits(now))


def _toggles(mask: int, atom: int) -> int:
    return min(((atom ^ here).bit_count() for here in bits(mask)), default=atom.bit_count())


def _search_pairs(a: Assessment, action: str, seconds: float, enter: list[Change],
                  permit: list[Change]) -> tuple[int, int]:
    """Try pairs of answers, those on what the action turns on first, until time is out.

    A pair that cannot lift the bar, since neither fact bears on it, counts as tried.
    """
    until = time.monotonic() + seconds
    base = a.trace.inference
    near, lifting = _relevant(a.kb, action), _reach(a.kb, _standing_variables(a.kb, action))
    barred = a.advice.weighing.standing[action].status not in (AVAILABLE, POINTLESS)
    options = {at: near_answers(a, at) for at in range(a.kb.attributes)}
    order = sorted(options, key=lambda at: (at not in near, at))
    blocks = sorted(combinations(order, 2), key=lambda pair: (pair[0] not in near) + (pair[1] not in near))
    total = sum(len(options[x]) * len(options[y]) for x, y in blocks)
    tried = 0
    for x, y in blocks:
        if barred and x not in lifting and y not in lifting:
            tried += len(options[x]) * len(options[y])
            continue
        for first in options[x]:
            half = reevaluate(a.kb, base, {x: first})
            for second in options[y]:
                if time.monotonic() > until:
                    return tried, total
                tried += 1
                _try_pair(a, action, ((x, first), (y, second)), half, enter, permit)
    return tried, total


def _try_pair(a: Assessment, action: str, pair: tuple[tuple[int, int], tuple[int, int]], half: Inference,
              enter: list[Change], permit: list[Change]) -> None:
    """Note a pair of which ``half`` has the first answer; composes only where the action is permitted."""
    changed = reevaluate(a.kb, half, {pair[1][0]: pair[1][1]})
    if stand(a.kb, a.kb.actions[action], changed).status in (AVAILABLE, POINTLESS):
        advice = readvise(a.kb, a.advice, a.trace.inference, changed, a.situation.weights)
        _note(a, action, pair, advice, enter, permit)


def _relevant(kb: KnowledgeBase, action: str) -> set[int]:
    """The attributes that the action's bars, needs and favours turn on, through findings."""
    favouring = [r for r in kb.rules.values() if any(t == action for t, _ in r.favours)]
    return _reach(kb, [*_standing_variables(kb, action), *_read_by(kb, favouring)])


def _standing_variables(kb: KnowledgeBase, action: str) -> list[int]:
    item = kb.actions[action]
    barring = [r for r in kb.rules.values() if action in r.forbids]
    own = [v for dnf in (item.needs, item.pointless) for row in dnf for v, _ in row]
    return [*_read_by(kb, barring), *own]


def _read_by(kb: KnowledgeBase, rules: Iterable[Rule]) -> list[int]:
    """What rules read, and what the rules read that may override them, and so on."""
    todo = list(rules)
    seen: dict[str, Rule] = {}
    while todo:
        rule = todo.pop()
        if rule.id not in seen:
            seen[rule.id] = rule
            todo += [o for o in kb.rules.values() if rule.id in o.overrides]
    return [v for r in seen.values() for v in r.reads]


def _reach(kb: KnowledgeBase, variables: Iterable[int]) -> set[int]:
    """The attributes on which variables depend, through findings."""
    pending = list(variables)
    seen: set[int] = set()
    while pending:
        at = pending.pop()
        if at in seen:
            continue
        seen.add(at)
        finding = kb.findings.get(at)
        if at in kb.words.about_unknown:
            pending.append(kb.words.about_unknown[at])
        elif finding is not None and finding.scorecard is not None:
            pending += finding.scorecard.reads
        elif finding is not None:
            pending += _read_by(kb, [r for r in kb.rules.values() if any(f == at for f, _ in r.concludes)])
    return {at for at in seen if at < kb.attributes}


def _smallest(found: list[Change]) -> tuple[Change, ...]:
    """The changes of fewest answers, the smallest steps first."""
    if not found:
        return ()
    fewest = min(len(c.answers) for c in found)
    return tuple(sorted((c for c in found if len(c.answers) == fewest), key=lambda c: (c.steps, c.answers)))
