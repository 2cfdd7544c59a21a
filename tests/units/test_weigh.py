"""Weighing: how favours add up, what weights do, and when an action may be chosen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dss import KnowledgeBase, load_situation
from dss.catalogue import TIMES
from dss.evaluate import Inference, evaluate_situation
from dss.weigh import (
    AVAILABLE,
    BARRED,
    FORBIDDEN,
    NORMAL_WEIGHT,
    POINTLESS,
    UNMET,
    Standing,
    rank,
    tapered,
    weigh,
)


def infer(mini: KnowledgeBase, profile: dict[str, Any]) -> Inference:
    return evaluate_situation(load_situation(mini, profile), mini)


@pytest.mark.parametrize(("given_", "points"), [
    ([12], 12), ([12, 12], 18), ([12, 12, 12], 21), ([12, 12, 12, 12], 21),
    ([4, 8, 12], 12 + 4 + 1), ([12, 8, 4], 12 + 4 + 1), ([4, 4, 4, 12], 12 + 2 + 1),
    ([-12], -12), ([-4, -12], -(12 + 2)), ([-12, -12, -12, -12], -21),
    ([12, -12], 0), ([12, 8, -12], 12 + 4 - 12), ([8, -4, -4, -4], 8 - (4 + 2 + 1)), ([], 0),
])
def test_within_a_principle_the_strongest_counts_in_full_the_next_by_half_then_a_quarter(
    given_: list[int], points: int
) -> None:
    assert tapered(given_) == points


@given(st.lists(st.sampled_from([4, 8, 12, -4, -8, -12])), st.randoms(use_true_random=False))
def test_the_order_in_which_rules_speak_does_not_matter(given_: list[int], shuffle: Any) -> None:
    other = list(given_)
    shuffle.shuffle(other)
    assert tapered(other) == tapered(given_)


@given(st.lists(st.sampled_from([4, 8, 12, -4, -8, -12])), st.sampled_from([4, 8, 12]))
def test_one_favour_more_never_lowers_a_score_and_one_disfavour_more_never_raises_it(
    given_: list[int], more: int
) -> None:
    assert tapered([*given_, more]) >= tapered(given_) >= tapered([*given_, -more])


@given(st.lists(st.sampled_from([4, 8, 12]), min_size=1))
def test_many_weak_voices_of_one_principle_never_double_the_strongest(given_: list[int]) -> None:
    assert max(given_) <= tapered(given_) < 2 * max(given_)


TALK = {"boats_out": 50, "seamanship": "low", "quarrel": "fishing", "stage": "words"}


def test_the_matrix_shows_points_by_principle_and_scores_add_them_up(mini: KnowledgeBase) -> None:
    weighing = weigh(mini, infer(mini, TALK), {})
    assert dict(weighing.points["send-envoy"]) == {"calm": 12 + 8 // 2, "friends": 8}
    assert weighing.scores["send-envoy"] == (12 + 4 + 8) * NORMAL_WEIGHT
    assert dict(weighing.points["warn-off"]) == {"calm": -8}


@pytest.mark.parametrize(("weights", "score"), [
    ({}, 2400), ({"calm": 0}, 800), ({"friends": 0}, 1600), ({"calm": 200}, 4000),
    ({"calm": 50, "friends": 25}, 1000), ({"law": 500}, 2400), ({"calm": 1}, 816),
])
def test_weights_multiply_each_principles_points_exactly(
    mini: KnowledgeBase, weights: dict[str, int], score: int
) -> None:
    assert weigh(mini, infer(mini, TALK), weights).scores["send-envoy"] == score


LAWFUL = {"attacked": "yes", "stage": "ramming", "leave": "n/a", "quarrel": "border"}


@pytest.mark.parametrize(("action", "profile", "status", "rules"), [
    ("board-the-raider", {"attacked": "no", "grounds": "none"}, FORBIDDEN, "unlawful-force-is-out"),
    ("board-the-raider", {}, BARRED, "refused-leave-bars-coercion unlawful-force-is-out"),
    ("board-the-raider", LAWFUL, AVAILABLE, ""),
    ("board-the-raider", {**LAWFUL, "leave": "unknown"}, BARRED,
     "refused-leave-bars-coercion unlawful-force-is-out"),
    ("board-the-raider", {**LAWFUL, "leave": "refused"}, BARRED, "refused-leave-bars-coercion"),
    ("board-the-raider", {**LAWFUL, "leave": "refused", "grounds": "custom"}, FORBIDDEN,
     "refused-leave-bars-coercion"),
    ("board-the-raider", {**LAWFUL, "leave": "refused", "grounds": "verdict"}, AVAILABLE, ""),
    ("warn-off", {"leave": "refused", "quarrel": "salvage", "partners": [{"name": "N", "promise": "given",
     "neighbour": "no"}]}, AVAILABLE, ""),
    ("warn-off", {"leave": "full", "partners": "none", "grounds": "custom", "attacked": "no"}, FORBIDDEN,
     "alone-one-keeps-still"),
    ("warn-off", {"leave": "full", "partners": "none", "grounds": "custom", "stage": "words"}, FORBIDDEN,
     "alone-one-keeps-still"),
    ("warn-off", {"leave": "partial", "partners": "none", "attacked": "yes", "stage": "ramming"},
     AVAILABLE, ""),
    ("joint-patrol", {"leave": "full", "friends_ready": "none"}, UNMET, ""),
    ("joint-patrol", {"leave": "full"}, BARRED, ""),
    ("joint-patrol", {"leave": "full", "friends_ready": "at least one"}, AVAILABLE, ""),
    ("joint-patrol", {"leave": "full", "friends_ready": "one", "in_place": ["patrol"]}, POINTLESS, ""),
    ("joint-patrol", {"leave": "full", "friends_ready": "one", "in_place": {"may_have": ["patrol"]}},
     AVAILABLE, ""),
    ("close-the-boom", {"leave": "at least partial"}, FORBIDDEN, "no-boom-against-guests"),
    ("close-the-boom", {}, BARRED, "no-boom-against-guests"),
    ("close-the-boom", {"leave": "n/a"}, AVAILABLE, ""),
    ("close-the-boom", {"leave": "refused"}, AVAILABLE, ""),
    ("share-the-catch", {}, AVAILABLE, ""),
    ("share-the-catch", {"quarrel": "fishing"}, AVAILABLE, ""),
    ("share-the-catch", {"quarrel": "border"}, UNMET, ""),
    ("parley", {"stage": "n/a"}, AVAILABLE, ""),
    ("parley", {"stage": "ramming"}, UNMET, ""),
    ("send-envoy", {"in_place": ["envoy"]}, POINTLESS, ""),
    ("keep-watch", {}, AVAILABLE, ""),
])
def test_an_action_stands_as_the_facts_say(
    mini: KnowledgeBase, action: str, profile: dict[str, Any], status: str, rules: str
) -> None:
    standing = weigh(mini, infer(mini, profile), {}).standing[action]
    assert standing.status == status
    assert " ".join(sorted(standing.rules)) == rules


def test_a_presumption_permits_nothing(mini: KnowledgeBase) -> None:
    """Presumed lawful for an open 'unless' is not lawful enough."""
    inference = infer(mini, {"attacked": "yes", "stage": "ramming", "quarrel": "salvage"})
    lawful = mini.at("lawful")
    assert mini.variables[lawful].names(inference.value[lawful]) == ["yes"]
    standing = weigh(mini, inference, {}).standing["board-the-raider"]
    assert standing == Standing(BARRED, ("unlawful-force-is-out",))


def test_a_bar_outweighs_every_score(mini: KnowledgeBase) -> None:
    profile = {"partners": [{"name": "N", "promise": "sworn", "lends": ["boats"]}], "leave": "refused",
               "quarrel": "border", "grounds": "custom"}
    weighing = weigh(mini, infer(mini, profile), {"friends": 500})
    assert weighing.scores["joint-patrol"] == 12 * 500
    assert weighing.standing["joint-patrol"].status == FORBIDDEN


def test_ties_go_to_the_less_hard_then_less_escalating_then_sooner_then_by_name(mini: KnowledgeBase) -> None:
    weighing = weigh(mini, infer(mini, TALK), {})
    ranked = rank(mini, weighing, mini.actions)
    assert sorted(ranked) == sorted(mini.actions)
    keys = []
    for name in ranked:
        action = mini.actions[name]
        keys.append((-weighing.scores.get(name, 0), action.hard, action.escalation,
                     TIMES.index(action.lead_time), name))
    assert keys == sorted(keys)
    assert ranked[0] == "send-envoy"
    assert ranked.index("keep-watch") < ranked.index("ask-around") < ranked.index("publish-the-case")
