"""Writing rules: kb new, rename and diff, and the way from a new rule to green."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from running import EXAMPLES, dss
from test_faults import BASE

import kb_rules
from dss.kb import load_kb
from dss.kbdiff import changes
from dss.rename import KINDS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A clean small knowledge base to write into."""
    return shutil.copytree(BASE, tmp_path / "kb")


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A copy of the packaged knowledge base to write into."""
    return shutil.copytree(Path(kb_rules.__path__[0]), tmp_path / "kb", ignore=shutil.ignore_patterns("__*"))


def test_from_a_new_rule_to_green(folder: Path) -> None:
    """The steps of docs/new-rule.md."""
    assert dss("kb", "new", "rule", "calm-crews-keep-watch", "--in", "calm", "--kb", folder).exit_code == 0
    assert dss("kb", "test", "--kb", folder).exit_code == 0, "a draft takes no part"
    left = dss("kb", "check", "--kb", folder)
    assert left.exit_code == 1
    assert "'TODO' is a placeholder" in left.stdout
    file = folder / "rules" / "calm.yaml"
    text = file.read_text(encoding="utf-8")
    start = text.index("- id: calm-crews-keep-watch")
    file.write_text(text[:start] + RULE, encoding="utf-8")
    assert dss("kb", "check", "--kb", folder).stdout.count("nothing found") == 1
    result = dss("kb", "test", "calm-crews-keep-watch", "--coverage", "--kb", folder)
    assert result.exit_code == 0, result.stdout


RULE = """\
- id: calm-crews-keep-watch
  title: Calm crews keep watch
  when:
    quarrel: fishing
    tension: low
  then:
  - favour: [keep-watch]
    strength: moderate
  because: You report {quarrel} and {tension} tension.
  source: {work: judgement, at: watch-keeping}
  covers: []
  cases:
  - {given: {quarrel: fishing, tension: low}, fires: yes}
  - {given: {quarrel: border, tension: low}, fires: no}
  - {given: {quarrel: fishing, tension: high}, fires: no}
