"""The page of text for compare: courses of action side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from . import Page
from .explain_page import capital, count, plural, sentence
from .layout import Sheet, signed

Data = dict[str, Any]
_NARROW = 60


def compare_page(data: Data, page: Page) -> str:
    """Courses of action side by side; as many columns as fit, the rest below."""
    sheet = Sheet(page)
    sheet.title("Courses of action compared")
    courses = data["courses"]
    titles = {c["title"] for c in courses}
    if len(titles) == 1:
        sheet.text(sentence(courses[0]["title"]))
    for c in courses:
        of = f" ({c['title']})" if len(titles) > 1 else ""
        sheet.bullet(f"{capital(c['label'])}: {c['posture']}{of}", 0)
    fit = max(1, (sheet.width - (24 if sheet.width > _NARROW else 16)) // 14)
    for start in range(0, len(courses), fit):
        shown = courses[start : start + fit]
        sheet.blank()
        sheet.table(["", *(c["label"] for c in shown)], _rows(data, shown), [30, *([14] * len(shown))])
    sheet.blank()
    sheet.text("Escalation is the sum over the actions, each from -3 (calms) to +3. Points by principle are "
               "those that the actions of the mix have from it. How steady a choice is: how many single "
               "answers would change the posture, and how often it still comes first when open facts are "
               "filled in and when the strengths of rules vary by up to half.")
    for c in courses:
        sheet.heading(f"{c['label']}: {c['posture']}")
        sheet.text("; ".join(c["actions"]) + ".", 2)
    return str(sheet)


def _rows(data: Data, courses: Sequence[Data]) -> list[list[str]]:
    def row(title: str, value: Callable[[Data], object]) -> list[str]:
        return [title, *(str(value(c)) for c in courses)]

    rows = [
        row("Posture", lambda c: c["posture"]),
        row("Score", lambda c: c["score"]),
        row("Hard power, %", lambda c: c["hard_share"]),
        row("Escalation", lambda c: signed(c["escalation"])),
        row("Least reversible act", lambda c: c["reversibility"]),
        row("Longest immediate lead", lambda c: c["lead_time"]),
        row(data["exposure"] or "Exposure", _exposure),
        row("Acts needing partners", lambda c: len(c["partners"])),
        row("Answers that tip it", lambda c: "not tried" if c["tipping"] is None else c["tipping"]),
        row("First, open facts filled in", lambda c: _share(c["completions"])),
        row("First, strengths varied", lambda c: _share(c["jittered"])),
    ]
    told = [p for p in data["principles"] if any(c["principles"][p] != "0" for c in courses)]
    return rows + [[data["principles"][p], *(c["principles"][p] for c in courses)] for p in told]


def _exposure(course: Data) -> str:
    cautions = course["warnings"]
    if course["exposed"] == "0" and not cautions:
        return "none"
    return f"{count(course['exposed'], 'point')}, {cautions} {plural('caution', cautions)}"


def _share(found: Sequence[int]) -> str:
    first, tried = found
    return "nothing open" if tried == 1 else f"{first} of {tried}"
