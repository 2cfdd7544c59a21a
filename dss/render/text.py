"""The report for a terminal: what to do, why, what must not be done, what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import Page
from .layout import Sheet, signed

Data = dict[str, Any]
_SHOWN_TIPS, _SHOWN_QUESTIONS = 8, 6


def render(documents: Sequence[Data], page: Page) -> str:
    """One report after another, separated by a rule."""
    rule = "\n" + "-" * max(40, page.width) + "\n\n"
    return rule.join(_report(d, page) for d in documents)


def _report(d: Data, page: Page) -> str:
    sheet = Sheet(page)
    if d["schema"].startswith("dss/problems"):
        for problem in d["problems"]:
            sheet.bullet(f"{problem['file']}:{problem['line']}: {problem['message']}", 0)
        return str(sheet)
    sheet.title(d["profile"]["title"])
    if d["profile"]["you"]:
        sheet.text(d["profile"]["you"], first="Advice to: ", hanging=2)
    if d["status"] == "too-little-known":
        sheet.blank()
        sheet.strong("Too little is known to advise more than to hold and verify.")
        _questions(sheet, d)
    _summary(sheet, d)
    _findings(sheet, d, page.verbose)
    _mix(sheet, d["mixes"][0], page.verbose)
    _forbidden(sheet, d, page.verbose)
    _alternatives(sheet, d)
    _precedents(sheet, d)
    _changes(sheet, d)
    if d["status"] != "too-little-known":
        _questions(sheet, d)
    _limits(sheet, d)
    _foot(sheet, d)
    return str(sheet)


def _summary(sheet: Sheet, d: Data) -> None:
    mix = d["mixes"][0]
    sheet.heading("Recommended")
    sheet.strong(mix["title"])
    sheet.text(mix["purpose"])
    sheet.blank()
    low, high = mix["band"]
    share = f"{percent(mix['hard_share'])} % hard power"
    if mix["hard_share"] < low:
        share += f", softer than usual for this posture ({low} to {high} %)"
    else:
        share += f", within its band of {low} to {high} %"
    sheet.text(f"{share}. Effect on escalation {signed(mix['escalation'])} "
               "(each action from -3, calms, to +3). "
               f"Review in {mix['review_in']}.")
    if mix["counter_argument"]:
        sheet.text(mix["counter_argument"], first="The strongest argument against: ", hanging=2)
    if d["weights"]:
        weights = ", ".join(f"{p} {w}" for p, w in d["weights"].items())
        sheet.text(f"You set weights: {weights}. What is forbidden is untouched by weights.")


def _findings(sheet: Sheet, d: Data, verbose: bool) -> None:
    sheet.heading("The situation")
    rows = []
    for f in d["findings"] if verbose else [f for f in d["findings"] if f["telling"]]:
        mark = " (presumed)" if f["presumed"] else ""
        rows.append([f["title"], (f["says"] if f["value"] else "open: " + " or ".join(f["possible"])) + mark])
    sheet.table(["Finding", "On what you report"], rows, [35, 65])


def _mix(sheet: Sheet, mix: Data, verbose: bool) -> None:
    sheet.heading("The mix, by line of effort")
    lines = list(dict.fromkeys(a["line"] for a in mix["actions"]))
    rows = [
        [line] + ["; ".join(a["title"] for a in mix["actions"]
                            if a["line"] == line and a["horizon"] == horizon)
                  for horizon in ("immediate", "follow-on")]
        for line in lines
    ]
    sheet.table(["Line", "Immediate", "Follow-on"], rows, [18, 41, 41])
    sheet.heading("Why each")
    for action in mix["actions"]:
        _action(sheet, action, verbose)
    if mix["safeguards"]:
        sheet.heading("Safeguards")
        for s in mix["safeguards"]:
            sheet.bullet(f"{s['text']} ({s['owner']}; {s['by']})")
    if mix["cautions"]:
        sheet.heading("Cautions")
        for caution in mix["cautions"]:
            sheet.bullet(caution["text"])


def _action(sheet: Sheet, action: Data, verbose: bool) -> None:
    worth = "companion" if action["required_by"] else counted(action["score"], "point")
    sheet.strong(action["title"], 2)
    sheet.dim(f"{action['line']}, {action['horizon']}, hard {action['hard']}, escalation "
              f"{signed(action['escalation'])}, {worth}", 4)
    reasons = action["because"] if verbose else action["because"][:1]
    for reason in reasons:
        lead = "required: " if action["required_by"] and reason["rule"] in action["required_by"] else ""
        sheet.text(f"{lead}{reason['text']} [{citation(reason['source'])}]", 4)
    if action["not_known"]:
        sheet.text("; ".join(action["not_known"]), 4, 2, "Needed, and not known: ")
    if not reasons:
        sheet.text(f"Leads or belongs to the posture: {action['objective']}", 4)
    rest = len(action["because"]) - len(reasons)
    if rest > 0:
        sheet.text(f"({rest} further {'reason' if rest == 1 else 'reasons'}: --verbose)", 4)
    if verbose:
        sheet.text(action["objective"], 4, 2, "Serves: ")
        if action["stops_if"]:
            sheet.text("; ".join(action["stops_if"]), 4, 2, "Stop if: ")


def counted(n: float, what: str) -> str:
    """'1 point', '2 points'."""
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def percent(share: float) -> int:
    """A share of hard power as whole percent."""
    return int(share + 0.5)


def citation(sources: Sequence[Data]) -> str:
    """Citations in one line."""
    return "; ".join(s["short"] + (f", {s['at']}" if s["at"] else "") for s in sources)


def _forbidden(sheet: Sheet, d: Data, verbose: bool) -> None:
    if not d["forbidden"]:
        return
    sheet.heading("What must not be done")
    groups: dict[tuple[str, ...], list[Data]] = {}
    for entry in d["forbidden"]:
        key = ("until", *entry["barred_until"]) if entry["barred_until"] else (
            "never", entry["rules"][0]["rule"] if entry["rules"] else "")
        groups.setdefault(key, []).append(entry)
    for key, entries in sorted(groups.items(), key=lambda item: item[0][0]):
        sheet.strong("; ".join(e["title"] for e in entries), 2)
        if key[0] == "until":
            open_ = ", ".join(key[1:7]) + (f" and {len(key) - 7} more" if len(key) > 7 else "")
            sheet.text(f"Barred until you answer: {open_}.", 4)
        rules = entries[0]["rules"] if verbose else entries[0]["rules"][:1]
        for rule in rules:
            sheet.text(f"{rule['text']} [{citation(rule['source'])}]", 4)


def _alternatives(sheet: Sheet, d: Data) -> None:
    others = d["mixes"][1:]
    if not others:
        return
    sheet.heading("Alternatives")
    for mix in others:
        sheet.strong(f"{mix['title']}  ({mix['score']} points against {d['mixes'][0]['score']}; "
                     f"{percent(mix['hard_share'])} % hard; escalation {signed(mix['escalation'])})", 2)
        sheet.text(", ".join(a["title"] for a in mix["actions"]) + ".", 4)


def _precedents(sheet: Sheet, d: Data) -> None:
    if not d["precedents"]:
        return
    sheet.heading("Nearest precedents")
    for p in d["precedents"]:
        differs = ", ".join(f"{x['attribute']} ({x['there']} there)" for x in p["differs"][:3])
        sheet.bullet(f"{p['title']}: {percent(p['similarity'])} % alike over {p['shared']} shared facts; "
                     f"what was done was nearest to '{p['posture_title']}' ({p['result']}). "
                     f"Differs most in {differs}." if differs else "")
    sheet.text("Precedents inform; they change no score. 'dss precedents' tells the cases.", 2)


def _changes(sheet: Sheet, d: Data) -> None:
    sheet.heading("What would change this advice")
    for effect in d["tipping_grouped"][:_SHOWN_TIPS]:
        sheet.bullet(_sentence(effect))
    more = max(0, len(d["tipping_grouped"]) - _SHOWN_TIPS)
    rest = []
    if more:
        rest.append(f"{more} more such changes of one answer would alter the posture or a leading action")
    if d["tipping_rest"]:
        rest.append(f"{d['tipping_rest']} single answers would change only lesser parts of the mix")
    if rest:
        sheet.text("; ".join(rest).capitalize() + ".", 2)
    if not d["tipping"] and not rest:
        sheet.text("No single answer would change it.", 2)


def _questions(sheet: Sheet, d: Data) -> None:
    if not d["questions"]:
        return
    sheet.heading("What to find out first")
    for q in d["questions"][:_SHOWN_QUESTIONS]:
        sheet.bullet(f"{q['question']} ({q['attribute']})")


def _limits(sheet: Sheet, d: Data) -> None:
    sheet.heading("What this rests on")
    if d["unknown"]:
        sheet.text(", ".join(d["unknown"]) + ".", 2, 2, f"Unknown ({len(d['unknown'])}): ")
    if d["presumed"]:
        titles = [f["title"].lower() + ": " + f["says"] for f in d["findings"] if f["presumed"]]
        sheet.text("; ".join(titles) + ".", 2, 2, f"Presumed ({len(titles)}): ")
    derived = [f for f in d["facts"] if f["source"] == "partners"]
    if derived:
        sheet.text("; ".join(f"{f['title'].lower()}: {f['says']}" for f in derived) + ".", 2, 2,
                   "Worked out from your partner list: ")
    weak = [f["attribute"] for f in d["facts"] if f.get("too_weak")]
    if weak:
        sheet.text(", ".join(weak) + ".", 2, 2, "Evidence too weak, counted as unknown: ")
    if d["fragile"]:
        sheet.text(", ".join(d["fragile"]) + ".", 2, 2, "Weak evidence on which the posture turns: ")
    _robustness(sheet, d)
    flips = len(d["tipping"])
    sheet.text(f"{len(d['unknown'])} facts unknown; {flips} single changes of one answer would change the "
               "posture or a leading action.", 2)


def _robustness(sheet: Sheet, d: Data) -> None:
    found = d["robustness"]["completions"]
    if found["tried"] > 1:
        how = "every way" if found["exhaustive"] else "a sample"
        shares = ", ".join(f"{x['title']} {x['count']}" for x in found["first"][:4])
        sheet.text(f"{shares}.", 2, 2, f"First in {found['tried']} completions of the open facts ({how}): ")
    if "jittered" in d["robustness"]:
        jittered = d["robustness"]["jittered"]
        shares = ", ".join(f"{x['title']} {x['count']}" for x in jittered["first"][:4])
        how = f"First when strengths vary by up to 50 % ({jittered['tried']} draws): "
        sheet.text(f"{shares}.", 2, 2, how)
        now = d["mixes"][0]["posture"]
        other = [f"{x['principle']} ({x['posture'] or 'too little known'})"
                 for x in d["robustness"]["dropped"] if x["posture"] != now]
        sheet.text((", ".join(other) if other else "none") + ".", 2, 2,
                   "Principles without which another posture comes first: ")


def _foot(sheet: Sheet, d: Data) -> None:
    sheet.blank()
    sheet.text(f"Knowledge base {d['kb']['id']} {d['kb']['version']} ({d['kb']['digest'][:12]}), profile "
               f"{d['profile']['digest'][:12]}, dss {d['engine']['dss']}, experta {d['engine']['experta']}.")
    sheet.text(d["disclaimer"])


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
