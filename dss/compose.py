"""Composing a mix: one pass in which nothing is ever removed, every step recorded.

Each action forms a bundle with the companions that fired rules require. The posture's
core goes in first, then what every mix must have, then other actions by rank; each as a
whole bundle that excludes nothing present, keeps the share of hard power within the
band's top and finds a place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .catalogue import TIMES, Posture
from .evaluate import Inference, fired
from .kb import KnowledgeBase
from .rules import Requirement, Rule
from .terms import bits, join
from .weigh import AVAILABLE, NORMAL_WEIGHT, POINTLESS, UNIT, Weighing, rank

_MEANS = 840
"""A number that every core size up to 8 divides, so that mean scores stay whole."""

POSTURE_UNIT = UNIT * _MEANS
"""How many posture score units make one point."""

IMMEDIATE, FOLLOW_ON = "immediate", "follow-on"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the composition: ``add`` or ``left-out``, the action and the reason."""

    step: str
    action: str
    reason: str


@dataclass(frozen=True, slots=True)
class Member:
    """An action in a mix; ``required_by`` are the rules for whose sake it is there."""

    action: str
    horizon: str
    required_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mix:
    """A composed mix. ``score`` is its posture's, in 1/POSTURE_UNIT points."""

    posture: str
    score: int
    members: tuple[Member, ...]
    steps: tuple[Step, ...]

    @property
    def actions(self) -> tuple[str, ...]:
        """The ids of its actions in the order they entered."""
        return tuple(m.action for m in self.members)

    @property
    def chosen(self) -> frozenset[str]:
        """Its actions that are there for their own sake, not as companions."""
        return frozenset(m.action for m in self.members if not m.required_by)


@dataclass(frozen=True, slots=True)
class Rating:
    """A posture's score (1/POSTURE_UNIT points) and, if it is infeasible, why."""

    posture: str
    score: int
    reason: str

    @property
    def feasible(self) -> bool:
        """Whether its leading action can be taken."""
        return not self.reason


@dataclass(frozen=True)
class Requirements:
    """The requirements of the rules that fired: by action, and for every mix."""

    by_action: Mapping[str, tuple[tuple[Requirement, str], ...]]
    every_mix: tuple[tuple[Requirement, str], ...]


@lru_cache(maxsize=8)
def requiring(kb: KnowledgeBase) -> tuple[tuple[int, Rule], ...]:
    """The rules that require something, with their positions."""
    return tuple((i, rule) for i, rule in enumerate(kb.rules.values()) if rule.requires)


def requirements(kb: KnowledgeBase, inference: Inference) -> Requirements:
    """Gather what the fired rules require."""
    return gathered(kb, tuple(rule.id for i, rule in requiring(kb) if fired(inference.states[i])))


@lru_cache(maxsize=192)
def gathered(kb: KnowledgeBase, rules: tuple[str, ...]) -> Requirements:
    """What the given rules require."""
    by_action: dict[str, list[tuple[Requirement, str]]] = {}
    every: list[tuple[Requirement, str]] = []
    for rule in rules:
        for requirement in kb.rules[rule].requires:
            if requirement.every_mix:
                every.append((requirement, rule))
            for action in requirement.having:
                by_action.setdefault(action, []).append((requirement, rule))
    return Requirements({a: tuple(r) for a, r in by_action.items()}, tuple(every))


def composed_alike(kb: KnowledgeBase, before: Inference, after: Inference) -> bool:
    """Whether two inferences with equal weighings surely lead to the same mixes: the same
    requirements hold, there is the same time, and as much of the frame is open."""
    if any(fired(before.states[i]) != fired(after.states[i]) for i, _ in requiring(kb)):
        return False
    steering = [at for at in (kb.composition.horizon, kb.composition.raising) if at >= 0]
    if any(before.possible[at] != after.possible[at] for at in steering):
        return False
    return _open_frame(kb, before) == _open_frame(kb, after)


def _open_frame(kb: KnowledgeBase, inference: Inference) -> int:
    possible = inference.possible
    return sum(1 for at in _frame(kb) if possible[at] & (possible[at] - 1))


@lru_cache(maxsize=8)
def _frame(kb: KnowledgeBase) -> tuple[int, ...]:
    return tuple(at for at in range(kb.attributes) if kb.variables[at].frame)


def hard_share(hards: Sequence[int]) -> tuple[int, int]:
    """The share of hard power as a fraction (numerator, denominator): sum of squares over sum."""
    total = sum(hards)
    return (sum(h * h for h in hards), total) if total else (0, 1)


