"""Bit planes: one yes or no for each profile of a block, 64 profiles to a word.

A plane is an array of words, or plainly ``True`` or ``False`` where it is so for every
profile; what is alike throughout a block thus costs nothing. A block's size is a
multiple of 64. Numbers, likewise, are an array with one entry a profile or a plain int.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Union

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Plane = Union[bool, Words]  # noqa: UP007  (read at run time on 3.10)
Numbers = Union[int, NDArray[Any]]  # noqa: UP007

WORD = 64
_DIRECT = 8


def both(a: Plane, b: Plane) -> Plane:
    """Where ``a`` and ``b`` hold."""
    if isinstance(a, bool):
        return b if a else False
    if isinstance(b, bool):
        return a if b else False
    return a if a is b else a & b


def either(a: Plane, b: Plane) -> Plane:
    """Where ``a`` or ``b`` holds."""
    if isinstance(a, bool):
        return True if a else b
    if isinstance(b, bool):
        return True if b else a
    return a if a is b else a | b


def no(a: Plane) -> Plane:
    """Where ``a`` does not hold."""
    return not a if isinstance(a, bool) else ~a


def minus(a: Plane, b: Plane) -> Plane:
    """Where ``a`` holds and ``b`` does not."""
    return False if a is b else both(a, no(b))


def any_of(planes: Iterable[Plane]) -> Plane:
    """Where at least one of the planes holds."""
    out: Plane = False
    for plane in planes:
        out = either(out, plane)
    return out


def some(a: Plane) -> bool:
    """Whether ``a`` holds anywhere."""
    return a if isinstance(a, bool) else bool(a.any())


def pack(flags: NDArray[np.bool_]) -> Words:
    """A plane from one truth value a profile."""
    return np.packbits(flags, bitorder="little").view(np.uint64)


def unpack(a: Plane, size: int) -> NDArray[np.uint8]:
    """0 or 1 for each of ``size`` profiles."""
    if isinstance(a, bool):
        return np.full(size, a, np.uint8)
    return np.unpackbits(a.view(np.uint8), bitorder="little", count=size)


def rows(a: Plane, size: int) -> NDArray[np.intp]:
    """The positions, below ``size``, of the profiles where ``a`` holds."""
    return np.flatnonzero(unpack(a, size))


def at_least(a: Numbers, b: Numbers) -> Plane:
    """Where number ``a`` is ``b`` or more."""
    if isinstance(a, int) and isinstance(b, int):
        return a >= b
    return pack(np.greater_equal(a, b))


def equal(a: Numbers, b: int) -> Plane:
    """Where number ``a`` is ``b``."""
    return a == b if isinstance(a, int) else pack(np.equal(a, b))


def weighted(terms: Iterable[tuple[int, Plane]], size: int) -> Numbers:
    """The sum of each term's number where its plane holds, in the smallest type that fits."""
    constant, given = 0, []
    for number, plane in terms:
        if isinstance(plane, bool):
            constant += number * plane
        elif number:
            given.append((number, plane))
    if not given:
        return constant
    out = np.full(size, constant, smallest(abs(constant) + sum(abs(n) for n, _ in given)))
    for number, plane in given:
        part = unpack(plane, size).view(np.int8)
        if out.dtype != np.int8:
            part = part.astype(out.dtype)
        part *= out.dtype.type(number)
        out += part
    return out


def smallest(bound: int) -> type[np.signedinteger[Any]]:
    """The smallest integer type for numbers from ``-bound`` to ``bound``."""
    return next(t for t in (np.int8, np.int16, np.int32, np.int64) if bound <= np.iinfo(t).max)


def masked(numbers: Numbers, plane: Plane, size: int) -> Numbers:
    """The numbers where ``plane`` holds, and 0 elsewhere."""
    if isinstance(plane, bool):
        return numbers if plane else 0
    if isinstance(numbers, int):
        return weighted([(numbers, plane)], size)
    out: NDArray[Any] = numbers * unpack(plane, size).view(np.int8)
    return out


class Codes:
    """One small number a profile, and planes for where it is among given ones.

    ``codes`` run from 0 to ``kinds`` - 1; without an array every profile has code 0.
    """

    def __init__(self, codes: NDArray[Any] | None, kinds: int) -> None:
        self.codes = codes
        self.kinds = kinds
        self._is: dict[int, Plane] = {}
        self._bits: dict[int, Plane] = {}

    def among(self, wanted: Sequence[int]) -> Plane:
        """Where the code is one of ``wanted``, given ascending."""
        if not wanted or len(wanted) == self.kinds or self.codes is None:
            return bool(wanted) and (len(wanted) == self.kinds or wanted[0] == 0)
        if self.kinds <= _DIRECT:
            if 2 * len(wanted) > self.kinds:
                return no(any_of(self._equal(k) for k in range(self.kinds) if k not in wanted))
            return any_of(self._equal(k) for k in wanted)
        table = [False] * (1 << (self.kinds - 1).bit_length())
        for k in wanted:
            table[k] = True
        return self._decide(tuple(table), {})

    def _equal(self, k: int) -> Plane:
        if k not in self._is:
            assert self.codes is not None
            self._is[k] = pack(self.codes == k)
        return self._is[k]

    def _decide(self, table: tuple[bool, ...], known: dict[tuple[bool, ...], Plane]) -> Plane:
        """Decide bit by bit of the code, from the highest, sharing equal halves of the table."""
        if len(set(table)) == 1:
            return table[0]
        if table not in known:
            half = len(table) // 2
            low, high = self._decide(table[:half], known), self._decide(table[half:], known)
            bit = self._bit(half)
            known[table] = low if low is high else either(both(bit, high), minus(low, bit))
        return known[table]

    def _bit(self, worth: int) -> Plane:
        if worth not in self._bits:
            assert self.codes is not None
            self._bits[worth] = pack((self.codes & worth) != 0)
        return self._bits[worth]
