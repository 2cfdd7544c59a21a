"""What must hold for every profile holds on many, and each kind of claim is seen when it fails."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import MINI
from profiles import Choices, complete, sample
from running import EXAMPLES, assessment

from dss import KnowledgeBase, load_kb, load_situation
from dss.compose import IMMEDIATE, Member
from dss.invariants import CLAIMS
from dss.situation import Situation
from dss.verify import Verifier

QUICK, MANY, BLOCK = 400, 5000, 100


def check(kb: KnowledgeBase, situation: Situation) -> None:
    verifier = Verifier(kb, situation.masks, situation.partners, situation.weights)
    assert verifier.violations() == []


def completed(kb: KnowledgeBase, seed: int) -> Situation:
    """A complete situation of a seed, in turn with and without partners."""
    partial = load_situation(kb, sample(kb, seed))
    return load_situation(kb, complete(kb, partial, Choices(random.Random(seed).choice)))


def partly(kb: KnowledgeBase, seed: int) -> Situation:
    return load_situation(kb, sample(kb, seed))


@pytest.mark.parametrize("block", range(QUICK // BLOCK))
def test_no_complete_profile_violates_an_invariant(any_kb: KnowledgeBase, block: int) -> None:
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        check(any_kb, completed(any_kb, seed))


@pytest.mark.parametrize("block", range(QUICK // BLOCK))
def test_no_partial_profile_violates_an_invariant(any_kb: KnowledgeBase, block: int) -> None:
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        check(any_kb, partly(any_kb, seed))


@pytest.mark.slow
@pytest.mark.parametrize("block", range(QUICK // BLOCK, MANY // BLOCK))
def test_no_profile_of_many_violates_an_invariant(kb: KnowledgeBase, block: int) -> None:
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        check(kb, completed(kb, seed))
        check(kb, partly(kb, seed))


def test_the_profiles_are_with_and_without_partners_and_weights(kb: KnowledgeBase) -> None:
    found = [completed(kb, seed).partners for seed in range(QUICK)]
    assert any(p is None for p in found)
    assert any(p == () for p in found)
    assert any(p and len(p) > 2 for p in found)


@pytest.mark.parametrize("profile", EXAMPLES, ids=lambda p: p.stem)
def test_no_example_violates_an_invariant_under_any_weights(profile: Path) -> None:
    a = assessment(profile)
    check(a.kb, a.situation)
    rng = random.Random(profile.stem)
    for _ in range(3):
        check(a.kb, a.situation.weighted({p: rng.randrange(501) for p in a.kb.principles}))


def test_every_invariant_speaks_of_some_profile(kb: KnowledgeBase) -> None:
    silent = {i.id for i in kb.invariants}
    situations = [assessment(p).situation for p in EXAMPLES]
    situations += [completed(kb, seed) for seed in range(150)]
    for situation in situations:
        verifier = Verifier(kb, situation.masks, situation.partners, {})
        silent -= {i.id for i in kb.invariants if i.id in silent and verifier.applies(i)}
    assert silent == set()


VIOLATED = {
    "not_permitted": ("not_permitted: send-envoy", {}, "send-envoy is permitted"),
    "mix_has": ("mix_has: {line: military}", {}, "has none"),
    "mix_lacks": ("mix_lacks: keep-watch", {}, "has keep-watch"),
    "mix_with": ("mix_with: keep-watch\n    beside: board-the-raider", {}, "has keep-watch alone"),
    "mix_safeguard": ("mix_safeguard: log-book", {}, "lacks the safeguard log-book"),
    "posture_not": ("posture_not: [wait-and-watch]", {}, "wait-and-watch is recommended"),
    "never_raises_score_of": ("raising: stage\n    never_raises_score_of: protest",
                              {"stage": "words", "quarrel": "border"}, "protest rises from"),
    "never_adds": ("raising: boats_out\n    never_adds: send-envoy",
                   {"stage": "words", "quarrel": "border", "attacked": "no", "grounds": [], "tension": "low",
                    "leave": "refused", "boats_out": 2, "time_left": "days", "in_place": []},
                   "send-envoy is added"),
    "refining_keeps_permitted": ("refining_keeps_permitted: share-the-catch", {},
                                 "share-the-catch is permitted, but not any more with a quarrel over"),
}


@pytest.mark.parametrize("claim", VIOLATED)
def test_a_claim_that_does_not_hold_is_seen(tmp_path: Path, claim: str) -> None:
    words, profile, said = VIOLATED[claim]
    folder = tmp_path / "kb"
    shutil.copytree(MINI, folder)
    (folder / "invariants.yaml").write_text(
        f"invariants:\n  claimed:\n    title: Claimed\n    {words}\n    source: {{work: judgement}}\n")
    kb = load_kb(folder)
    situation = load_situation(kb, profile)
    found = Verifier(kb, situation.masks, situation.partners, {}).violations()
    assert found
    assert {name for name, _ in found} == {"claimed"}
    assert any(said in text for _, text in found), found


def test_a_mix_harder_than_its_band_is_seen(mini: KnowledgeBase) -> None:
    situation = load_situation(mini, {})
    verifier = Verifier(mini, situation.masks, None, {})
    assert verifier.violations() == []
    mix = verifier.advice.mixes[0]
    harder = replace(mix, members=(*mix.members, Member("board-the-raider", IMMEDIATE, ())))
    verifier.advice = replace(verifier.advice, mixes=(harder,))
    assert ("band-is-kept", f"the mix of {mix.posture} is harder than its band") in verifier.violations()


def test_every_kind_of_claim_is_shown_to_be_able_to_fail() -> None:
    assert set(VIOLATED) | {"within_band"} == set(CLAIMS)


def test_an_invariant_speaks_only_of_profiles_that_surely_meet_its_condition(mini: KnowledgeBase) -> None:
    unlawful = next(i for i in mini.invariants if i.id == "no-unlawful-blow")

    def applies(profile: dict[str, object]) -> bool:
        situation = load_situation(mini, profile)
        return Verifier(mini, situation.masks, situation.partners, {}).applies(unlawful)

    assert not applies({})
    assert applies({"attacked": "no", "grounds": []})
    assert not applies({"grounds": ["verdict"]})
