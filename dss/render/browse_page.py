"""Browsing as text: tables of what a knowledge base holds, and one rule as a page."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from tabulate import tabulate

from . import Page


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], page: Page, note: str) -> str:
    """A table whose last column is wrapped to the page, and a line that counts."""
    if not rows:
        return f"{note}\n"
    taken = sum(max(len(str(row[i])) for row in (heads, *rows)) + 2 for i in range(len(heads) - 1))
    room = max(20, page.width - taken)
    wrapped = [[*row[:-1], "\n".join(textwrap.wrap(str(row[-1]), room)) or ""] for row in rows]
    return f"{tabulate(wrapped, heads, tablefmt='simple')}\n\n{note}\n"


def entry(title: str, name: str, fields: Sequence[tuple[str, object]], page: Page) -> str:
    """One thing as a page: title, id, then labelled fields; lists as bullets; what is empty is left out."""
    out = [title, "=" * min(len(title), page.width), name, ""]
    for label, value in fields:
        if value in ("", [], None):
            continue
        if isinstance(value, list):
            out += [f"{label}:", *(line for item in value for line in _bullet(str(item), page.width))]
        else:
            out += textwrap.wrap(f"{label}: {value}", page.width, subsequent_indent="    ")
    return "\n".join(out) + "\n"


def _bullet(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent="  - ", subsequent_indent="    ")


def citation(source: dict[str, str]) -> str:
    """A citation in words."""
    return (
        f"{source['title'] or source['work']}, {source['at']}"
        if source["at"]
        else source["title"] or source["work"]
    )


def rule_page(data: dict[str, Any], because: str, cases: Sequence[str], page: Page) -> str:
    """A rule as a page: the law above the logic, the cases below."""
    return entry(data["title"], f"{data['id']} ({data['principle']}), {data['file']}:{data['line']}", [
        ("Rests on", [citation(s) for s in data["source"]]),
        ("Because", because), ("Note", data["note"]),
        ("Holds when", data["when"]), ("Unless", data["unless"]),
        ("Then", data["consequences"]),
        ("Overrides", ", ".join(data["overrides"])), ("Overridden by", ", ".join(data["overridden_by"])),
        ("Points of the article", " ".join(data["covers"])), ("Cases", list(cases)),
    ], page)
