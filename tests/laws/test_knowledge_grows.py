"""What learning more may change, and what it never may (sections 4.2, 4.4 and 4.5 of the design)."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from profiles import Choices, build, complete, completions, profiles, sample

from dss import KnowledgeBase, load_situation
from dss.conditions import ALWAYS, ESTABLISHED, OPEN, status
from dss.evaluate import Inference, evaluate, evaluate_situation, fired
from dss.situation import Situation
from dss.terms import bits, single
from dss.weigh import AVAILABLE, BARRED, POINTLESS, stand

PERMITTED = (AVAILABLE, POINTLESS)


def refined(kb: KnowledgeBase, seed: int) -> tuple[Situation, list[Situation]]:
    """A partial situation with three full ones that refine it."""
    choose = random.Random(seed)
    partial = load_situation(kb, build(kb, Choices(choose.choice)))
    full = [load_situation(kb, complete(kb, partial, Choices(choose.choice))) for _ in range(3)]
    return partial, full


def over_facts_alone(kb: KnowledgeBase) -> list[str]:
    """The rules whose condition reads attributes and partners, and never asks 'unknown'."""
    barred = {*kb.findings, *kb.words.about_unknown}
    return [r.id for r in kb.rules.values() if not {v for row in r.when for v, _ in row} & barred]


def permitted(kb: KnowledgeBase, inference: Inference) -> set[str]:
    """The coercive and forceful actions that are not barred and whose needs are met."""
    return {a.id for a in kb.actions.values() if a.guarded and stand(kb, a, inference).status in PERMITTED}


def check(kb: KnowledgeBase, partial: Situation, full: Situation) -> None:
    """Everything this module promises of one pair."""
    before, after = evaluate_situation(partial, kb), evaluate_situation(full, kb)
    for name in over_facts_alone(kb):
        was = status(kb.rules[name].when, before.possible)
        assert was == OPEN or status(kb.rules[name].when, after.possible) == was, name
    for at in kb.findings:
        name = kb.variables[at].id
        assert not after.possible[at] & ~before.possible[at], f"{name} gained a possible value"
    assert permitted(kb, before) <= permitted(kb, after), "learning barred what ignorance allowed"


def test_what_must_be_known_bars_until_it_is(kb: KnowledgeBase) -> None:
    wanting = [a for a in kb.actions.values() if a.needs_known != ALWAYS and not a.guarded]
    assert wanting, "the packaged knowledge base says of no cooperative action what must be known"
    held_back = 0
    for seed in range(200):
        inference = evaluate_situation(refined(kb, seed)[0], kb)
        for action in wanting:
            if status(action.needs_known, inference.possible) != ESTABLISHED:
                found = stand(kb, action, inference).status
                assert found not in PERMITTED, action.id
                held_back += found == BARRED
    assert held_back > 100


def test_completions_refine_the_profile_they_complete(any_kb: KnowledgeBase) -> None:
    for seed in range(100):
        partial, full = refined(any_kb, seed)
        for one in full:
            for at in range(any_kb.attributes):
                assert not one.masks[at] & ~partial.masks[at], any_kb.variables[at].id
                if at not in any_kb.aggregates:
                    assert single(one.masks[at])


def test_learning_more_never_unsettles_what_was_settled(any_kb: KnowledgeBase) -> None:
    for seed in range(250):
        partial, full = refined(any_kb, seed)
        for one in full:
            check(any_kb, partial, one)


@given(st.data())
def test_learning_more_never_unsettles_what_was_settled_in_any_profile(
    mini: KnowledgeBase, data: st.DataObject
) -> None:
    profile = data.draw(profiles(mini))
    full = data.draw(completions(mini, profile))
    check(mini, load_situation(mini, profile), load_situation(mini, full))


def test_the_sample_has_permitted_force_barred_force_and_shrinking_findings(mini: KnowledgeBase) -> None:
    """Without this the laws above could hold for want of cases."""
    allowed, opened, shrunk = 0, 0, 0
    for seed in range(250):
        partial, full = refined(mini, seed)
        before = evaluate_situation(partial, mini)
        allowed += "board-the-raider" in permitted(mini, before)
        for one in full:
            after = evaluate_situation(one, mini)
            opened += len(permitted(mini, after) - permitted(mini, before))
            shrunk += sum(before.possible[at] != after.possible[at] for at in mini.findings)
    assert allowed >= 5
    assert opened >= 50
    assert shrunk >= 100


def test_a_findings_value_is_always_one_of_its_possible_values(any_kb: KnowledgeBase) -> None:
    for seed in range(300):
        inference = evaluate_situation(load_situation(any_kb, sample(any_kb, seed)), any_kb)
        for at in any_kb.findings:
            assert inference.value[at], any_kb.variables[at].id
            assert not inference.value[at] & ~inference.possible[at], any_kb.variables[at].id


def test_when_every_fact_is_known_nothing_is_presumed(any_kb: KnowledgeBase) -> None:
    checked = 0
    for seed in range(200):
        _, full = refined(any_kb, seed)
        for one in full:
            if one.partners is None or not all(single(m) for m in one.masks):
                continue
            checked += 1
            inference = evaluate_situation(one, any_kb)
            assert all(single(inference.possible[at]) for at in any_kb.findings)
            assert inference.value == inference.possible
    assert checked > 100


def test_an_unknown_fact_never_fires_a_rule_except_by_the_phrase_unknown(any_kb: KnowledgeBase) -> None:
    for seed in range(300):
        situation = load_situation(any_kb, sample(any_kb, seed))
        inference = evaluate_situation(situation, any_kb)
        unknown = {at for at in range(any_kb.attributes)
                   if situation.masks[at] == any_kb.variables[at].full}
        for rule, state in zip(any_kb.rules.values(), inference.states, strict=True):
            if fired(state):
                assert any(not {v for v, _ in row} & unknown for row in rule.when), rule.id


def test_a_rule_that_reads_an_unknown_fact_fires_only_if_it_fires_for_every_answer(
    mini: KnowledgeBase,
) -> None:
    checked = 0
    plain = [n for n in over_facts_alone(mini) if not mini.rules[n].unless
             and not any(n in r.overrides for r in mini.rules.values())]
    index = {name: i for i, name in enumerate(mini.rules)}
    for seed in range(150):
        situation = load_situation(mini, sample(mini, seed))
        before = evaluate_situation(situation, mini)
        for at in range(mini.attributes):
            if situation.masks[at] != mini.variables[at].full:
                continue
            for bit in bits(mini.variables[at].full):
                masks = [*situation.masks[:at], 1 << bit, *situation.masks[at + 1 :]]
                after = evaluate(mini, masks, situation.partners)
                for name in plain:
                    if fired(before.states[index[name]]):
                        checked += 1
                        assert fired(after.states[index[name]]), name
    assert checked > 1000


def test_partial_knowledge_is_not_unknown(mini: KnowledgeBase) -> None:
    index = list(mini.rules).index("known-stage-saves-watching")
    for stage, fires in (("unknown", False), ("at least threats", True), ("n/a", True),
                         ("[words, threats]", True), (["words", "threats", "ramming", "n/a"], False)):
        situation = load_situation(mini, {"tension": "low", "stage": stage})
        assert fired(evaluate_situation(situation, mini).states[index]) is fires, stage


def test_a_stated_partner_list_is_complete_and_an_absent_one_is_open(mini: KnowledgeBase) -> None:
    index = list(mini.rules).index("alone-one-keeps-still")
    for partners, fires in (("none", True), ([], True), ("unknown", False), (None, False)):
        profile = {} if partners is None else {"partners": partners}
        inference = evaluate_situation(load_situation(mini, profile), mini)
        assert fired(inference.states[index]) is fires
