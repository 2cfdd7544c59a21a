"""``dss assess``: what goes in, what comes out, and with which exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from running import EXAMPLES, NATO, clean_environment, document, dss, process

from dss.render import Page, text

FRAMELESS = "title: A rumour\ncrisis_type: grey-zone-cyber\n"
WRONG = "title: A slip\narmed_attack: perhaps\n"


@pytest.fixture
def vague(tmp_path: Path) -> Path:
    """A profile of which too little is known."""
    file = tmp_path / "vague.yaml"
    file.write_text(FRAMELESS, encoding="utf-8")
    return file


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A profile with a mistake on its second line."""
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG, encoding="utf-8")
    return file


def test_a_full_profile_gives_a_report_and_status_0() -> None:
    result = dss("assess", NATO)
    assert result.exit_code == 0
    assert result.stdout.startswith("NATO after the annexation of Crimea, March 2014\n")
    for section in ("RECOMMENDED", "THE SITUATION", "THE MIX, BY LINE OF EFFORT", "WHY EACH",
                    "WHAT MUST NOT BE DONE", "WHAT WOULD CHANGE THIS ADVICE", "WHAT THIS RESTS ON"):
        assert f"\n{section}\n" in result.stdout
    assert result.stderr == ""


def test_every_report_ends_with_versions_and_the_disclaimer(vague: Path) -> None:
    for profile in (NATO, vague):
        foot = " ".join(dss("assess", profile).stdout.split()[-40:])
        assert "Knowledge base military-diplomacy" in foot
        assert foot.endswith("It is not legal advice.")


def test_too_little_known_exits_3_and_says_what_to_find_out(vague: Path) -> None:
    result = dss("assess", vague)
    assert result.exit_code == 3
    assert "Too little is known to advise more than to hold and verify." in result.stdout
    assert "WHAT TO FIND OUT FIRST\n  - " in result.stdout


def test_an_empty_mapping_recommends_nothing_hard() -> None:
    result = dss("assess", "-", "--format", "json", stdin="{}")
    found = json.loads(result.stdout)
    assert result.exit_code == 3
    assert found["status"] == "too-little-known"
    assert [a["id"] for a in found["mixes"][0]["actions"] if a["class"] != "cooperative"] == []
    assert found["questions"]


def test_standard_input_is_read_at_a_dash() -> None:
    from_file, from_input = dss("assess", NATO), dss("assess", "-", stdin=NATO.read_bytes())
    assert from_input.exit_code == 0
    assert from_input.stdout == from_file.stdout


def test_a_mistake_on_standard_input_is_placed_there() -> None:
    result = dss("assess", "-", stdin=WRONG)
    assert result.exit_code == 1
    assert result.stderr.startswith("<stdin>:2:15: PR012 'armed_attack' has no value 'perhaps'\n")


def test_several_profiles_give_a_json_array_in_their_order(vague: Path) -> None:
    result = dss("assess", NATO, vague, "--format", "json")
    assert [d["profile"]["title"] for d in json.loads(result.stdout)] == [
        "NATO after the annexation of Crimea, March 2014", "A rumour"]


def test_one_profile_gives_a_json_object() -> None:
    assert json.loads(dss("assess", NATO, "--format", "json").stdout)["schema"] == "dss/assessment/1"


def test_the_worst_status_wins_1_before_3_before_0(vague: Path, wrong: Path) -> None:
    assert dss("assess", NATO, NATO).exit_code == 0
    assert dss("assess", NATO, vague).exit_code == 3
    assert dss("assess", vague, NATO).exit_code == 3
    assert dss("assess", NATO, vague, wrong).exit_code == 1
    assert dss("assess", wrong, vague).exit_code == 1


def test_a_wrong_profile_does_not_keep_the_others_from_advice(wrong: Path) -> None:
    result = dss("assess", wrong, NATO)
    assert "RECOMMENDED" in result.stdout
    assert "has no value 'perhaps'" in result.stderr


