"""Pages of text for why and why-not: prose first, for people who decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from . import Page
from .layout import Sheet
from .text import citation

Data = dict[str, Any]
_SHOWN_CHANGES, _SHOWN_WAYS = 6, 3
_SUPPLIED = {"stated": "What you report", "partners": "What follows from your partner list",
             "presumed": "What is only presumed", "open": "What is open"}
_TOLD = {"stated": "you report: ", "partners": "your partner list: ", "presumed": "presumed: ",
         "open": "open: "}


def why_page(data: Data, page: Page, *, tree: bool) -> str:
    """Why an action, posture or finding is as it is."""
    sheet = Sheet(page)
    proof = data["proof"]
    sheet.title(f"Why: {data['name']}")
    sheet.strong(sentence(proof["text"]))
    if proof["note"]:
        sheet.text(sentence(proof["note"]), first="Purpose: ", hanging=2)
    sheet.blank()
    if tree:
        told: set[str] = set()
        for part in proof["because"]:
            _tree(sheet, part, 0, told)
        return str(sheet)
    for part in proof["because"]:
        sheet.bullet(_statement(part), 0)
    _supplied(sheet, proof)
    sheet.blank()
    sheet.text("--tree shows the whole proof, step by step.")
    return str(sheet)


def _statement(part: Data) -> str:
    """A statement in a sentence or two, with its citation."""
    text = part["text"]
    if part["role"]:
        said = text[len(part["role"]) + 2 :]
        text = f"{capital(part['role'])}: {sentence(part['note'])} {capital(said)}"
    cited = f" [{citation(part['source'])}]" if part["source"] else ""
    return sentence(text) + cited


def _supplied(sheet: Sheet, proof: Data) -> None:
    """The facts at the bottom of a proof, by who supplied them, each once."""
    found: dict[str, list[str]] = {}
    for part in _leaves(proof):
        if part["kind"] in _SUPPLIED:
            note = f" ({part['note']})" if part["note"] else ""
            found.setdefault(part["kind"], []).append(f"{part['text']}{note}")
    for kind, title in _SUPPLIED.items():
        if kind in found:
            sheet.heading(title)
            for fact in dict.fromkeys(found[kind]):
                sheet.bullet(fact)


def _leaves(proof: Data) -> Iterator[Data]:
    for part in proof["because"]:
        if not part["because"]:
            yield part
        yield from _leaves(part)


def _tree(sheet: Sheet, part: Data, depth: int, told: set[str]) -> None:
    text = _statement(part) if part["role"] else _TOLD.get(part["kind"], "") + part["text"]
    cited = f" [{citation(part['source'])}]" if part["source"] and not part["role"] else ""
    note = f" ({part['note']})" if part["note"] and not part["role"] else ""
    indent, known = min(2 * depth, sheet.width // 4), f"{part['kind']} {part['id'] or part['text']}"
    if known in told:
        sheet.text(f"{capital(text)}{' (as shown above)' if part['because'] else ''}", indent, 2, "- ")
        return
    told.add(known)
    sheet.text(f"{capital(text)}{note}{cited}", indent, 2, "- ")
    for inner in part["because"]:
        _tree(sheet, inner, depth + 1, told)


_REASONS = {
    "chosen": "It is in the recommended mix; 'dss why' says why.",
    "forbidden": "It is forbidden here.",
    "barred-until": "It is barred until more is known: ignorance never unlocks it.",
    "needs-unmet": "What it needs is not there.",
    "pointless": "It is already in place, or to no purpose here.",
    "too-few-points": "It may be taken, but too little speaks for it.",
    "left-out": "It may be taken, but it was left out when the mix was composed.",
}


def why_not_page(data: Data, page: Page) -> str:
    """Why an action is not in the mix, and what would have to be true for it to be."""
    sheet = Sheet(page)
    sheet.title(f"Why not: {data['title']}")
    sheet.strong(_REASONS[data["reason"]])
    if data["reason"] == "chosen":
        return str(sheet)
    if data["step"]:
        sheet.text(sentence(data["step"]), 0, 2)
    for rule in data["rules"]:
        _bar(sheet, rule)
    if data["open_facts"]:
        sheet.heading("What has to be found out first")
        for fact in data["open_facts"]:
            sheet.bullet(f"{fact['question']} ({fact['attribute']})")
    _unmet(sheet, data)
    if data["reason"] in ("too-few-points", "left-out"):
        _points(sheet, data)
    _outlook(sheet, data)
    return str(sheet)


def _bar(sheet: Sheet, rule: Data) -> None:
    sheet.bullet(f"{sentence(rule['title'])} {rule['text']} [{citation(rule['source'])}]", 0)
    ways = rule["lifted_by"]
    lifted = f"This bar would fall given: {'; or given: '.join(ways)}." if ways else "Nothing lifts this bar."
    sheet.text(lifted, 2)


def _unmet(sheet: Sheet, data: Data) -> None:
    if not data["unmet"]:
        return
    if data["reason"] == "pointless":
        sheet.text(sentence(data["unmet"][0]["text"]), 0, 2, "What makes it so: ")
        return
    sheet.heading("What it would need")
    for need in data["unmet"]:
        now = f" (now: {need['now']})" if need["now"] else ""
        sheet.bullet(f"{need['text']}{now}")
        for way in need["ways"][:_SHOWN_WAYS]:
            sheet.text(f"{way}.", 6, 2, "this would follow from: ")
        more = len(need["ways"]) - _SHOWN_WAYS
        if more > 0:
            sheet.text(f"or in {more} more {plural('way', more)}.", 6)


def _points(sheet: Sheet, data: Data) -> None:
    sheet.text(f"It has {count(data['points'], 'point')}; in this posture it would need "
               f"{count(data['needed'], 'point')}.")
    for rule in data["speaking"]:
        side = "against" if rule["points"].startswith("-") else "for"
        worth = count(rule["points"].lstrip("-"), "point")
        sheet.bullet(f"Speaks {side} it ({worth}): {sentence(rule['title'])} {rule['text']} "
                     f"[{citation(rule['source'])}]", 0)
    if not data["speaking"]:
        sheet.text("No rule speaks for it or against it on what you report.")


def _outlook(sheet: Sheet, data: Data) -> None:
    """What would have to be true: suppositions about the world, never advice on what to say of it."""
    searched = data["searched"]
    if searched["hopeless"]:
        sheet.blank()
        sheet.text("No change of the facts would put it in the mix, or permit it.")
        return
    _changes(sheet, "It would be in the mix if it were true that there was", data["enter"])
    if not data["enter"]:
        sheet.heading("Whether it could enter the mix")
        sheet.text(_tried(searched))
    if not data["enter"] or data["reason"] in ("forbidden", "barred-until"):
        _changes(sheet, "It would at least be permitted if it were true that there was", data["permit"])
    sheet.blank()
    sheet.text("These are suppositions about the world. They say what would have to be so in fact, not what "
               "to report.")


def _tried(searched: Data) -> str:
    singles, pairs, total = searched["single"], searched["pairs"], searched["pairs_in_all"]
    said = f"No change of a single fact would bring it in: all {singles:,} were tried."
    if pairs == total:
        return f"{said} Nor would any change of two facts: all {total:,} were tried." if total else said
    if not pairs:
        return f"{said} Changes of two facts were not tried."
    seconds = count(f"{searched['seconds']:g}", "second")
    return (f"{said} Nor would any of the {pairs:,} changes of two facts, of {total:,}, that could be "
            f"tried in {seconds}; --seconds allows more.")


def _changes(sheet: Sheet, lead: str, found: Sequence[Data]) -> None:
    if not found:
        return
    sheet.blank()
    sheet.strong(f"{lead}:")
    for change in found[:_SHOWN_CHANGES]:
        answers = ", and ".join(x["says"] for x in change["answers"])
        sheet.bullet(f"{answers} (the posture would then be '{change['posture']}')")
    more = len(found) - _SHOWN_CHANGES
    if more > 0:
        sheet.text(f"and {more} more {plural('way', more)} of the same size.", 2)


def count(number: str, noun: str) -> str:
    """'1 point', '2 points'."""
    return f"{number} {noun}" if number in ("1", "-1") else f"{number} {noun}s"


def plural(noun: str, number: int) -> str:
    """A noun in the number that is meant."""
    return noun if number == 1 else noun + "s"


def capital(text: str) -> str:
    """With a capital letter first."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """With a capital letter first and a full stop last."""
    text = capital(text)
    return text if text.endswith((".", "!", "?")) else text + "."
