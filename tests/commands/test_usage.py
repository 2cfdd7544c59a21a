"""How the command line takes wrong usage, and what it says of itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from running import NATO, dss, process

from dss import __version__


@pytest.mark.parametrize(("arguments", "message"), [
    (["asess", "x.yaml"], "Did you mean 'assess'?"),
    (["schemas"], "Did you mean 'schema'?"),
    (["assess"], "Missing argument 'PROFILE...'"),
    (["assess", "x.yaml", "--formt", "json"], "--format"),
    (["assess", "x.yaml", "--format", "jsn"], "'jsn' is not one of"),
    (["assess", "x.yaml", "--format", "jsn"], "Did you mean 'json'?"),
    (["assess", "x.yaml", "--color", "sometimes"], "'sometimes' is not one of"),
])
def test_wrong_usage_exits_2_and_names_what_was_meant(arguments: list[str], message: str) -> None:
    result = dss(*arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_a_verb_that_resembles_none_gets_no_suggestion() -> None:
    result = dss("qqqqqqqq")
    assert result.exit_code == 2
    assert "No such command 'qqqqqqqq'" in result.stderr
    assert "mean" not in result.stderr


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_lists_every_verb_with_its_sentence(option: str) -> None:
    result = dss(option)
    assert result.exit_code == 0
    for verb in ("assess", "new", "schema"):
        assert f"\n  {verb} " in result.stdout


def test_every_verb_has_help_of_its_own() -> None:
    from dss.cli import cli

    for verb in cli.list_commands(None):  # type: ignore[arg-type]
        result = dss(verb, "--help", COLUMNS="80")
        assert result.exit_code == 0
        assert f" {verb} [OPTIONS]" in result.stdout.splitlines()[0]


def test_the_version_is_told() -> None:
    assert dss("--version").stdout == f"dss, version {__version__}\n"


def test_python_m_dss_is_the_same_program() -> None:
    done = process("assess", NATO)
    assert done.returncode == 0
    assert done.stdout.decode() == dss("assess", NATO).stdout


def test_a_folder_that_holds_no_knowledge_base_is_told(tmp_path: Path) -> None:
    result = dss("assess", NATO, "--kb", tmp_path / "nowhere")
    assert result.exit_code == 1
    assert "KB005 this is not a folder with a knowledge base" in result.stderr
    empty = dss("assess", NATO, "--kb", tmp_path)
    assert empty.exit_code == 1
    assert "KB006 the knowledge base lacks pack.yaml" in empty.stderr


def test_help_imports_neither_the_engine_nor_the_knowledge() -> None:
    import subprocess

    from running import clean_environment

    script = ("import os, sys; sys.argv, os._exit = ['dss', '--help'], sys.exit\n"
              "from dss.cli import main\n"
              "try: main()\n"
              "except SystemExit: pass\n"
              "print([m for m in ('experta', 'yaml', 'tabulate', 'kb_rules', 'dss.kb') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True,
                          env=clean_environment(), check=True)
    assert done.stdout.splitlines()[-1] == "[]"
