"""dss kb test: cases, what is decisive, and what nobody would notice."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import yaml
from running import EXAMPLES, dss
from test_faults import BASE, faulty

from dss.casetest import cover, run_cases
from dss.kb import KnowledgeBase, load_kb
from dss.mutants import mutants
from dss.mutate import mutate, pin, precedent_situations
from dss.situation import load_situation

ENOUGH = 95


def test_our_own_cases_pass() -> None:
    assert dss("kb", "test").exit_code == 0


def test_a_failing_case_is_named_with_its_place(tmp_path: Path) -> None:
    result = dss("kb", "test", "--kb", faulty("case-that-fails", tmp_path))
    assert result.exit_code == 1
    assert re.search(
        r"friends\.yaml:\d+:\d+: rule 'two-friends-close-the-boom' should fire here", result.stdout
    )


def test_one_rule_can_be_tested_alone() -> None:
    result = dss("kb", "test", "--kb", BASE, "verdict-allows-force")
    assert result.stdout == "2 of 2 cases of 1 rules pass.\n"
    assert dss("kb", "test", "--kb", BASE, "verdict-allow-force").exit_code == 2


def test_every_phrase_of_ours_that_some_profile_shows_at_work_is_decisive(kb: KnowledgeBase) -> None:
    assert [f"{m.place}: {m.text}" for m in cover(kb).missing if m.case] == []


def test_a_missing_case_is_given_ready_to_paste() -> None:
    kb = load_kb(BASE)
    missing = [m for m in cover(kb).missing if m.case]
    assert missing
    for m in missing:
        (case,) = yaml.safe_load(m.case)
        rule = kb.rules[m.rule]
        given = load_situation(kb, case["given"], name="case")
        from dss.evaluate import evaluate_situation, fired

        state = evaluate_situation(given, kb).states[list(kb.rules).index(rule.id)]
        assert fired(state) == (case["fires"] in (True, "yes")), m


def test_pasting_the_missing_cases_makes_every_phrase_decisive(tmp_path: Path) -> None:
    folder = faulty("word-twice", tmp_path)
    for _ in range(9):
        missing = {m.rule: m for m in cover(load_kb(folder)).missing if m.case}
        for m in missing.values():
            path = Path(m.place.file)
            text = path.read_text(encoding="utf-8")
            start = text.index(f"- id: {m.rule}\n")
            at = text.index("  cases:\n", start) + len("  cases:\n")
            path.write_text(text[:at] + re.sub(r"^  ", "", m.case, flags=re.M) + text[at:], encoding="utf-8")
    left = cover(load_kb(folder)).missing
    assert [m for m in left if m.case] == []
    assert all(o.passed for o in run_cases(load_kb(folder)))


def test_enough_of_our_mutants_are_killed(kb: KnowledgeBase) -> None:
    kept = [*precedent_situations(kb), *(load_situation(kb, path) for path in EXAMPLES)]
    found = mutate(kb, pin(kb, kept))
    assert 100 * found.kills >= ENOUGH * found.total, [s.mutant.change for s in found.survivors][:20]


def test_a_mutant_differs_from_its_rule_and_is_of_a_known_kind() -> None:
    kb = load_kb(BASE)
    kinds = set()
    for mutant in mutants(kb):
        assert mutant.changed != kb.rules[mutant.rule], mutant.change
        kinds.add(mutant.kind)
    assert kinds == {"phrase", "unless", "override", "strength", "verb"}


def test_a_rule_without_its_telling_case_has_a_survivor_and_the_case_kills_it() -> None:
    kb = load_kb(BASE)
    name = "tense-crews-sour-the-mood"
    rule = kb.rules[name]
    poorer = replace(kb, rules={**kb.rules, name: replace(rule, cases=rule.cases[:1])})
    survivors = [s for s in mutate(poorer, [], [name]).survivors if s.mutant.kind == "unless"]
    assert survivors
    assert "fires: no" in survivors[0].cure
    assert not [s for s in mutate(kb, [], [name]).survivors if s.mutant.kind == "unless"]


def test_mutation_says_its_share_and_can_demand_one() -> None:
    result = dss("kb", "test", "--kb", BASE, "--mutate", "--at-least", "100")
    assert result.exit_code == 1
    assert re.search(r"\d+ of \d+ mutants killed \(\d+\.\d %\)", result.stdout)
    data = json.loads(dss("kb", "test", "--kb", BASE, "--mutate", "--format", "json").stdout)
    assert data["mutation"]["survivors"][0]["line"] > 0
