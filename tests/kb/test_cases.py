"""Every case that stands beside a rule in the knowledge base, one test each."""

from __future__ import annotations

import pytest

from dss import load_kb
from dss.evaluate import evaluate_situation, fired
from dss.issues import Problems
from dss.rules import Case, Rule
from dss.situation import read_situation

KB = load_kb(drafts=True)
POSITION = {name: i for i, name in enumerate(KB.rules)}


def the_cases() -> list[object]:
    return [pytest.param(rule, case, id=f"{rule.id}-{n}")
            for rule in KB.rules.values() for n, case in enumerate(rule.cases, 1)]


@pytest.mark.parametrize(("rule", "case"), the_cases())
def test_a_rule_fires_exactly_where_its_cases_say(rule: Rule, case: Case) -> None:
    problems = Problems()
    situation = read_situation(KB, case.given, case.place.file, b"", problems)
    problems.raise_if_any()
    assert situation is not None
    state = evaluate_situation(situation, KB).states[POSITION[rule.id]]
    assert fired(state) == case.fires, f"{case.place}: {rule.id} should {'' if case.fires else 'not '}fire"