def test_problems_come_as_json_with_the_same_places(wrong: Path) -> None:
    result = dss("assess", wrong, "--format", "json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert found["schema"] == "dss/problems/1"
    (problem,) = found["problems"]
    assert (problem["code"], problem["file"], problem["line"], problem["column"]) == (
        "PR012", str(wrong), 2, 15)
    assert problem["hints"]
    assert f"{wrong}:2:15: PR012" in result.stderr


def test_problems_stand_in_the_array_at_their_profiles_place(wrong: Path) -> None:
    found = json.loads(dss("assess", NATO, wrong, "--format", "json").stdout)
    assert [d["schema"] for d in found] == ["dss/assessment/1", "dss/problems/1"]


def test_text_problems_leave_standard_output_empty(wrong: Path) -> None:
    assert dss("assess", wrong).stdout == ""


def test_yaml_and_json_say_the_same() -> None:
    as_json = json.loads(dss("assess", NATO, "--format", "json").stdout)
    assert yaml.safe_load(dss("assess", NATO, "--format", "yaml").stdout) == as_json


def test_verbose_adds_reasons_objectives_and_stopping_conditions() -> None:
    short, long = dss("assess", NATO).stdout, dss("assess", NATO, "--verbose").stdout
    assert "--verbose)" in short
    assert "--verbose)" not in long
    assert "Serves: " in long
    assert "Stop if: " in long
    assert len(long) > len(short)


@pytest.mark.parametrize("width", [40, 80, 100])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_no_line_of_a_report_is_wider_than_the_page(example: Path, width: int) -> None:
    for verbose in (False, True):
        report = text.render([document(example)], Page(width, verbose=verbose))
        assert [line for line in report.splitlines() if len(line) > width] == []


def test_the_page_follows_columns_up_to_100() -> None:
    widths = {c: max(map(len, dss("assess", NATO, COLUMNS=str(c)).stdout.splitlines()))
              for c in (60, 100, 200)}
    assert widths[60] <= 60 < widths[100] == widths[200] <= 100


def test_the_page_is_never_narrower_than_40() -> None:
    assert dss("assess", NATO, COLUMNS="10").stdout == dss("assess", NATO, COLUMNS="40").stdout


def test_a_pipe_is_80_wide_and_without_colour() -> None:
    assert dss("assess", NATO).stdout == dss("assess", NATO, COLUMNS="80").stdout
    assert "\x1b" not in dss("assess", NATO).stdout


def test_colour_can_be_forced_and_changes_nothing_but_colour() -> None:
    import click

    plain = dss("assess", NATO).stdout
    colored = dss("assess", NATO, "--color", "always").stdout
    assert "\x1b[1m" in colored
    assert click.unstyle(colored) == plain
    assert dss("assess", NATO, "--color", "never").stdout == plain


def test_a_terminal_gets_colour_unless_no_color_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    from dss.options import page_for

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert page_for("auto").color
    assert not page_for("never").color
    monkeypatch.setenv("NO_COLOR", "1")
    assert not page_for("auto").color
    assert page_for("always").color


@pytest.mark.parametrize("fmt", ["json", "yaml"])
def test_data_formats_are_never_coloured(fmt: str) -> None:
    assert "\x1b" not in dss("assess", NATO, "--format", fmt, "--color", "always").stdout


def test_weights_move_scores_but_never_what_is_forbidden() -> None:
    weighted = NATO.read_text(encoding="utf-8") + "\nweights: {deterrence: 5, settlement: 0}\n"
    before = json.loads(dss("assess", NATO, "--format", "json").stdout)
    after = json.loads(dss("assess", "-", "--format", "json", stdin=weighted).stdout)
    assert after["weights"] == {"deterrence": 5, "settlement": 0}
    assert [a["score"] for a in after["actions"]] != [a["score"] for a in before["actions"]]
    assert after["forbidden"] == before["forbidden"]


@pytest.mark.parametrize("option", ["--output", "--record"])
def test_no_file_that_is_read_is_overwritten(vague: Path, option: str) -> None:
    link, template = vague.with_name("link"), vague.with_name("t.j2")
    link.symlink_to(vague)
    template.write_text("{{ profile.title }}", encoding="utf-8")
    for out in (vague, link, vague.parent / "." / vague.name, template):
        result = dss("assess", vague, "--template", template, option, out)
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"{option} would overwrite" in result.stderr
    assert vague.read_text(encoding="utf-8") == FRAMELESS
    assert template.read_text(encoding="utf-8") == "{{ profile.title }}"


def test_a_file_that_is_not_read_is_written_anew(vague: Path) -> None:
    out = vague.with_name("out.txt")
    out.write_text("old", encoding="utf-8")
    assert dss("assess", "-", "--output", out, stdin=FRAMELESS).exit_code == 3
    assert out.read_text(encoding="utf-8").startswith("A rumour")
    assert dss("assess", vague, "--output", "-").stdout.startswith("A rumour")


def test_a_file_name_brings_no_control_characters_into_the_report(tmp_path: Path) -> None:
    profile = tmp_path / "red\x1b[31m.yaml"
    profile.write_text("crisis_type: grey-zone-cyber\n", encoding="utf-8")
    assert dss("assess", profile).stdout.startswith("red[31m\n")


def test_the_reader_of_a_pipe_may_leave_early() -> None:
    command = f'"{sys.executable}" -m dss assess "{NATO}" "{NATO}" --format json | head -1'
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True,
                          env=clean_environment(), check=False)
    assert done.stdout == "[\n"
    assert done.stderr == ""
    assert done.returncode == 0


def test_a_closed_pipe_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as out:
        done = subprocess.run([sys.executable, "-m", "dss", "assess", str(NATO)], stdout=out,
                              stderr=subprocess.PIPE, env=clean_environment(), check=False)
    assert done.stderr == b""
    assert done.returncode == 0


@pytest.mark.parametrize(("encoding", "title"), [("latin-1", "Zürich ? ?"), ("utf-8", "Zürich → Ω")])
def test_a_terminal_that_lacks_a_letter_gets_a_report_all_the_same(encoding: str, title: str) -> None:
    profile = "title: Zürich → Ω\n".encode()
    done = process("assess", "-", stdin=profile, PYTHONUTF8="0", PYTHONIOENCODING=encoding)
    assert done.returncode == 3
    assert done.stdout.decode(encoding).splitlines()[0] == title
    assert done.stderr == b""


def test_output_bytes_do_not_depend_on_the_hash_seed() -> None:
    outputs = {process("assess", *EXAMPLES, "--format", "json", PYTHONHASHSEED=seed).stdout
               for seed in ("0", "4711")}
    assert len(outputs) == 1
    assert len(json.loads(outputs.pop())) == len(EXAMPLES)
