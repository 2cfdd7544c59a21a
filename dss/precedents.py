"""Precedents: historical cases as facts, and how near they are to a situation.

Nearness is Gower's general coefficient of similarity (Gower 1971, Biometrics 27, 857-871)
over the facts known on both sides: steps on a scale, equality of a choice, the shared
part of a set. Precedents inform; they never change a score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from .catalogue import known_ids
from .fields import Fields
from .issues import Problems
from .kb import KnowledgeBase
from .situation import read_situation
from .source import Node
from .terms import Variable, bits, single

RESULTS = ("avoided-war", "success", "limited", "mixed", "failure")
FEWEST_SHARED = 10
"""How many facts must be known on both sides for a comparison to mean anything."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who says what about cause and effect; ``by`` is 'article' for the founding article."""

    by: str
    claim: str
    source: str


@dataclass(frozen=True, slots=True)
class Precedent:
    """A historical case: ``masks`` are the facts at the moment of decision, by position."""

    id: str
    title: str
    year: str
    decided: str
    advised: str
    story: str
    masks: tuple[int, ...]
    done: tuple[tuple[str, str], ...]
    posture: str
    outcome: str
    result: str
    claims: tuple[Claim, ...]
    sources: tuple[str, ...]
    lesson: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """A precedent and how like it is: ``similarity`` from 0 to 1 over ``shared`` facts.

    ``differs`` are the positions of shared facts that differ, the most different first.
    """

    precedent: Precedent
    similarity: Fraction
    shared: int
    differs: tuple[int, ...]


_KEYS = ("id", "title", "year", "decided", "advised", "story", "facts", "done", "posture", "outcome",
         "result", "claims", "sources", "lesson", "note")


@lru_cache(maxsize=4)
def load_precedents(kb: KnowledgeBase) -> tuple[Precedent, ...]:
    """The precedents of a knowledge base, read at first use; raises InvalidInput."""
    problems = Problems()
    found = [_read(kb, path, node, problems) for path, node in kb.precedent_files.items()]
    problems.raise_if_any()
    return tuple(found)


def _read(kb: KnowledgeBase, path: str, node: Node, problems: Problems) -> Precedent:
    f = Fields(node, f"precedent {path}", problems, _KEYS, _KEYS[:-1])
    facts = f.get("facts")
    situation = read_situation(kb, facts, path, b"", problems) if facts is not None else None
    done = []
    for item in f.items("done"):
        d = Fields(item, f"an action of {f.what}", problems, ("action", "note"), ("action",))
        found = known_ids(d.scalars("action"), kb.actions, "action", problems)
        done += [(action, d.text("note")) for action in found]
    posture = known_ids(f.scalars("posture"), kb.postures, "posture", problems)
    claims = []
    for item in f.items("claims"):
        c = Fields(item, f"a claim of {f.what}", problems, ("by", "claim", "source"), ("by", "claim"))
        claims.append(Claim(c.text("by"), c.text("claim"), c.text("source")))
    if not path.endswith(f"/{f.text('id')}.yaml"):
        problems.add("KB080", f"the id '{f.text('id')}' is not the name of the file", f.place)
    return Precedent(
        f.text("id"), f.text("title"), f.text("year"), f.text("decided"), f.text("advised"), f.text("story"),
        situation.masks if situation else (), tuple(done), posture[0] if posture else "",
        f.text("outcome"), f.one_of("result", RESULTS), tuple(claims), f.texts("sources"), f.text("lesson"),
    )


def nearest_precedents(kb: KnowledgeBase, masks: Sequence[int], most: int = 3) -> list[Likeness]:
    """The precedents most like the attribute ``masks``, nearest first (ties by id)."""
    found = [likeness(kb, p, masks) for p in load_precedents(kb)]
    near = [x for x in found if x.shared >= FEWEST_SHARED]
    return sorted(near, key=lambda x: (-x.similarity, x.precedent.id))[:most]


def likeness(kb: KnowledgeBase, precedent: Precedent, masks: Sequence[int]) -> Likeness:
    """Gower's similarity of a precedent to a situation over the facts known in both."""
    total, weight = Fraction(0), 0
    differing: list[tuple[Fraction, int]] = []
    for at in range(kb.attributes):
        mine, theirs = masks[at], precedent.masks[at]
        if not (single(mine) and single(theirs)):
            continue
        alike = _alike(kb.variables[at], mine, theirs)
        if alike is None:
            continue
        total += alike
        weight += 1
        if alike < 1:
            differing.append((alike, at))
    differs = tuple(at for _, at in sorted(differing))
    return Likeness(precedent, total / weight if weight else Fraction(0), weight, differs)


def _alike(variable: Variable, a: int, b: int) -> Fraction | None:
    """How alike two known values are, 0 to 1; None where the pair carries no information."""
    if (a | b) & variable.na_bit:
        return None if a == b else Fraction(0)
    x, y = bits(a)[0], bits(b)[0]
    if variable.kind == "set":
        union = (x | y).bit_count()
        return Fraction((x & y).bit_count(), union) if union else None
    if variable.kind == "choice":
        return Fraction(int(x == y))
    return 1 - Fraction(abs(x - y), max(1, variable.size - 1))
