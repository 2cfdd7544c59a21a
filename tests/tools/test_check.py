"""dss kb check: its formats, its pages, and our own knowledge base, with nothing suppressed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import ROOT, dss
from test_faults import BASE, FAULTS, faulty

from dss.checks import checks
from dss.checks._pages import READING
from dss.kb import KnowledgeBase, load_kb
from dss.situation import load_situation
from dss.witness import searcher

HEADINGS = ("What it finds:", "Why it matters:", "How to mend it:")


def test_our_own_knowledge_base_passes_every_check() -> None:
    result = dss("kb", "check")
    assert result.exit_code == 0, result.stdout


@pytest.mark.parametrize("check", checks(), ids=lambda c: c.name)
def test_every_check_has_a_page_with_the_same_headings(check: object) -> None:
    page = getattr(check, "page", "")
    assert [h for h in HEADINGS if h not in page] == []
    code = getattr(check, "code", "")
    assert dss("kb", "check", "--explain", code.lower()).stdout.startswith(f"{code}: ")


def test_check_codes_are_unique_and_apart_from_those_of_reading() -> None:
    codes = [check.code for check in checks()]
    assert len(set(codes)) == len(codes)
    assert not set(codes) & set(READING)


def test_every_code_that_reading_may_give_is_explained() -> None:
    import re

    told = {code for file in (ROOT / "dss").rglob("*.py") if file.parent.name != "checks"
            for code in re.findall(r'"(KB0\d\d)"', file.read_text(encoding="utf-8"))}
    assert sorted(told - set(READING)) == []


def test_an_unknown_code_is_a_usage_error() -> None:
    assert dss("kb", "check", "--explain", "KB999").exit_code == 2
    assert dss("kb", "check", "--only", "KB999").exit_code == 2


def test_the_list_names_every_check() -> None:
    listed = dss("kb", "check", "--list").stdout
    assert all(check.code in listed for check in checks())


def test_only_runs_one_check(tmp_path: Path) -> None:
    folder = faulty("word-twice", tmp_path)
    assert dss("kb", "check", "--kb", folder, "--only", "KB118").exit_code == 1
    assert dss("kb", "check", "--kb", folder, "--only", "KB101").exit_code == 0


def test_json_gives_place_also_and_witness(tmp_path: Path) -> None:
    folder = faulty("forbidden-companion", tmp_path)
    data = json.loads(dss("kb", "check", "--kb", folder, "--format", "json").stdout)
    (found,) = data["findings"]
    assert found["code"] == "KB103"
    assert found["file"].endswith("rules/law.yaml")
    assert found["also"][0]["line"] > 0
    assert found["witness"]
    assert data["schema"] == "dss/kb-check/1"


def test_sarif_has_a_rule_and_a_place_for_every_result(tmp_path: Path) -> None:
    folder = faulty("rule-that-never-fires", tmp_path)
    run = json.loads(dss("kb", "check", "--kb", folder, "--format", "sarif").stdout)["runs"][0]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "KB102"
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region["startLine"] > 1
    assert region["endColumn"] > region["startColumn"]


def test_annotations_are_one_line_each(tmp_path: Path) -> None:
    folder = faulty("forbidden-companion", tmp_path)
    (line,) = dss("kb", "check", "--kb", folder, "--format", "github").stdout.splitlines()
    assert line.startswith("::error file=")
    assert ",title=KB103::" in line


def test_problems_of_reading_are_findings_too(tmp_path: Path) -> None:
    folder = faulty("unknown-key", tmp_path)
    result = dss("kb", "check", "--kb", folder)
    assert result.exit_code == 1
    assert "KB002" in result.stdout
    assert "the other checks run when the files can be read" in result.stdout


def test_a_witness_shows_what_was_found(tmp_path: Path) -> None:
    folder = faulty("forbidden-companion", tmp_path)
    data = json.loads(dss("kb", "check", "--kb", folder, "--format", "json").stdout)
    profile = tmp_path / "profile.yaml"
    profile.write_text(data["findings"][0]["witness"], encoding="utf-8")
    told = json.loads(dss("assess", profile, "--kb", folder, "--format", "json").stdout)
    assert {"force-needs-its-case-told", "no-boom-against-guests"} <= set(told["fired"])


def test_every_rule_that_can_fire_has_a_profile_that_fires_it(any_kb: KnowledgeBase) -> None:
    from dss.evaluate import evaluate, fired
    from dss.witness import realised

    find = searcher(any_kb)
    for i, rule in enumerate(any_kb.rules):
        goal = find.fires(rule)
        witness = find.find(goal)
        assert witness is not None, rule
        profile = realised(any_kb, witness, goal)
        assert profile is not None, rule
        situation = load_situation(any_kb, profile)
        assert fired(evaluate(any_kb, situation.masks, situation.partners).states[i]), rule


def test_the_base_of_the_faults_is_not_the_mini_knowledge_base_itself() -> None:
    assert load_kb(BASE).id == "mini"
    assert FAULTS.name == "faults"
