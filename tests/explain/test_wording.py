"""Conditions in words: everything the notation can say comes out as plain English."""

from __future__ import annotations

import re

import pytest
from conftest import MINI
from hypothesis import given
from hypothesis import strategies as st

from dss import KnowledgeBase, load_kb
from dss.conditions import ConditionReader, NotOf, Tree, compile_tree
from dss.issues import Problems
from dss.source import from_python
from dss.terms import bits
from dss.wording import in_words, values_in_words

KB = load_kb(MINI)


def condition(written: object) -> Tree:
    problems = Problems()
    node = from_python("test", written, problems)
    assert node is not None
    tree = ConditionReader(KB.words, problems, KB.partner).read(node)
    problems.raise_if_any()
    return tree


@pytest.mark.parametrize(("written", "said", "opposite"), [
    ({"quarrel": "border"}, "a quarrel over the border", "a quarrel over fish or a quarrel over a wreck"),
    ({"quarrel": "not border"}, "a quarrel over fish or a quarrel over a wreck", "a quarrel over the border"),
    ({"stage": "at least threats"}, "stage: at least threats", "an exchange of words"),
    ({"stage": "n/a"}, "stage: not applicable", "stage: applicable"),
    ({"leave": "at most partial"}, "at most leave in part", "full leave"),
    ({"leave": "full"}, "full leave", "at most leave in part"),
    ({"tension": "high"}, "tension: high", "tension: at most medium"),
    ({"attacked": "yes"}, "attack: yes", "attack: no"),
    ({"attacked": "unknown"}, "nothing known about attack", "something known about attack"),
    ({"not": {"attacked": "unknown"}}, "something known about attack", "nothing known about attack"),
    ({"boats_out": "at least 40"}, "boats out: at least 40 boats", "boats out: at most 39 boats"),
    ({"boats_out": "between 10 and 400"}, "boats out: between 10 and 400 boats",
     "boats out: at most 9 or at least 401 boats"),
    ({"grounds": "none"}, "no ground in law", None),
    ({"grounds": "has verdict"}, "a verdict among grounds", "a verdict not among grounds"),
    ({"grounds": "lacks verdict"}, "a verdict not among grounds", "a verdict among grounds"),
    ({"grounds": "has any of [verdict, custom]"}, "a verdict or old custom among grounds",
     "none of a verdict and old custom among grounds"),
    ({"grounds": "has all of [verdict, custom]"}, "a verdict and old custom among grounds",
     "not all of a verdict and old custom among grounds"),
    ({"grounds": "lacks all of [verdict, custom]"}, "none of a verdict and old custom among grounds",
     "a verdict or old custom among grounds"),
    ({"grounds": "lacks any of [verdict, custom]"}, "not all of a verdict and old custom among grounds",
     "a verdict and old custom among grounds"),
    ({"lawful": "yes"}, "force is lawful", "force is not lawful"),
    ({"mood": "at least uneasy"}, "an uneasy mood or an ugly mood", "a calm mood"),
    ({"friends_ready": "not league"}, "at most several friends", "a standing league"),
    ({"friends_ready": ["none", "league"]}, "no friend or a standing league",
     "one friend or several friends"),
    ({"some_partner": {"promise": "sworn"}}, "a partner with an oath", "no partner with an oath"),
    ({"no_partner": {"promise": "sworn"}}, "no partner with an oath", "a partner with an oath"),
    ({"at_least": {"n": 2, "partner": {"lends": "has boats"}}}, "at least 2 partners with boats among lends",
     "fewer than 2 partners with boats among lends"),
    ({"leave": "full", "lawful": "yes"}, "full leave and force is lawful",
     "at most leave in part or force is not lawful"),
    ({"any": [{"leave": "full"}, {"lawful": "yes", "attacked": "yes"}]},
     "full leave, or both force is lawful and attack: yes",
     "at most leave in part, and either force is not lawful or attack: no"),
    ({"all": [{"leave": "full"}]}, "full leave", "at most leave in part"),
])
def test_a_condition_and_its_opposite_are_said_in_words(
    written: object, said: str, opposite: str | None
) -> None:
    tree = condition(written)
    assert in_words(KB, tree) == said
    if opposite is not None:
        assert in_words(KB, tree, negated=True) == opposite
        assert in_words(KB, NotOf(tree)) == opposite


def test_a_condition_without_parts_holds_always() -> None:
    tree = condition({})
    assert in_words(KB, tree) == "anything at all"
    assert in_words(KB, tree, negated=True) == "nothing at all"


@pytest.mark.parametrize("at", range(KB.attributes))
def test_every_set_of_values_has_words(at: int) -> None:
    term = KB.variables[at]
    for mask in range(1, min(term.full, 2000) + 1):
        if mask & ~term.full == 0:
            said = values_in_words(term, mask)
            assert said
            assert "n/a" not in said


def test_values_in_words_tell_different_answers_apart() -> None:
    for at in range(KB.attributes):
        term = KB.variables[at]
        said = [values_in_words(term, 1 << i) for i in bits(term.full)]
        assert len(set(said)) == len(said), term.id


def test_every_condition_of_the_real_knowledge_base_is_said_without_its_notation(kb: KnowledgeBase) -> None:
    notation = re.compile(r"[\[\]{}_]|\bn/a\b|\?|\bhas \b.*\bany of\b|at least none")
    for rule in kb.rules.values():
        for tree in (rule.when_tree, rule.unless_tree):
            for negated in (False, True):
                said = in_words(kb, tree, negated=negated)
                assert said
                assert not notation.search(said), (rule.id, said)
    for action in kb.actions.values():
        assert not notation.search(in_words(kb, action.needs_tree))


@given(st.recursive(
    st.sampled_from([{"leave": "full"}, {"lawful": "yes"}, {"grounds": "has verdict"}, {"tension": "not low"},
                     {"boats_out": "at least 40"}, {"attacked": "unknown"}]),
    lambda inner: st.one_of(
        st.builds(lambda x: {"not": x}, inner),
        st.builds(lambda xs: {"all": xs}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda xs: {"any": xs}, st.lists(inner, min_size=1, max_size=3))),
    max_leaves=6))
def test_a_double_negation_says_the_same(written: object) -> None:
    tree = condition(written)
    assert in_words(KB, NotOf(NotOf(tree))) == in_words(KB, tree)
    assert in_words(KB, NotOf(tree)) == in_words(KB, tree, negated=True)
    assert compile_tree(tree, KB.variables) == compile_tree(NotOf(NotOf(tree)), KB.variables)
