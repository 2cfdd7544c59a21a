"""Completion, the reference of the command line, the site, and that printing leaves the host alone."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
from running import NATO, ROOT, clean_environment, document
from test_embedding import host

from dss import assess, load_kb
from dss.render import Page, renderer

PACK = "examples/packs/parliamentary-state"


def complete(words: str, *, shell: str = "bash") -> list[str]:
    """What the program offers a shell for the last of some words."""
    parts = words.split(" ")
    at = parts[-1] if shell == "fish" else str(len(parts) - 1)
    done = subprocess.run(
        [sys.executable, "-m", "dss"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        env=clean_environment(COMP_WORDS=words, COMP_CWORD=at, _DSS_COMPLETE=f"{shell}_complete"),
    )
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("dss why-n", "plain,why-not"),
        ("dss why p.yaml back-ch", "plain,back-channel"),
        ("dss why p.yaml force_law", "plain,force_lawful"),
        ("dss why-not p.yaml mandated-c", "plain,mandated-collective-force"),
        ("dss rule no-basis", "plain,no-basis-no-force"),
        ("dss what-if p.yaml host_c", "plain,host_consent"),
        ("dss assess exam", "file,exam"),
        ("dss attributes nuclear_d", "plain,nuclear_dimension"),
        (f"dss attributes --pack {PACK} parl", "plain,parliament_consent"),
        ("dss assess --weight deterr", "plain,deterrence"),
        ("dss sources un-ch", "plain,un-charter"),
        ("dss kb cov", "plain,coverage"),
    ],
)
def test_words_are_completed_from_the_program_and_the_knowledge_base(words: str, offered: str) -> None:
    assert offered in complete(words)


def test_each_shell_gets_what_it_understands() -> None:
    assert complete("dss why p.yaml back-ch", shell="zsh") == ["plain", "back-channel", "Use a back channel"]
    assert complete("dss why p.yaml back-ch", shell="fish") == ["plain,back-channel\tUse a back channel"]


def test_a_broken_knowledge_base_offers_nothing_and_says_nothing() -> None:
    assert complete("dss rule --kb /nowhere no-") == []


def test_bash_itself_completes() -> None:
    script = ("dss() { \"$PYTHON\" -m dss \"$@\"; }; eval \"$(_DSS_COMPLETE=bash_source dss)\"\n"
              "COMP_WORDS=(dss rule no-basis); COMP_CWORD=2; export -f dss\n"
              "env() { COMP_WORDS=\"dss rule no-basis\" COMP_CWORD=2 _DSS_COMPLETE=bash_complete dss; }\n"
              "_dss_completion dss; echo \"${COMPREPLY[@]}\"; complete -p dss")
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=ROOT, check=True,
                          env=clean_environment(PYTHON=sys.executable))
    assert done.stdout.splitlines() == ["no-basis-no-force", "complete -o nosort -F _dss_completion dss"]


def test_the_reference_of_the_command_line_is_what_the_program_says() -> None:
    """``python docs/cli_reference.py`` writes it anew."""
    spec = importlib.util.spec_from_file_location("cli_reference", ROOT / "docs" / "cli_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.reference() == module.PAGE.read_text(encoding="utf-8")


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("material", reason="mkdocs-material is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(tmp_path / "site")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=clean_environment(NO_MKDOCS_2_WARNING="1"),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "http" not in "".join(re.findall(r'<(?:script|link)[^>]+(?:src|href)="([^"]*)"', (
        tmp_path / "site" / "concepts" / "index.html").read_text(encoding="utf-8")))


def test_the_column_of_a_frame_is_filled_as_the_page_says() -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    page = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
    names: dict[str, object] = {"assess": assess, "kb": load_kb()}
    block = page.split("## A column of a table")[1]
    exec(re.findall(r"^```python\n(.*?)^```$", block, re.M | re.S)[0], names)
    exec(re.findall(r"^```text\n(.*?)^```$", block, re.M | re.S)[0], names)
    frame = names["frame"]
    assert list(frame["posture"]) == ["hold-and-verify"] * 2  # type: ignore[index]


@pytest.mark.parametrize("name", ["html", "md", "text", "yaml"])
def test_printing_leaves_the_host_as_it_was(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    data, before = document(NATO), host()
    renderer(name)([data], Page())
    assert host() == before
    assert capsys.readouterr() == ("", "")


def test_packs_and_notebooks_leave_the_host_as_it_was() -> None:
    before = host()
    a = assess(load_kb(packs=[ROOT / PACK]), NATO)
    a._repr_html_(), a.trace._repr_html_(), a.situation._repr_html_()
    assert host() == before


def test_a_move_costs_far_less_than_a_start() -> None:
    """The wargame's loop: a judgement is a small part of loading the knowledge base, timed side by side."""
    from time import perf_counter

    begun = perf_counter()
    kb = load_kb()
    loading = perf_counter() - begun
    facts = {"crisis_type": "territorial-seizure", "armed_attack": "occurred", "escalation_risk": "low"}
    assess(kb, facts)
    times = []
    for risk in ("moderate", "high", "very-high", "low", "moderate"):
        begun = perf_counter()
        assess(kb, facts | {"escalation_risk": risk})
        times.append(perf_counter() - begun)
    assert sorted(times)[2] * 5 < loading
