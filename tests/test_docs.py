"""README and docs do what they say: every command is run, every snippet executed, every output compared.

In a ```console block each line that begins with ``$`` is run in a shell, and the lines below it
are compared with what it prints (``...`` stands for anything; no lines: only the exit status
counts). A command ends in ``  # exits N`` when its status is not 0. ```python blocks are executed
in order; ``>>>`` prompts in them are checked as doctests. All blocks of a page share a folder
that holds the examples.
"""

from __future__ import annotations

import doctest
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import click
import pytest
from running import ROOT, clean_environment

import dss
from dss.cli import cli

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MADE = "python3 -m venv .venv && .venv/bin/pip install -q "
SETUP = (f"{MADE}. && .venv/bin/dss assess examples/nato-crimea-2014.yaml",
         f"{MADE}'.[test]' && .venv/bin/pytest")


@dataclass(frozen=True)
class Command:
    """A command of a page, the status it exits with, and the output shown below it."""

    line: str
    status: int
    shown: str


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [body for name, body in BLOCK.findall(page.read_text(encoding="utf-8")) if name == language]


def commands(block: str) -> Iterator[Command]:
    """The commands of a console block."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        line, _, shown = part.partition("\n")
        line, _, status = line.partition("  # exits ")
        yield Command(line, int(status or 0), shown)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the examples and, on the path, a ``dss`` that is the one under test."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    programs = tmp_path / ".bin"
    programs.mkdir()
    for name, arguments in (("dss", "-m dss"), ("python", "")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    return tmp_path


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line in a shell at the desk."""
    path = f"{folder / '.bin'}{os.pathsep}{os.environ['PATH']}"
    environment = clean_environment(PYTHONPATH=os.pathsep.join(map(os.path.abspath, filter(None, sys.path))))
    return subprocess.run(["bash", "-c", line], cwd=folder, env={**environment, "PATH": path}, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_command_does_what_the_page_shows(page: Path, desk: Path) -> None:
    for block in blocks(page, "console"):
        for command in commands(block):
            done = shell(command.line, desk)
            assert done.returncode == command.status, f"$ {command.line}\n{done.stdout}"
            if command.shown:
                same = doctest.OutputChecker().check_output(command.shown, done.stdout, doctest.ELLIPSIS)
                assert same, f"$ {command.line}\n{done.stdout}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_python_snippet_runs(page: Path, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    names: dict[str, object] = {}
    for body in blocks(page, "python"):
        if ">>>" not in body:
            exec(compile(body, str(page), "exec"), names)
            continue
        found = doctest.DocTestParser().get_doctest(body, names, page.name, str(page), 0)
        said: list[str] = []
        failed, _ = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(found, out=said.append,
                                                                           clear_globs=False)
        names = found.globs
        assert failed == 0, "".join(said)


def test_the_docstring_of_the_package_is_true() -> None:
    assert doctest.testmod(dss).failed == 0


def test_pages_hold_what_is_replayed() -> None:
    assert sum(len(list(commands(b))) for page in PAGES for b in blocks(page, "console")) >= 7
    assert sum(len(blocks(page, "python")) for page in PAGES) >= 5


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda p: p.name)
def test_every_verb_and_option_that_a_page_names_exists(page: Path) -> None:
    for words in re.findall(r"`dss ([a-z][^`]*)`", page.read_text(encoding="utf-8")):
        names = [word for word in words.split() if not word.startswith("-")]
        shown = cli.context_settings["help_option_names"]
        context, command = click.Context(cli, help_option_names=shown), cli
        while isinstance(command, click.Group) and names:
            found = command.get_command(context, names.pop(0))
            assert found is not None, words
            command = found  # type: ignore[assignment]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words.split() if word.startswith("--")} <= known, words


def test_the_readme_holds_the_two_setup_commands_on_lines_of_their_own() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert tuple(line for line in lines if line.startswith("python3 -m venv")) == SETUP


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda p: p.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    local = [link for link in links if not link.startswith("http")]
    assert [link for link in local if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_no_page_shows_a_fence_that_nothing_reads(page: Path) -> None:
    languages = {name for name, _ in BLOCK.findall(page.read_text(encoding="utf-8"))}
    assert languages <= {"console", "python", "sh", "yaml", "json", "text"}


def picture() -> ModuleType:
    """docs/picture.py as a module."""
    spec = importlib.util.spec_from_file_location("picture", ROOT / "docs" / "picture.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_shows_what_the_program_prints_today() -> None:
    drawn = picture().draw(picture().report())
    if os.environ.get("DSS_REGENERATE"):
        picture().PICTURE.write_text(drawn, encoding="utf-8")
    assert drawn == picture().PICTURE.read_text(encoding="utf-8"), "python docs/picture.py draws it anew"
