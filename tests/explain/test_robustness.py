"""Robustness: shares over completions, varied strengths and dropped principles, as brute force has them."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from profiles import sample
from running import EXAMPLES, NATO, assessment

from dss import Assessment, KnowledgeBase, assess
from dss.advice import Advice, advise
from dss.compose import Composer, too_little_known
from dss.evaluate import evaluate, fired
from dss.robust import FULL_LIMIT, JITTERS, QUICK_SAMPLE, completions, jittered, robustness
from dss.terms import bits, single
from dss.weigh import Weighing, tapered

KNOWN = {"quarrel": "border", "stage": "threats", "tension": "high", "time_left": "days", "boats_out": 50,
         "attacked": "no", "leave": "refused", "grounds": [], "in_place": [], "friends_ready": "one",
         "seamanship": "high", "best_reach": "high"}


def first(advice: Advice) -> str:
    return "" if advice.cautious else advice.posture


def by_brute_force(a: Assessment) -> Counter[str]:
    """Which posture comes first in every completion, each advised from scratch."""
    options = [[1 << i for i in bits(mask)] for mask in a.situation.masks]
    return Counter(first(advise(a.kb, evaluate(a.kb, masks, a.situation.partners), a.situation.weights))
                   for masks in product(*options))


@pytest.mark.parametrize("open_", [(), ("stage",), ("attacked", "leave"), ("grounds", "tension", "quarrel"),
                                   ("time_left", "boats_out", "friends_ready", "seamanship")])
def test_exhaustive_shares_are_those_of_brute_force(mini: KnowledgeBase, open_: tuple[str, ...]) -> None:
    a = assess(mini, {**KNOWN, **dict.fromkeys(open_, "unknown")})
    shares = completions(a, FULL_LIMIT)
    assert shares.exhaustive
    assert dict(shares.first) == by_brute_force(a)
    assert shares.tried == shares.total == sum(n for _, n in shares.first)


@pytest.mark.parametrize("seed", range(30))
def test_shares_of_partly_known_profiles_are_those_of_brute_force(mini: KnowledgeBase, seed: int) -> None:
    profile = {**KNOWN, **dict(list(sample(mini, seed).items())[:3])}
    a = assess(mini, profile)
    shares = completions(a, 2000)
    if shares.exhaustive:
        assert dict(shares.first) == by_brute_force(a)
    else:
        assert shares.tried == 2000


def test_shares_come_with_the_most_frequent_first(mini: KnowledgeBase) -> None:
    counts = [n for _, n in completions(assess(mini, {"stage": "threats"})).first]
    assert counts == sorted(counts, reverse=True)


def test_a_sample_is_seeded_and_its_size_is_stated(mini: KnowledgeBase) -> None:
    one, other = (completions(assess(mini, {"stage": "threats"})) for _ in range(2))
    assert one == other
    assert not one.exhaustive
    assert one.tried == QUICK_SAMPLE <= 500
    assert one.total > QUICK_SAMPLE


def test_a_sample_is_near_the_whole(mini: KnowledgeBase) -> None:
    a = assess(mini, {**KNOWN, "grounds": "unknown", "tension": "unknown", "stage": "unknown",
                      "leave": "unknown", "friends_ready": "unknown"})
    whole, part = completions(a, FULL_LIMIT), completions(a, 500)
    assert whole.exhaustive
    assert not part.exhaustive
    for posture, count in whole.first:
        share = dict(part.first).get(posture, 0) / part.tried
        assert abs(share - count / whole.tried) < 0.08


def test_completions_too_many_to_count_are_said_to_be(kb: KnowledgeBase) -> None:
    shares = completions(assess(kb, {}))
    assert shares.total == 0
    assert not shares.exhaustive


def test_progress_is_told_once_for_each_completion(mini: KnowledgeBase) -> None:
    steps: list[int] = []
    shares = completions(assess(mini, {**KNOWN, "stage": "unknown"}), progress=steps.append)
    assert sum(steps) == shares.tried


@pytest.mark.parametrize("profile", EXAMPLES, ids=lambda p: p.stem)
def test_dropping_a_principle_is_giving_it_no_weight(profile: object) -> None:
    a = assessment(profile)  # type: ignore[arg-type]
    dropped = dict(robustness_of(a).dropped)
    assert set(dropped) == set(a.kb.principles)
    for principle, posture in dropped.items():
        advice = advise(a.kb, a.trace.inference, {**a.situation.weights, principle: 0})
        assert posture == first(advice)


def robustness_of(a: Assessment) -> object:
    from dss.robust import Robustness, _dropped

    return Robustness(completions(a, 1), jittered(a), _dropped(a))


def test_varied_strengths_are_seeded_and_counted(mini: KnowledgeBase) -> None:
    a = assess(mini, KNOWN)
    one = jittered(a)
    assert one == jittered(assess(mini, KNOWN))
    assert one.tried == JITTERS == sum(n for _, n in one.first)


def test_varied_strengths_are_weighed_as_strengths_are(mini: KnowledgeBase) -> None:
    """Every rule's strength times its own factor of 50 to 150 percent, then tapered and summed anew."""
    import random

    for seed in (3, 5, 8):
        a = assess(mini, sample(mini, seed))
        rng, counts = random.Random(20), Counter[str]()
        for _ in range(JITTERS):
            factor = {r.id: 50 + int(rng.random() * 101) for r in mini.rules.values() if r.favours}
            rows: dict[str, dict[str, list[int]]] = {}
            for rule, state in zip(mini.rules.values(), a.trace.inference.states, strict=True):
                for target, n in rule.favours if fired(state) else ():
                    rows.setdefault(target, {}).setdefault(rule.principle, []).append(n * factor[rule.id] * 4)
            points = {t: {p: tapered(ns) for p, ns in row.items()} for t, row in rows.items()}
            scores = {t: sum(100 * n for n in row.values()) for t, row in points.items()}
            weighing = Weighing(points, scores, a.advice.weighing.standing)
            best = Composer(mini, a.trace.inference, weighing, {}).best()
            cautious = too_little_known(mini, a.trace.inference, best)
            counts["" if cautious else best[0].posture] += 1
        if not a.situation.weights:
            assert dict(jittered(a).first) == counts


def test_what_is_forbidden_stays_forbidden_however_strengths_vary(mini: KnowledgeBase) -> None:
    a = assess(mini, {**KNOWN, "attacked": "no", "grounds": []})
    assert "strike-back" not in dict(jittered(a).first)


def test_what_is_known_entirely_has_one_completion(mini: KnowledgeBase) -> None:
    a = assess(mini, KNOWN)
    assert all(single(mask) for mask in a.situation.masks)
    assert completions(a).first == ((first(a.advice), 1),)


def test_the_whole_answer_has_all_three_parts() -> None:
    found = robustness(assessment(NATO))
    assert found.completions.tried
    assert found.jittered.tried == JITTERS
    assert found.dropped
