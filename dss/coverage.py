"""Which rule, invariant or property carries each core point of the founding article."""

from __future__ import annotations

from dataclasses import dataclass

from .kb import KnowledgeBase


@dataclass(frozen=True, slots=True)
class Carried:
    """A core point: the principle that gathers it, and what carries it."""

    point: str
    principle: str
    rules: tuple[str, ...]
    invariants: tuple[str, ...]
    restated_as: tuple[str, ...]

    @property
    def carried(self) -> bool:
        """Whether anything carries it."""
        return bool(self.rules or self.invariants)


def coverage(kb: KnowledgeBase) -> list[Carried]:
    """Every core point in order, with what carries it."""
    restated: dict[str, list[str]] = {}
    for point, core in kb.restatements.items():
        restated.setdefault(core, []).append(point)
    out = []
    for principle in kb.principles.values():
        for point in principle.points:
            out.append(Carried(
                point, principle.id,
                tuple(r.id for r in kb.rules.values() if point in r.covers),
                tuple(i.id for i in kb.invariants if point in i.covers),
                tuple(restated.get(point, ())),
            ))
    return sorted(out, key=lambda c: c.point)
