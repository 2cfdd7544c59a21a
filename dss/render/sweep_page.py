"""A sweep's summary as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from tabulate import tabulate

BAR = 30
_SHOWN = 12
_ALWAYS = 100
_NUMBERS = ("profiles", "%", "mean", "worst", "infeasible %")


def sweep_page(data: Mapping[str, Any]) -> str:
    """The summary: how often, what drives it, when it fails, and what one would regret."""
    out = [f"{_counted(data['profiles'], 'profile')} ({data['method']})"
           + (f", {_counted(data['bad'], 'row')} could not be read" if data["bad"] else "")]
    if data["profiles"]:
        out += ["", "How often each posture comes first", "", _pictured(data["postures"], "posture"), "",
                "Actions most often in the mix", "", _pictured(data["actions"][:_SHOWN], "action")]
    if data.get("drivers", {}).get("alone"):
        out += ["", *_drivers(data["drivers"])]
    if "favoured" in data:
        out += ["", *_fails(data["favoured"])]
    if data["profiles"]:
        out += ["", "Regret: points lost against the best, had one held to a posture throughout", "",
                *_regret(data["regret"])]
    out += ["", f"Knowledge base {data['kb']['id']} {data['kb']['version']} ({data['kb']['digest'][:12]}). "
            "Decision support, not legal advice."]
    return "\n".join(out) + "\n"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _pictured(rows: Sequence[Mapping[str, Any]], what: str) -> str:
    most = max((r["count"] for r in rows), default=1)
    name = "title" if what == "posture" else what
    return _table([[r[name], f"{r['count']:,}", f"{r['percent']:.1f}", "█" * max(1, r["count"] * BAR // most)]
                   for r in rows], [what, "profiles", "%", ""])


def _drivers(drivers: Mapping[str, Any]) -> list[str]:
    kind = "share of variance explained by each alone" + ("" if drivers["exact"] else ", estimated")
    if not drivers["together_percent"] and not any(d["percent"] for d in drivers["alone"]):
        return ["Nothing that was varied changes the posture."]
    rows = [[d["attribute"], f"{d['percent']:.1f}", "█" * round(d["percent"] * BAR / 100)]
            for d in drivers["alone"][:_SHOWN]]
    rows.append(["only together", f"{drivers['together_percent']:.1f}", ""])
    return [f"What drives it ({kind})", "", _table(rows, ["attribute", "%", ""])]


def _fails(favoured: Mapping[str, Any]) -> list[str]:
    if not favoured["gives_way_percent"]:
        return [f"'{favoured['posture']}' comes first in every profile looked at."]
    if not favoured["fails_when"]:
        return [f"'{favoured['posture']}' gives way in {favoured['gives_way_percent']:.1f} % of the profiles "
                "looked at; no condition was found", "under which it does so more often than elsewhere."]
    out = [f"When '{favoured['posture']}' does not come first"]
    for box in favoured["fails_when"]:
        when = ", ".join(f"{name}: {phrase}" for name, phrase in box["when"].items())
        out += ["", f"  when: {{{when}}}", f"  it gives way in {box['fails_percent']:.1f} % of these, "
                f"which are {box['of_failures_percent']:.1f} % of all cases in which it does"]
    return out


def _regret(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    possible = [r for r in rows if r["infeasible_percent"] < _ALWAYS]
    out = [_table([[r["posture"], f"{r['mean']:.2f}", f"{r['worst']:.2f}", f"{r['infeasible_percent']:.1f}"]
                   for r in possible], ["posture", "mean", "worst", "infeasible %"])]
    never = [r["posture"] for r in rows if r["infeasible_percent"] == _ALWAYS]
    if never:
        out += ["", fill("Nowhere to be taken: " + ", ".join(never) + ".", 78, break_on_hyphens=False)]
    return out


def _table(rows: list[list[str]], heads: list[str]) -> str:
    right = tuple("right" if h in _NUMBERS else "left" for h in heads)
    return tabulate(rows, heads, tablefmt="plain", colalign=right, disable_numparse=True)
