"""The knowledge base hangs together: nothing is idle, unreachable, unsourced or untested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import kb_rules
from dss.conditions import ALWAYS, Dnf
from dss.coverage import coverage
from dss.kb import KnowledgeBase

FOLDER = Path(kb_rules.__path__[0])
LONGEST_TITLE = 45
CORE_POINTS = 113


@cache
def written_rules() -> list[dict[str, Any]]:
    """Every rule as it stands in its file, before the loader gives defaults."""
    files = sorted((FOLDER / "rules").glob("*.yaml"))
    return [rule for file in files for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]]


def dnfs(kb: KnowledgeBase) -> Iterator[Dnf]:
    """Every condition of rules, actions, scorecards and invariants."""
    for rule in kb.rules.values():
        yield from (rule.when, rule.unless)
    for action in kb.actions.values():
        yield from (action.needs, action.pointless)
    for finding in kb.findings.values():
        yield from (part.when for part in (finding.scorecard.parts if finding.scorecard else ()))
    yield from (invariant.when for invariant in kb.invariants)


def read_positions(kb: KnowledgeBase) -> set[int]:
    """The positions of all variables that any condition or scorecard reads."""
    found = {variable for dnf in dnfs(kb) for row in dnf for variable, _ in row}
    found |= {kb.words.about_unknown[at] for at in found if at in kb.words.about_unknown}
    for finding in kb.findings.values():
        found |= finding.scorecard.reads if finding.scorecard else frozenset()
    return found | {kb.composition.horizon}


def cited_works(node: Any) -> Iterator[str]:
    """Every work that plain data cites, at any depth."""
    if isinstance(node, dict):
        if "work" in node:
            yield node["work"]
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from cited_works(item)


def test_every_attribute_is_read_by_something(kb: KnowledgeBase) -> None:
    read = read_positions(kb)
    assert [kb.variables[at].id for at in range(kb.attributes) if at not in read] == []


def test_every_fact_about_a_partner_is_read_by_something(kb: KnowledgeBase) -> None:
    conditions = [question.condition for question in kb.words.about_partners.values()]
    conditions += [aggregate.where for aggregate in kb.aggregates.values()]
    read = {variable for dnf in conditions for row in dnf for variable, _ in row}
    read |= {aggregate.of for aggregate in kb.aggregates.values()}
    assert [v.id for at, v in enumerate(kb.partner.variables) if at not in read] == []


def test_every_finding_is_concluded_by_something(kb: KnowledgeBase) -> None:
    concluded = {at for rule in kb.rules.values() for at, _ in rule.concludes}
    idle = [kb.variables[at].id for at, finding in kb.findings.items()
            if at not in concluded and finding.scorecard is None]
    assert idle == []


def test_every_finding_is_read_by_something(kb: KnowledgeBase) -> None:
    read = read_positions(kb)
    assert [kb.variables[at].id for at in kb.findings if at not in read] == []


def test_every_action_can_be_favoured_unless_it_is_always_forbidden(kb: KnowledgeBase) -> None:
    favoured = {target for rule in kb.rules.values() for target, points in rule.favours if points > 0}
    never = {action for rule in kb.rules.values() if rule.when == ALWAYS for action in rule.forbids}
    assert sorted(set(kb.actions) - favoured - never) == []
    assert not favoured & never


def test_every_posture_can_be_favoured_unless_it_is_the_fallback(kb: KnowledgeBase) -> None:
    favoured = {target for rule in kb.rules.values() for target, points in rule.favours if points > 0}
    assert sorted(set(kb.postures) - favoured - {kb.fallback.id}) == []


def test_every_source_is_cited(kb: KnowledgeBase) -> None:
    files = FOLDER.rglob("*.yaml")
    cited = {work for file in files for work in cited_works(yaml.safe_load(file.read_text(encoding="utf-8")))}
    assert sorted(set(kb.works) - cited) == []


def test_every_safeguard_is_required_by_some_rule(kb: KnowledgeBase) -> None:
    required = {r.safeguard for rule in kb.rules.values() for r in rule.requires}
    assert sorted(set(kb.safeguards) - required) == []


@pytest.mark.parametrize("key", ["source", "because", "covers", "cases"])
def test_every_rule_states(key: str) -> None:
    assert [rule["id"] for rule in written_rules() if key not in rule] == []


def test_every_rule_has_a_case_that_fires_and_one_that_does_not() -> None:
    lacking = [rule["id"] for rule in written_rules()
               if {case["fires"] for case in rule["cases"]} != {True, False} and "always" not in rule]
    assert lacking == []


def test_rule_titles_are_unique(kb: KnowledgeBase) -> None:
    titles = Counter(rule.title for rule in kb.rules.values())
    assert [title for title, n in titles.items() if n > 1] == []


def test_action_titles_fit_a_table(kb: KnowledgeBase) -> None:
    assert [a.title for a in kb.actions.values() if len(a.title) > LONGEST_TITLE] == []


def test_all_core_points_of_the_article_stand_under_one_principle_each(kb: KnowledgeBase) -> None:
    points = Counter(point for principle in kb.principles.values() for point in principle.points)
    assert len(points) == CORE_POINTS
    assert [point for point, n in points.items() if n > 1] == []


def test_every_core_point_of_the_article_is_carried_by_a_rule_or_invariant(kb: KnowledgeBase) -> None:
    assert [c.point for c in coverage(kb) if not c.carried] == []


def test_rules_stand_in_the_file_of_their_principle() -> None:
    stated = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))["principle"]
              for file in (FOLDER / "rules").glob("*.yaml")}
    assert {file: principle for file, principle in stated.items() if file != principle} == {}
    assert stated
