"""Scenario discovery: under which conditions a favoured posture is no longer advised.

The patient rule induction method of Friedman and Fisher (1999), as Bryant and Lempert
(2010) use it: from the whole space, values are peeled off one at a time, each time those
whose loss costs least for what it gains, until the box holds little but failures. The
result is a condition that people can read. What restricts it by chance alone is taken out
again, as by their quasi-p-values.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .kb import KnowledgeBase
from .plan import Codes, Range
from .summary import percent
from .terms import Variable, bits

STANDARD_ERRORS = 3.0
"""By how much a restriction must raise the share of failures to be kept, where profiles are a sample:
about one in a thousand would do so by chance, and some hundred are tried. Judgement."""
MOST_BOXES, LEAST_SUPPORT, DENSE = 3, 20, 0.95
"""At most so many boxes; none of fewer than 1/20 of the profiles; peeling stops when so dense."""


@dataclass(frozen=True)
class Box:
    """A part of the space: the codes that each range may take there; counts are of all profiles in it."""

    allowed: tuple[tuple[int, ...], ...]
    profiles: int
    failures: int


def discover(kb: KnowledgeBase, ranges: Sequence[Range], codes: Sequence[Codes],
             failed: NDArray[np.bool_], *, sampled: bool = False) -> list[Box]:
    """Up to three boxes that hold the failures, each found in what those before it leave.

    Of profiles that are a sample, restrictions that may be chance are left out.
    """
    left = np.ones(len(failed), np.bool_)
    boxes = []
    for _ in range(MOST_BOXES):
        if not failed[left].any():
            break
        peeled = _peel(kb, ranges, codes, failed, left)
        allowed = _pruned(kb, peeled, ranges, codes, failed, left, STANDARD_ERRORS if sampled else 0.0)
        inside = _inside(allowed, ranges, codes)
        if inside.all() or failed[inside & left].mean() <= failed[left].mean():
            break
        boxes.append(Box(tuple(allowed), int(inside.sum()), int(failed[inside].sum())))
        left &= ~inside
    return boxes


def _inside(allowed: Sequence[tuple[int, ...]], ranges: Sequence[Range],
            codes: Sequence[Codes]) -> NDArray[np.bool_]:
    inside = np.ones(len(codes[0]), np.bool_)
    for a, r, code in zip(allowed, ranges, codes, strict=True):
        if len(a) < len(r.masks):
            inside &= np.isin(code, a)
    return inside


def _pruned(kb: KnowledgeBase, allowed: list[tuple[int, ...]], ranges: Sequence[Range],
            codes: Sequence[Codes], failed: NDArray[np.bool_], left: NDArray[np.bool_],
            least: float) -> list[tuple[int, ...]]:
    """The box made wider, the least loss first, as long as what kept it narrow raised its share of
    failures by no more than ``least`` standard errors."""
    while True:
        inside = left & _inside(allowed, ranges, codes)
        best: tuple[float, list[tuple[int, ...]]] | None = None
        for i, r in enumerate(ranges):
            for more in _pastes(kb.variables[r.at], r, allowed[i]):
                wider = [*allowed[:i], more, *allowed[i + 1:]]
                gain = _gain(failed, inside, left & _inside(wider, ranges, codes))
                if gain <= least and (best is None or gain < best[0]):
                    best = gain, wider
        if best is None:
            return allowed
        allowed = best[1]


def _pastes(variable: Variable, r: Range, allowed: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Wider choices of codes: all of them, or one more (on a scale, one beside those there)."""
    if len(allowed) == len(r.masks):
        return
    yield tuple(range(len(r.masks)))
    if variable.kind != "set":
        near = {allowed[0] - 1, allowed[-1] + 1} if variable.ordered else range(len(r.masks))
        for k in range(len(r.masks)):
            if k in near and k not in allowed:
                yield tuple(sorted((*allowed, k)))


def _gain(failed: NDArray[np.bool_], inside: NDArray[np.bool_], wider: NDArray[np.bool_]) -> float:
    """By how many standard errors the share of failures inside lies above that of the wider box."""
    n, share = int(inside.sum()), float(failed[wider].mean())
    spread = math.sqrt(n * share * (1 - share))
    return (int(failed[inside].sum()) - n * share) / spread if spread else 0.0