"""


@pytest.mark.parametrize(("kind", "name", "home"), [
    ("rule", "a-new-rule", "law"), ("action", "a-new-action", "legal"), ("attribute", "new_fact", "affair"),
    ("attribute", "new_fact", "a_new_group"),
])
def test_what_is_new_loads_at_once_with_the_schema_line_on_top(
        kind: str, name: str, home: str, folder: Path) -> None:
    assert dss("kb", "new", kind, name, "--in", home, "--kb", folder).exit_code == 0
    kb = load_kb(folder, drafts=True)
    assert name in {**kb.rules, **kb.actions, **kb.words.position}
    text = (folder / f"{kind}s" / f"{home}.yaml").read_text(encoding="utf-8")
    assert text.startswith(f"# yaml-language-server: $schema=../../docs/schemas/{kind}s.schema.json\n")
    assert dss("kb", "new", kind, name, "--in", home, "--kb", folder).exit_code == 1, "it is taken now"


def test_what_was_there_stays_as_it_was(folder: Path) -> None:
    file = folder / "rules" / "law.yaml"
    before = file.read_text(encoding="utf-8")
    dss("kb", "new", "rule", "a-new-rule", "--in", "law", "--kb", folder)
    assert before.rstrip() in file.read_text(encoding="utf-8")


def test_a_new_precedent_is_read(ours: Path) -> None:
    assert dss("kb", "new", "precedent", "some-strait-1900", "--kb", ours).exit_code == 0
    assert dss("precedents", EXAMPLES[0], "--kb", ours).exit_code == 0


def test_a_new_pack_passes_its_own_tools(tmp_path: Path) -> None:
    pack = tmp_path / "harbour"
    assert dss("kb", "new", "pack", pack).exit_code == 0
    assert "nothing found" in dss("kb", "check", "--kb", pack).stdout
    assert dss("kb", "test", "--kb", pack).exit_code == 0
    assert dss("kb", "new", "pack", pack).exit_code == 1


@pytest.mark.parametrize("arguments", [
    ("rule", "Bad_Name", "--in", "law"), ("rule", "good-name"), ("rule", "good-name", "--in", "lawn"),
    ("attribute", "bad-name", "--in", "law"), ("rule", "good-name", "--in", "law", "--source", "none-such"),
])
def test_new_refuses_what_it_cannot_write(arguments: tuple[str, ...], folder: Path) -> None:
    before = {f: f.read_bytes() for f in folder.rglob("*.yaml")}
    assert dss("kb", "new", *arguments, "--kb", folder).exit_code == 2
    assert {f: f.read_bytes() for f in folder.rglob("*.yaml")} == before


RENAMED = [
    ("attribute", "quarrel", "dispute"),
    ("finding", "mood", "temper"),
    ("action", "parley", "hold-a-parley"),
    ("posture", "strike-back", "hit-back"),
    ("rule", "verdict-allows-force", "verdicts-allow-force"),
    ("principle", "calm", "calmness"),
    ("safeguard", "log-book", "ship-log"),
    ("source", "harbour-treaty", "treaty-of-1901"),
    ("partner-attribute", "lends", "brings"),
]


@pytest.mark.parametrize(("kind", "old", "new"), RENAMED)
def test_renaming_there_and_back_changes_no_byte(kind: str, old: str, new: str, folder: Path) -> None:
    before = {f.relative_to(folder): f.read_bytes() for f in folder.rglob("*.yaml")}
    assert dss("kb", "rename", old, new, "--kind", kind, "--kb", folder).exit_code == 0
    between = {f.relative_to(folder): f.read_bytes() for f in folder.rglob("*.yaml")}
    assert between != before
    assert dss("kb", "test", "--kb", folder).exit_code == 0
    assert "nothing found" in dss("kb", "check", "--kb", folder).stdout
    assert dss("kb", "rename", new, old, "--kind", kind, "--kb", folder).exit_code == 0
    assert {f.relative_to(folder): f.read_bytes() for f in folder.rglob("*.yaml")} == before


def test_every_kind_can_be_renamed() -> None:
    assert {kind for kind, _, _ in RENAMED} == set(KINDS)


def test_renaming_in_ours_changes_no_advice(ours: Path, tmp_path: Path) -> None:
    kb = load_kb(ours)
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    for path in EXAMPLES[:3]:
        shutil.copy(path, profiles)
    before = [
        json.loads(dss("assess", f, "--kb", ours, "-f", "json").stdout) for f in sorted(profiles.iterdir())
    ]
    for old in (kb.variables[0].id, next(iter(kb.rules))):
        new = old + ("_too" if old in kb.words.position else "-too")
        done = dss("kb", "rename", old, new, "--kb", ours, "--profiles", profiles)
        assert done.exit_code == 0, done.stderr
    after = [
        json.loads(dss("assess", f, "--kb", ours, "-f", "json").stdout) for f in sorted(profiles.iterdir())
    ]
    assert [[m["actions"][0]["id"] for m in d["mixes"]] for d in after] == (
        [[m["actions"][0]["id"] for m in d["mixes"]] for d in before])
    assert [d["actions"] for d in after] == [d["actions"] for d in before]


def test_a_dry_run_writes_nothing_and_shows_the_lines(folder: Path) -> None:
    before = {f: f.read_bytes() for f in folder.rglob("*.yaml")}
    told = dss("kb", "rename", "parley", "hold-a-parley", "--kb", folder, "--dry-run").stdout
    assert "+ hold-a-parley:" in told
    assert {f: f.read_bytes() for f in folder.rglob("*.yaml")} == before


@pytest.mark.parametrize(("old", "new"), [("nothing-such", "x-y"), ("parley", "send-envoy-again now"),
                                          ("verdict-allows-force", "strike-when-lawful")])
def test_rename_refuses_what_would_not_hold(old: str, new: str, folder: Path) -> None:
    assert dss("kb", "rename", old, new, "--kb", folder).exit_code == 2


def test_diff_of_the_same_is_nothing() -> None:
    result = dss("kb", "diff", BASE, BASE)
    assert (result.exit_code, result.stdout) == (0, "Nothing changed.\n")


def test_diff_tells_in_words_what_changed_and_whose_advice(folder: Path, tmp_path: Path) -> None:
    file = folder / "rules" / "calm.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("  when: {danger: not none}\n", "  when: {danger: acute}\n"), encoding="utf-8"
    )
    profile = tmp_path / "many-boats.yaml"
    profile.write_text("title: Many boats\nboats_out: 50\nattacked: no\nquarrel: border\nstage: words\n"
                       "grounds: none\ntension: low\n", encoding="utf-8")
    result = dss("kb", "diff", BASE, folder, "--profiles", profile)
    assert result.exit_code == 1
    assert "rule danger-calls-for-talk: changed\n" in result.stdout
    assert "when: 'danger of a fight: not none' became 'danger of a fight: acute'" in result.stdout
    assert "The advice on 1 of 1 profiles changes." in result.stdout
    data = json.loads(dss("kb", "diff", BASE, folder, "--profiles", profile, "-f", "json").stdout)
    assert [c["id"] for c in data["changes"]] == [c.id for c in changes(load_kb(BASE), load_kb(folder))]
