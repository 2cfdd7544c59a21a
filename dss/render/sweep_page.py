"""A sweep's summary as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tabulate import tabulate

BAR = 30
_SHOWN = 12
_NUMBERS = ("profiles", "%", "mean", "worst", "infeasible %")


def sweep_page(data: Mapping[str, Any]) -> str:
    """The summary: how often, what drives it, when it fails, and what one would regret."""
    bad = f", {data['bad']:,} rows could not be read" if data["bad"] else ""
    out = [f"{data['profiles']:,} profiles ({data['method']}){bad}", "",
           "How often each posture comes first", "", _pictured(data["postures"], "posture"), "",
           "Actions most often in the mix", "", _pictured(data["actions"][:_SHOWN], "action")]
    if data.get("drivers", {}).get("alone"):
        out += ["", *_drivers(data["drivers"])]
    if "favoured" in data:
        out += ["", *_fails(data["favoured"])]
    if data["profiles"]:
        out += ["", "Regret: points lost against the best, had one held to a posture throughout", "",
                _regret(data["regret"])]
    out += ["", f"Knowledge base {data['kb']['id']} {data['kb']['version']} ({data['kb']['digest'][:12]}). "
            "Decision support, not legal advice."]
    return "\n".join(out) + "\n"


def _pictured(rows: Sequence[Mapping[str, Any]], what: str) -> str:
    most = max((r["count"] for r in rows), default=1)
    name = "title" if what == "posture" else what
    return _table([[r[name], f"{r['count']:,}", f"{r['percent']:.1f}", "█" * max(1, r["count"] * BAR // most)]
                   for r in rows], [what, "profiles", "%", ""])


def _drivers(drivers: Mapping[str, Any]) -> list[str]:
    kind = "share of variance explained by each alone" + ("" if drivers["exact"] else ", estimated")
    rows = [[d["attribute"], f"{d['percent']:.1f}", "█" * round(d["percent"] * BAR / 100)]
            for d in drivers["alone"][:_SHOWN]]
    rows.append(["only together", f"{drivers['together_percent']:.1f}", ""])
    return [f"What drives it ({kind})", "", _table(rows, ["attribute", "%", ""])]


def _fails(favoured: Mapping[str, Any]) -> list[str]:
    if not favoured["fails_when"]:
        return [f"No condition was found under which '{favoured['posture']}' gives way more often than "
                "elsewhere."]
    out = [f"When '{favoured['posture']}' gives way to another posture"]
    for box in favoured["fails_when"]:
        when = ", ".join(f"{name}: {phrase}" for name, phrase in box["when"].items())
        out += ["", f"  when: {{{when}}}", f"  it gives way in {box['fails_percent']:.1f} % of these, "
                f"which are {box['of_failures_percent']:.1f} % of all cases in which it does"]
    return out


def _regret(rows: Sequence[Mapping[str, Any]]) -> str:
    return _table([[r["posture"], f"{r['mean']:.2f}", f"{r['worst']:.2f}", f"{r['infeasible_percent']:.1f}"]
                   for r in rows], ["posture", "mean", "worst", "infeasible %"])


def _table(rows: list[list[str]], heads: list[str]) -> str:
    right = tuple("right" if h in _NUMBERS else "left" for h in heads)
    return tabulate(rows, heads, tablefmt="plain", colalign=right, disable_numparse=True)
