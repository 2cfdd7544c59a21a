"""By columns or one by one: the same findings, rules, scores, standings, postures and mixes."""

from __future__ import annotations

import random

import pytest
from agreement import check
from hypothesis import given
from hypothesis import strategies as st
from profiles import profiles, sample

from dss import KnowledgeBase, load_situation
from dss.evaluate import defeated, fired, truth
from dss.situation import Situation

BLOCK = 2000


def situations(kb: KnowledgeBase, seeds: range) -> list[Situation]:
    return [load_situation(kb, sample(kb, seed)) for seed in seeds]


def test_columns_agree_with_the_definition_on_random_profiles(any_kb: KnowledgeBase) -> None:
    found = check(any_kb, situations(any_kb, range(700)))
    states = {s for row in found for s in row["inference"].states}
    assert {fired(s) for s in states} == {False, True}
    assert {truth(s) for s in states} == {0, 1, 2}
    assert {row["cautious"] for row in found} == {False, True}
    assert len({row["posture"] for row in found}) > 2
    assert len({frozenset(row["mix"]) for row in found}) > 20


def test_columns_agree_where_rules_defeat_others(mini: KnowledgeBase) -> None:
    found = check(mini, situations(mini, range(700, 1200)))
    assert any(defeated(s) for row in found for s in row["inference"].states)


@pytest.mark.parametrize("seed", range(3))
def test_columns_agree_under_weights(any_kb: KnowledgeBase, seed: int) -> None:
    choose = random.Random(seed)
    weights = {p: choose.choice((0, 50, 100, 137, 500)) for p in any_kb.principles}
    check(any_kb, [s.weighted(weights) for s in situations(any_kb, range(seed * 150, seed * 150 + 150))])


@given(st.data())
def test_columns_agree_on_any_profiles(mini: KnowledgeBase, data: st.DataObject) -> None:
    found = data.draw(st.lists(profiles(mini), min_size=1, max_size=3))
    check(mini, [load_situation(mini, profile) for profile in found])


@given(st.data())
def test_columns_agree_on_any_profile_of_the_real_ones(kb: KnowledgeBase, data: st.DataObject) -> None:
    check(kb, [load_situation(kb, data.draw(profiles(kb)))])


def test_one_profile_among_others_is_judged_as_alone(any_kb: KnowledgeBase) -> None:
    several = situations(any_kb, range(65))
    together = check(any_kb, several)
    assert [check(any_kb, [s])[0] for s in several] == together


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 100_000, BLOCK))
def test_columns_agree_with_the_definition_on_100000_profiles(kb: KnowledgeBase, start: int) -> None:
    check(kb, situations(kb, range(start, start + BLOCK)))
