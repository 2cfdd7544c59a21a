"""What is called settled is settled: bounds hold, and no way to answer changes the posture."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from profiles import Choices, build, sample
from running import EXAMPLES
from small_kbs import small_kb
from typist import settled_example

from dss import KnowledgeBase, load_situation
from dss.advice import Advice, advise
from dss.bounds import MAYBE, NEVER, SURELY, bounds
from dss.evaluate import Inference, evaluate_situation, fired, reevaluate, truth
from dss.outlook import PARTNERS, Outlook
from dss.savefile import plain_profile
from dss.settle import open_facts, settled
from dss.situation import Situation
from dss.stages import SETTLED
from dss.terms import bits, single


def ways(kb: KnowledgeBase, situation: Situation, base: Inference) -> Iterator[dict[int, int]]:
    """Every way to answer the open facts in one value each, or to leave them."""
    facts = sorted(open_facts(kb, situation.masks, situation.partners))
    choices = [[base.possible[at], *(1 << i for i in bits(base.possible[at]))] for at in facts]
    for masks in itertools.product(*choices):
        yield {at: m for at, m in zip(facts, masks, strict=True) if m != base.possible[at]}


def some_way(base: Inference, facts: frozenset[int], choose: random.Random) -> dict[int, int]:
    """One way among them; often a full one."""
    keep = choose.choice((0, 0, 0.3, 0.8))
    return {at: 1 << choose.choice(bits(base.possible[at]))
            for at in sorted(facts) if choose.random() >= keep}


def count_ways(kb: KnowledgeBase, situation: Situation, base: Inference) -> int:
    total = 1
    for at in open_facts(kb, situation.masks, situation.partners):
        total *= 1 + len(bits(base.possible[at]))
    return total


def kind(advice: Advice) -> tuple[str, bool]:
    return advice.posture, advice.cautious


def test_with_nothing_moving_the_bounds_are_the_inference(any_kb: KnowledgeBase) -> None:
    for seed in range(100):
        situation = load_situation(any_kb, sample(any_kb, seed))
        inference = evaluate_situation(situation, any_kb)
        found = bounds(any_kb, situation.masks, situation.partners, ())
        assert found.low == found.high == [truth(s) for s in inference.states]
        assert found.fires == [SURELY if fired(s) else NEVER for s in inference.states]
        assert tuple(found.possible.masks) == inference.possible
        assert tuple(found.value.masks) == inference.value


def test_no_way_to_answer_leaves_the_bounds(any_kb: KnowledgeBase) -> None:
    choose = random.Random(3)
    wide = 0
    for seed in range(60):
        situation = load_situation(any_kb, sample(any_kb, seed))
        base = evaluate_situation(situation, any_kb)
        facts = open_facts(any_kb, situation.masks, situation.partners)
        found = bounds(any_kb, situation.masks, situation.partners, facts)
        wide += MAYBE in found.fires
        for _ in range(12):
            then = reevaluate(any_kb, base, some_way(base, facts, choose))
            for i, state in enumerate(then.states):
                assert found.low[i] <= truth(state) <= found.high[i]
                assert found.fires[i] in (MAYBE, SURELY if fired(state) else NEVER)
            for at in range(len(any_kb.variables)):
                assert not then.possible[at] & ~found.possible.masks[at]
                assert not then.value[at] & ~found.value.masks[at]
    assert wide > 30


def brute(kb: KnowledgeBase, profiles: Iterator[Situation], limit: int) -> tuple[int, int, int]:
    """Check every way of every profile that has at most ``limit`` ways: how many profiles were
    checked, how many are called settled, how many are."""
    tried = called = are = 0
    for situation in profiles:
        base = evaluate_situation(situation, kb)
        if not 1 < count_ways(kb, situation, base) <= limit:
            continue
        tried += 1
        now = kind(advise(kb, base, situation.weights))
        stays = all(kind(advise(kb, reevaluate(kb, base, way), situation.weights)) == now
                    for way in ways(kb, situation, base))
        verdict = settled(kb, situation).settled
        called, are = called + verdict, are + stays
        assert stays or not verdict, f"{situation.data!r} is called settled on {now}, and is not"
    return tried, called, are


def test_settled_is_true_over_every_way_on_the_small_knowledge_base(mini: KnowledgeBase) -> None:
    found = (load_situation(mini, sample(mini, seed)) for seed in range(500))
    tried, called, are = brute(mini, found, 600)
    assert tried > 60
    assert 10 < called <= are < tried


@pytest.mark.parametrize("seed", range(14))
def test_settled_is_true_over_every_way_on_generated_knowledge_bases(tmp_path: Path, seed: int) -> None:
    kb = small_kb(tmp_path / "kb", seed)
    found = (load_situation(kb, sample(kb, n)) for n in range(60))
    tried, called, are = brute(kb, found, 700)
    assert tried > 10
    assert called <= are


def test_on_the_generated_ones_much_that_is_settled_is_seen(tmp_path: Path) -> None:
    called = are = 0
    for seed in range(20, 28):
        kb = small_kb(tmp_path / str(seed), seed)
        some = brute(kb, (load_situation(kb, sample(kb, n)) for n in range(40)), 300)
        called, are = called + some[1], are + some[2]
    assert called * 2 > are > 20


def test_settled_holds_on_samples_of_the_real_one(kb: KnowledgeBase) -> None:
    called = sum(_sampled(kb, example, ways_each=15) for example in EXAMPLES)
    assert called > len(EXAMPLES)


@pytest.mark.slow
def test_settled_holds_on_many_samples_where_the_questionnaire_says_it(kb: KnowledgeBase) -> None:
    """Each example typed in until settled is announced: 3000 ways to answer the questions still open."""
    said = sum(_announced(kb, example, ways_each=3000) for example in EXAMPLES)
    assert said * 2 > len(EXAMPLES)


def test_settled_holds_where_the_questionnaire_says_it(kb: KnowledgeBase) -> None:
    assert sum(_announced(kb, example, ways_each=150) for example in (EXAMPLES[1], *EXAMPLES[-3:])) > 3


def _announced(kb: KnowledgeBase, example: Path, ways_each: int) -> bool:
    state = settled_example(kb, example)
    if state.place.kind != SETTLED:
        return False
    outlook, choose = state.outlook, random.Random(example.stem)
    now = kind(outlook.advice)
    facts = frozenset(at for at in outlook.moving if not single(outlook.inference.possible[at]))
    for _ in range(ways_each):
        way = some_way(outlook.inference, facts, choose)
        then = reevaluate(kb, outlook.inference, way)
        assert kind(advise(kb, then, outlook.situation.weights)) == now, way
    return True


def _sampled(kb: KnowledgeBase, example: Path, ways_each: int) -> int:
    """Forget more and more of an example; wherever it is called settled, sample ways to answer.

    Gives how often it was called settled.
    """
    called = 0
    choose = random.Random(example.stem)
    profile = plain_profile(example.read_bytes())
    names = [k for k in profile if k in kb.words.position and not kb.variables[kb.at(k)].frame]
    choose.shuffle(names)
    for forgotten in (1, 2, 3, 4, 8, 20):
        partial = {k: v for k, v in profile.items() if k not in names[:forgotten]}
        situation = load_situation(kb, partial)
        if not settled(kb, situation).settled:
            continue
        called += 1
        base = evaluate_situation(situation, kb)
        now = kind(advise(kb, base, situation.weights))
        facts = open_facts(kb, situation.masks, situation.partners)
        for _ in range(ways_each):
            way = some_way(base, facts, choose)
            assert kind(advise(kb, reevaluate(kb, base, way), situation.weights)) == now, way
    return called


def test_what_was_answered_unknown_stays_so_in_the_weaker_claim(kb: KnowledgeBase) -> None:
    """Facts that do not move are left as they are; the firm claim moves them too."""
    choose = random.Random(5)
    seen = set()
    for example in EXAMPLES[:6]:
        profile = plain_profile(example.read_bytes())
        names = [k for k in profile if k in kb.words.position]
        partial = {**profile, **dict.fromkeys(choose.sample(names, 10), "unknown")}
        partial = {k: v for k, v in partial.items() if k not in choose.sample(names, 4)}
        outlook = Outlook(kb, partial)
        seen.add((outlook.settled, outlook.firm))
        assert outlook.settled or not outlook.firm
        if outlook.settled:
            now = kind(outlook.advice)
            for _ in range(100):
                way = {at: m for at, m in some_way(outlook.inference, outlook.moving, choose).items()
                       if not single(outlook.inference.possible[at])}
                then = reevaluate(kb, outlook.inference, way)
                assert kind(advise(kb, then, outlook.situation.weights)) == now


def _without_partners(kb: KnowledgeBase, example: Path, seed: int) -> dict[str, Any]:
    """An example whose partners nobody was asked about, with what a list is counted for 'unknown' and
    some other answers changed."""
    choose = random.Random(f"{example.stem} {seed}")
    profile = {k: v for k, v in plain_profile(example.read_bytes()).items() if k != PARTNERS}
    for at in choose.sample(range(kb.attributes), 6):
        variable = kb.variables[at]
        if variable.kind in ("scale", "choice", "flag"):
            profile[variable.id] = choose.choice(variable.values)
    return {**profile, **{kb.variables[at].id: "unknown" for at in kb.aggregates}}


def _no_list_moves(kb: KnowledgeBase, outlook: Outlook, lists: int) -> None:
    """Partner lists, in part with open answers, leave the posture of a settled outlook."""
    for seed in range(lists):
        found = build(kb, Choices(random.Random(seed).choice)).get(PARTNERS, [])
        then = Outlook(kb, {**outlook.profile, PARTNERS: found})
        assert kind(then.advice) == kind(outlook.advice), found


def test_no_partner_list_moves_what_is_settled(kb: KnowledgeBase) -> None:
    """Also one that fills in what was answered 'unknown'."""
    called = 0
    for example in EXAMPLES:
        outlook = Outlook(kb, _without_partners(kb, example, 0))
        if outlook.settled:
            called += 1
            _no_list_moves(kb, outlook, 25)
    assert called > 3


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_no_partner_list_of_many_moves_what_is_settled(kb: KnowledgeBase, example: Path) -> None:
    for seed in range(1, 9):
        outlook = Outlook(kb, _without_partners(kb, example, seed))
        if outlook.settled:
            _no_list_moves(kb, outlook, 60)


def test_what_only_a_partner_list_tells_is_asked_by_it(kb: KnowledgeBase) -> None:
    """An aggregate answered 'unknown' moves until the list is answered, and is not asked again itself."""
    names = {kb.variables[at].id for at in kb.aggregates}
    outlook = Outlook(kb, dict.fromkeys(names, "unknown"))
    assert outlook.moving >= {*kb.aggregates}
    assert {outlook.question(at) for at in kb.aggregates} == {PARTNERS}
    assert not names & {*outlook.order, *outlook.matter}
    assert PARTNERS in outlook.order
    listed = Outlook(kb, {**outlook.profile, PARTNERS: "unknown"})
    assert not listed.moving & {*kb.aggregates}
    at = next(iter(kb.aggregates))
    stated = Outlook(kb, {kb.variables[at].id: kb.variables[at].values[0]})
    assert at not in stated.moving
    assert {stated.question(other) for other in kb.aggregates if other != at} == names - {kb.variables[at].id}


def test_an_empty_profile_is_not_settled_and_a_full_one_is(kb: KnowledgeBase, mini: KnowledgeBase) -> None:
    assert not settled(kb, load_situation(kb, {})).settled
    full = {"quarrel": "fishing", "stage": "words", "tension": "low", "time_left": "days", "boats_out": 3,
            "attacked": "no", "leave": "full", "grounds": "none", "in_place": "none", "partners": []}
    assert settled(mini, load_situation(mini, full)).settled


def test_a_proof_gives_up_rather_than_guess(kb: KnowledgeBase) -> None:
    situation = load_situation(kb, {})
    assert settled(kb, situation, parts=1).parts == 1
