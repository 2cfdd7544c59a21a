"""Findings: what rules conclude, what is presumed meanwhile, and what scorecards add up to."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dss import KnowledgeBase, load_situation
from dss.conditions import Phrase, compile_tree
from dss.evaluate import Inference, evaluate_situation
from dss.findings import Finding, Part, Scorecard
from dss.issues import Place
from dss.terms import Variable, bits

HERE = Place("t")
BITS = (1, 2, 4)


@pytest.mark.parametrize("resolve", ["highest", "lowest"])
@pytest.mark.parametrize("otherwise", BITS)
def test_what_open_rules_may_yet_conclude_equals_trying_every_outcome(resolve: str, otherwise: int) -> None:
    finding = Finding(0, otherwise, resolve, None, HERE)
    pick = max if resolve == "highest" else min
    for sure in subsets(BITS):
        for maybe in itertools.combinations_with_replacement((*BITS, 0), 3):
            outcomes = 0
            for chosen in subsets([b for b in maybe if b]):
                concluded = [*sure, *chosen]
                outcomes |= pick(concluded) if concluded else otherwise
            assert finding.reachable(sure, [b for b in maybe if b]) == outcomes


def subsets(items: Any) -> list[list[int]]:
    return [[i for i, keep in zip(items, kept, strict=True) if keep]
            for kept in itertools.product((False, True), repeat=len(items))]


@pytest.mark.parametrize(("resolve", "concluded", "value"), [
    ("highest", [1, 4, 2], 4), ("lowest", [4, 2], 2), ("highest", [], 2), ("lowest", [], 2),
    ("highest", [1], 1),
])
def test_conclusions_that_differ_are_resolved_and_none_gives_otherwise(
    resolve: str, concluded: list[int], value: int
) -> None:
    assert Finding(0, 2, resolve, None, HERE).choose(concluded) == value


# Scorecards ---------------------------------------------------------------------------------------

VARIABLES = (
    Variable("a", "scale", ("p", "q", "r"), title="A"),
    Variable("b", "flag", ("no", "yes"), title="B"),
    Variable("c", "choice", ("s", "t"), na=True, title="C"),
)


@st.composite
def scorecards(draw: st.DrawFn) -> Scorecard:
    """A scorecard with one part for each variable (so that its parts vary freely) and rising cuts."""
    parts = []
    for at, variable in enumerate(VARIABLES):
        if draw(st.booleans()):
            count = variable.full.bit_length()
            points = draw(st.lists(st.integers(-20, 20), min_size=count, max_size=count))
            parts.append(Part(at, tuple(points), (), None))
        else:
            tree = Phrase(at, draw(st.integers(1, variable.full - 1)), "…", HERE)
            parts.append(Part(-1, (draw(st.integers(-20, 20)),), compile_tree(tree, VARIABLES), tree))
    cuts = sorted(draw(st.sets(st.integers(-30, 30), min_size=3, max_size=3)))
    return Scorecard(tuple(parts), tuple(cuts))


def value_of(card: Scorecard, atoms: tuple[int, ...]) -> int:
    """The index of the value for one fully known case, straight from what a scorecard is."""
    total = 0
    for at, atom in enumerate(atoms):
        part = card.parts[at]
        if part.tree is None:
            total += part.points[atom]
        else:
            assert isinstance(part.tree, Phrase)
            total += part.points[0] if part.tree.allowed >> atom & 1 else 0
    reached = [i for i, cut in enumerate(card.cuts) if total >= cut]
    return reached[-1] if reached else 0


@given(scorecards())
def test_a_scorecard_spans_exactly_from_the_least_to_the_most_that_facts_allow(card: Scorecard) -> None:
    for masks in itertools.product(*(range(1, v.full + 1) for v in VARIABLES)):
        reached = {value_of(card, atoms) for atoms in itertools.product(*(bits(m) for m in masks))}
        found = bits(card.possible(masks))
        assert found == list(range(min(reached), max(reached) + 1))


def test_a_scorecard_names_what_it_reads(mini: KnowledgeBase) -> None:
    card = mini.findings[mini.at("pressure")].scorecard
    assert card is not None
    assert {mini.variables[v].id for v in card.reads} == {
        "stage", "tension", "boats_out", "grounds", "friends_ready"}


def infer(mini: KnowledgeBase, profile: dict[str, Any]) -> Inference:
    return evaluate_situation(load_situation(mini, profile), mini)


def found(mini: KnowledgeBase, name: str, profile: dict[str, Any]) -> tuple[str, str]:
    """A finding's possible values, and the one concluded or presumed."""
    inference, at = infer(mini, profile), mini.at(name)
    names = mini.variables[at].names
    return " ".join(names(inference.possible[at])), " ".join(names(inference.value[at]))


