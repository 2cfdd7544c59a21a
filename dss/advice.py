"""From an inference to advice: weigh, rate the postures, compose; and how single answers tip it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from .compose import Composer, Mix, Rating, composed_alike, recommend, too_little_known
from .evaluate import Inference, reevaluate
from .kb import KnowledgeBase
from .terms import bits, single
from .weigh import BARRED, Weighing, reweigh, weigh


@dataclass(frozen=True)
class Advice:
    """What is advised: ``mixes`` (the recommended one first), all ratings, every standing.

    ``cautious`` says that too little is known to advise more than to hold and verify.
    """

    weighing: Weighing
    ratings: tuple[Rating, ...]
    mixes: tuple[Mix, ...]
    cautious: bool

    @property
    def posture(self) -> str:
        """The recommended posture."""
        return self.mixes[0].posture


def advise(kb: KnowledgeBase, inference: Inference, weights: Mapping[str, int]) -> Advice:
    """Weigh what was inferred, rate every posture and compose the mixes.

    What the knowledge base says a higher value of one attribute must never add to the
    recommended mix is withheld unless it is there at the next lower value too.
    """
    weighing = weigh(kb, inference, weights)
    advice = _compose(kb, inference, weighing, weights, frozenset())
    withheld = _withheld(kb, inference, advice, weights)
    return _compose(kb, inference, weighing, weights, withheld) if withheld else advice


def readvise(kb: KnowledgeBase, base: Advice, before: Inference, after: Inference,
             weights: Mapping[str, int]) -> Advice:
    """The recommended mix alone, after a change from ``before`` to ``after``."""
    weighing = reweigh(kb, base.weighing, before, after, weights)
    if weighing is base.weighing and composed_alike(kb, before, after):
        return base
    advice = _compose(kb, after, weighing, weights, frozenset(), best_only=True)
    withheld = _withheld(kb, after, advice, weights)
    return _compose(kb, after, weighing, weights, withheld, best_only=True) if withheld else advice


def _compose(kb: KnowledgeBase, inference: Inference, weighing: Weighing, weights: Mapping[str, int],
             withheld: frozenset[str], *, best_only: bool = False) -> Advice:
    composer = Composer(kb, inference, weighing, weights, withheld)
    ratings = composer.best() if best_only else composer.ratings()
    cautious = too_little_known(kb, inference, ratings)
    mixes = recommend(composer, ratings, cautious=cautious, steps=not best_only)
    return Advice(weighing, tuple(ratings), tuple(mixes), cautious)


def _withheld(kb: KnowledgeBase, inference: Inference, advice: Advice,
              weights: Mapping[str, int]) -> frozenset[str]:
    """What ``advice`` may not hold because the next lower value's advice does not."""
    rules = kb.composition
    held = rules.never_adds & set(advice.mixes[0].actions)
    if not held:
        return frozenset()
    lower = next_lower(kb, rules.raising, inference.possible[rules.raising])
    if not lower:
        return frozenset()
    changed = reevaluate(kb, inference, {rules.raising: lower})
    below = readvise(kb, advice, inference, changed, weights)
    allowed = rules.never_adds & set(below.mixes[0].actions)
    return frozenset(rules.never_adds - allowed) if held - allowed else frozenset()


def next_lower(kb: KnowledgeBase, at: int, mask: int) -> int:
    """The mask of the next lower value that the knowledge base tells apart; 0 when there is none."""
    if not mask & kb.variables[at].proper or mask == kb.variables[at].full:
        return 0
    cells = distinguished(kb)[at]
    lowest = bits(mask)[0]
    for atom in range(lowest - 1, -1, -1):
        if cells[atom] != cells[lowest] or not single(mask):
            return 1 << atom
    return 0


@dataclass(frozen=True, slots=True)
class Flip:
    """One answer changed: the attribute, its mask now and then, and the advice that follows."""

    at: int
    before: int
    after: int
    advice: Advice


@dataclass(frozen=True, slots=True)
class Tipping:
    """A flip that changes the advice: ``posture`` or ``lead`` (which leading actions enter or
    leave), or merely the ``mix``."""

    flip: Flip
    kind: str
    entered: tuple[str, ...]
    left: tuple[str, ...]


def flips(kb: KnowledgeBase, base: Inference, advice: Advice,
          weights: Mapping[str, int]) -> Iterator[Flip]:
    """Every change of one answer to another single value that some rule can tell apart.

    For a set, one element is added or taken away. Values that no rule distinguishes from
    each other are tried once, by the one nearest to the present answer.
    """
    for at in range(kb.attributes):
        for after in candidates(kb, at, base.possible[at]):
            changed = reevaluate(kb, base, {at: after})
            yield Flip(at, base.possible[at], after, readvise(kb, advice, base, changed, weights))


def candidates(kb: KnowledgeBase, at: int, mask: int) -> list[int]:
    """The masks of the single values worth trying for an attribute that now may be ``mask``."""
    variable = kb.variables[at]
    cells = distinguished(kb)[at]
    if not cells:
        return []
    if variable.kind == "set":
        surely = -1
        for atom in bits(mask):
            surely &= atom
        surely &= variable.size - 1
        near = [surely ^ (1 << i) for i in range(len(variable.values))]
        if single(mask):
            return [1 << atom for atom in near if cells[atom] != cells[surely]]
        return [1 << surely, *(1 << atom for atom in near)]
    here = bits(mask)
    seen = {cells[here[0]]} if single(mask) and mask & variable.proper else set()
    out = []
    for atom in sorted(range(variable.size), key=lambda a: (min(abs(a - h) for h in here), a)):
        if cells[atom] not in seen:
            seen.add(cells[atom])
            out.append(1 << atom)
    return sorted(out)


