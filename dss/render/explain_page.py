"""Pages of text for why, why-not, what-if and compare: prose first, for people who decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from . import Page
from .layout import Sheet, signed
from .text import citation

Data = dict[str, Any]
_SHOWN_CHANGES, _SHOWN_SCORES, _SHOWN_RULES = 6, 10, 8
_WHO = {"stated": "your answer", "partners": "your partner list", "presumed": "presumed", "open": "open"}


def why_page(data: Data, page: Page, *, tree: bool) -> str:
    """Why an action, posture or finding is as it is."""
    sheet = Sheet(page)
    proof = data["proof"]
    sheet.title(_sentence(proof["text"]))
    if proof["note"]:
        sheet.text(_sentence(proof["note"]), first="Purpose: ", hanging=2)
    sheet.blank()
    if tree:
        for part in proof["because"]:
            _tree(sheet, part, 0)
        return str(sheet)
    for part in proof["because"]:
        _prose(sheet, part)
    facts = list(dict.fromkeys(_facts(proof)))
    if facts:
        sheet.heading("It rests on")
        for fact in facts:
            sheet.bullet(fact)
    sheet.blank()
    sheet.text("--tree shows the whole proof, step by step.")
    return str(sheet)


def _prose(sheet: Sheet, part: Data) -> None:
    cited = f" [{citation(part['source'])}]" if part["source"] else ""
    title = f"{part['note']}. " if part["kind"] == "rule" and part["note"] else ""
    sheet.bullet(f"{title}{_sentence(part['text'])}{cited}", 0)


def _facts(proof: Data) -> Iterator[str]:
    for part in proof["because"]:
        if part["kind"] in _WHO:
            note = f" ({part['note']})" if part["note"] else ""
            yield f"{part['text']}{note}" if part["kind"] == "stated" else (
                f"{part['text']}{note} [{_WHO[part['kind']]}]")
        yield from _facts(part)


def _tree(sheet: Sheet, part: Data, depth: int) -> None:
    cited = f" [{citation(part['source'])}]" if part["source"] else ""
    who = f" ({_WHO[part['kind']]})" if part["kind"] in ("presumed", "open") else ""
    note = f" ({part['note']})" if part["note"] else ""
    sheet.text(f"{part['text']}{who}{note}{cited}", min(2 * depth, 20), 2, "- ")
    for inner in part["because"]:
        _tree(sheet, inner, depth + 1)


_REASONS = {
    "chosen": "It is in the recommended mix; 'dss why' says why.",
    "forbidden": "It is forbidden here.",
    "barred-until": "It is barred until more is known: ignorance never unlocks it.",
    "needs-unmet": "What it needs is not there.",
    "pointless": "It is already in place, or to no purpose here.",
    "too-few-points": "Too little speaks for it.",
    "left-out": "It was weighed and left out when the mix was composed.",
}


def why_not_page(data: Data, page: Page) -> str:
    """Why an action is not in the mix, and what would have to be true for it to be."""
    sheet = Sheet(page)
    sheet.title(f"Why not: {data['title']}")
    sheet.strong(_REASONS[data["reason"]])
    if data["reason"] == "chosen":
        return str(sheet)
    for rule in data["rules"]:
        sheet.bullet(f"{rule['title']}. {rule['text']} [{citation(rule['source'])}]", 0)
    if data["open_facts"]:
        sheet.text("To be answered first:")
        for fact in data["open_facts"]:
            sheet.bullet(f"{fact['question']} ({fact['attribute']})")
    for need in data["unmet"]:
        lead = "In its way: " if data["reason"] == "pointless" else "It needs: "
        sheet.text(f"{need}.", 0, 2, lead)
    if data["step"]:
        sheet.text(f"{data['step']}.", 0, 2, "When the mix was composed: ")
    elif data["reason"] == "too-few-points":
        sheet.text(f"It has {data['points']} points on your answers.")
    _changes(sheet, "It would be in the mix if it were true that", data["enter"])
    if not data["enter"]:
        searched = data["searched"]
        sheet.heading("What would put it in the mix")
        sheet.text(f"No change of a single answer would ({searched['single']} tried), nor any of the "
                   f"{searched['pairs']} pairs of answers tried, of {searched['pairs_in_all']} in all.")
    if not data["enter"] or data["reason"] in ("forbidden", "barred-until"):
        _changes(sheet, "It would at least be permitted if it were true that", data["permit"])
    sheet.blank()
    sheet.text("These are suppositions about the world. They say what would have to be so in fact, not what "
               "to report.")
    return str(sheet)


def _changes(sheet: Sheet, lead: str, found: Sequence[Data]) -> None:
    if not found:
        return
    sheet.heading(lead)
    for change in found[:_SHOWN_CHANGES]:
        answers = " and ".join(f"{x['title'][:1].lower()}{x['title'][1:]}: {x['says']}" for x in change["answers"])
        sheet.bullet(f"{answers} (the posture would then be '{change['posture']}')")
    if len(found) > _SHOWN_CHANGES:
        sheet.text(f"and {len(found) - _SHOWN_CHANGES} more ways of the same size.", 2)


def what_if_page(data: Data, page: Page) -> str:
    """Before and after a change of answers."""
    sheet = Sheet(page)
    sheet.title(f"What if: {data['title']}")
    for c in data["changed"]:
        sheet.bullet(f"{c['title']}: '{c['from']}' becomes '{c['to']}'", 0)
    if not data["changed"]:
        sheet.text("No answer is changed by this.")
    before, after = data["before"], data["after"]
    sheet.heading("Before and after")
    sheet.table(["", "Before", "After"], [
        ["Posture", before["title"], after["title"]],
        ["Status", before["status"].replace("-", " "), after["status"].replace("-", " ")],
        ["Hard power", f"{before['hard_share']} %", f"{after['hard_share']} %"],
        ["Escalation", signed(before["escalation"]), signed(after["escalation"])],
    ], [20, 40, 40])
    for title, rows in (("Comes into the mix", data["entered"]), ("Falls out of the mix", data["left"])):
        if rows:
            sheet.heading(title)
            for row in rows:
                sheet.bullet(row["title"])
    if data["findings"]:
        sheet.heading("Findings that change")
        sheet.table(["Finding", "Before", "After"],
                    [[f["title"], f["from"], f["to"]] for f in data["findings"]], [30, 35, 35])
    if data["scores"]:
        sheet.heading("Scores that change most")
        sheet.table(["Action or posture", "Before", "After"],
                    [[s["title"], s["from"], s["to"]] for s in data["scores"][:_SHOWN_SCORES]], [60, 20, 20])
    for title, rules in (("Reasons that now hold", data["began"]), ("Reasons that no longer hold", data["ceased"])):
        if rules:
            sheet.heading(title)
            for rule in rules[:_SHOWN_RULES]:
                sheet.bullet(f"{rule['title']} [{citation(rule['source'])}]")
            if len(rules) > _SHOWN_RULES:
                sheet.text(f"and {len(rules) - _SHOWN_RULES} more.", 2)
    return str(sheet)


def compare_page(data: Data, page: Page) -> str:
    """Courses of action side by side; as many columns as fit, the rest below."""
    sheet = Sheet(page)
    sheet.title("Courses of action compared")
    courses = data["courses"]
    for c in courses:
        sheet.bullet(f"{c['label']}: {c['posture']} ({c['title']})", 0)
    fit = max(1, (sheet.width - 24) // 14)
    for start in range(0, len(courses), fit):
        shown = courses[start : start + fit]
        sheet.blank()
        sheet.table(["", *(c["label"] for c in shown)], _rows(data, shown), [30, *([14] * len(shown))])
    for c in courses:
        sheet.heading(f"{c['label']}: {c['posture']}")
        sheet.text("; ".join(c["actions"]) + ".", 2)
    return str(sheet)


def _rows(data: Data, courses: Sequence[Data]) -> list[list[str]]:
    def row(title: str, values: Iterator[object]) -> list[str]:
        return [title, *(str(v) for v in values)]

    rows = [
        row("Posture", (c["posture"] for c in courses)),
        row("Score", (c["score"] for c in courses)),
        row("Hard power, %", (c["hard_share"] for c in courses)),
        row("Escalation", (signed(c["escalation"]) for c in courses)),
        row("Least reversible act", (c["reversibility"] for c in courses)),
        row("Longest immediate lead", (c["lead_time"] for c in courses)),
        row(data["exposure"] or "Exposure", (f"{c['exposed']} points, {c['warnings']} cautions" for c in courses)),
        row("Acts needing partners", (len(c["partners"]) for c in courses)),
        row("Answers that tip it", ("not tried" if c["tipping"] is None else c["tipping"] for c in courses)),
    ]
    for principle, title in data["principles"].items():
        values = [c["principles"][principle] for c in courses]
        if any(v != "0" for v in values):
            rows.append(row(title, iter(values)))
    return rows


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."
