"""Checking invariants on one situation: each violation in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from .advice import Advice, advise
from .compose import Mix, hard_share, requirements
from .conditions import ESTABLISHED, status
from .evaluate import evaluate, reevaluate
from .invariants import Invariant
from .kb import KnowledgeBase
from .situation import Partner
from .terms import bits, single
from .weigh import AVAILABLE, POINTLESS, stand


class Verifier:
    """Checks one situation (attribute masks and partners) against the invariants of its KB."""

    def __init__(self, kb: KnowledgeBase, masks: Sequence[int], partners: Sequence[Partner] | None,
                 weights: Mapping[str, int]) -> None:
        self.kb = kb
        self.masks = masks
        self.partners = partners
        self.weights = weights
        self.inference = evaluate(kb, masks, partners)
        self.advice = advise(kb, self.inference, weights)

    def applies(self, invariant: Invariant) -> bool:
        """Whether the situation is one the invariant speaks of."""
        return status(invariant.when, self.inference.possible) == ESTABLISHED

    def violations(self) -> list[tuple[str, str]]:
        """Every violated invariant with what went wrong."""
        return [(i.id, said) for i in self.kb.invariants if self.applies(i) for said in self.check(i)]

    def check(self, invariant: Invariant) -> Iterator[str]:
        """What violates one invariant here."""
        checks: Mapping[str, Callable[[Invariant], Iterator[str]]] = {
            "not_permitted": self._not_permitted, "mix_has": self._has, "mix_lacks": self._lacks,
            "mix_with": self._with, "mix_safeguard": self._safeguard, "posture_not": self._posture,
            "never_raises_score_of": self._raises, "never_adds": self._adds,
            "refining_keeps_permitted": self._refining, "within_band": self._band,
        }
        return checks[invariant.claim](invariant)

    def _not_permitted(self, invariant: Invariant) -> Iterator[str]:
        for action in invariant.subjects:
            if permitted(self.advice, action):
                yield f"{action} is permitted"

    def _has(self, invariant: Invariant) -> Iterator[str]:
        for mix in self.advice.mixes:
            if not set(invariant.subjects) & set(mix.actions):
                yield f"the mix of {mix.posture} has none"

    def _lacks(self, invariant: Invariant) -> Iterator[str]:
        for mix in self.advice.mixes:
            for action in sorted(set(invariant.subjects) & set(mix.actions)):
                yield f"the mix of {mix.posture} has {action}"

    def _with(self, invariant: Invariant) -> Iterator[str]:
        for mix in self.advice.mixes:
            present = set(mix.actions)
            bare = sorted(present & set(invariant.subjects))
            if bare and not present & set(invariant.beside):
                yield f"the mix of {mix.posture} has {', '.join(bare)} alone"

    def _safeguard(self, invariant: Invariant) -> Iterator[str]:
        needed = requirements(self.kb, self.inference)
        for mix in self.advice.mixes:
            if invariant.safeguard not in _safeguards(needed.every_mix, needed.by_action, mix):
                yield f"the mix of {mix.posture} lacks the safeguard {invariant.safeguard}"

    def _posture(self, invariant: Invariant) -> Iterator[str]:
        if self.advice.posture in invariant.subjects:
            yield f"{self.advice.posture} is recommended"

    def _raises(self, invariant: Invariant) -> Iterator[str]:
        for higher in self._raised(invariant.raising):
            for action in invariant.subjects:
                before = self.advice.weighing.scores.get(action, 0)
                after = higher.weighing.scores.get(action, 0)
                if after > before:
                    yield f"{action} rises from {before} to {after}"

    def _adds(self, invariant: Invariant) -> Iterator[str]:
        for higher in self._raised(invariant.raising):
            more = set(higher.mixes[0].actions) - set(self.advice.mixes[0].actions)
            for action in sorted(more & set(invariant.subjects)):
                yield f"{action} is added"

    def _raised(self, at: int) -> Iterator[Advice]:
        mask = self.inference.possible[at]
        if single(mask) and mask & self.kb.variables[at].proper:
            for atom in range(bits(mask)[0] + 1, self.kb.variables[at].size):
                yield advise(self.kb, reevaluate(self.kb, self.inference, {at: 1 << atom}), self.weights)

    def _refining(self, invariant: Invariant) -> Iterator[str]:
        """Each open attribute is settled to each of its values in turn (one at a time)."""
        now = [action for action in invariant.subjects if permitted(self.advice, action)]
        for at in range(self.kb.attributes):
            mask = self.inference.possible[at]
            for atom in bits(mask) if now and not single(mask) else ():
                refined = reevaluate(self.kb, self.inference, {at: 1 << atom})
                for action in now:
                    if stand(self.kb, self.kb.actions[action], refined).status not in (AVAILABLE, POINTLESS):
                        said = self.kb.variables[at].say(1 << atom)
                        yield f"{action} is permitted, but not any more with {said}"

    def _band(self, invariant: Invariant) -> Iterator[str]:  # noqa: ARG002
        for mix in self.advice.mixes:
            squares, total = hard_share([self.kb.actions[a].hard for a in mix.actions])
            if squares > self.kb.postures[mix.posture].band[1] * total:
                yield f"the mix of {mix.posture} is harder than its band"


def permitted(advice: Advice, action: str) -> bool:
    """Whether nothing bars an action and its needs are met."""
    return advice.weighing.standing[action].status in (AVAILABLE, POINTLESS)


def _safeguards(every: Sequence[tuple[object, str]], by_action: Mapping[str, Sequence[tuple[object, str]]],
                mix: Mix) -> set[str]:
    found = {getattr(r, "safeguard", "") for r, _ in every}
    return found | {getattr(r, "safeguard", "") for a in mix.actions for r, _ in by_action.get(a, ())}
