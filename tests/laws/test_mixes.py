"""What holds of every mix that is ever advised, the alternatives included."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import profiles, sample

from dss import KnowledgeBase, assess, load_situation
from dss.advice import Advice, advise
from dss.catalogue import TIMES
from dss.compose import IMMEDIATE, Mix, requirements
from dss.evaluate import Inference, evaluate_situation, reevaluate
from dss.terms import bits
from dss.weigh import AVAILABLE, NORMAL_WEIGHT, POINTLESS, reweigh, weigh

SAMPLES = 250


@lru_cache(maxsize=2)
def advised(kb: KnowledgeBase) -> list[tuple[Inference, Advice]]:
    """What is advised on a few hundred profiles, with weights on every third."""
    out = []
    for seed in range(SAMPLES):
        inference = evaluate_situation(load_situation(kb, sample(kb, seed)), kb)
        out.append((inference, advise(kb, inference, weights(kb, seed))))
    return out


def weights(kb: KnowledgeBase, seed: int) -> dict[str, int]:
    """The user's weights for a seed: none, or one for each principle from 0 to 5."""
    choose = random.Random(seed)
    return {p: choose.randrange(0, 501) for p in kb.principles} if seed % 3 == 0 else {}


def mixes(kb: KnowledgeBase) -> Iterator[tuple[Inference, Advice, Mix]]:
    """Every mix that is advised on the sample."""
    for inference, advice in advised(kb):
        for mix in advice.mixes:
            yield inference, advice, mix


def check_mix(kb: KnowledgeBase, inference: Inference, advice: Advice, mix: Mix) -> None:
    """All promises about one mix."""
    check_nothing_barred(advice, mix)
    check_requirements(kb, inference, advice, mix)
    check_hard_share(kb, mix)
    check_pairs(kb, mix)
    check_places(kb, mix)
    check_every_member_earned_its_place(kb, advice, mix)
    check_steps(mix)


def check_nothing_barred(advice: Advice, mix: Mix) -> None:
    for action in mix.actions:
        assert advice.weighing.standing[action].status == AVAILABLE, action


def check_requirements(kb: KnowledgeBase, inference: Inference, advice: Advice, mix: Mix) -> None:
    members, needed = set(mix.actions), requirements(kb, inference)
    in_place = {a for a, s in advice.weighing.standing.items() if s.status == POINTLESS}
    for action in mix.actions:
        for requirement, rule in needed.by_action.get(action, ()):
            assert set(requirement.all_of) <= members | in_place, (action, rule)
            assert not requirement.one_of or set(requirement.one_of) & (members | in_place), (action, rule)


def check_hard_share(kb: KnowledgeBase, mix: Mix) -> None:
    hards = [kb.actions[a].hard for a in mix.actions]
    assert sum(h * h for h in hards) <= kb.postures[mix.posture].band[1] * sum(hards)


def check_pairs(kb: KnowledgeBase, mix: Mix) -> None:
    immediate = {m.action for m in mix.members if m.horizon == IMMEDIATE}
    for action in mix.actions:
        assert not set(kb.actions[action].excludes) & set(mix.actions), action
        assert action not in immediate or not set(kb.actions[action].apart) & immediate, action


def check_places(kb: KnowledgeBase, mix: Mix) -> None:
    core = kb.postures[mix.posture].core
    assert len(mix.chosen) <= max(kb.composition.places, len(mix.chosen & set(core)))
    for line in {kb.actions[a].line for a in mix.chosen}:
        taken = {a for a in mix.chosen if kb.actions[a].line == line}
        assert len(taken) <= max(kb.composition.places_per_line, len(taken & set(core))), line


def check_every_member_earned_its_place(kb: KnowledgeBase, advice: Advice, mix: Mix) -> None:
    posture = kb.postures[mix.posture]
    for member in mix.members:
        if member.required_by or member.action == posture.core[0]:
            continue
        if advice.cautious and member.action in posture.core:
            continue
        home = member.action in (*posture.core, *posture.fits)
        entry = kb.composition.entry if home else kb.composition.stranger
        assert advice.weighing.scores.get(member.action, 0) >= entry * NORMAL_WEIGHT, member.action


