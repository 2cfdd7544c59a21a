"""A sweep's summary as people read it: text, Markdown and a page.

``DSS_REGENERATE=1 pytest tests/sweep/test_sweep_reports.py`` writes the kept ones anew.
"""

from __future__ import annotations

import os
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from running import EXAMPLES, dss
from test_summary import small_plan, tallied

from dss import KnowledgeBase
from dss.plan import FACTORIAL, Range, Ranges
from dss.render import Page, renderer
from dss.render.sweep_page import sweep_page
from dss.sweep_job import Job
from dss.sweep_summary import summarise

KEPT = Path(__file__).parent / "kept"
HAIYAN = next(e for e in EXAMPLES if "haiyan" in e.stem)


def summary(kb: KnowledgeBase, plan: Ranges) -> dict[str, Any]:
    return summarise(kb, Job(plan), tallied(kb, plan))


def printed(data: dict[str, Any], name: str) -> str:
    made = sweep_page(data) if name == "txt" else renderer(name)([data], Page())
    assert isinstance(made, str)
    return made


@pytest.mark.parametrize("name", ["txt", "md"])
def test_the_summary_is_told_as_it_was_kept(mini: KnowledgeBase, name: str) -> None:
    found = printed(summary(mini, small_plan(mini)), name)
    file = KEPT / f"summary.{name}"
    if os.environ.get("DSS_REGENERATE"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")


def test_the_page_tells_every_figure_of_the_summary(mini: KnowledgeBase) -> None:
    data = summary(mini, small_plan(mini))
    read = _Reader(printed(data, "html"))
    assert read.left_open == []
    assert read.pictures == 4
    told = [f"{p['count']:,}" for p in data["postures"]] + [f"{a['count']:,}" for a in data["actions"][:12]]
    told += [f"{d['percent']:.1f}" for d in data["drivers"]["alone"]]
    told += [f"{r['mean']:.2f}" for r in data["regret"] if r["infeasible_percent"] < 100]
    assert set(told) <= set(read.texts)


def test_where_nothing_changes_the_posture_it_is_said(mini: KnowledgeBase) -> None:
    plan = small_plan(mini)
    alike = tuple(Range(r.at, r.masks[-1:]) for r in plan.ranges)
    data = summary(mini, Ranges(plan.base, alike, FACTORIAL, 1))
    for name in ("txt", "md", "html"):
        said = " ".join(printed(data, name).split())
        assert "Nothing that was varied changes the posture." in said
        assert "comes first in every profile looked at." in said
        assert "1 profiles" not in said


@pytest.mark.parametrize(("name", "start"), [("md", "# Relief after"), ("html", "<!DOCTYPE html>")])
def test_the_command_prints_it(name: str, start: str) -> None:
    result = dss("sweep", HAIYAN, "--vary", "humanitarian_severity", "--format", name)
    assert result.exit_code == 0
    assert result.stdout.startswith(start)


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.left_open: list[str] = []
        self.texts: list[str] = []
        self.pictures = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.pictures += tag == "svg"
        if tag not in ("meta", "col", "br"):
            self.left_open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.left_open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())
