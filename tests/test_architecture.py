"""Who may import what, and what may stand where: the shape that DESIGN promises."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import ROOT, clean_environment

import kb_rules
from dss.kb import KnowledgeBase

SHELL = ROOT / "dss"
FILES = sorted(SHELL.rglob("*.py"))
ORDER = (
    "version", "issues", "source", "terms", "conditions", "fields", "attributes", "catalogue", "findings",
    "rules", "kb", "situation", "evaluate", "trace", "engine", "weigh", "compose", "advice", "assessment",
    "explain", "record", "columns", "sweep", "render", "options", "cli",
)
"""The data flow: a file imports only from those before it. Files not named are bound by the
test that nothing imports in a circle."""
TWO_HALVES = {("dss.assessment", "dss.contract")}
"""An assessment prints itself as its contract, which reads it: the one pair that knows each other."""
HOMES = {
    "experta": ("engine.py",),
    "numpy": ("column_advice.py", "column_bundles.py", "column_mixes.py", "column_scores.py", "columns.py",
              "discovery.py", "plan.py", "planes.py", "summary.py", "sweep_rows.py"),
    "yaml": ("source.py",),
    "click": ("cli.py", "verbs.py", "options.py", "commands"),
    "tabulate": ("render", "commands"),
}
DOMAIN = (
    "charter", "council", "nato", "self-defence", "self defence", "self_defence", "mandate", "humanitarian",
    "sanction", "nuclear", "treaty", "embargo", "peacekeep", "ceasefire", "cease-fire", "blockade", "annex",
    "article 51", "chapter vii", "jus ad bellum", "united nations", "sovereign", "atrocity", "refugee",
    "deterrence", "mediat", "ambassador", "missile", "troops", "adversary", "ally", "allies", "legal_bas",
)
LINE_NAMES = ("humanitarian",)
"""Domain words that kb.py may use, as names of lines of effort."""


def module_of(file: Path) -> str:
    """A file's dotted name; a package's is that of its folder."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(file: Path) -> Iterator[str]:
    """The dotted names a file imports at run time, wherever the import stands."""
    package = module_of(file) if file.name == "__init__.py" else module_of(file).rpartition(".")[0]
    for node in running(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                full = f"{name}.{alias.name}"
                yield full if (ROOT / full.replace(".", "/")).with_suffix(".py").exists() else name


def running(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a module without the blocks that only type checkers read."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from running(node)


GRAPH = {module_of(f): {i for i in imports(f) if i.startswith("dss") and i != module_of(f)} for f in FILES}


@pytest.mark.parametrize("package", HOMES)
def test_a_package_is_imported_only_at_its_home(package: str) -> None:
    found = {f.relative_to(SHELL).parts[0] for f in FILES
             if any(i.split(".")[0] == package for i in imports(f))}
    assert found <= set(HOMES[package])


@pytest.mark.parametrize("package", ["experta", "yaml", "click", "tabulate"])
def test_each_dependency_has_a_home_that_uses_it(package: str) -> None:
    assert any(i.split(".")[0] == package for f in FILES for i in imports(f))


def test_nothing_but_the_command_line_knows_the_commands() -> None:
    knowing = {name for name, used in GRAPH.items()
               if any(u.startswith("dss.commands") for u in used) and not name.startswith("dss.commands")}
    assert knowing <= {"dss.cli", "dss.verbs"}


def test_a_file_imports_only_from_those_before_it() -> None:
    place = {f"dss.{name}": i for i, name in enumerate(ORDER)}
    wrong = [(name, used) for name, uses in GRAPH.items() for used in uses
             if name in place and used in place and place[used] >= place[name]]
    assert wrong == []


def test_nothing_imports_in_a_circle() -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path[path.index(name):], name])
        if name in done:
            return
        for used in sorted(GRAPH.get(name, ())):
            if (name, used) not in TWO_HALVES and not used.startswith("dss.commands"):
                visit(used, (*path, name))
        done.add(name)

    for name in GRAPH:
        visit(name, ())
    assert done == set(GRAPH) | {u for uses in GRAPH.values() for u in uses
                                 if not u.startswith("dss.commands")}


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(SHELL)))
def test_the_shell_speaks_no_word_of_the_domain(file: Path) -> None:
    text = re.sub(r"\bfont(-family)?:[^;]*;", "", file.read_text(encoding="utf-8").lower())  # typefaces
    if file.name == "kb.py" and file.parent == SHELL:
        for name in LINE_NAMES:
            text = text.replace(f'"{name}"', "", 1)
    assert [word for word in DOMAIN if re.search(rf"(?<![a-z]){re.escape(word)}", text)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(SHELL)))
def test_the_shell_names_nothing_that_the_knowledge_base_defines(file: Path, kb: KnowledgeBase) -> None:
    names = {*kb.words.position, *kb.actions, *kb.postures, *kb.rules, *kb.safeguards, *kb.works}
    told = {node.value for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert {n for n in names & told if "-" in n or "_" in n} == set()


def test_the_knowledge_base_holds_no_program() -> None:
    folder = Path(kb_rules.__path__[0])
    files = [f for f in folder.rglob("*") if f.is_file() and "__pycache__" not in f.parts]
    assert [str(f) for f in files if f.suffix != ".yaml" and f != folder / "__init__.py"] == []
    assert ast.parse((folder / "__init__.py").read_text(encoding="utf-8")).body == []


def told_by(script: str) -> list[str]:
    """The lines a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True,
                          env=clean_environment(), check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_importing_the_library_loads_no_dependency() -> None:
    assert told_by("import dss, sys\n"
                   "print([m for m in ('experta', 'yaml', 'click', 'tabulate', 'kb_rules') "
                   "if m in sys.modules])") == ["[]"]


def test_loading_a_knowledge_base_does_not_load_the_engine() -> None:
    assert told_by("import dss, sys\ndss.load_kb()\n"
                   "print([m for m in ('experta', 'click', 'tabulate') if m in sys.modules])") == ["[]"]


def test_the_engine_leaves_no_trace_in_the_interpreter() -> None:
    script = ("import collections, logging, sys\n"
              "before = logging.root.handlers[:], logging.root.level, sorted(vars(collections))\n"
              "import dss\n"
              "dss.assess(dss.load_kb(), {})\n"
              "assert 'experta' in sys.modules\n"
              "after = logging.root.handlers[:], logging.root.level, sorted(vars(collections))\n"
              "print(before == after, hasattr(collections, 'Mapping'))")
    assert told_by(script) == ["True False"]


def test_every_public_name_has_a_docstring() -> None:
    import dss

    assert [name for name in dss.__all__ if not name.startswith("_") and not getattr(dss, name).__doc__] == []
    assert set(dss.__all__) <= set(dir(dss))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        dss.nonsense  # noqa: B018
