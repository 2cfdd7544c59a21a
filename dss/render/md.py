"""The report as Markdown: plain tables and lists that any viewer shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from . import Page
from .blocks_page import (
    Block,
    Bullets,
    Cell,
    Entry,
    Figure,
    Fold,
    Item,
    Report,
    Section,
    Summary,
    Table,
    Text,
)
from .outline_page import outline

_STARTS = re.compile(r"^(\d+(?=[.)](?: |$))|(?=[-+](?:[-+ ]|$)))")
_MARKS = re.compile(r"([\\`*_\[\]<>|#~&$])")


def render(documents: Sequence[dict[str, Any]], page: Page) -> str:  # noqa: ARG001
    """One report after another, separated by a rule."""
    return "\n---\n\n".join("\n".join(_document(d)).rstrip() + "\n" for d in documents)


def _document(d: dict[str, Any]) -> Iterator[str]:
    if d["schema"].startswith("dss/problems"):
        yield "# The profile has problems\n"
        yield from (f"- {_plain(p['file'])}:{p['line']}: {_plain(p['message'])}" for p in d["problems"])
        return
    report = outline(d)
    yield from _opening(report)
    for section in report.sections:
        yield from _section(section)
    yield "---\n"
    yield from (f"{_plain(t)}\n" for t in report.foot)


def _opening(report: Report) -> Iterator[str]:
    yield f"# {_plain(report.title)}\n"
    yield from (f"- {key}: {_plain(value)}" for key, value in report.facts)
    yield ""
    if report.summary:
        yield "## Summary for the decision maker\n"
        yield from _summary(report.summary)


def _summary(s: Summary) -> Iterator[str]:
    yield f"{s.verdict}: **{_plain(s.posture)}**. {_plain(s.purpose)}\n"
    for title, actions in (("Do now", s.now), ("Follow with", s.later), ("Find out first", s.ask)):
        if actions:
            yield f"**{title}:** {_plain('; '.join(actions))}\n"
    for title, text in (("Must not be done", s.bans), ("The strongest argument against", s.against),
                        ("What would change it first", s.change), ("What to find out first", s.question)):
        if text:
            yield f"**{title}:** {_plain(text)}\n"
    rows = tuple((m.label, m.value, m.note) for m in s.measures)
    yield from _table(Table("", ("Measure", "Value", "Remark"), rows))


def _section(section: Section) -> Iterator[str]:
    yield f"## {_plain(section.title)}\n"
    for block in section.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    write: dict[type, Callable[[Any], Iterator[str]]] = {
        Text: _text, Bullets: _bullets, Table: _table, Figure: _figure, Fold: _fold, Entry: _entry,
    }
    return write[type(block)](block)


def _text(t: Text) -> Iterator[str]:
    if t.role == "paper":
        return
    lead = f"**{_plain(t.lead.strip())}** " if t.lead else ""
    mark = "**" if t.role == "strong" else "*" if t.role == "quiet" else ""
    yield f"{lead}{mark}{_plain(t.text)}{mark}\n"


def _bullets(b: Bullets) -> Iterator[str]:
    if b.title:
        yield f"### {_plain(b.title)}\n"
    for item in b.items:
        yield from _item(item, 0)
    yield ""


def _item(item: Item, depth: int) -> Iterator[str]:
    lead = f"**{_plain(item.lead.strip())}** " if item.lead else ""
    yield f"{'  ' * depth}- {lead}{_plain(item.text)}"
    for inner in item.items:
        yield from _item(inner, depth + 1)


def _table(t: Table) -> Iterator[str]:
    if t.caption:
        yield f"*{_plain(t.caption)}*\n"
    yield "| " + " | ".join(map(_plain, t.head)) + " |"
    yield "|" + "|".join("---:" if i in t.numbers else "---" for i in range(len(t.head))) + "|"
    for row in t.rows:
        yield "| " + " | ".join(map(_cell, row)) + " |"
    yield ""


def _cell(cell: Cell) -> str:
    return _plain(cell) if isinstance(cell, str) else "<br>".join(map(_plain, cell))


def _figure(f: Figure) -> Iterator[str]:
    yield f"### {_plain(f.title)}\n"
    yield f"{_plain(f.says)}\n"
    yield from _table(f.table)


def _fold(f: Fold) -> Iterator[str]:
    yield f"#### {_plain(f.title)}\n"
    for block in f.blocks:
        yield from _block(block)


def _entry(e: Entry) -> Iterator[str]:
    yield f"### {_plain(e.title)}\n"
    if e.facts:
        yield f"*{_plain(' · '.join(e.facts))}*\n"
    for block in e.blocks:
        yield from _block(block)


def _plain(text: str) -> str:
    """Text in which no character marks anything up."""
    text = _MARKS.sub(r"\\\1", " ".join(text.split()))
    return _STARTS.sub(r"\1\\", text)
