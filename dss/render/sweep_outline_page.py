"""A sweep's summary laid out as a report, for the printed formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .blocks_page import Block, Bullets, Figure, Item, Report, Section, Table, Text

Data = dict[str, Any]
_SHOWN = 12


def sweep_outline(d: Data) -> Report:
    """The report of one sweep (``dss/sweep/1``)."""
    bad = [("Rows that could not be read", f"{d['bad']:,}")] if d["bad"] else []
    names = _names(d)
    varied = [("Varied", ", ".join(names.values()))] if 0 < len(names) <= _SHOWN else []
    head = [("Profiles", f"{d['profiles']:,}"), ("How they were drawn", d["method"]), *varied, *bad]
    postures, actions = _often("Posture", d["postures"]), _often("Action", d["actions"][:_SHOWN])
    sections = (Section("postures", "How often each posture comes first", tuple(postures)),
                Section("actions", "Actions most often in the mix", tuple(actions)),
                Section("drivers", "What drives it", tuple(_drivers(d))),
                Section("fails", "When the favoured posture gives way", tuple(_fails(d))),
                Section("regret", "What holding to one posture would cost", tuple(_regret(d))))
    foot = (f"Knowledge base {d['kb']['id']} {d['kb']['version']} ({d['kb']['digest'][:12]}).",
            "Decision support, not legal advice.")
    return Report(d["title"] or "What many profiles have in common", tuple(head), None,
                  tuple(s for s in sections if s.blocks), foot)


def _names(d: Data) -> dict[str, str]:
    return {x["attribute"]: x["title"] for x in d["drivers"]["alone"]} if "drivers" in d else {}


def _often(what: str, entries: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
    if entries:
        rows = tuple((e["title"], f"{e['count']:,}", f"{e['percent']:.1f}") for e in entries)
        table = Table("How often", (what, "Profiles", "%"), rows, frozenset({1, 2}), (60, 22, 18))
        yield _bars("Percent of all profiles", "Each bar tells in how many of a hundred profiles.",
                    [(e["title"], e["percent"]) for e in entries], table)


def _drivers(d: Data) -> Iterator[Block]:
    if "drivers" not in d:
        return
    drivers = d["drivers"]
    told = [x for x in drivers["alone"][:_SHOWN] if x["percent"]]
    if not told and not drivers["together_percent"]:
        yield Text("Nothing that was varied changes the posture.")
        return
    parts = [*((x["title"], x["percent"]) for x in told), ("Only together", drivers["together_percent"])]
    table = Table("Share of the variance of the posture, percent", ("Fact", "%"),
                  tuple((name, f"{share:.1f}") for name, share in parts), frozenset({1}), (80, 20))
    exact = "" if drivers["exact"] else " Estimated from a sample."
    yield _bars("Share of the variance that each fact explains alone",
                f"In percent of the variance of the recommended posture.{exact}", parts, table)


def _fails(d: Data) -> Iterator[Block]:
    if "favoured" not in d:
        return
    favoured, names = d["favoured"], _names(d)
    if favoured["gives_way_percent"] == 0:
        yield Text(f"{favoured['title']} comes first in every profile looked at.")
        return
    yield Text(f"{favoured['title']} gives way to another posture, or to too little being known, in "
               f"{favoured['gives_way_percent']:.1f} % of the profiles looked at.")
    if favoured["fails_when"]:
        yield Bullets(tuple(
            Item(f"It gives way in {box['fails_percent']:.1f} % of these, which are "
                 f"{box['of_failures_percent']:.1f} % of all cases in which it does.",
                 "; ".join(f"{names[n]}: {phrase}" for n, phrase in box["when"].items()) + ". ")
            for box in favoured["fails_when"]), "Conditions under which it does so more often than elsewhere")


def _regret(d: Data) -> Iterator[Block]:
    if not d["profiles"]:
        return
    possible = [r for r in d["regret"] if r["infeasible_percent"] < 100]
    rows = tuple((r["title"], f"{r['mean']:.2f}", f"{r['worst']:.2f}", f"{r['infeasible_percent']:.1f}")
                 for r in possible)
    table = Table("Points lost against the best posture of each profile",
                  ("Posture held to", "Mean", "At worst", "Cannot be taken, %"), rows, frozenset({1, 2, 3}),
                  (49, 14, 15, 22))
    yield _bars("Mean points lost", "Points lost on average, had one held to a posture throughout; where "
                "it cannot be taken it scores nothing.", [(r["title"], r["mean"]) for r in possible],
                table)
    never = [r["title"] for r in d["regret"] if r["infeasible_percent"] == 100]
    if never:
        yield Text("; ".join(never) + ".", "Nowhere to be taken: ")


def _bars(title: str, says: str, parts: Sequence[tuple[str, float]], table: Table) -> Figure:
    rows = [{"title": name, "total": number, "parts": [["", number]] if number else []}
            for name, number in parts]
    return Figure("bars", title, says, rows, table)
