"""The matcher of our own and the lean loop: what they wake is what the conditions say."""

from __future__ import annotations

import random

import pytest
from profiles import sample

from dss import KnowledgeBase, load_situation
from dss.conditions import ESTABLISHED, REFUTED, status
from dss.engine import Engine
from dss.evaluate import RuleStep, evaluate, program
from dss.matcher import Index, Watch, entries
from dss.situation import start_masks


def test_the_same_rules_fire_as_with_the_stock_matcher(kb: KnowledgeBase) -> None:
    stock, own = Engine(kb, stock_matcher=True), Engine(kb)
    for seed in range(12):
        situation = load_situation(kb, sample(kb, seed))
        theirs, ours = stock.run(situation), own.run(situation)
        assert ours.order == theirs.order, f"seed {seed}"
        assert ours.inference == theirs.inference, f"seed {seed}"


def test_the_rules_fire_in_the_same_order_as_with_the_stock_matcher(mini: KnowledgeBase) -> None:
    stock, own = Engine(mini, stock_matcher=True), Engine(mini)
    for seed in range(200):
        situation = load_situation(mini, sample(mini, seed))
        assert own.run(situation) == stock.run(situation), f"seed {seed}"


def test_an_entry_wakes_once_all_it_reads_is_known_and_as_its_conditions_say(any_kb: KnowledgeBase) -> None:
    plan, choose = program(any_kb), random.Random(3)
    found = entries(plan)
    index = Index(found, len(any_kb.variables))
    watch = Watch(index)
    for seed in range(40):
        situation = load_situation(any_kb, sample(any_kb, seed))
        inference = evaluate(any_kb, situation.masks, situation.partners)
        start, _ = start_masks(any_kb, situation.masks, situation.partners)
        assert len(start) == len(inference.possible)
        order = list(range(len(any_kb.variables)))
        choose.shuffle(order)
        watch.reset()
        woken: dict[int, bool] = dict(watch.ready())
        known: set[int] = set()
        for variable in order:
            watch.learn([index.mark(variable, inference.possible[variable], inference.value[variable])])
            known.add(variable)
            for entry, holds in watch.ready():
                assert found[entry].reads <= known
                assert variable in found[entry].reads
                assert entry not in woken
                woken[entry] = holds
        for number, step in enumerate(plan.steps):
            if isinstance(step, RuleStep):
                holds = (status(step.when, inference.value) == ESTABLISHED
                         and status(step.unless, inference.value) != ESTABLISHED)
                open_ = (status(step.when, inference.possible) != REFUTED
                         and status(step.unless, inference.possible) != ESTABLISHED)
                assert woken.get(number) == (True if holds else False if open_ else None)
            else:
                assert woken[number] is True


def test_an_exception_in_a_rule_leaves_the_engine_usable(mini: KnowledgeBase) -> None:
    engine, situation = Engine(mini), load_situation(mini, sample(mini, 5))
    wanted = engine.run(situation)
    inner = engine._engine
    broken, inner.known = inner.known, None
    with pytest.raises(TypeError):
        engine.run(situation)
    inner.known = broken
    assert engine.run(situation) == wanted
