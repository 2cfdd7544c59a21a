"""experta and the plain evaluator are one meaning, whatever the order of rules and facts."""

from __future__ import annotations

import itertools
import random
import shutil
from pathlib import Path

import pytest
import yaml
from conftest import MINI
from hypothesis import given
from hypothesis import strategies as st
from profiles import Choices, build, profiles, sample

from dss import KnowledgeBase, load_kb, load_situation
from dss.conditions import ESTABLISHED, OPEN, REFUTED
from dss.engine import Engine
from dss.evaluate import Inference, defeated, evaluate, evaluate_situation, fired, reevaluate, truth
from dss.order import Step
from dss.terms import bits


def by_name(kb: KnowledgeBase, inference: Inference) -> dict[str, object]:
    """An inference without positions, so that differently ordered knowledge bases compare."""
    return {
        **{f"rule {name}": state for name, state in zip(kb.rules, inference.states, strict=True)},
        **{v.id: (v.names(p), v.names(q)) for v, p, q in
           zip(kb.variables, inference.possible, inference.value, strict=True)},
    }


@pytest.mark.parametrize(("which", "profiles_"), [("mini", 1700), ("kb", 500)])
def test_experta_and_the_plain_evaluator_agree_on_2200_profiles(
    request: pytest.FixtureRequest, which: str, profiles_: int
) -> None:
    kb: KnowledgeBase = request.getfixturevalue(which)
    engine = Engine(kb)
    states: set[int] = set()
    for seed in range(profiles_):
        situation = load_situation(kb, sample(kb, seed))
        trace = engine.run(situation)
        assert trace.inference == evaluate_situation(situation, kb), f"seed {seed}"
        assert sorted(trace.order) == sorted(trace.fired), f"seed {seed}"
        states.update(trace.inference.states)
    assert {fired(s) for s in states} == {False, True}, "rules fire, and others do not"
    assert {truth(s) for s in states} == {REFUTED, OPEN, ESTABLISHED}
    if which == "mini":
        assert any(defeated(s) for s in states)


@given(st.data())
def test_experta_and_the_plain_evaluator_agree_on_any_profile(
    mini: KnowledgeBase, data: st.DataObject
) -> None:
    situation = load_situation(mini, data.draw(profiles(mini)))
    assert Engine.for_thread(mini).run(situation).inference == evaluate_situation(situation, mini)


def test_the_engine_carries_nothing_over_from_one_profile_to_the_next(mini: KnowledgeBase) -> None:
    reused = Engine(mini)
    for seed in range(40):
        situation = load_situation(mini, sample(mini, seed))
        assert reused.run(situation) == Engine(mini).run(situation)


def test_stock_experta_infers_the_same_and_fires_in_an_order_of_dependence(mini: KnowledgeBase) -> None:
    stock, own = Engine(mini, stock_matcher=True), Engine(mini)
    level = {step.rule: step.level for step in mini.steps if step.rule}
    for seed in range(60):
        situation = load_situation(mini, sample(mini, seed))
        theirs, ours = stock.run(situation), own.run(situation)
        assert theirs.inference == ours.inference, f"seed {seed}"
        assert set(theirs.order) == set(ours.order)
        for trace in (theirs, ours):
            levels = [level[rule] for rule in trace.order]
            assert levels == sorted(levels), "no rule fires before what it reads is worked out"


def test_each_rule_is_worked_out_after_what_it_reads(any_kb: KnowledgeBase) -> None:
    level = {step.rule or step.finding: step.level for step in any_kb.steps}
    assert len(level) == len(any_kb.rules) + len(any_kb.findings)
    for step in any_kb.steps:
        for needed in needs(any_kb, step):
            assert level[needed] < step.level


