"""The summary's figures against plain definitions of them."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product
from statistics import mean

import numpy as np
import pytest
from profiles import Choices, complete

from dss import KnowledgeBase, load_situation
from dss.advice import advise
from dss.column_advice import advise_block
from dss.discovery import box_data, discover, phrase
from dss.evaluate import evaluate
from dss.plan import HYPERCUBE, Range, Ranges, plan_of, ranges_of
from dss.summary import Tally, count, percent, variance_shares
from dss.sweep_job import Job, work
from dss.sweep_summary import spread, summarise


def small_plan(kb: KnowledgeBase) -> Ranges:
    """A factorial of a few hundred profiles in which the posture changes."""
    scales = [v.id for v in kb.variables[: kb.attributes] if v.kind == "scale"]
    for seed in range(100):
        base = load_situation(kb, complete(kb, load_situation(kb, {}), Choices(random.Random(seed).choice)))
        plan = plan_of(base, ranges_of(kb, base, scales[:4], False), 0, HYPERCUBE, 0)
        if len(set(spread(kb, plan)[1].tolist())) > 2:
            return plan
    raise AssertionError("no profile of these changes posture")


def tallied(kb: KnowledgeBase, plan: Ranges) -> Tally:
    tally = Tally.empty(kb, [len(r.masks) for r in plan.ranges])
    for start in range(0, plan.total, 50):
        tally.add(Tally(**work(Job(plan), (start, min(start + 50, plan.total)), kb).tally))
    return tally


def test_shares_of_variance_are_those_of_the_definition(mini: KnowledgeBase) -> None:
    plan = small_plan(mini)
    codes, outcome = spread(mini, plan)
    found = variance_shares(tallied(mini, plan))
    assert len(set(outcome.tolist())) > 1
    outcomes = range(len(mini.postures) + 1)
    whole = sum(variance([int(o == p) for o in outcome.tolist()]) for p in outcomes)
    for code, share in zip(codes, found, strict=True):
        values = sorted(set(code.tolist()))
        pairs = list(zip(outcome.tolist(), code.tolist(), strict=True))
        alone = sum(variance([mean(Fraction(int(o == p)) for o, c in pairs if c == v) for v in values])
                    for p in outcomes)
        assert share == alone / whole
    assert 0 < sum(found) <= 1


def variance(numbers: list[int] | list[Fraction]) -> Fraction:
    middle = Fraction(sum(numbers)) / len(numbers)
    return sum(((n - middle) ** 2 for n in numbers), Fraction(0)) / len(numbers)


def test_counts_and_regret_are_those_of_the_plain_evaluator(mini: KnowledgeBase) -> None:
    plan = small_plan(mini)
    tally = tallied(mini, plan)
    names = list(mini.postures)
    lost = {p: Fraction(0) for p in names}
    chosen: list[str] = []
    for masks in product(*(r.masks for r in plan.ranges)):
        full = list(plan.base.masks)
        for r, mask in zip(plan.ranges, masks, strict=True):
            full[r.at] = mask
        advice = advise(mini, evaluate(mini, full, plan.base.partners), {})
        chosen.append("" if advice.cautious else advice.posture)
        worth = {r.posture: max(r.score, 0) if r.feasible else 0 for r in advice.ratings}
        for p in names:
            lost[p] += Fraction(max(worth.values()) - worth[p], 336_000)
    assert tally.profiles == len(chosen)
    assert dict(zip([*names, ""], tally.postures, strict=True)) == {p: chosen.count(p) for p in [*names, ""]}
    parts = -(-plan.total // 50)
    for p, hundredths in zip(names, tally.regret, strict=True):
        assert abs(hundredths - 100 * lost[p]) <= parts, "rounded once a part"


def test_a_tally_adds_up_whatever_the_parts(mini: KnowledgeBase) -> None:
    plan = small_plan(mini)
    codes = plan.codes(0, plan.total)
    advised = advise_block(mini, plan.block(mini, codes))
    whole = count(mini, advised, codes, [len(r.masks) for r in plan.ranges])
    found = tallied(mini, plan)
    assert (found.postures, found.actions, found.barred, found.by_value) == (
        whole.postures, whole.actions, whole.barred, whole.by_value)
    assert Tally(**found.as_data()) == found


def planted(kb: KnowledgeBase) -> tuple[list[Range], list[np.ndarray]]:
    """Every combination of three scales' values, several times over."""
    scales = [i for i, v in enumerate(kb.variables[: kb.attributes]) if v.kind == "scale" and v.size == 5][:3]
    ranges = [Range(at, tuple(1 << k for k in range(5))) for at in scales]
    grid = np.array(list(product(range(5), repeat=3)) * 4, np.uint8)
    return ranges, [grid[:, i] for i in range(3)]


