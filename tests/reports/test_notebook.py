"""docs/notebook.ipynb runs, and shows what it shows; objects show themselves as tables."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import re
from typing import Any

import pytest
from running import NATO, ROOT

from dss import KnowledgeBase, assess, load_situation

NOTEBOOK = ROOT / "docs" / "notebook.ipynb"


def run(source: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    """A cell's outputs, in the form in which notebooks keep them."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    out: list[dict[str, Any]] = []
    if printed.getvalue():
        out.append(
            {"name": "stdout", "output_type": "stream", "text": printed.getvalue().splitlines(keepends=True)}
        )
    if value is not None:
        shown = (
            {"text/html": value._repr_html_()}
            if hasattr(value, "_repr_html_")
            else {"text/plain": repr(value)}
        )
        out.append({"data": {kind: text.splitlines(keepends=True) for kind, text in shown.items()},
                    "execution_count": None, "metadata": {}, "output_type": "execute_result"})
    return out


def blotted(outputs: list[dict[str, Any]]) -> str:
    """Outputs without the digest of the knowledge base, which changes with every comment in it."""
    return re.sub(r"[0-9a-f]{12}(?=</small>)", "#", json.dumps(outputs))


def test_the_notebook_runs_and_shows_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """``DSS_REGENERATE=1 pytest tests/reports/test_notebook.py`` runs it anew."""
    monkeypatch.chdir(NOTEBOOK.parent)
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            found = run("".join(cell["source"]), names)
            if os.environ.get("DSS_REGENERATE"):
                cell["outputs"] = found
            assert blotted(cell["outputs"]) == blotted(found), "".join(cell["source"])
    if os.environ.get("DSS_REGENERATE"):
        NOTEBOOK.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert sum(c["cell_type"] == "code" for c in notebook["cells"]) >= 6


def test_objects_show_themselves(kb: KnowledgeBase) -> None:
    a = assess(kb, NATO)
    shown = a._repr_html_()
    assert all(action.title in shown for action in (kb.actions[x] for x in a.advice.mixes[0].actions))
    assert "<style" not in shown
    assert "<script" not in shown
    assert all(rule in a.trace._repr_html_() for rule in a.trace.fired)
    facts = a.situation._repr_html_()
    assert all(f"<td style='text-align:left'>{kb.variables[f.at].id}</td>" in facts
               for f in a.situation.facts if f.origin == "stated")
    assert "B2" in facts


def test_a_dict_shows_itself_too_and_escapes(kb: KnowledgeBase) -> None:
    evil = {
        "title": "<script>",
        "crisis_type": "natural-disaster",
        "legal_bases": ["host-state-consent"],
        "host_consent": {"value": "full", "grade": "A1"},
        "partners": [{"name": "<b>", "commitment": "pledged"}],
    }
    for shown in (load_situation(kb, evil)._repr_html_(), assess(kb, evil)._repr_html_()):
        assert "&lt;script&gt;" in shown
        assert "<script>" not in shown
        assert "<b>" not in shown
