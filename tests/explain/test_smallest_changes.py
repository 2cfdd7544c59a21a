"""The smallest changes are exact: brute force on the small knowledge base finds the same, and no smaller."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations

import pytest
from profiles import sample

from dss import Assessment, KnowledgeBase, assess, load_kb
from dss.advice import Advice, advise, distinguished
from dss.changes import distance, hopeless, near_answers, single_changes
from dss.evaluate import evaluate
from dss.terms import bits, single
from dss.weigh import AVAILABLE, POINTLESS
from dss.whynot import IN_MIX, why_not

PROFILES = 40
PAIRED = 6
FOREVER = 3600.0
Answers = tuple[tuple[int, int], ...]


def situation(kb: KnowledgeBase, seed: int) -> Assessment:
    return assess(kb, sample(kb, seed))


def other_answers(a: Assessment, at: int) -> Iterator[int]:
    """Every single value an attribute could have instead, 'not applicable' included."""
    for i in bits(a.kb.variables[at].full):
        if 1 << i != a.situation.masks[at]:
            yield 1 << i


def advice_after(a: Assessment, answers: Answers) -> Advice:
    """What is advised from scratch when some answers are others."""
    masks = list(a.situation.masks)
    for at, mask in answers:
        masks[at] = mask
    return advise(a.kb, evaluate(a.kb, masks, a.situation.partners), a.situation.weights)


def cell(a: Assessment, at: int, mask: int) -> object:
    """What the knowledge base can tell of an answer: answers of one cell are equivalent to it."""
    term, index = a.kb.variables[at], bits(mask)[0]
    signatures = distinguished(a.kb)[at]
    return "n/a" if index == term.size else signatures[index] if signatures else ""


def cells(a: Assessment, answers: Answers) -> frozenset[tuple[int, object]]:
    return frozenset((at, cell(a, at, mask)) for at, mask in answers)


def permitted(advice: Advice, action: str) -> bool:
    return advice.weighing.standing[action].status in (AVAILABLE, POINTLESS)


@cache
def by_brute_force(kb: KnowledgeBase, seed: int) -> list[tuple[Answers, Advice]]:
    """Every single change of a situation with what is then advised."""
    a = situation(kb, seed)
    return [(((at, mask),), advice_after(a, ((at, mask),)))
            for at in range(kb.attributes) for mask in other_answers(a, at)]


@pytest.mark.parametrize("seed", range(PROFILES))
def test_all_single_changes_are_found_and_none_is_claimed_that_is_not_one(
    mini: KnowledgeBase, seed: int
) -> None:
    a = situation(mini, seed)
    singles = single_changes(a)
    for action in mini.actions:
        found = why_not(a, action, seconds=0, singles=singles)
        if found.reason == IN_MIX:
            continue
        enter = {cells(a, x) for x, then in by_brute_force(mini, seed) if action in then.mixes[0].actions}
        permit = {cells(a, x) for x, then in by_brute_force(mini, seed) if permitted(then, action)}
        assert {cells(a, c.answers) for c in found.enter} == enter
        if permitted(a.advice, action):
            assert found.permit == ()
        else:
            assert {cells(a, c.answers) for c in found.permit} == permit


@pytest.mark.parametrize("seed", range(PAIRED))
def test_without_a_limit_of_time_all_pairs_are_found(mini: KnowledgeBase, seed: int) -> None:
    check_pairs(mini, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(PAIRED, 40))
def test_without_a_limit_of_time_all_pairs_are_found_on_many_profiles(mini: KnowledgeBase, seed: int) -> None:
    check_pairs(mini, seed)


def check_pairs(kb: KnowledgeBase, seed: int) -> None:
    a = situation(kb, seed)
    options = [(at, mask) for at in range(kb.attributes) for mask in near_answers(a, at)]
    pairs = [(x, y) for x, y in combinations(options, 2) if x[0] != y[0]]
    advice = {pair: advice_after(a, pair) for pair in pairs}
    for action in kb.actions:
        found = why_not(a, action, seconds=FOREVER)
        if found.reason == IN_MIX or (found.enter and len(found.enter[0].answers) == 1):
            continue
        assert found.search.tried == found.search.pairs == len(pairs)
        enter = {pair for pair, then in advice.items() if action in then.mixes[0].actions}
        assert {tuple(sorted(c.answers)) for c in found.enter} == enter
        if found.permit and len(found.permit[0].answers) == 2:
            permit = {pair for pair, then in advice.items() if permitted(then, action)}
            assert {tuple(sorted(c.answers)) for c in found.permit} == permit


def test_pairs_change_one_element_of_a_set_and_any_value_of_the_rest(mini: KnowledgeBase) -> None:
    a = assess(mini, {"grounds": ["custom"], "stage": "words"})
    grounds = mini.at("grounds")
    now = bits(a.situation.masks[grounds])[0]
    assert all((bits(mask)[0] ^ now).bit_count() == 1 for mask in near_answers(a, grounds))
    stage = mini.at("stage")
    assert set(near_answers(a, stage)) == set(other_answers(a, stage))


def test_the_nearest_changes_come_first(mini: KnowledgeBase) -> None:
    for seed in range(PROFILES):
        a = situation(mini, seed)
        singles = single_changes(a)
        for action in mini.actions:
            found = why_not(a, action, seconds=0, singles=singles)
            for changes in (found.enter, found.permit):
                assert [c.steps for c in changes] == sorted(c.steps for c in changes)
                assert all(c.steps == sum(distance(a, at, mask) for at, mask in c.answers) for c in changes)


def test_steps_count_places_on_a_scale_and_elements_of_a_set(mini: KnowledgeBase) -> None:
    a = assess(mini, {"time_left": "hours", "grounds": ["custom"], "quarrel": "border", "tension": "unknown",
                      "stage": "n/a", "leave": ["refused", "partial"]})

    def steps(name: str, value: str | list[str]) -> int:
        term, at = mini.variables[mini.at(name)], mini.at(name)
        return distance(a, at, term.subset(value) if isinstance(value, list) else term.bit(value))

    assert steps("time_left", "months") == 3
    assert steps("grounds", []) == 1
    assert steps("grounds", ["verdict", "invitation"]) == 3
    assert steps("quarrel", "salvage") == steps("quarrel", "fishing") == 1
    assert steps("tension", "high") == 0
    assert steps("stage", "words") == 3
    assert steps("leave", "full") == 1
    assert steps("leave", "n/a") == 3


def test_two_answers_of_which_neither_helps_alone_are_found_together(mini: KnowledgeBase) -> None:
    a = assess(mini, {"quarrel": "border", "stage": "words", "tension": "low", "time_left": "weeks",
                      "boats_out": 3, "attacked": "no", "leave": "full", "grounds": [], "in_place": [],
                      "partners": []})
    found = why_not(a, "board-the-raider", seconds=FOREVER)
    assert found.reason == "forbidden"
    assert found.enter
    assert all(len(c.answers) == 2 for c in found.enter)
    assert found.search.tried == found.search.pairs > 0


def test_without_time_no_pair_is_tried_and_that_is_said(mini: KnowledgeBase) -> None:
    for seed in range(PROFILES):
        a = situation(mini, seed)
        for action in mini.actions:
            found = why_not(a, action, seconds=0)
            if found.reason != IN_MIX and not found.enter and not found.search.hopeless:
                assert found.search.tried < found.search.pairs
                return
    pytest.fail("no profile needs pairs")


def test_what_is_forbidden_in_every_case_is_said_to_be_beyond_hope() -> None:
    from conftest import MINI

    kb = load_kb(MINI, drafts=True)
    a = assess(kb, {})
    for action in kb.actions:
        found = why_not(a, action)
        assert hopeless(kb, action)
        assert found.search.hopeless
        assert (found.enter, found.permit) == ((), ())
        assert ("a-draft-never-speaks", ()) in [(b.rule.id, b.lifted_by) for b in found.bars]


def test_brute_force_agrees_that_what_is_beyond_hope_is_permitted_by_no_single_change() -> None:
    from conftest import MINI

    kb = load_kb(MINI, drafts=True)
    assert not any(permitted(then, action) for _, then in by_brute_force(kb, 1) for action in kb.actions)


def test_brute_force_tries_every_subset_of_every_set(mini: KnowledgeBase) -> None:
    tried = {mask for x, _ in by_brute_force(mini, 0) for at, mask in x if at == mini.at("in_place")}
    assert len(tried) >= 2 ** 4
    assert all(single(mask) for mask in tried)