@lru_cache(maxsize=8)
def distinguished(kb: KnowledgeBase) -> tuple[tuple[object, ...], ...]:
    """For each attribute, its atoms' signatures: atoms with the same one are alike to the KB.

    Empty where nothing reads the attribute.
    """
    tests: list[list[object]] = [[] for _ in range(kb.attributes)]

    def gather(dnf: tuple[tuple[tuple[int, int], ...], ...]) -> None:
        for row in dnf:
            for at, allowed in row:
                attribute = kb.words.about_unknown.get(at, at)
                if attribute < kb.attributes and at < kb.attributes:
                    tests[attribute].append(allowed)

    for rule in kb.rules.values():
        gather(rule.when)
        gather(rule.unless)
    for action in kb.actions.values():
        gather(action.needs)
        gather(action.pointless)
    for finding in kb.findings.values():
        for part in finding.scorecard.parts if finding.scorecard else ():
            gather(part.when)
            if part.tree is None and part.of < kb.attributes:
                tests[part.of].append(part.points)
    if kb.composition.horizon >= 0:
        tests[kb.composition.horizon].append(tuple(range(8)))
    out = []
    for at, wanted in enumerate(tests):
        variable = kb.variables[at]
        out.append(tuple(
            tuple(t >> atom & 1 if isinstance(t, int) else t[atom] for t in wanted)  # type: ignore[index]
            for atom in range(variable.size)
        ) if wanted else ())
    return tuple(out)


def tipping(kb: KnowledgeBase, advice: Advice, tried: list[Flip]) -> list[Tipping]:
    """The flips that change the advice: of posture, of a leading action, or of the mix."""
    now = advice.mixes[0]
    lead = _lead(kb, now)
    out = []
    for flip in tried:
        then = flip.advice.mixes[0]
        if flip.advice.posture != advice.posture or flip.advice.cautious != advice.cautious:
            kind = "posture"
        elif _lead(kb, then) != lead:
            kind = "lead"
        elif set(then.actions) != set(now.actions):
            kind = "mix"
        else:
            continue
        out.append(Tipping(flip, kind, tuple(a for a in then.actions if a not in now.actions),
                           tuple(a for a in now.actions if a not in then.actions)))
    rank = {"posture": 0, "lead": 1, "mix": 2}
    return sorted(out, key=lambda t: (rank[t.kind], _distance(kb, t.flip)))


def _distance(kb: KnowledgeBase, flip: Flip) -> int:
    """How far an answer moves: steps on a scale; an unordered choice counts as far."""
    variable = kb.variables[flip.at]
    if variable.kind == "choice":
        return 3
    if variable.kind == "set" or not flip.before & variable.proper:
        return 1
    return min(abs(a - b) for a in bits(flip.before) for b in bits(flip.after))


def _lead(kb: KnowledgeBase, mix: Mix) -> set[str]:
    """The leading actions of a mix: those of its posture's core that are in it."""
    return set(kb.postures[mix.posture].core) & set(mix.actions)


@dataclass(frozen=True, slots=True)
class Question:
    """An open fact worth finding out: the postures and the barred actions its answer may open."""

    at: int
    postures: tuple[str, ...]
    unbars: tuple[str, ...]


def questions(kb: KnowledgeBase, base: Inference, advice: Advice, tried: list[Flip]) -> list[Question]:
    """The open facts, those first whose answer can change most; framing facts before others."""
    barred = {a for a, s in advice.weighing.standing.items() if s.status == BARRED}
    found: dict[int, tuple[dict[str, None], dict[str, None], int]] = {}
    for flip in tried:
        if single(flip.before):
            continue
        postures, unbars, moved = found.get(flip.at, ({}, {}, 0))
        if flip.advice.posture != advice.posture:
            postures[flip.advice.posture] = None
        for action in barred:
            if flip.advice.weighing.standing[action].status == "available":
                unbars[action] = None
        changed = set(flip.advice.mixes[0].actions) ^ set(advice.mixes[0].actions)
        found[flip.at] = (postures, unbars, moved + len(changed))
    order = sorted(found, key=lambda at: (
        not (kb.variables[at].frame and advice.cautious), -len(found[at][0]),
        not kb.variables[at].frame, -found[at][2], at,
    ))
    questions_ = [Question(at, tuple(found[at][0]), tuple(sorted(found[at][1]))) for at in order
                  if base.possible[at] & (base.possible[at] - 1)]
    return questions_


def barring_facts(
    kb: KnowledgeBase, inference: Inference, action: str, standing_rules: tuple[str, ...]
) -> list[int]:
    """The open attributes on which a bar, or an unproven need, rests."""
    wanted: dict[int, None] = {}
    dnfs = [kb.rules[r].when for r in standing_rules] or [kb.actions[action].needs_known]
    pending = [at for dnf in dnfs for row in dnf for at, _ in row]
    seen: set[int] = set()
    while pending:
        at = pending.pop(0)
        if at in seen or single(inference.possible[at]):
            continue
        seen.add(at)
        if at in kb.findings:
            card = kb.findings[at].scorecard
            if card is not None:
                pending += sorted(card.reads)
            else:
                for rule in kb.rules.values():
                    if any(f == at for f, _ in rule.concludes):
                        pending += sorted(rule.reads)
        elif at < kb.attributes:
            wanted[at] = None
    return list(wanted)