class Composer:
    """Composes mixes for one inference; keeps no state between mixes.

    ``withheld`` actions stay out whatever their points (see :func:`dss.advice.advise`).
    """

    def __init__(self, kb: KnowledgeBase, inference: Inference, weighing: Weighing,
                 weights: Mapping[str, int], withheld: frozenset[str] = frozenset()) -> None:
        self.kb = kb
        self.withheld = withheld
        self.weighing = weighing
        self.weights = weights
        self.needs = requirements(kb, inference)
        self.ranked = rank(kb, weighing, kb.actions)
        self.place = {name: i for i, name in enumerate(self.ranked)}
        self.limit = _time_limit(kb, inference)

    def score(self, posture: Posture) -> int:
        """A posture's own score plus the mean score of its core, in 1/POSTURE_UNIT points."""
        row = self.weighing.points.get(posture.id, {})
        own = sum(self.weights.get(p, NORMAL_WEIGHT) * n for p, n in row.items())
        core = sum(self.weighing.scores.get(a, 0) for a in posture.core
                   if self.weighing.standing[a].status in (AVAILABLE, POINTLESS))
        return own * _MEANS + core * (_MEANS // len(posture.core))

    def infeasible(self, posture: Posture) -> str:
        """Why a posture's leading action cannot be taken, or nothing when it can."""
        lead = posture.core[0]
        if self.weighing.standing[lead].status == POINTLESS:
            return ""
        found = self.bundle(lead, {}, posture)
        return found if isinstance(found, str) else ""

    def ratings(self) -> list[Rating]:
        """All postures, best first: score, then less hard, less escalating, sooner, id."""
        rated = [Rating(p.id, score, self.infeasible(p)) for p, score in self._by_score()]
        return sorted(rated, key=lambda r: not r.feasible)

    def best(self) -> list[Rating]:
        """Only the best feasible posture; empty when there is none."""
        for posture, score in self._by_score():
            if not self.infeasible(posture):
                return [Rating(posture.id, score, "")]
        return []

    def _by_score(self) -> list[tuple[Posture, int]]:
        scored = [(posture, self.score(posture)) for posture in posture_order(self.kb)]
        return sorted(scored, key=lambda pair: -pair[1])

    def mix(self, rating: Rating, *, cautious: bool = False, steps: bool = True) -> Mix:
        """The mix of a feasible posture; ``steps`` says whether to record how it came about.

        ``cautious`` is for when too little is known: nothing coercive enters, and the
        posture's core needs no points.
        """
        posture = self.kb.postures[rating.posture]
        draft = _Draft(self, posture, cautious, steps)
        for action in posture.core:
            draft.core(action)
        for requirement, rule in self.needs.every_mix:
            draft.always(requirement, rule)
        least = self.kb.composition.entry * NORMAL_WEIGHT
        for action in self.ranked:
            if not steps and self.weighing.scores.get(action, 0) < least:
                break
            draft.offer(action)
        return Mix(posture.id, rating.score, self._horizons(draft.members), tuple(draft.steps))

    def _horizons(self, members: Mapping[str, tuple[str, ...]]) -> tuple[Member, ...]:
        later = {a for a in members if TIMES.index(self.kb.actions[a].lead_time) > self.limit}
        for action in members:
            for other in self.kb.actions[action].apart:
                if other in members and action not in later and other not in later:
                    later.add(max(action, other, key=self._sternness))
        return tuple(Member(a, FOLLOW_ON if a in later else IMMEDIATE, by) for a, by in members.items())

    def _sternness(self, name: str) -> tuple[int, int, int]:
        action = self.kb.actions[name]
        return (action.escalation, action.hard, self.place[name])

    def bundle(
        self, action: str, present: Mapping[str, object], posture: Posture, cautious: bool = False,
    ) -> dict[str, tuple[str, ...]] | str:
        """What must enter with ``action`` (companions with the rules that require them), or why not."""
        bundle: dict[str, tuple[str, ...]] = {}
        problem = self._close(action, (), bundle, present, cautious)
        return problem or self.too_hard(bundle, present, posture) or bundle

    def too_hard(self, bundle: Mapping[str, object], present: Mapping[str, object], posture: Posture) -> str:
        """Why a whole bundle would make the mix harder than the posture's band allows, or nothing."""
        squares, total = hard_share([self.kb.actions[a].hard for a in (*present, *bundle)])
        if squares <= posture.band[1] * total:
            return ""
        titles = join([self.kb.actions[a].title for a in bundle], "and")
        return (f"with {titles} the share of hard power would be {_percent(squares, total)} %, "
                f"above the posture's {posture.band[1]} %")

    def _close(
        self, action: str, by: tuple[str, ...], bundle: dict[str, tuple[str, ...]],
        present: Mapping[str, object], cautious: bool,
    ) -> str:
        if action in present or action in bundle:
            return ""
        title = self.kb.actions[action].title
        standing = self.weighing.standing[action]
        if standing.status == POINTLESS and by:
            return ""
        if standing.status != AVAILABLE:
            return f"{title}: {_STANDING[standing.status]}"
        if action in self.withheld:
            return f"{title}: {self._why_withheld()}"
        if cautious and self.kb.actions[action].guarded:
            return f"{title}: nothing coercive while so little is known"
        for other in self.kb.actions[action].excludes:
            if other in present or other in bundle:
                return f"{title} is never taken together with {self.kb.actions[other].title}"
        bundle[action] = by
        for requirement, rule in self.needs.by_action.get(action, ()):
            problem = self.meet(requirement, rule, bundle, present, cautious)
            if problem:
                return problem
        return ""

    def _why_withheld(self) -> str:
        attribute = self.kb.variables[self.kb.composition.raising].title.lower()
        return f"it would not enter at a lower {attribute}, and a higher one must never bring it in"

    def meet(
        self, requirement: Requirement, rule: str, bundle: dict[str, tuple[str, ...]],
        present: Mapping[str, object], cautious: bool,
    ) -> str:
        """Add to ``bundle`` what a requirement asks for, or say why that cannot be had.

        What is already in place meets an ``all_of``. It does not meet a ``one_of``: of several ways
        one must stand in the mix, where it can be seen.
        """
        for companion in requirement.all_of:
            problem = self._close(companion, (rule,), bundle, present, cautious)
            if problem:
                return problem
        options = requirement.one_of
        if not options or any(o in present or o in bundle for o in options):
            return ""
        for option in sorted(options, key=self.place.__getitem__):
            if self.weighing.standing[option].status != AVAILABLE:
                continue
            attempt = dict(bundle)
            if not self._close(option, (rule,), attempt, present, cautious):
                bundle.update(attempt)
                return ""
        return f"nothing that '{self.kb.rules[rule].title}' asks for is available"


_STANDING = {
    "forbidden": "forbidden",
    "barred-until": "barred until more is known",
    "needs-unmet": "what it needs is not there",
    "pointless": "already in place, or to no purpose here",
}


@lru_cache(maxsize=8)
def posture_order(kb: KnowledgeBase) -> tuple[Posture, ...]:
    """The postures in their order when scores are equal: less hard, less escalating, sooner, id."""
    def key(posture: Posture) -> tuple[int, int, int, str]:
        lead = kb.actions[posture.core[0]]
        return posture.band[1], lead.escalation, TIMES.index(lead.lead_time), posture.id

    return tuple(sorted(kb.postures.values(), key=key))


class _Draft:
    """One mix in the making."""

    def __init__(self, composer: Composer, posture: Posture, cautious: bool, record: bool) -> None:
        self.composer = composer
        self.record = record
        self.kb = composer.kb
        self.posture = posture
        self.cautious = cautious
        self.members: dict[str, tuple[str, ...]] = {}
        self.steps: list[Step] = []
        self.home = frozenset((*posture.core, *posture.fits))

    def core(self, action: str) -> None:
        """Insert a core action; all but the leading one need the points every action needs."""
        score = self.composer.weighing.scores.get(action, 0)
        leading = action == self.posture.core[0]
        if not leading and not self.cautious and score < self._threshold(action):
            self._leave(action, f"core of the posture, but {points(score)} points where "
                        f"{points(self._threshold(action))} are needed")
            return
        self._insert(action, "leads the posture" if leading else "core of the posture", ())

    def always(self, requirement: Requirement, rule: str) -> None:
        """Insert what a rule requires of every mix."""
        bundle: dict[str, tuple[str, ...]] = {}
        problem = self.composer.meet(requirement, rule, bundle, self.members, self.cautious)
        problem = problem or self.composer.too_hard(bundle, self.members, self.posture)
        reason = f"required of every mix: {self.kb.rules[rule].title}"
        if problem:
            named = requirement.all_of or requirement.one_of
            self._leave(named[0] if named else "", f"{reason}; but {problem}")
            return
        for action, by in bundle.items():
            self._add(action, by or (rule,), reason)

    def offer(self, action: str) -> None:
        """Insert an action by rank if it earns its place."""
        score = self.composer.weighing.scores.get(action, 0)
        if action in self.members or score <= 0 or action in self.posture.core:
            return
        if self.composer.weighing.standing[action].status != AVAILABLE:
            return
        threshold = self._threshold(action)
        if score < threshold:
            if not self.record:
                return
            home = action in self.home
            self._leave(action, f"{points(score)} points where {points(threshold)} are needed"
                        + ("" if home else " of an action that the posture does not list"))
            return
        line = self.kb.actions[action].line
        taken = [a for a, by in self.members.items() if not by]
        if len(taken) >= self.kb.composition.places:
            self._leave(action, f"all {self.kb.composition.places} places are taken")
        elif sum(self.kb.actions[a].line == line for a in taken) >= self.kb.composition.places_per_line:
            self._leave(action, f"the {self.kb.composition.places_per_line} {line} places are taken")
        else:
            self._insert(action, self._earned(action, score) if self.record else "", ())

    def _earned(self, action: str, score: int) -> str:
        where = "at home in the posture" if action in self.home else "strong enough without the posture"
        return f"{points(score)} points, {where}"

    def _threshold(self, action: str) -> int:
        rules = self.kb.composition
        return (rules.entry if action in self.home else rules.stranger) * NORMAL_WEIGHT

    def _insert(self, action: str, reason: str, by: tuple[str, ...]) -> None:
        bundle = self.composer.bundle(action, self.members, self.posture, self.cautious)
        if isinstance(bundle, str):
            self._leave(action, bundle)
            return
        for name, required_by in bundle.items():
            if name == action or not self.record:
                self._add(name, by if name == action else required_by, reason)
            else:
                titles = "; ".join(self.kb.rules[r].title for r in required_by)
                self._add(name, required_by, f"required beside {self.kb.actions[action].title}: {titles}")

    def _add(self, action: str, by: tuple[str, ...], reason: str) -> None:
        if action not in self.members:
            self.members[action] = by
            if self.record:
                self.steps.append(Step("add", action, reason))

    def _leave(self, action: str, reason: str) -> None:
        self.steps.append(Step("left-out", action, reason))


def _time_limit(kb: KnowledgeBase, inference: Inference) -> int:
    """The index of the longest lead time that still counts as immediate."""
    rules = kb.composition
    mask = inference.possible[rules.horizon] & kb.variables[rules.horizon].proper
    known = mask and inference.possible[rules.horizon] != kb.variables[rules.horizon].full
    limit = bits(mask)[0] if known else TIMES.index(rules.horizon_unknown)
    return min(limit, TIMES.index(rules.latest_immediate))


def points(score: int) -> str:
    """A score in points, with no more decimals than it has (at most two)."""
    return decimal(score, UNIT)


def decimal(numerator: int, denominator: int, places: int = 2) -> str:
    """A fraction as a decimal, rounded once, half away from zero, without trailing zeros."""
    scale = 10**places
    whole = (abs(numerator) * scale * 2 + denominator) // (denominator * 2)
    text = f"{whole // scale}.{whole % scale:0{places}d}".rstrip("0").rstrip(".") if places else str(whole)
    return f"-{text}" if numerator < 0 and text != "0" else text


def _percent(squares: int, total: int) -> str:
    return decimal(squares, total, 0)


def recommend(composer: Composer, ratings: Sequence[Rating], *, cautious: bool,
              steps: bool = True) -> list[Mix]:
    """The recommended mix and up to two alternatives that really differ.

    ``cautious``: too little is known, so the fallback posture alone is given.
    """
    kb = composer.kb
    if cautious:
        fallback = kb.fallback
        rating = Rating(fallback.id, composer.score(fallback), "")
        return [composer.mix(rating, cautious=True, steps=steps)]
    feasible = [r for r in ratings if r.feasible and r.score > 0]
    first = composer.mix(feasible[0], steps=steps)
    mixes = [first]
    for rating in feasible[1:]:
        if len(mixes) == 3:
            break
        other = composer.mix(rating)
        shared, union = len(first.chosen & other.chosen), len(first.chosen | other.chosen)
        if shared * 100 <= kb.composition.overlap * union:
            mixes.append(other)
    return mixes


def too_little_known(kb: KnowledgeBase, inference: Inference, ratings: Sequence[Rating]) -> bool:
    """Whether no feasible posture scores above nothing, or more than half of the frame is open."""
    if 2 * _open_frame(kb, inference) > len(_frame(kb)):
        return True
    return not any(r.feasible and r.score > 0 for r in ratings)
