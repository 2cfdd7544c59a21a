"""Invariants: what must hold for every profile there could ever be, stated as data.

An invariant says *which profiles* (``when``, a condition established on possible values;
all profiles without it), then *what must hold*, by exactly one claim:

* ``not_permitted: S``: no action of selector S may be chosen;
* ``mix_has: S``, ``mix_lacks: S``: every mix has, or lacks, an action of S;
* ``mix_with: S`` and ``beside: T``: a mix with an action of S also has one of T;
* ``mix_safeguard: id``: every mix carries the safeguard;
* ``posture_not: [ids]``: none of these postures is recommended;
* ``raising: attribute`` with ``never_raises_score_of: S`` or ``never_adds: S``: a higher
  value, all else equal, never raises the score of an S, nor adds one to the recommended mix;
* ``refining_keeps_permitted: S``: what is permitted on partial knowledge stays permitted
  in every completion;
* ``within_band: yes``: no mix has a higher share of hard power than its posture's band.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .catalogue import Posture, Safeguard, SelectorReader, known_ids
from .conditions import ALWAYS, ConditionReader, Dnf, compile_tree
from .fields import ID, Fields
from .issues import Place, nearest
from .terms import Citation

CLAIMS = ("not_permitted", "mix_has", "mix_lacks", "mix_with", "mix_safeguard", "posture_not",
          "never_raises_score_of", "never_adds", "refining_keeps_permitted", "within_band")


@dataclass(frozen=True, slots=True)
class Invariant:
    """One invariant: ``claim`` is one of :data:`CLAIMS`, over ``subjects`` (actions or postures).

    ``beside`` are the actions of which one must accompany the subjects; ``raising`` is the
    position of the attribute that is raised, or -1.
    """

    id: str
    title: str
    when: Dnf
    claim: str
    subjects: tuple[str, ...]
    beside: tuple[str, ...]
    safeguard: str
    raising: int
    source: tuple[Citation, ...]
    covers: tuple[str, ...]
    place: Place


def read_invariants(
    fields: Fields, conditions: ConditionReader, select: SelectorReader,
    postures: Mapping[str, Posture], safeguards: Mapping[str, Safeguard], works: Sequence[str],
    points: Sequence[str],
) -> tuple[Invariant, ...]:
    """All invariants, in order."""
    out = []
    for key, node in fields.entries("invariants"):
        f = Fields(node, f"invariant '{key.text}'", fields.problems,
                   ("title", "when", "raising", "beside", "source", "covers", "note", *CLAIMS),
                   ("title", "source"), at=key.place)
        if not ID.fullmatch(key.text):
            fields.problems.add("KB040", f"'{key.text}' cannot be an id", key.place)
        claims = [c for c in CLAIMS if f.get(c) is not None]
        if len(claims) != 1:
            fields.problems.add("KB070", f"{f.what} makes one claim, not {len(claims)}", key.place,
                                "one of " + ", ".join(CLAIMS))
            continue
        out.append(_invariant(key.text, f, claims[0], conditions, select, postures, safeguards, works,
                              points))
    return tuple(out)


def _invariant(
    name: str, f: Fields, claim: str, conditions: ConditionReader, select: SelectorReader,
    postures: Mapping[str, Posture], safeguards: Mapping[str, Safeguard], works: Sequence[str],
    points: Sequence[str],
) -> Invariant:
    when, beside, body = f.get("when"), f.get("beside"), f.get(claim)
    assert body is not None
    subjects: tuple[str, ...] = ()
    safeguard = ""
    if claim == "mix_safeguard":
        safeguard = f.text(claim)
        if safeguard not in safeguards:
            f.problems.add("KB011", f"there is no safeguard '{safeguard}'", body.place,
                           nearest(safeguard, safeguards))
    elif claim == "posture_not":
        subjects = known_ids(f.scalars(claim), postures, "posture", f.problems)
    elif claim != "within_band":
        subjects = select.read(body)
    raising = conditions.words.position.get(f.text("raising"), -1)
    if claim.startswith("never_") and raising < 0:
        f.problems.add("KB071", f"{f.what} must say 'raising: attribute'", f.place,
                       nearest(f.text("raising"), conditions.words.position))
    if (claim == "mix_with") != (beside is not None):
        f.problems.add("KB072", f"{f.what}: 'mix_with' and 'beside' go together", f.place)
    for node in f.scalars("covers"):
        if node.text not in points:
            f.problems.add("KB034", f"'{node.text}' is not a core point of the article that "
                           "principles.yaml lists", node.place)
    return Invariant(
        name, f.text("title"),
        compile_tree(conditions.read(when), conditions.words.variables, f.problems, when.place)
        if when is not None else ALWAYS,
        claim, subjects, select.read(beside) if beside is not None else (), safeguard, raising,
        f.citations("source", works), f.texts("covers"), f.place,
    )