def test_a_planted_condition_is_discovered(kb: KnowledgeBase) -> None:
    ranges, codes = planted(kb)
    failed = (codes[0] >= 3) & (codes[2] <= 1)
    box = discover(kb, ranges, codes, failed)[0]
    first, _, third = (kb.variables[r.at] for r in ranges)
    assert box_data(kb, ranges, box, int(failed.sum())) == {
        "when": {first.id: f"at least {first.values[3]}", third.id: f"at most {third.values[1]}"},
        "fails_percent": 100.0, "of_failures_percent": 100.0}


def test_two_planted_conditions_are_both_discovered(kb: KnowledgeBase) -> None:
    ranges, codes = planted(kb)
    failed = ((codes[0] >= 3) & (codes[2] <= 1)) | ((codes[1] == 0) & (codes[2] >= 3))
    boxes = discover(kb, ranges, codes, failed)
    assert len(boxes) >= 2
    assert sum(b.failures for b in boxes) == failed.sum()


def test_chance_is_no_condition_and_explains_nothing(kb: KnowledgeBase) -> None:
    draw = np.random.default_rng(7)
    scales = [at for at in range(kb.attributes) if kb.variables[at].size == 5][:12]
    ranges = [Range(at, tuple(1 << k for k in range(5))) for at in scales]
    codes = [draw.integers(0, 5, 3000).astype(np.uint8) for _ in ranges]
    failed = (codes[0] >= 3) ^ (draw.random(3000) < 0.2)
    boxes = discover(kb, ranges, codes, failed, sampled=True)
    assert [[len(a) < 5 for a in box.allowed].count(True) for box in boxes] == [1]
    assert boxes[0].allowed[0] == (3, 4)
    few = draw.integers(0, 2, 200)
    tally = Tally.empty(kb, [128])
    tally.profiles = 200
    tally.postures = [int((few == o).sum()) for o in (0, 1)]
    many = draw.integers(0, 128, 200)
    tally.by_value = [[[int(((many == v) & (few == o)).sum()) for o in (0, 1)] for v in range(128)]]
    assert variance_shares(tally)[0] > Fraction(1, 2)
    assert variance_shares(tally, sampled=True)[0] < Fraction(1, 5)


def test_where_nothing_fails_nothing_is_discovered(kb: KnowledgeBase) -> None:
    ranges, codes = planted(kb)
    assert discover(kb, ranges, codes, np.zeros(len(codes[0]), np.bool_)) == []
    assert discover(kb, ranges, codes, np.ones(len(codes[0]), np.bool_)) == []


def test_boxes_hold_what_they_say(mini: KnowledgeBase) -> None:
    plan = small_plan(mini)
    codes, outcome = spread(mini, plan)
    failed = outcome != outcome[0]
    for box in discover(mini, plan.ranges, codes, failed):
        inside = np.logical_and.reduce([np.isin(c, a) for c, a in zip(codes, box.allowed, strict=True)])
        assert (int(inside.sum()), int(failed[inside].sum())) == (box.profiles, box.failures)


def test_allowed_values_are_told_as_one_writes_them(kb: KnowledgeBase) -> None:
    sets = next(i for i, v in enumerate(kb.variables[: kb.attributes]) if v.kind == "set")
    variable = kb.variables[sets]
    r = Range(sets, tuple(1 << k for k in range(variable.size)))
    one = variable.values[0]
    having = [k for k in range(variable.size) if k & 1]
    assert phrase(variable, r, having) == f"has {one}"
    assert phrase(variable, r, [k for k in range(variable.size) if not k & 1]) == f"lacks {one}"
    choice = next(v for v in kb.variables[: kb.attributes] if v.kind == "choice")
    assert phrase(choice, Range(0, tuple(1 << k for k in range(choice.size))), [0, 2]) == (
        f"[{choice.values[0]}, {choice.values[2]}]")


def test_the_summary_names_the_favoured_posture(mini: KnowledgeBase) -> None:
    plan = small_plan(mini)
    data = summarise(mini, Job(plan), tallied(mini, plan))
    assert data["favoured"]["posture"] in mini.postures
    assert sum(p["count"] for p in data["postures"]) == data["profiles"] == plan.total
    drivers = data["drivers"]
    assert drivers["exact"]
    told = sum(d["percent"] for d in drivers["alone"]) + drivers["together_percent"]
    assert told == pytest.approx(100, abs=0.5), "each rounded once"


@pytest.mark.parametrize(("part", "whole", "wanted"), [
    (1, 3, 33.3), (2, 3, 66.7), (1, 2000, 0.1), (0, 5, 0.0),
])
def test_percent_is_rounded_once(part: int, whole: int, wanted: float) -> None:
    assert percent(part, whole) == wanted