def check_steps(mix: Mix) -> None:
    assert len(set(mix.actions)) == len(mix.actions)
    added = [s.action for s in mix.steps if s.step == "add"]
    assert added == list(mix.actions)
    assert all(s.step in ("add", "left-out") and s.reason for s in mix.steps)


def test_no_mix_has_an_action_that_is_forbidden_barred_unmet_or_pointless(any_kb: KnowledgeBase) -> None:
    for _, advice, mix in mixes(any_kb):
        check_nothing_barred(advice, mix)


def test_what_rules_require_beside_an_action_is_in_the_mix_or_already_in_place(any_kb: KnowledgeBase) -> None:
    for inference, advice, mix in mixes(any_kb):
        check_requirements(any_kb, inference, advice, mix)


def test_what_rules_require_of_every_mix_is_there_or_the_steps_say_why_not(any_kb: KnowledgeBase) -> None:
    for inference, advice, mix in mixes(any_kb):
        in_place = {a for a, s in advice.weighing.standing.items() if s.status == POINTLESS}
        excused = {s.action for s in mix.steps if s.step == "left-out"}
        for requirement, rule in requirements(any_kb, inference).every_mix:
            have = set(mix.actions) | in_place
            named = (*requirement.all_of, *requirement.one_of)
            met = set(requirement.all_of) <= have and (
                not requirement.one_of or bool(set(requirement.one_of) & have))
            assert met or named[0] in excused, rule


def test_a_companion_names_rules_that_really_ask_for_it(any_kb: KnowledgeBase) -> None:
    seen = 0
    for inference, _, mix in mixes(any_kb):
        needed = requirements(any_kb, inference)
        asking = [*needed.every_mix, *(r for a in mix.actions for r in needed.by_action.get(a, ()))]
        asked = {(a, rule) for r, rule in asking for a in (*r.all_of, *r.one_of)}
        for member in mix.members:
            for rule in member.required_by:
                seen += 1
                assert (member.action, rule) in asked
    assert seen > 50


def test_the_share_of_hard_power_never_exceeds_the_top_of_the_band(any_kb: KnowledgeBase) -> None:
    for _, _, mix in mixes(any_kb):
        check_hard_share(any_kb, mix)


def test_excluded_actions_never_meet_and_apart_ones_are_never_both_immediate(any_kb: KnowledgeBase) -> None:
    for _, _, mix in mixes(any_kb):
        check_pairs(any_kb, mix)


def test_an_action_that_takes_longer_than_there_is_time_is_a_follow_on(any_kb: KnowledgeBase) -> None:
    rules = any_kb.composition
    for inference, _, mix in mixes(any_kb):
        mask = inference.possible[rules.horizon]
        full = mask == any_kb.variables[rules.horizon].full
        time = TIMES.index(rules.horizon_unknown) if full else bits(mask)[0]
        limit = min(time, TIMES.index(rules.latest_immediate))
        for member in mix.members:
            if member.horizon == IMMEDIATE:
                assert TIMES.index(any_kb.actions[member.action].lead_time) <= limit, member.action


def test_places_are_respected_in_all_and_per_line(any_kb: KnowledgeBase) -> None:
    for _, _, mix in mixes(any_kb):
        check_places(any_kb, mix)


def test_every_member_leads_earned_its_points_or_is_required(any_kb: KnowledgeBase) -> None:
    for _, advice, mix in mixes(any_kb):
        check_every_member_earned_its_place(any_kb, advice, mix)


def test_the_steps_account_for_every_member_once_and_in_order(any_kb: KnowledgeBase) -> None:
    for _, _, mix in mixes(any_kb):
        check_steps(mix)


@given(st.data())
def test_all_promises_hold_on_any_profile(mini: KnowledgeBase, data: st.DataObject) -> None:
    inference = evaluate_situation(load_situation(mini, data.draw(profiles(mini))), mini)
    weighing = {p: data.draw(st.sampled_from((100, 0, 50, 500))) for p in mini.principles}
    advice = advise(mini, inference, weighing)
    for mix in advice.mixes:
        check_mix(mini, inference, advice, mix)