def needs(kb: KnowledgeBase, step: Step) -> list[str | int]:
    """What a step rests on: findings it reads, rules that override it or conclude it."""
    if step.rule:
        over = [r.id for r in kb.rules.values() if step.rule in r.overrides]
        return [*over, *(v for v in kb.rules[step.rule].reads if v in kb.findings)]
    card = kb.findings[step.finding].scorecard
    if card is not None:
        return [v for v in card.reads if v in kb.findings]
    return [r.id for r in kb.rules.values() if any(at == step.finding for at, _ in r.concludes)]


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_rules_and_files_changes_nothing(mini: KnowledgeBase, tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "kb"
    shutil.copytree(MINI, folder)
    shuffle_rules(folder, random.Random(seed))
    shuffled = load_kb(folder)
    assert list(shuffled.rules) != list(mini.rules)
    for number in range(60):
        profile = sample(mini, number)
        found = evaluate_situation(load_situation(shuffled, profile), shuffled)
        wanted = evaluate_situation(load_situation(mini, profile), mini)
        assert by_name(shuffled, found) == by_name(mini, wanted)
        assert Engine.for_thread(shuffled).run(load_situation(shuffled, profile)).inference == found


def shuffle_rules(folder: Path, choose: random.Random) -> None:
    """Deal all rules out again: their order within a file, and the order of the files."""
    for i, path in enumerate(sorted((folder / "rules").glob("*.yaml"), key=lambda _: choose.random())):
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        choose.shuffle(data["rules"])
        path.unlink()
        (folder / "rules" / f"{i}-{choose.randrange(1000)}.yaml").write_text(yaml.safe_dump(data))


@given(st.data())
def test_the_order_of_facts_and_partners_changes_nothing(mini: KnowledgeBase, data: st.DataObject) -> None:
    profile = data.draw(profiles(mini))
    keys = data.draw(st.permutations(list(profile)))
    other = {key: profile[key] for key in keys}
    if "partners" in other:
        other["partners"] = list(reversed(other["partners"]))
    assert (evaluate_situation(load_situation(mini, other), mini)
            == evaluate_situation(load_situation(mini, profile), mini))


def test_changing_answers_gives_what_a_fresh_evaluation_gives(any_kb: KnowledgeBase) -> None:
    choose = random.Random(7)
    for seed in range(120):
        situation = load_situation(any_kb, sample(any_kb, seed))
        base = evaluate_situation(situation, any_kb)
        for _ in range(5):
            changes = some_changes(any_kb, choose)
            masks = [changes.get(at, mask) for at, mask in enumerate(situation.masks)]
            assert (reevaluate(any_kb, base, changes)
                    == evaluate(any_kb, masks, situation.partners)), f"seed {seed}"


def some_changes(kb: KnowledgeBase, choose: random.Random) -> dict[int, int]:
    """New masks for one to four attributes: a value, several, or nothing known."""
    out = {}
    for at in choose.sample(range(kb.attributes), choose.randint(1, 4)):
        atoms = bits(kb.variables[at].full)
        kept = choose.sample(atoms, choose.choice((1, 1, min(2, len(atoms)), len(atoms))))
        out[at] = sum(1 << atom for atom in kept)
    return out


def test_changing_an_answer_and_back_gives_the_first_inference(any_kb: KnowledgeBase) -> None:
    choose = random.Random(11)
    for seed in range(60):
        situation = load_situation(any_kb, sample(any_kb, seed))
        base = evaluate_situation(situation, any_kb)
        changes = some_changes(any_kb, choose)
        there = reevaluate(any_kb, base, changes)
        assert reevaluate(any_kb, there, {at: situation.masks[at] for at in changes}) == base


def test_the_generated_profiles_reach_every_rule_of_the_small_knowledge_base(mini: KnowledgeBase) -> None:
    seen: set[str] = set()
    for seed in itertools.count():
        profile = build(mini, Choices(random.Random(seed).choice))
        inference = evaluate_situation(load_situation(mini, profile), mini)
        seen |= {name for name, s in zip(mini.rules, inference.states, strict=True) if fired(s)}
        if seen == set(mini.rules):
            break
        assert seed < 1200, f"never fired: {sorted(set(mini.rules) - seen)}"
