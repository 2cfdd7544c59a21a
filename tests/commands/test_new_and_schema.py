"""``dss new`` and ``dss schema``: a profile to fill in, and what editors check it by."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from running import EXAMPLES, dss

from dss.kb import KnowledgeBase


def read_as_editors_do(text: str) -> Any:
    """YAML 1.2, in which a date is text (and yes and no are, which the schema admits as both)."""
    return as_text(yaml.safe_load(text))


def as_text(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: as_text(value) for key, value in node.items()}
    if isinstance(node, list):
        return [as_text(item) for item in node]
    return node.isoformat() if isinstance(node, datetime.date) else node


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(dss("schema").stdout)
    return found


def test_a_new_profile_is_accepted_and_says_too_little(tmp_path: Path) -> None:
    file = tmp_path / "crisis.yaml"
    made = dss("new", file)
    assert made.exit_code == 0
    assert made.stdout == ""
    assert f"dss assess {file}" in made.stderr
    assert dss("assess", file).exit_code == 3


def test_a_new_profile_asks_every_question_once(kb: KnowledgeBase) -> None:
    profile = yaml.safe_load(dss("new").stdout)
    asked = [v.id for v in kb.variables[: kb.attributes]]
    assert sorted(key for key, value in profile.items() if value == "unknown") == sorted(asked)


def test_a_short_profile_asks_only_what_frames_a_crisis(kb: KnowledgeBase) -> None:
    profile = yaml.safe_load(dss("new", "--short").stdout)
    frame = [v.id for v in kb.variables[: kb.attributes] if v.frame]
    assert sorted(key for key, value in profile.items() if value == "unknown") == sorted(frame)
    assert 10 <= len(frame) <= 15


def test_a_new_profile_explains_every_value(kb: KnowledgeBase) -> None:
    text = dss("new").stdout
    for variable in kb.variables[: kb.attributes]:
        for value in variable.values:
            assert f"#   - {value}:" in text, (variable.id, value)


def test_new_without_a_file_prints_what_it_would_write(tmp_path: Path) -> None:
    file = tmp_path / "crisis.yaml"
    dss("new", file)
    assert dss("new").stdout == file.read_text(encoding="utf-8") == dss("new", "-").stdout


def test_new_never_overwrites_unless_told_to(tmp_path: Path) -> None:
    file = tmp_path / "crisis.yaml"
    file.write_text("mine", encoding="utf-8")
    refused = dss("new", file)
    assert refused.exit_code == 1
    assert "exists; choose another name, or --force" in refused.stderr
    assert file.read_text(encoding="utf-8") == "mine"
    assert dss("new", file, "--force").exit_code == 0
    assert file.read_text(encoding="utf-8") != "mine"


def test_new_says_why_a_file_cannot_be_written(tmp_path: Path) -> None:
    result = dss("new", tmp_path / "no" / "such" / "crisis.yaml")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


def test_the_schema_is_valid_draft_2020_12(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_schema_knows_every_attribute(schema: dict[str, Any], kb: KnowledgeBase) -> None:
    assert {v.id for v in kb.variables[: kb.attributes]} < set(schema["properties"])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_every_example_fits_the_schema(example: Path, schema: dict[str, Any]) -> None:
    profile = read_as_editors_do(example.read_text(encoding="utf-8"))
    assert [e.message for e in Draft202012Validator(schema).iter_errors(profile)] == []


@pytest.mark.parametrize("options", [[], ["--short"]])
def test_a_new_profile_fits_the_schema(options: list[str], schema: dict[str, Any]) -> None:
    profile = read_as_editors_do(dss("new", *options).stdout)
    assert [e.message for e in Draft202012Validator(schema).iter_errors(profile)] == []


ACCEPTED: list[dict[str, Any]] = [
    {"escalation_risk": "at least high"},
    {"escalation_risk": ["moderate", "high"]},
    {"escalation_risk": "between low and high"},
    {"escalation_risk": {"value": "high", "grade": "B2", "note": "why", "as_of": "2014-03-20"}},
    {"legal_bases": "none"},
    {"legal_bases": ["host-state-consent"]},
    {"legal_bases": {"has": ["host-state-consent"], "may_have": ["un-chapter-vi"]}},
    {"phase": "n/a"},
    {"attack_ongoing": "yes"},
    {"exercise_troops": 9000},
    {"exercise_troops": "at least 9000"},
    {"partners": [{"name": "A", "commitment": "pledged"}]},
    {"partners": "unknown"},
    {"weights": {"deterrence": 2.5}},
]
REFUSED: list[dict[str, Any]] = [
    {"escalation_risk": "huge"},
    {"escalation_risk": "at least huge"},
    {"escalation_risk": {"value": "huge"}},
    {"escalation_risk": {"value": "high", "grade": "G9"}},
    {"escalation_risk": {"grade": "B2"}},
    {"escalation_risk": 3},
    {"escalation_rsik": "high"},
    {"legal_bases": ["divine-right"]},
    {"legal_bases": {"had": ["host-state-consent"]}},
    {"escalation_risk": "n/a"},
    {"exercise_troops": -5},
    {"exercise_troops": "many"},
    {"partners": [{"commitment": "pledged"}]},
    {"partners": [{"name": "A", "commitment": "total"}]},
    {"weights": {"deterrence": 9}},
    {"weights": {"glory": 1}},
    {"schema": "dss/profile/99"},
]


@pytest.mark.parametrize("profile", ACCEPTED, ids=str)
def test_schema_and_program_both_accept(profile: dict[str, Any], schema: dict[str, Any]) -> None:
    assert Draft202012Validator(schema).is_valid(profile)
    assert dss("assess", "-", stdin=json.dumps(profile)).exit_code == 3


@pytest.mark.parametrize("profile", REFUSED, ids=str)
def test_schema_and_program_both_refuse(profile: dict[str, Any], schema: dict[str, Any]) -> None:
    assert not Draft202012Validator(schema).is_valid(profile)
    assert dss("assess", "-", stdin=json.dumps(profile)).exit_code == 1