def test_alternatives_are_at_most_two_and_differ_by_the_stated_overlap(any_kb: KnowledgeBase) -> None:
    seen = 0
    for _, advice in advised(any_kb):
        first, *others = advice.mixes
        assert len(others) <= 2
        assert len({mix.posture for mix in advice.mixes}) == len(advice.mixes)
        for other in others:
            seen += 1
            shared, union = first.chosen & other.chosen, first.chosen | other.chosen
            assert 100 * len(shared) <= any_kb.composition.overlap * len(union)
            assert other.score <= first.score
    assert seen > 20


def test_the_recommended_posture_is_the_best_that_can_be_led(any_kb: KnowledgeBase) -> None:
    for _, advice in advised(any_kb):
        if advice.cautious:
            assert advice.posture == any_kb.fallback.id
            continue
        best = max(r.score for r in advice.ratings if r.feasible)
        chosen = next(r for r in advice.ratings if r.posture == advice.posture)
        assert chosen.feasible
        assert chosen.score == best > 0


def test_when_nothing_is_known_the_advice_is_to_hold_and_nothing_coercive(any_kb: KnowledgeBase) -> None:
    assessment = assess(any_kb, {})
    assert assessment.status == "too-little-known"
    assert [mix.posture for mix in assessment.advice.mixes] == [any_kb.fallback.id]
    assert assessment.advice.mixes[0].actions
    for action in assessment.advice.mixes[0].actions:
        assert any_kb.actions[action].cls == "cooperative", action


def test_whenever_too_little_is_known_nothing_coercive_is_advised(any_kb: KnowledgeBase) -> None:
    seen = {False: 0, True: 0}
    for _, advice in advised(any_kb):
        seen[advice.cautious] += 1
        if advice.cautious:
            assert len(advice.mixes) == 1
            assert all(any_kb.actions[a].cls == "cooperative" for a in advice.mixes[0].actions)
    assert min(seen.values()) >= 20, "the sample has both"


@pytest.mark.parametrize("weight", [0, 500])
def test_weights_never_change_what_is_forbidden_barred_or_unmet(any_kb: KnowledgeBase, weight: int) -> None:
    for inference, _ in advised(any_kb):
        plain = weigh(any_kb, inference, {})
        for principle in any_kb.principles:
            assert weigh(any_kb, inference, {principle: weight}).standing == plain.standing


def test_no_weight_brings_a_forbidden_action_into_a_mix(any_kb: KnowledgeBase) -> None:
    for seed in range(80):
        inference = evaluate_situation(load_situation(any_kb, sample(any_kb, seed)), any_kb)
        for principle in any_kb.principles:
            advice = advise(any_kb, inference, {principle: 500})
            for mix in advice.mixes:
                check_nothing_barred(advice, mix)
                check_hard_share(any_kb, mix)


def test_weighing_again_after_one_change_is_weighing_afresh(any_kb: KnowledgeBase) -> None:
    choose = random.Random(3)
    for seed in range(100):
        before = evaluate_situation(load_situation(any_kb, sample(any_kb, seed)), any_kb)
        base = weigh(any_kb, before, weights(any_kb, seed))
        at = choose.randrange(any_kb.attributes)
        after = reevaluate(any_kb, before, {at: 1 << choose.choice(bits(any_kb.variables[at].full))})
        found = reweigh(any_kb, base, before, after, weights(any_kb, seed))
        fresh = weigh(any_kb, after, weights(any_kb, seed))
        assert found.standing == fresh.standing
        assert {t: s for t, s in found.scores.items() if s} == {t: s for t, s in fresh.scores.items() if s}


def test_the_same_profile_gives_the_same_advice_every_time(mini: KnowledgeBase) -> None:
    for seed in range(40):
        inference = evaluate_situation(load_situation(mini, sample(mini, seed)), mini)
        assert advise(mini, inference, {}) == advise(mini, inference, {})
