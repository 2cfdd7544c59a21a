"""Compare: several mixes as a table of courses of action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .assessment import Assessment
from .compose import POSTURE_UNIT, Mix, decimal
from .contract import least_reversible, longest_immediate
from .robust import Shares, completions, jittered


@dataclass(frozen=True, slots=True)
class Course:
    """A course of action: a mix with the figures by which courses are compared.

    ``principles`` are the points its actions have from each principle, as decimals;
    ``hard_share`` whole percent; ``exposed`` the points that the principle marked
    ``exposure`` takes from its actions, ``warnings`` that principle's cautions on it;
    ``partners`` the actions that need partners; ``tipping`` how many single answers
    would change the posture (None for an alternative). ``completions`` and ``jittered`` say
    in how many ways of filling in the open facts, and under how many changes of strengths,
    the posture comes first, of how many tried.
    """

    label: str
    title: str
    posture: str
    score: str
    principles: dict[str, str]
    hard_share: str
    escalation: int
    reversibility: str
    lead_time: str
    exposed: str
    warnings: int
    partners: tuple[str, ...]
    tipping: int | None
    completions: tuple[int, int]
    jittered: tuple[int, int]
    actions: tuple[str, ...]


def courses(assessments: Sequence[Assessment]) -> list[Course]:
    """The recommended mixes of several assessments, or all mixes of a single one."""
    if len(assessments) == 1:
        a, shares = assessments[0], _shares(assessments[0])
        labels = ["recommended", *(f"alternative {i}" for i in range(1, len(a.advice.mixes)))]
        return [_course(a, label, mix, *shares) for label, mix in zip(labels, a.advice.mixes, strict=True)]
    return [_course(a, letters(i), a.advice.mixes[0], *_shares(a)) for i, a in enumerate(assessments)]


def letters(index: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    rest, last = divmod(index, 26)
    return (letters(rest - 1) if rest else "") + chr(ord("A") + last)


def _shares(a: Assessment) -> tuple[Shares, Shares]:
    return completions(a), jittered(a)


def _course(a: Assessment, label: str, mix: Mix, completed: Shares, varied: Shares) -> Course:
    kb, points = a.kb, a.advice.weighing.points
    by_principle = {
        p: sum(points.get(action, {}).get(p, 0) for action in mix.actions) for p in kb.principles
    }
    exposing = [p.id for p in kb.principles.values() if p.exposure]
    exposed = sum(min(0, points.get(action, {}).get(p, 0)) for action in mix.actions for p in exposing)
    first = mix is a.advice.mixes[0]
    return Course(
        label, a.situation.title, kb.postures[mix.posture].title, decimal(mix.score, POSTURE_UNIT),
        {p: decimal(n, 4) for p, n in by_principle.items()}, decimal(*a.hard_share(mix), 0),
        a.escalation(mix), least_reversible(a, mix), longest_immediate(a, mix), decimal(exposed, 4),
        sum(1 for rule, _ in a.cautions(mix) if rule.principle in exposing),
        tuple(x for x in mix.actions if _needs_partners(a, x)),
        sum(1 for t in a.tipping if t.kind == "posture") if first else None,
        _first(a, mix, completed), _first(a, mix, varied), mix.actions,
    )


def _first(a: Assessment, mix: Mix, shares: Shares) -> tuple[int, int]:
    """In how many variants a mix's posture comes first, of how many; as when too little is known."""
    name = "" if a.advice.cautious else mix.posture
    return dict(shares.first).get(name, 0), shares.tried


def _needs_partners(a: Assessment, action: str) -> bool:
    """Whether an action's needs speak of partners: of a fact that a partner list can supply."""
    groups = {a.kb.variables[at].group for at in a.kb.aggregates}
    reads = {v for row in a.kb.actions[action].needs for v, _ in row}
    return any(a.kb.variables[v].group in groups or v in a.kb.words.about_partners for v in reads)
