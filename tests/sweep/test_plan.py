"""Plans: a full factorial holds each profile once; a hypercube is balanced; stretches fit together."""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pytest

from dss import InvalidInput, KnowledgeBase, load_situation
from dss.plan import FACTORIAL, HYPERCUBE, SOBOL, Ranges, plan_of, ranges_of
from dss.terms import single


def all_open(kb: KnowledgeBase, samples: int, method: str = HYPERCUBE, seed: int = 0) -> Ranges:
    base = load_situation(kb, {})
    return plan_of(base, ranges_of(kb, base, [], True), samples, method, seed)


def rows(plan: Ranges, start: int, stop: int) -> list[tuple[int, ...]]:
    return list(zip(*(code.tolist() for code in plan.codes(start, stop)), strict=True))


def test_a_full_factorial_holds_each_profile_once_in_order(mini: KnowledgeBase) -> None:
    base = load_situation(mini, {})
    names = [v.id for v in mini.variables[:3]]
    plan = plan_of(base, ranges_of(mini, base, names, False), 0, HYPERCUBE, 0)
    assert plan.method == FACTORIAL
    assert rows(plan, 0, plan.total) == list(product(*(range(len(r.masks)) for r in plan.ranges)))


@pytest.mark.parametrize("total", [7, 64, 1000, 4096])
def test_a_hypercube_takes_every_value_as_often_as_the_others(kb: KnowledgeBase, total: int) -> None:
    plan = all_open(kb, total)
    for r, code in zip(plan.ranges, plan.codes(0, total), strict=True):
        counts = np.bincount(code, minlength=len(r.masks))
        assert counts.max() - counts.min() <= 2, kb.variables[r.at].id


def test_the_ranges_of_a_hypercube_do_not_hang_together(kb: KnowledgeBase) -> None:
    plan = all_open(kb, 20_000)
    pairs = [(i, j) for i, r in enumerate(plan.ranges) for j, q in enumerate(plan.ranges[:i])
             if len(r.masks) == len(q.masks) == 5]
    codes = plan.codes(0, 20_000)
    for i, j in pairs:
        seen = Counter(zip(codes[i].tolist(), codes[j].tolist(), strict=True))
        assert len(seen) == 25
        assert 600 < min(seen.values()) <= max(seen.values()) < 1000, (i, j)


@pytest.mark.parametrize("method", [HYPERCUBE, SOBOL])
def test_a_stretch_is_the_same_whatever_comes_before_it(kb: KnowledgeBase, method: str) -> None:
    plan = all_open(kb, 1000, method)
    assert rows(plan, 0, 1000) == [*rows(plan, 0, 300), *rows(plan, 300, 301), *rows(plan, 301, 1000)]


@pytest.mark.parametrize("method", [HYPERCUBE, SOBOL])
def test_the_seed_decides(kb: KnowledgeBase, method: str) -> None:
    first, again, other = (rows(all_open(kb, 200, method, seed), 0, 200) for seed in (1, 1, 2))
    assert first == again != other


def test_sobol_points_fill_every_value(kb: KnowledgeBase) -> None:
    plan = all_open(kb, 4096, SOBOL)
    for r, code in zip(plan.ranges, plan.codes(0, 4096), strict=True):
        counts = np.bincount(code, minlength=len(r.masks))
        assert counts.max() - counts.min() <= 2, kb.variables[r.at].id


def test_unknowns_are_the_facts_left_open(mini: KnowledgeBase) -> None:
    at = next(i for i, v in enumerate(mini.variables[: mini.attributes]) if v.kind == "scale")
    name, first = mini.variables[at].id, mini.variables[at].values[0]
    base = load_situation(mini, {name: first})
    assert {r.at for r in ranges_of(mini, base, [], True)} == {
        i for i, mask in enumerate(base.masks) if not single(mask)}
    both = ranges_of(mini, base, [name], True)
    assert {r.at for r in both} == set(range(mini.attributes))
    assert next(r for r in both if r.at == at).masks == tuple(1 << i for i in range(mini.variables[at].size))


def test_a_phrase_narrows_a_range(mini: KnowledgeBase) -> None:
    variable = next(v for v in mini.variables[: mini.attributes] if v.kind == "scale" and v.size > 2)
    found = ranges_of(mini, load_situation(mini, {}), [f"{variable.id}=at least {variable.values[1]}"], False)
    assert [r.masks for r in found] == [tuple(1 << i for i in range(1, variable.size))]


@pytest.mark.parametrize(("vary", "code"), [
    (["nonsense"], "SW001"), ([], "SW002"), (["*"], "SW003"),
])
def test_what_cannot_be_varied_is_told(kb: KnowledgeBase, vary: list[str], code: str) -> None:
    base = load_situation(kb, {})
    with pytest.raises(InvalidInput) as error:
        plan_of(base, ranges_of(kb, base, vary, False), 0, HYPERCUBE, 0)
    assert [issue.code for issue in error.value.issues] == [code]
