"""From the contract to a report in sections: the same content for every printed format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .background_page import attribute, facts, precedents, record, sentence, situation, unknowns, works
from .blocks_page import Block, Bullets, Cell, Entry, Item, Measure, Report, Section, Summary, Table, Text
from .figures_page import balance, ladder, matrix, posture_bars, score_bars, tornado
from .layout import signed
from .proofs_page import proof_fold
from .sweep_outline_page import sweep_outline
from .text import citation, percent

Data = dict[str, Any]
_HORIZONS = ("immediate", "follow-on")
_SHOWN_BANS, _SHOWN_EFFECTS, _SHOWN_QUESTIONS = 3, 12, 6


def outline(d: Data) -> Report:
    """The report of one assessment, or of what else can be printed."""
    if d["schema"].startswith("dss/sweep"):
        return sweep_outline(d)
    profile = d["profile"]
    head = [("Advice to", profile["you"]), ("Facts as of", profile["as_of"]),
             ("Partners", ", ".join(d["partners"]))]
    sections = [s for s in _sections(d) if s.blocks]
    return Report(profile["title"], tuple((k, v) for k, v in head if v), _summary(d), tuple(sections),
                  tuple(_foot(d)))


def _sections(d: Data) -> Iterator[Section]:
    mix = d["mixes"][0]
    yield Section("mix", "The mix by line of effort", tuple(_mix(mix)))
    yield Section("balance", "Hard and soft power, and escalation", (balance(mix), ladder(mix)))
    yield Section("rationale", "What speaks for it", tuple(_rationale(d)))
    yield Section("reasons", "Each action and its proof", tuple(_reasons(d)))
    yield Section("bans", "What must not be done", tuple(_bans(d)))
    yield Section("safeguards", "Safeguards and what to watch", tuple(_safeguards(mix)))
    yield Section("changes", "What would change this advice", tuple(_changes(d)))
    yield Section("alternatives", "Alternatives", tuple(_alternatives(d)))
    yield Section("unknowns", "What is not known", tuple(unknowns(d)))
    yield Section("precedents", "Precedents", tuple(precedents(d)))
    yield Section("situation", "The situation as reported", tuple(situation(d)))
    yield Section("facts", "Appendix: all facts", tuple(facts(d)))
    yield Section("works", "Appendix: works cited", tuple(works(d)))
    yield Section("record", "Decision record", tuple(record(d)))


def _summary(d: Data) -> Summary:
    mix = d["mixes"][0]
    now, later = (tuple(a["title"] for a in mix["actions"] if a["horizon"] == h) for h in _HORIZONS)
    little = d["status"] == "too-little-known"
    low, high = mix["band"]
    place = "softer than usual" if mix["hard_share"] < low else "within its band"
    return Summary(
        "Too little is known to advise more than to hold and verify" if little else "Recommended",
        mix["title"],
        mix["purpose"],
        now,
        later,
        tuple(q["question"] for q in d["questions"][:_SHOWN_QUESTIONS]) if little else (),
        _bans_in_short(d),
        mix["counter_argument"],
        sentence(d["tipping_grouped"][0]) if d["tipping_grouped"] else "No single answer would change it.",
        ""
        if little
        else d["questions"][0]["question"]
        if d["questions"]
        else "Nothing open would change it.",
        (
            Measure("Hard power", f"{percent(mix['hard_share'])} %", f"{place}, {low} to {high} %"),
            Measure("Escalation", signed(mix["escalation"]), _direction(mix)),
            Measure(
                "Lead",
                "open" if d["lead"] is None else f"{d['lead']:g}",
                "no rival to compare" if d["lead"] is None else "points ahead of the next posture",
            ),
            Measure(
                "Tipping answers", str(len(d["tipping"])), "would change the posture or a leading action"
            ),
            Measure("Unknown", str(len(d["unknown"])), f"of {len(d['titles']['attributes'])} facts"),
            Measure("Review in", mix["review_in"], f"longest immediate lead: {mix['lead_time']}"),
        ),
        (mix["hard_share"], low, high),
    )


def _direction(mix: Data) -> str:
    count, escalation = len(mix["actions"]), mix["escalation"]
    effect = "neither calms nor heightens" if escalation == 0 else "calms" if escalation < 0 else "heightens"
    return f"sum of {count} {'action' if count == 1 else 'actions'}; the whole mix {effect}"


def _bans_in_short(d: Data) -> str:
    firm = sorted((f for f in d["forbidden"] if not f["barred_until"]), key=lambda f: -f["hard"])
    open_ = [f for f in d["forbidden"] if f["barred_until"]]
    parts = []
    if firm:
        law = list(dict.fromkeys(citation(f["rules"][0]["source"][:1]) for f in firm if f["rules"]))
        named = ", ".join(f["title"].lower() for f in firm[:_SHOWN_BANS])
        more = f" and {len(firm) - _SHOWN_BANS} more" if len(firm) > _SHOWN_BANS else ""
        parts.append(f"{named[:1].upper()}{named[1:]}{more}" + (f" ({law[0]})." if law else "."))
    if open_:
        parts.append(
            f"{len(open_)} {'action is' if len(open_) == 1 else 'actions are'} barred until more is known."
        )
    return " ".join(parts) or "No action is forbidden on these facts."


def _mix(mix: Data) -> Iterator[Block]:
    lines = dict.fromkeys(a["line"] for a in mix["actions"])
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (sentence(line, ""), *(_titles(mix, line, h) for h in _HORIZONS)) for line in lines
    )
    yield Table("Actions by line of effort and horizon", ("Line of effort", "Immediate", "Follow-on"), rows,
                shares=(18, 41, 41))
    if any(a["required_by"] for a in mix["actions"]):
        yield Text("+ marks an action that stands beside another because a rule requires it.", role="quiet")


def _titles(mix: Data, line: str, horizon: str) -> tuple[str, ...]:
    return tuple(a["title"] + (" +" if a["required_by"] else "") for a in mix["actions"]
                 if a["line"] == line and a["horizon"] == horizon)


def _rationale(d: Data) -> Iterator[Block]:
    yield matrix(d)
    yield score_bars(d)
    yield posture_bars(d)
    if d["weights"]:
        weights = ", ".join(f"{d['titles']['principles'].get(p, p)} {w}" for p, w in d["weights"].items())
        yield Text(f"{weights}. What is forbidden is untouched by weights.", "Weights set by you: ")


def _reasons(d: Data) -> Iterator[Block]:
    posture = d["mixes"][0]["posture"]
    yield Entry(f"why-{posture}", d["mixes"][0]["title"], ("the posture",),
                (Text(d["mixes"][0]["purpose"]), proof_fold(d, posture)))
    for action in d["mixes"][0]["actions"]:
        yield Entry(
            f"why-{action['id']}", action["title"], tuple(_properties(action)), tuple(_reason(d, action))
        )
    yield Text("A proof is printed where it was opened; 'dss why' prints each.", role="paper")


def _properties(action: Data) -> Iterator[str]:
    yield action["line"]
    yield action["horizon"]
    yield "companion" if action["required_by"] else _points(action["score"])
    yield f"hard power {action['hard']} %"
    yield f"escalation {signed(action['escalation'])}"
    yield f"takes {action['lead_time']}"
    yield f"{action['reversibility']} reversibility"


def _reason(d: Data, action: Data) -> Iterator[Block]:
    for reason in action["because"][:1]:
        required = "Required. " if reason["rule"] in action["required_by"] else ""
        yield Text(f"{reason['text']} [{citation(reason['source'])}]", required)
    if action["not_known"]:
        yield Text("; ".join(action["not_known"]) + ".", "Needed, and not known: ")
    yield Text(action["objective"], "Serves: ")
    if action["stops_if"]:
        yield Text("; ".join(action["stops_if"]) + ".", "Stop if: ")
    yield proof_fold(d, action["id"])


def _bans(d: Data) -> Iterator[Block]:
    groups: dict[tuple[str, ...], list[Data]] = {}
    for entry in d["forbidden"]:
        rules = [r["rule"] for r in entry["rules"][:1]]
        groups.setdefault((*rules, *entry["barred_until"]), []).append(entry)
    for n, entries in enumerate(groups.values(), 1):
        first = entries[0]
        blocks: list[Block] = []
        if first["barred_until"]:
            asked = ", ".join(attribute(d, x) for x in first["barred_until"])
            blocks.append(Text(asked + ".", "Barred until you answer: "))
        blocks += [Text(f"{r['text']} [{citation(r['source'])}]") for r in first["rules"][:1]]
        others = {r["rule"]: r for e in entries for r in e["rules"] if r not in first["rules"][:1]}
        blocks += [Bullets(tuple(Item(f"{r['text']} [{citation(r['source'])}]") for r in others.values()),
                           "Also barring one or more of them")] if others else []
        yield Entry(f"ban-{n}", "; ".join(e["title"] for e in entries), (), tuple(blocks))


def _safeguards(mix: Data) -> Iterator[Block]:
    if mix["safeguards"]:
        rows = tuple((s["title"], s["text"], sentence(s["owner"], ""), sentence(s["by"], ""))
                     for s in mix["safeguards"])
        yield Table("Safeguards", ("Safeguard", "What to do", "Owner", "By"), rows, shares=(20, 46, 19, 15))
    if mix["cautions"]:
        yield Bullets(
            tuple(Item(f"{c['text']} [{citation(c['source'])}]") for c in mix["cautions"]), "Cautions"
        )
    if mix["indicators"]:
        yield Bullets(tuple(Item(sentence(i)) for i in mix["indicators"]), "Signs that it works")


def _alternatives(d: Data) -> Iterator[Block]:
    if len(d["mixes"]) < 2:
        return
    rows = tuple((m["title"], str(m["score"]), f"{percent(m['hard_share'])} %", signed(m["escalation"]),
                  m["reversibility"], m["counter_argument"]) for m in d["mixes"])
    yield Table(
        "The recommended mix and its alternatives",
        ("Posture", "Points", "Hard", "Escalation", "Least reversible", "Strongest argument against"),
        rows,
        frozenset({1, 2, 3}),
        (24, 8, 8, 10, 12, 38),
    )
    for m in d["mixes"][1:]:
        yield Text("; ".join(a["title"] for a in m["actions"]) + ".", f"{m['title']}: ")


def _changes(d: Data) -> Iterator[Block]:
    if d["tipping"]:
        if d["lead"] is not None:
            yield tornado(d)
        yield Bullets(tuple(Item(sentence(e)) for e in d["tipping_grouped"][:_SHOWN_EFFECTS]), "In words")
        more = len(d["tipping_grouped"]) - _SHOWN_EFFECTS
        if more > 0:
            yield Text(f"{more} more such changes would alter the posture or a leading action.", role="quiet")
    else:
        yield Text("No single answer would change the posture or a leading action.")
    if d["tipping_rest"]:
        yield Text(
            f"{d['tipping_rest']} further changes of one answer would touch only lesser parts of the mix.",
            role="quiet",
        )


def _foot(d: Data) -> Iterator[str]:
    yield (f"Knowledge base {d['kb']['id']} {d['kb']['version']} ({d['kb']['digest'][:12]}), profile "
           f"{d['profile']['digest'][:12]}, dss {d['engine']['dss']}, experta {d['engine']['experta']}.")
    yield d["disclaimer"]


def _points(n: float) -> str:
    return f"{n:g} point" if n == 1 else f"{n:g} points"
