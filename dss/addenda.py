"""What a printed report shows beside the advice: proofs, titles, works cited, how postures score."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .assessment import Assessment
from .compose import POSTURE_UNIT, Rating, decimal
from .explain import proof_data, why
from .lead import lead

Number = int | float


def addenda(a: Assessment) -> dict[str, Any]:
    """The fields of the contract that reports alone need; proofs are those of the recommended mix."""
    kb, now = a.kb, lead(a)
    shown = [a.advice.posture, *a.advice.mixes[0].actions]
    return {
        "lead": None if now is None else _number(now),
        "titles": {
            "attributes": {v.id: v.title for v in kb.variables[: kb.attributes]},
            "groups": {g.id: g.title for g in kb.groups if not g.of_partner},
            "principles": {p.id: p.title for p in kb.principles.values()},
        },
        "partners": [p.name for p in a.situation.partners or ()],
        "proofs": {item: proof_data(a, why(a, item)) for item in shown},
    }


def parts(a: Assessment, rating: Rating) -> dict[str, Any]:
    """What a posture's score is made of: its own row by principle, and the mean score of its core."""
    row = {p: n for p, n in a.advice.weighing.points.get(rating.posture, {}).items() if n}
    own = sum(a.situation.weights.get(p, 100) * n for p, n in row.items()) * (POSTURE_UNIT // 400)
    return {"principles": {p: _quarter(n) for p, n in row.items()}, "core_score": _number(rating.score - own)}


def works(a: Assessment, document: Any) -> list[dict[str, str]]:
    """The works that a document cites, in the order of the bibliography."""
    cited = set(_cited(document))
    return [{"id": w.id, "title": w.title, "short": w.short, "author": w.author, "year": w.year,
             "kind": w.kind, "where": w.where} for w in a.kb.works.values() if w.id in cited]


def _cited(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        if "work" in data:
            yield data["work"]
        for value in data.values():
            yield from _cited(value)
    elif isinstance(data, list):
        for value in data:
            yield from _cited(value)


def _number(score: int) -> Number:
    text = decimal(score, POSTURE_UNIT)
    return float(text) if "." in text else int(text)


def _quarter(n: int) -> Number:
    return n // 4 if n % 4 == 0 else n / 4
