"""The order in which rules and findings are worked out, so that each comes after what it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .findings import Finding
from .issues import Problems
from .rules import Rule
from .terms import Variable


@dataclass(frozen=True, slots=True)
class Step:
    """Work out ``rule``, or the finding at position ``finding``. Steps of one level are independent."""

    level: int
    rule: str = ""
    finding: int = -1
    concluded_by: tuple[str, ...] = ()


def dependence_order(
    rules: Mapping[str, Rule], findings: Mapping[int, Finding], variables: list[Variable],
    problems: Problems,
) -> tuple[Step, ...]:
    """All steps by level; a cycle is noted as a problem that names its members."""
    concluded: dict[int, list[str]] = {at: [] for at in findings}
    for rule in rules.values():
        for at, _ in rule.concludes:
            concluded[at].append(rule.id)
    needs: dict[str | int, list[str | int]] = {}
    defeats: dict[str, list[str]] = {}
    for rule in rules.values():
        for other in rule.overrides:
            defeats.setdefault(other, []).append(rule.id)
    for rule in rules.values():
        needs[rule.id] = [v for v in sorted(rule.reads) if v in findings]
        needs[rule.id] += list(defeats.get(rule.id, []))
    for at, finding in findings.items():
        card = finding.scorecard
        needs[at] = [v for v in sorted(card.reads) if v in findings] if card else list(concluded[at])
    levels = _levels(needs)
    for node in needs:
        if node not in levels:
            cycle = _cycle(node, needs, levels)
            names = [n if isinstance(n, str) else variables[n].id for n in cycle]
            places = [rules[n].place if isinstance(n, str) else findings[n].place for n in cycle[:-1]]
            problems.add("KB060", "these depend on each other in a circle: " + " → ".join(names), min(places),
                         also=sorted(set(places))[1:])
            return ()
    steps = [
        Step(level, rule=node) if isinstance(node, str)
        else Step(level, finding=node, concluded_by=tuple(concluded[node]))
        for node, level in levels.items()
    ]
    place_of = {node: i for i, node in enumerate(needs)}
    return tuple(sorted(steps, key=lambda s: (s.level, place_of[s.rule or s.finding])))


def _levels(needs: Mapping[str | int, list[str | int]]) -> dict[str | int, int]:
    levels: dict[str | int, int] = {}
    waiting = dict(needs)
    level = 0
    while waiting:
        ready = [n for n, wanted in waiting.items() if all(w in levels for w in wanted)]
        if not ready:
            break
        for node in ready:
            del waiting[node]
        levels.update(dict.fromkeys(ready, level))
        level += 1
    return levels


def _cycle(
    start: str | int, needs: Mapping[str | int, list[str | int]], done: Mapping[str | int, int]
) -> list[str | int]:
    path: list[str | int] = [start]
    while True:
        step = next(n for n in needs[path[-1]] if n not in done)
        if step in path:
            return [*path[path.index(step) :], step]
        path.append(step)
