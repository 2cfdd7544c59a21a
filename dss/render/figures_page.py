"""The pictures of a report as plain data, each with a table that says the same."""

from __future__ import annotations

from typing import Any

from .blocks_page import Figure, Table
from .layout import signed
from .text import percent

Data = dict[str, Any]
_TITLES = 30
"""Percent of the matrix's width for the titles of its rows."""
_SHOWN_FACTS, _LEAST, _MOST = 12, -3, 3


def matrix(d: Data) -> Figure:
    """Actions of the recommended mix by the principles that speak for or against them."""
    actions = d["mixes"][0]["actions"]
    columns = [p for p in d["titles"]["principles"] if any(p in a["principles"] for a in actions)]
    rows = tuple(
        (a["title"], *(_cell(a["principles"].get(p)) for p in columns), f"{a['score']:g}") for a in actions
    )
    heads = tuple(d["titles"]["principles"][p] for p in columns)
    table = Table("Points by action and principle", ("Action", *heads, "Total"), rows,
                  frozenset(range(1, len(columns) + 2)),
                  (_TITLES, *[(100 - _TITLES) // (len(columns) + 1)] * (len(columns) + 1)))
    data = {"columns": list(heads), "rows": [
        {"title": a["title"], "total": a["score"], "cells": [a["principles"].get(p, 0) for p in columns]}
        for a in actions]}
    return Figure(
        "matrix",
        "Why these actions: points by principle",
        "Each row is an action, each column a principle; a square tells how many points the rules of "
        "that principle give it. The row adds up to the action's score.",
        data,
        table,
    )


def _cell(points: float | None) -> str:
    return "" if points is None else f"{points:g}"


def score_bars(d: Data) -> Figure:
    """The actions' scores, each bar made of what every principle contributes."""
    actions = sorted(d["mixes"][0]["actions"], key=lambda a: -a["score"])
    names = d["titles"]["principles"]
    rows = [(a["title"], a["score"], sorted(((names[p], n) for p, n in a["principles"].items()),
                                            key=lambda pair: -pair[1])) for a in actions if a["principles"]]
    told = tuple((title, f"{score:g}", ", ".join(f"{p.lower()} {_plus(n)}" for p, n in parts))
                 for title, score, parts in rows)
    table = Table("Scores and what they are made of", ("Action", "Points", "Made of"), told, frozenset({1}),
                  (36, 10, 54))
    return Figure(
        "bars",
        "How the actions score",
        "Points for each action of the mix; each part of a bar is one "
        "principle, a hollow part counts against.",
        [{"title": t, "total": s, "parts": [list(p) for p in parts]} for t, s, parts in rows],
        table,
    )


def posture_bars(d: Data) -> Figure:
    """The postures' scores: what speaks for the posture itself, and the mean of its core actions."""
    names = d["titles"]["principles"]
    rows = []
    for p in d["postures"]:
        parts = [(names[x], n) for x, n in p["principles"].items()]
        if p["core_score"]:
            parts.append(("Core actions", p["core_score"]))
        rows.append((p, parts))
    told = tuple((p["title"], f"{p['score']:g}", ", ".join(f"{x.lower()} {_plus(n)}" for x, n in parts)
                  or "nothing speaks for it", p["reason"] or "can be taken") for p, parts in rows)
    table = Table("Postures and why they rank as they do", ("Posture", "Points", "Made of", "Standing"), told,
                  frozenset({1}), (26, 9, 32, 33))
    shown = [{"title": p["title"], "total": p["score"], "parts": [list(x) for x in parts]}
             for p, parts in rows if p["feasible"] and parts]
    return Figure(
        "bars",
        "How the postures compare",
        "Points for each posture that can be taken: its own, and the mean of its core actions.",
        shown,
        table,
    )


def balance(mix: Data) -> Figure:
    """The share of hard power in the posture's band."""
    low, high = mix["band"]
    share = percent(mix["hard_share"])
    place = "below" if mix["hard_share"] < low else "within"
    rows = tuple((a["title"], f"{a['hard']}") for a in sorted(mix["actions"], key=lambda a: -a["hard"]))
    return Figure(
        "balance",
        "Share of hard power",
        f"{share} % hard power and {100 - share} % soft, {place} the posture's band of {low} to {high} %.",
        {"share": share, "low": low, "high": high},
        Table("Hard power of each action, percent", ("Action", "Hard"), rows, frozenset({1}), (80, 20)),
    )


def ladder(mix: Data) -> Figure:
    """The actions on the rungs of their effect on escalation."""
    rungs = {
        n: [a["title"] for a in mix["actions"] if a["escalation"] == n] for n in range(_MOST, _LEAST - 1, -1)
    }
    rows = tuple((signed(n), tuple(titles)) for n, titles in rungs.items() if titles)
    return Figure(
        "ladder",
        "Ladder of escalation effects",
        f"The actions add up to {signed(mix['escalation'])}; each counts from -3, calms, to +3, heightens.",
        [{"rung": n, "titles": titles} for n, titles in rungs.items()],
        Table("Effect on escalation", ("Effect", "Actions"), rows, frozenset({0}), (12, 88)),
    )


def tornado(d: Data) -> Figure:
    """What each single answer would do to the recommended posture's lead."""
    facts: dict[str, list[Data]] = {}
    for t in d["tipping"]:
        facts.setdefault(t["attribute"], []).append(t)
    names = d["titles"]["attributes"]

    def reach(tips: list[Data]) -> float:
        now = float(d["lead"])
        return max(abs((-abs(now) if t["lead"] is None else float(t["lead"])) - now) for t in tips)

    ranked = sorted(facts.items(), key=lambda pair: -reach(pair[1]))[:_SHOWN_FACTS]
    data = {
        "lead": d["lead"],
        "rows": [
            {
                "title": names[name],
                "from": tips[0]["from"].replace("+", ", "),
                "answers": [
                    {
                        "answer": t["answer"],
                        "lead": t["lead"],
                        "outcome": t["outcome"],
                        "tips": t["kind"] == "posture",
                    }
                    for t in tips
                ],
            }
            for name, tips in ranked
        ],
    }
    rows = tuple((names[name], t["from"].replace("+", ", "), t["answer"], _lead(t["lead"]), t["outcome"])
                 for name, tips in ranked for t in tips)
    return Figure(
        "tornado",
        "Single answers that tip the advice",
        f"The recommended posture now leads by {d['lead']:g} points. Each bar shows the lead after one "
        "answer changes: red where another posture would come first, blue where only a leading "
        "action changes.",
        data,
        Table(
            "Single answers that tip the advice",
            ("Fact", "Now", "If instead", "Lead", "Then"),
            rows,
            frozenset({3}),
            (24, 18, 18, 8, 32),
        ),
    )


def _lead(n: float | None) -> str:
    return "cannot be taken" if n is None else _plus(n)


def _plus(n: float) -> str:
    return f"{n:+g}" if n else "0"
