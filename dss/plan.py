"""What to sweep: one profile with ranges, taken in full or by a seeded sample.

A plan gives any stretch of its profiles on its own, so that memory stays flat, processes
share the work, and a sweep that was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import Block, Column, full_words
from .issues import Place, Problems, nearest
from .kb import KnowledgeBase
from .situation import Situation, read_value, start_masks
from .source import read_text
from .terms import bits, single

FACTORIAL, HYPERCUBE, SOBOL = "full factorial", "Latin hypercube", "Sobol sequence"
MOST = 10**12
"""How many profiles a plan may have."""
MOST_SOBOL = 2**30
"""How many points a Sobol sequence has."""
_STRIDE = 1_000_003

Codes = NDArray[Any]


@dataclass(frozen=True)
class Range:
    """An attribute that is varied, and the masks it takes in turn."""

    at: int
    masks: tuple[int, ...]


@dataclass(frozen=True)
class Ranges:
    """A base profile and the ranges to vary; ``total`` profiles by ``method``."""

    base: Situation
    ranges: tuple[Range, ...]
    method: str
    total: int
    seed: int = 0

    def codes(self, start: int, stop: int) -> list[Codes]:
        """Which of its masks each range takes in profiles ``start`` to ``stop``."""
        if self.method == SOBOL:
            return _sobol(self, start, stop)
        if self.method == HYPERCUBE:
            return [_hypercube(start, stop, self.total, len(r.masks), self.seed * _STRIDE + i)
                    for i, r in enumerate(self.ranges)]
        index = np.arange(start, stop, dtype=np.uint64)
        out: list[Codes] = []
        for r in reversed(self.ranges):
            index, digit = np.divmod(index, np.uint64(len(r.masks)))
            out.append(digit.astype(_small(len(r.masks))))
        return out[::-1]

    def block(self, kb: KnowledgeBase, codes: Sequence[Codes]) -> Block:
        """The profiles of :meth:`codes` side by side."""
        rows = len(codes[0])
        size = full_words(rows)
        possible, _ = start_masks(kb, self.base.masks, self.base.partners)
        columns = [Column((mask,)) for mask in self.base.masks]
        for r, code in zip(self.ranges, codes, strict=True):
            filled = code if size == rows else np.resize(code, size)
            columns[r.at] = Column(r.masks, filled) if len(r.masks) > 1 else Column(r.masks)
        questions = {at: Column((possible[at],)) for at in kb.words.about_partners}
        return Block(rows, size, tuple(columns), questions, self.base.weights)


def _small(kinds: int) -> type[Any]:
    return np.uint8 if kinds <= 256 else np.uint16


def _hypercube(start: int, stop: int, total: int, kinds: int, seed: int) -> Codes:
    """Of a seeded order of ``total`` places, cut into equal shares (to within one or two), the
    shares of those at ``start`` to ``stop``."""
    return ((_shuffled(start, stop, total, seed) + 0.5) * (kinds / total)).astype(_small(kinds))


def _shuffled(start: int, stop: int, total: int, seed: int) -> Codes:
    """Of the numbers 0 to ``total`` - 1 in a seeded order those at ``start`` to ``stop``.

    Nothing is held of the rest: rounds of multiplying by an odd number and folding permute
    the next power of two; what falls outside ``total`` is permuted again until it is inside.
    """
    width = max((total - 1).bit_length(), 2)
    kind: type[Any] = np.uint32 if width <= 32 else np.uint64
    keys = np.random.default_rng(seed).integers(0, 1 << 31, 6).astype(kind)
    cover, fold = kind((1 << width) - 1), kind(width // 2)

    def permute(x: Codes) -> None:
        for factor, offset in ((keys[0], keys[1]), (keys[2], keys[3]), (keys[4], keys[5])):
            x *= factor | kind(1)
            x += offset
            x &= cover
            x ^= x >> fold

    out = np.arange(start, stop, dtype=kind)
    permute(out)
    beyond = np.flatnonzero(out >= total)
    while len(beyond):
        again = out[beyond]
        permute(again)
        out[beyond] = again
        beyond = beyond[again >= total]
    return out


def _sobol(plan: Ranges, start: int, stop: int) -> list[Codes]:
    from scipy.stats import qmc

    engine = qmc.Sobol(len(plan.ranges), scramble=True, rng=np.random.default_rng(plan.seed))
    points = np.vstack([engine.random(1), engine.random(stop - 1)])[start:] if start < 2 else (
        engine.fast_forward(start).random(stop - start))
    return [np.minimum((points[:, i] * len(r.masks)).astype(np.int64), len(r.masks) - 1)
            .astype(_small(len(r.masks))) for i, r in enumerate(plan.ranges)]


def ranges_of(kb: KnowledgeBase, base: Situation, vary: Sequence[str], unknowns: bool) -> tuple[Range, ...]:
    """The ranges that ``vary`` names (``attribute``, ``pattern*`` or ``attribute=phrase``) and,
    with ``unknowns``, every open fact over its possible values. Raises InvalidInput."""
    problems = Problems()
    found: dict[int, tuple[int, ...]] = {}
    if unknowns:
        for at, mask in enumerate(base.masks):
            if not single(mask):
                found[at] = _values(mask)
    asked: dict[int, str] = {}
    for text in vary:
        name, _, phrase = text.partition("=")
        matching = [at for at in range(kb.attributes) if fnmatchcase(kb.variables[at].id, name)]
        if not matching:
            problems.add("SW001", f"no attribute matches '{name}'", Place("--vary"),
                         nearest(name, [v.id for v in kb.variables[: kb.attributes]]))
        for at in matching:
            if at in asked:
                problems.add("SW005", f"'{kb.variables[at].id}' is varied twice: by '--vary {asked[at]}' "
                             f"and by '--vary {text}'", Place("--vary"), "keep one of the two")
                continue
            asked[at] = text
            allowed: int | None = kb.variables[at].proper
            if phrase:
                node = read_text(f"--vary {text}", phrase.encode(), problems)
                allowed = read_value(kb.variables[at], node, problems) if node is not None else None
            if allowed:
                found[at] = _values(allowed)
    problems.raise_if_any()
    return tuple(Range(at, found[at]) for at in sorted(found))


def _values(mask: int) -> tuple[int, ...]:
    return tuple(1 << atom for atom in bits(mask))


def plan_of(base: Situation, ranges: tuple[Range, ...], samples: int, method: str, seed: int) -> Ranges:
    """The plan over ``ranges``: all of them, or with ``samples`` a sample. Raises InvalidInput."""
    problems = Problems()
    full = prod(len(r.masks) for r in ranges)
    if not ranges:
        problems.add("SW002", "there is nothing to vary", Place(base.name),
                     "name attributes with --vary, or let --unknowns vary every open fact")
    elif not samples and full > MOST:
        problems.add("SW003", f"the full factorial of {len(ranges)} attributes has {_about(full)} profiles",
                     Place(base.name), "draw a sample of it with --samples N")
    if samples > MOST_SOBOL and method == SOBOL:
        problems.add("SW004", f"a Sobol sequence has at most {MOST_SOBOL:,} points", Place(base.name),
                     "draw more of them with --method hypercube")
    problems.raise_if_any()
    if samples:
        return Ranges(base, ranges, method, samples, seed)
    return Ranges(base, ranges, FACTORIAL, full)


def _about(number: int) -> str:
    return f"{number:,}" if number < 10**15 else f"about 10^{len(str(number)) - 1}"
