"""The page of text for what-if: before and after, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import Page
from .layout import Sheet, signed
from .text import citation

Data = dict[str, Any]
_SHOWN_SCORES, _SHOWN_RULES = 10, 8


def what_if_page(data: Data, page: Page) -> str:
    """Before and after a change of answers."""
    sheet = Sheet(page)
    sheet.title(f"What if: {data['title']}")
    for c in data["changed"]:
        sheet.bullet(f"{c['title']}: '{c['from']}' becomes '{c['to']}'", 0)
    if not data["changed"]:
        sheet.text("No answer is changed by this.")
        return str(sheet)
    _before_after(sheet, data["before"], data["after"])
    for title, rows in (("Comes into the mix", data["entered"]), ("Falls out of the mix", data["left"]),
                        ("Becomes permitted", data["permitted"]), ("Is no longer permitted", data["barred"])):
        _list(sheet, title, [row["title"] for row in rows])
    if data["findings"]:
        sheet.heading("Findings that change")
        sheet.table(["Finding", "Before", "After"],
                    [[f["title"], f["from"], f["to"]] for f in data["findings"]], [30, 35, 35])
    scores = [s for s in data["scores"] if s["standing"] in ("available", "pointless", "feasible")]
    if scores:
        sheet.heading("Scores that change most")
        sheet.table(["What may be taken", "Before", "After"],
                    [[s["title"], s["from"], s["to"]] for s in scores[:_SHOWN_SCORES]], [60, 20, 20])
    for title, rules in (("Reasons that now hold", data["began"]),
                         ("Reasons that no longer hold", data["ceased"])):
        _list(sheet, title, [f"{rule['title']} [{citation(rule['source'])}]" for rule in rules])
    return str(sheet)


def _before_after(sheet: Sheet, before: Data, after: Data) -> None:
    sheet.heading("Before and after")
    rows = [
        ["Posture", before["title"], after["title"]],
        ["Hard power", f"{before['hard_share']} %", f"{after['hard_share']} %"],
        ["Escalation", signed(before["escalation"]), signed(after["escalation"])],
    ]
    if before["status"] != after["status"]:
        rows.insert(0, ["Status", before["status"].replace("-", " "), after["status"].replace("-", " ")])
    sheet.table(["", "Before", "After"], rows, [30, 35, 35])
    if before["actions"] == after["actions"]:
        sheet.text("The recommended mix stays as it is.", 2)


def _list(sheet: Sheet, title: str, texts: Sequence[str]) -> None:
    if not texts:
        return
    sheet.heading(title)
    for text in texts[:_SHOWN_RULES]:
        sheet.bullet(text)
    if len(texts) > _SHOWN_RULES:
        sheet.text(f"and {len(texts) - _SHOWN_RULES} more.", 2)
