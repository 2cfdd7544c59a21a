"""What became of a claim; and violations, made small and tried again on the evaluator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .conditions import ESTABLISHED, status
from .evaluate import Inference, fired, reevaluate
from .invariants import Invariant
from .kb import KnowledgeBase
from .profile_text import profile_of
from .situation import load_situation
from .verify import Verifier
from .weigh import AVAILABLE, POINTLESS, stand, tapered
from .witness import searcher

PROVED, VIOLATED, TESTED, OPEN = "proved", "violated", "tested", "not settled"


@dataclass(frozen=True)
class Verdict:
    """What became of one claim: how it was settled, over what, and a profile that breaks it.

    ``completion`` is what a refinement of the profile adds or changes, for claims about two.
    """

    id: str
    title: str
    outcome: str
    how: str
    said: str = ""
    profile: Mapping[str, object] | None = None
    completion: Mapping[str, object] | None = None
    confirmed: bool = True


@dataclass
class Proof:
    """All verdicts, on the invariants and on the postures; ``seconds`` of the clock."""

    verdicts: list[Verdict] = field(default_factory=list)
    postures: list[Verdict] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether nothing is violated or left open."""
        return all(v.outcome in (PROVED, TESTED) for v in (*self.verdicts, *self.postures))


def proved(invariant: Invariant, how: str) -> Verdict:
    """A claim that holds everywhere."""
    return Verdict(invariant.id, invariant.title, PROVED, how)


def inferred(kb: KnowledgeBase, narrowed: Mapping[int, int]) -> Inference:
    """What follows when only these variables are known, as masks by position."""
    return reevaluate(kb, searcher(kb).root, narrowed)


def _permitted(kb: KnowledgeBase, action: str, inference: Inference) -> bool:
    return stand(kb, kb.actions[action], inference).status in (AVAILABLE, POINTLESS)


def first_permitted(kb: KnowledgeBase, invariant: Invariant, inference: Inference) -> str:
    """What breaks the claim that its subjects are not permitted; empty if nothing does."""
    if status(invariant.when, inference.possible) != ESTABLISHED:
        return ""
    action = next((a for a in invariant.subjects if _permitted(kb, a, inference)), "")
    return f"{action} is permitted" if action else ""


def violated(kb: KnowledgeBase, invariant: Invariant, masks: dict[int, int],
              broken: Callable[[Inference], str]) -> Verdict:
    """The violation with what it does not need left out, tried again on a profile read back."""
    for at in list(masks):
        fewer = {k: m for k, m in masks.items() if k != at}
        if broken(inferred(kb, fewer)):
            masks = fewer
    inference = inferred(kb, masks)
    said = broken(inference)
    profile = profile_of(kb, masks)
    situation = load_situation(kb, profile, name="profile")
    verifier = Verifier(kb, situation.masks, situation.partners, {})
    return Verdict(invariant.id, invariant.title, VIOLATED if said else OPEN, "by the solver", said, profile,
                   confirmed=bool(broken(verifier.inference)))


def unkept(kb: KnowledgeBase, invariant: Invariant, wide: dict[int, int], narrow: dict[int, int]) -> Verdict:
    """A profile that permits an action which a refinement of it does not."""
    def lost(one: Mapping[int, int], two: Mapping[int, int]) -> str:
        before, after = inferred(kb, one), inferred(kb, two)
        if status(invariant.when, before.possible) != ESTABLISHED:
            return ""
        return next(
            (a for a in invariant.subjects if _permitted(kb, a, before) and not _permitted(kb, a, after)), ""
        )

    for at in list(narrow):
        fewer = {k: m for k, m in wide.items() if k != at}, {k: m for k, m in narrow.items() if k != at}
        if lost(*fewer):
            wide, narrow = fewer
    for at in list(narrow):
        same = {**wide, at: narrow[at]}
        if lost(same, narrow):
            wide = same
    action = lost(wide, narrow)
    changed = {at: m for at, m in narrow.items() if wide.get(at) != m}
    return Verdict(invariant.id, invariant.title, VIOLATED if action else OPEN, "by the solver",
                   f"{action} is permitted, but not once more is known" if action else "",
                   profile_of(kb, wide), profile_of(kb, changed))


def risen(
    kb: KnowledgeBase, invariant: Invariant, action: str, masks: dict[int, int], raised: int
) -> Verdict:
    """A profile in which a higher value raises an action's score."""
    at = invariant.raising

    def rises(narrowed: Mapping[int, int]) -> str:
        before, after = inferred(kb, narrowed), inferred(kb, {**narrowed, at: raised})
        low, high = points_of(kb, action, before), points_of(kb, action, after)
        return f"{action} rises from {low / 4:g} to {high / 4:g} points" if high > low else ""

    for other in list(masks):
        fewer = {k: m for k, m in masks.items() if k != other}
        if other != at and rises(fewer):
            masks = fewer
    said = rises(masks)
    return Verdict(invariant.id, invariant.title, VIOLATED if said else OPEN, "by the solver", said,
                   profile_of(kb, masks), profile_of(kb, {at: raised}))


def points_of(kb: KnowledgeBase, action: str, inference: Inference) -> int:
    """An action's quarter points with the normal weights."""
    given: dict[str, list[int]] = {}
    for i, rule in enumerate(kb.rules.values()):
        if fired(inference.states[i]):
            for target, n in rule.favours:
                if target == action:
                    given.setdefault(rule.principle, []).append(n)
    return sum(tapered(ns) for ns in given.values())
