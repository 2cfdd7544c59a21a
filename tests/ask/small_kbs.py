"""Small knowledge bases made by chance, with all that makes proofs hard: presumptions, exceptions,
rules that defeat others, 'unknown', scorecards, needs, requirements, and what must not be added."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import yaml
from conftest import MINI

from dss import KnowledgeBase, load_kb

FACTS: dict[str, list[str]] = {
    "wind": ["calm", "fresh", "storm"], "tide": ["low", "mid", "high"], "fog": ["no", "yes"],
    "time_left": ["hours", "days", "weeks", "months"],
}
FINDINGS = ("safe", "loud")
ACTIONS = ("row", "sail", "wait", "shout", "ram")
SOURCE: dict[str, Any] = {"source": {"work": "judgement"}}


def small_kb(folder: Path, seed: int) -> KnowledgeBase:
    """The knowledge base of a seed, written to ``folder`` and loaded."""
    pick = random.Random(seed)
    shutil.copytree(MINI, folder)
    for name in ("attributes", "actions", "rules"):
        shutil.rmtree(folder / name)
    _write(folder / "pack.yaml", {
        "id": "small", "version": "0.1.0", "title": "Small", "licence": "MIT",
        "composition": {"places": 4, "places_per_line": 3, "entry": 8, "stranger": 16, "overlap": 60,
                        "horizon": "time_left", "raising": "wind",
                        "never_adds": {"escalation": "at least 1"}},
    })
    _write(folder / "attributes" / "all.yaml", {"group": "all", "title": "All", "order": 1, "attributes": {
        name: {"type": "flag" if values == ["no", "yes"] else "scale", "title": name, "question": f"{name}?",
               "why": "So.", **SOURCE, **({} if values == ["no", "yes"] else {"values": values}),
               **({"frame": "yes"} if name in ("wind", "fog") else {})}
        for name, values in FACTS.items()}})
    _write(folder / "findings.yaml", {"findings": {
        "safe": {"title": "safe", "values": ["no", "yes"], "otherwise": pick.choice(["no", "yes"]),
                 "resolve": "highest", "why": "So.", **SOURCE},
        "loud": {"title": "loud", "values": ["low", "mid", "high"], "why": "So.", **SOURCE, "scorecard": {
            "parts": [{"of": "wind", "points": {"fresh": "10", "storm": str(pick.choice([-10, 20]))}},
                      {"when": {"tide": "high"}, "points": str(pick.choice([-10, 10]))}],
            "cuts": {"low": "-20", "mid": "10", "high": "20"}}}}})
    _write(folder / "actions" / "all.yaml", {"line": "military", "actions": {
        name: _action(pick, name, hard) for name, hard in zip(ACTIONS, (0, 20, 5, 30, 70), strict=True)}})
    _write(folder / "postures.yaml", {"postures": {
        f"plan-{name}": {"title": name, "purpose": "So.", "band": ["0", str(pick.choice([40, 60, 90]))],
                         "core": [name, *pick.sample([a for a in ACTIONS if a != name], 1)], "fits": [],
                         "counter_argument": "No.", "review_in": "a day",
                         **({"fallback": "yes"} if name == "wait" else {})}
        for name in ("wait", "row", "shout", "ram")}})
    _write(folder / "invariants.yaml", {"invariants": {}})
    _write(folder / "safeguards.yaml", {"safeguards": {}})
    rules = [_rule(pick, i) for i in range(14)]
    for i, principle in enumerate(("calm", "friends", "law")):
        _write(folder / "rules" / f"{principle}.yaml", {"principle": principle, "rules": rules[i::3]})
    return load_kb(folder)


def _action(pick: random.Random, name: str, hard: int) -> dict[str, Any]:
    out = {"title": name, "class": "force" if hard > 50 else "coercive" if hard > 15 else "cooperative",
           "definition": "So.", "objective": "So.", "hard": str(hard),
           "escalation": str(2 if hard > 50 else 1 if hard > 15 else -1), "reversibility": "high",
           "lead_time": pick.choice(["hours", "days", "weeks"])}
    if pick.random() < 0.4:
        out["needs"] = {"safe": "yes"} if hard > 50 else _when(pick, findings=False)
    if pick.random() < 0.3:
        out["pointless_when"] = _when(pick, findings=False)
    return out


def _when(pick: random.Random, *, findings: bool = True) -> dict[str, Any]:
    names = [*FACTS, *(FINDINGS if findings else ())]
    out: dict[str, Any] = {}
    for name in pick.sample(names, pick.choice([1, 1, 2])):
        values = FACTS.get(name) or (["no", "yes"] if name == "safe" else ["low", "mid", "high"])
        out[name] = pick.choice([values[0], values[-1], f"not {values[0]}", *values])
        if name in FACTS and pick.random() < 0.15:
            out[name] = "unknown"
    return out


def _rule(pick: random.Random, i: int) -> dict[str, Any]:
    concluding = i < 3
    rule: dict[str, Any] = {"id": f"rule-{i}", "title": f"Rule {i}", "because": "So.", "covers": [],
                            "when": _when(pick, findings=not concluding), **SOURCE}
    if pick.random() < 0.3:
        rule["unless"] = _when(pick, findings=not concluding)
    if i > 3 and pick.random() < 0.3:
        rule["overrides"] = [f"rule-{pick.randrange(3, i)}"]
    if concluding:
        rule["then"] = [{"conclude": {"safe": pick.choice(["no", "yes"])}}]
    else:
        rule["then"] = [_consequence(pick)]
    rule["cases"] = [{"given": {}, "fires": "yes"}, {"given": {}, "fires": "no"}]
    return rule


def _consequence(pick: random.Random) -> dict[str, Any]:
    chance = pick.random()
    if chance < 0.15:
        return {"forbid": [pick.choice(ACTIONS)]}
    if chance < 0.25:
        with_, beside = pick.sample(ACTIONS, 2)
        return {"require": {"with": with_, pick.choice(["all_of", "one_of"]): [beside]}}
    targets = [*ACTIONS, "plan-wait", "plan-row", "plan-shout", "plan-ram"]
    return {pick.choice(["favour", "favour", "favour", "disfavour"]): pick.sample(targets, 2),
            "strength": pick.choice(["weak", "moderate", "strong"])}


def _write(path: Path, data: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(_texts(data), sort_keys=False), encoding="utf-8")


def _texts(data: Any) -> Any:
    """Every scalar as text, as the loader keeps it."""
    if isinstance(data, dict):
        return {k: _texts(v) for k, v in data.items()}
    return [_texts(v) for v in data] if isinstance(data, list) else data