def _peel(kb: KnowledgeBase, ranges: Sequence[Range], codes: Sequence[Codes], failed: NDArray[np.bool_],
          left: NDArray[np.bool_]) -> list[tuple[int, ...]]:
    inside = left.copy()
    allowed = [tuple(range(len(r.masks))) for r in ranges]
    least = max(len(failed) // LEAST_SUPPORT, 1)
    while (n := int(inside.sum())) > least and (bad := int(failed[inside].sum())) < DENSE * n:
        best: tuple[float, int, tuple[int, ...]] | None = None
        for i, r in enumerate(ranges):
            all_ = np.bincount(codes[i][inside], minlength=len(r.masks))
            fails = np.bincount(codes[i][inside & failed], minlength=len(r.masks))
            for gone in _peels(kb.variables[r.at], r, allowed[i]):
                rest, kept = n - int(all_[list(gone)].sum()), bad - int(fails[list(gone)].sum())
                if rest < least or rest == n or kept * n <= bad * rest:
                    continue
                gain = (kept / rest - bad / n) / (n - rest)
                if best is None or gain > best[0]:
                    best = (gain, i, gone)
        if best is None:
            break
        _, i, gone = best
        allowed[i] = tuple(k for k in allowed[i] if k not in gone)
        inside &= ~np.isin(codes[i], gone)
    return allowed


def _peels(variable: Variable, r: Range, allowed: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """The codes that may be peeled off together: an end of a scale, a choice, a set's element."""
    if len(allowed) < 2:
        return
    if variable.kind == "set":
        for element in range(len(variable.values)):
            having = tuple(k for k in allowed if bits(r.masks[k])[0] >> element & 1 and
                           r.masks[k] != variable.na_bit)
            if having and len(having) < len(allowed):
                yield having
                yield tuple(k for k in allowed if k not in having)
    elif variable.ordered:
        yield allowed[:1]
        yield allowed[-1:]
    else:
        yield from ((k,) for k in allowed)


def box_data(kb: KnowledgeBase, ranges: Sequence[Range], box: Box, failures: int) -> dict[str, Any]:
    """A box as a condition, with how pure it is and how much of the failures it holds."""
    when = {kb.variables[r.at].id: phrase(kb.variables[r.at], r, allowed)
            for r, allowed in zip(ranges, box.allowed, strict=True) if len(allowed) < len(r.masks)}
    return {"when": when, "fails_percent": percent(box.failures, box.profiles),
            "of_failures_percent": percent(box.failures, failures)}


def phrase(variable: Variable, r: Range, allowed: Sequence[int]) -> str:
    """The allowed codes of a range as one writes a condition."""
    masks = [r.masks[k] for k in allowed]
    if variable.kind == "set":
        return _set_phrase(variable, r, masks)
    atoms = [bits(m)[0] for m in masks]
    names = [variable.names(m)[0] for m in masks]
    all_ = [bits(m)[0] for m in r.masks]
    if len(names) == 1:
        return names[0]
    if variable.ordered and variable.kind != "number" and variable.na_bit not in masks:
        if atoms == [a for a in all_ if a >= atoms[0] and a < variable.size]:
            return f"at least {names[0]}"
        if atoms == [a for a in all_ if a <= atoms[-1]]:
            return f"at most {names[-1]}"
    if variable.kind == "number" and atoms == list(range(atoms[0], atoms[-1] + 1)):
        return f"between {names[0].partition('..')[0]} and {names[-1].rpartition('..')[2]}"
    return "[" + ", ".join(names) + "]"


def _set_phrase(variable: Variable, r: Range, masks: Sequence[int]) -> str:
    """What all allowed subsets have and lack, among what the range offers."""
    proper = [bits(m)[0] for m in masks if m != variable.na_bit]
    has = [v for i, v in enumerate(variable.values) if all(a >> i & 1 for a in proper)]
    lacks = [v for i, v in enumerate(variable.values)
             if not any(a >> i & 1 for a in proper) and any(bits(m)[0] >> i & 1 for m in r.masks)]
    said = [f"{word} {v}" for word, found in (("has", has), ("lacks", lacks)) for v in found]
    if len(has) > 1 and not lacks:
        return f"has all of [{', '.join(has)}]"
    return " and ".join(said) or "one of " + ", ".join(variable.names(sum(masks)))