KNOWN = {"stage": "words", "tension": "low", "boats_out": 5, "grounds": "none", "friends_ready": "none"}


@pytest.mark.parametrize(("change", "wanted"), [
    ({}, "slack"),                                                       # 0
    ({"stage": "threats"}, "firm"),                                      # 10
    ({"stage": "threats", "friends_ready": "several"}, "slack"),         # 0
    ({"stage": "ramming"}, "hard"),                                      # 30
    ({"stage": "ramming", "friends_ready": "league"}, "firm"),           # 20
    ({"stage": "ramming", "friends_ready": "league", "tension": "high"}, "hard"),        # 30
    ({"stage": "n/a", "tension": "high"}, "slack"),                      # 5
    ({"stage": "n/a", "tension": "high", "grounds": "custom"}, "firm"),  # 10
    ({"tension": "high", "boats_out": 40}, "firm"),                      # 15
    ({"stage": "n/a", "friends_ready": "league"}, "slack"),              # -15
    ({"stage": "unknown"}, "slack firm hard"),                           # -5 to 30
    ({"stage": ["words", "threats"]}, "slack firm"),                     # 0 to 10
    ({"stage": "ramming", "friends_ready": "unknown"}, "firm hard"),     # 20 to 30
])
def test_points_are_added_and_cut_into_the_scale(
    mini: KnowledgeBase, change: dict[str, Any], wanted: str
) -> None:
    assert found(mini, "pressure", {**KNOWN, **change})[0] == wanted


# Concluded, otherwise, presumed ---------------------------------------------------------------------


@pytest.mark.parametrize(("profile", "possible", "value"), [
    ({}, "no yes", "no"),
    ({"grounds": "verdict"}, "yes", "yes"),
    ({"grounds": "custom"}, "no yes", "no"),
    ({"grounds": "custom", "attacked": "no"}, "no", "no"),
    ({"grounds": "custom", "attacked": "yes", "stage": "ramming"}, "no yes", "yes"),
    ({"grounds": "custom", "attacked": "yes", "stage": "ramming", "leave": "refused"}, "yes", "yes"),
    ({"grounds": "custom", "attacked": "yes", "stage": "ramming", "leave": "full"}, "no", "no"),
    ({"grounds": "invitation", "leave": "full"}, "yes", "yes"),
    ({"grounds": {"has": ["custom"], "may_have": ["verdict"]}, "attacked": "no"}, "no yes", "no"),
])
def test_a_finding_is_concluded_presumed_or_otherwise(
    mini: KnowledgeBase, profile: dict[str, Any], possible: str, value: str
) -> None:
    assert found(mini, "lawful", profile) == (possible, value)


@pytest.mark.parametrize(("profile", "possible", "value"), [
    ({"tension": "high", "in_place": [], "stage": "threats", "boats_out": 3}, "calm", "calm"),
    ({"tension": "high", "in_place": [], "stage": "threats", "boats_out": 30}, "ugly", "ugly"),
    ({"tension": "high", "stage": "threats", "boats_out": 30}, "uneasy ugly", "ugly"),
    ({"tension": "high", "in_place": ["lamp"], "stage": "threats", "boats_out": 30}, "uneasy", "uneasy"),
    ({"tension": "high", "in_place": [], "stage": "words", "boats_out": 30}, "uneasy", "uneasy"),
    ({"tension": "high", "in_place": [], "stage": "words"}, "calm uneasy", "uneasy"),
    ({"tension": "high", "in_place": [], "boats_out": 30}, "uneasy ugly", "ugly"),
])
def test_the_lowest_conclusion_wins_and_a_defeated_rule_concludes_nothing(
    mini: KnowledgeBase, profile: dict[str, Any], possible: str, value: str
) -> None:
    assert found(mini, "mood", profile) == (possible, value)
