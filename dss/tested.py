"""Claims about whole mixes, tested on many profiles; and postures, sought until they come first."""

from __future__ import annotations

import random
from collections.abc import Sequence

from .advice import advise
from .casetest import run_cases
from .invariants import Invariant
from .kb import KnowledgeBase
from .profile_text import profile_of
from .situation import Partner
from .terms import bits
from .verdicts import OPEN, PROVED, TESTED, VIOLATED, Verdict, inferred
from .verify import Verifier
from .witness import Undecided, Witness, both, searcher


class Tests:
    """Profiles on which claims about whole mixes are tested: cases, and random ones with partners."""

    MOST_PARTNERS = 3

    def __init__(self, kb: KnowledgeBase, samples: int) -> None:
        self.kb = kb
        self.samples = samples
        self._verifiers: list[Verifier] = []

    @property
    def verifiers(self) -> list[Verifier]:
        """The profiles, judged once."""
        if not self._verifiers:
            kb = self.kb
            cases = [o.situation for o in run_cases(kb) if o.situation is not None]
            self._verifiers = [Verifier(kb, s.masks, s.partners, {}) for s in cases]
            for seed in range(self.samples):
                masks, partners = random_profile(kb, random.Random(seed), self.MOST_PARTNERS)
                self._verifiers.append(Verifier(kb, masks, partners, {}))
        return self._verifiers

    def settle(self, invariant: Invariant) -> Verdict:
        """Try a claim on every profile; the first violation is reported."""
        meant = 0
        for verifier in self.verifiers:
            if not verifier.applies(invariant):
                continue
            meant += 1
            said = next(verifier.check(invariant), "")
            if said:
                narrowed = {at: m for at, m in enumerate(verifier.masks) if m != self.kb.variables[at].full}
                profile = profile_of(self.kb, narrowed)
                return Verdict(invariant.id, invariant.title, VIOLATED, self._how(meant), said, profile)
        return Verdict(invariant.id, invariant.title, TESTED, self._how(meant))

    def _how(self, meant: int) -> str:
        return f"tested on {meant} profiles it speaks of, with up to {self.MOST_PARTNERS} partners"


def random_profile(kb: KnowledgeBase, chance: random.Random, most: int) -> tuple[
        list[int], tuple[Partner, ...] | None]:
    """A random profile: each attribute open, partly known or known; no partner list, or up to ``most``."""
    density = chance.choice((0.2, 0.5, 0.8, 1.0))
    masks = [
        _random_mask(kb.variables[at].full, chance) if chance.random() < density else kb.variables[at].full
        for at in range(kb.attributes)
    ]
    count = chance.randint(-1, most)
    if count < 0:
        return masks, None
    partners = tuple(
        Partner(f"Partner {n + 1}", "", tuple(_random_mask(v.full, chance) for v in kb.partner.variables))
        for n in range(count)
    )
    return masks, partners


def _random_mask(full: int, chance: random.Random) -> int:
    atoms = bits(full)
    if chance.random() < 0.85:
        return 1 << chance.choice(atoms)
    return sum(1 << atom for atom in chance.sample(atoms, min(2, len(atoms))))


def posture_verdict(kb: KnowledgeBase, name: str, tested: Tests) -> Verdict:
    """Whether a posture can come first: shown by a profile, or refuted by its leading action."""
    posture = kb.postures[name]
    for verifier in tested.verifiers:
        if verifier.advice.posture == name and (posture.fallback or not verifier.advice.cautious):
            return Verdict(name, posture.title, PROVED, "a tested profile advises it")
    find = searcher(kb)
    lead = find.permitted(posture.core[0])
    try:
        witness = find.find(lead)
    except Undecided:
        witness = None
    if witness is None:
        return Verdict(name, posture.title, VIOLATED, "by exact search",
                       f"its leading action {posture.core[0]} is never permitted")
    return _sought(kb, name, witness)


def _sought(kb: KnowledgeBase, name: str, witness: Witness, tries: int = 200) -> Verdict:
    """Add the rules that favour a posture while they agree, then fill the rest at random."""
    find = searcher(kb)
    posture = kb.postures[name]
    goals = [find.permitted(posture.core[0])]
    for rule in _speaking_for(kb, (name, *posture.core)):
        try:
            more = find.find(both([*goals, find.fires(rule)]))
        except Undecided:
            continue
        if more is not None:
            witness = more
            goals.append(find.fires(rule))
    chance = random.Random(name)
    for n in range(tries):
        share = chance.choice((0.0, 0.3, 0.6, 1.0))
        masks = {at: _random_mask(kb.variables[at].full, chance) for at in range(kb.attributes)
                 if kb.variables[at].frame or chance.random() < share}
        advice = advise(kb, inferred(kb, {**masks, **witness.narrowed}), {})
        if advice.posture == name and not advice.cautious:
            return Verdict(name, posture.title, PROVED, f"a profile sought for it advises it (try {n + 1})")
    return Verdict(name, posture.title, OPEN, f"no profile found in {tries} made for it",
                   "it may never come first")


def _speaking_for(kb: KnowledgeBase, targets: Sequence[str]) -> list[str]:
    """The rules that favour any of the targets, the strongest first."""
    found = {rule.id: max(n for t, n in rule.favours if t in targets)
             for rule in kb.rules.values() if any(t in targets and n > 0 for t, n in rule.favours)}
    return sorted(found, key=lambda r: -found[r])
