"""The founding article: every core point is carried, and the command fails when one is not."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import MINI
from running import dss

import kb_rules
from dss import KnowledgeBase, load_kb
from dss.coverage import coverage

CORE, RESTATED = 113, 36
FOLDER = Path(kb_rules.__path__[0])


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the packaged knowledge base."""
    folder = tmp_path / "kb"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    return folder


def uncover(folder: Path, point: str) -> int:
    """Take a point out of every 'covers', and give how many there were."""
    count = 0
    for file in [*folder.glob("rules/*.yaml"), folder / "invariants.yaml"]:
        text = file.read_text(encoding="utf-8")
        new, n = re.subn(rf"(covers: \[[^\]]*?)\b{point}\b(?:, )?", r"\1", text)
        file.write_text(re.sub(r", *\]", "]", new), encoding="utf-8")
        count += n
    return count


def test_every_core_point_of_the_article_is_carried(kb: KnowledgeBase) -> None:
    found = coverage(kb)
    assert len(found) == CORE
    assert [c.point for c in found if not c.carried] == []
    assert len({c.point for c in found}) == CORE
    assert [c.point for c in found] == sorted(c.point for c in found)


def test_every_restatement_maps_to_a_core_point_that_is_carried(kb: KnowledgeBase) -> None:
    restated = [p for c in coverage(kb) for p in c.restated_as]
    assert len(restated) == len(set(restated)) == RESTATED
    assert not set(restated) & {c.point for c in coverage(kb)}


def test_what_carries_a_point_says_so_itself(kb: KnowledgeBase) -> None:
    invariants = {i.id: i for i in kb.invariants}
    for carried in coverage(kb):
        assert all(carried.point in kb.rules[r].covers for r in carried.rules)
        assert all(carried.point in invariants[i].covers for i in carried.invariants)
        assert carried.point in kb.principles[carried.principle].points


def test_the_command_shows_the_matrix_and_succeeds(kb: KnowledgeBase) -> None:
    shown = dss("kb", "coverage")
    assert shown.exit_code == 0
    assert f"{CORE} of {CORE} core points carried by {len(kb.rules)} rules" in shown.stdout
    assert f"{RESTATED} restatements map to them" in shown.stdout
    for carried in coverage(kb):
        assert carried.point in shown.stdout


def test_the_command_gives_the_matrix_as_data(kb: KnowledgeBase) -> None:
    told = json.loads(dss("kb", "coverage", "--format", "json").stdout)
    assert (told["core"], told["carried"], told["missing"]) == (CORE, CORE, [])
    assert told["kb"] == {"id": kb.id, "version": kb.version, "digest": kb.digest}
    assert [p["point"] for p in told["points"]] == [c.point for c in coverage(kb)]
    assert all(p["rules"] or p["invariants"] for p in told["points"])


@pytest.mark.parametrize("which", [0, 0.5, 1])
def test_the_command_fails_when_a_point_loses_its_last_rule(copy: Path, which: float) -> None:
    points = [c for c in coverage(load_kb(copy)) if len(c.rules) + len(c.invariants) == 1]
    point = points[int(which * (len(points) - 1))].point
    assert uncover(copy, point) == 1
    shown = dss("kb", "coverage", "--kb", copy)
    assert shown.exit_code == 1
    assert f"{CORE - 1} of {CORE} core points" in shown.stdout
    assert re.search(rf"{point} .*NOTHING", shown.stdout)
    told = json.loads(dss("kb", "coverage", "--kb", copy, "--format", "json").stdout)
    assert told["missing"] == [point]


@pytest.mark.slow
def test_every_point_is_missed_when_nothing_carries_it(copy: Path) -> None:
    for carried in coverage(load_kb(copy)):
        folder = copy.with_name(carried.point)
        shutil.copytree(copy, folder)
        assert uncover(folder, carried.point) == len(carried.rules) + len(carried.invariants)
        assert [c.point for c in coverage(load_kb(folder)) if not c.carried] == [carried.point]


def test_a_draft_rule_carries_nothing_unless_drafts_take_part(tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    shutil.copytree(MINI, folder)
    assert [c.point for c in coverage(load_kb(folder)) if not c.carried] == []
    law = folder / "rules" / "law.yaml"
    law.write_text(law.read_text(encoding="utf-8").replace(
        "- id: hit-back-when-attacked\n", "- id: hit-back-when-attacked\n  status: draft\n").replace(
        "- id: verdict-allows-force\n", "- id: verdict-allows-force\n  status: draft\n").replace(
        "- id: unlawful-force-is-out\n", "- id: unlawful-force-is-out\n  status: draft\n"), encoding="utf-8")
    assert [c.point for c in coverage(load_kb(folder)) if not c.carried] == ["P1"]
    assert [c.point for c in coverage(load_kb(folder, drafts=True)) if not c.carried] == []
