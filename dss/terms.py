"""Variables and their finite domains: every set of possible values is a bit mask.

Bit ``i`` of a mask stands for atom ``i`` of the variable. The atoms are

* ``scale``, ``choice``, ``flag``: the values, in order;
* ``set``: every subset of its elements, numbered by the elements' own bits;
* ``number``: the stretches between the thresholds that the knowledge base mentions.

Where ``n/a`` is admitted it is one more atom, the last, outside the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MAX_ELEMENTS = 8
NOT_APPLICABLE = "n/a"
UNKNOWN = "unknown"
KINDS = ("scale", "choice", "set", "flag", "number")


@dataclass(frozen=True, slots=True)
class Citation:
    """A work of the bibliography and the place in it."""

    work: str
    at: str = ""

    def __str__(self) -> str:
        return f"{self.work}, {self.at}" if self.at else self.work


@dataclass(frozen=True, slots=True)
class Variable:
    """Something with a value: an attribute, a finding, or a question about the partners.

    ``words`` are the values in prose, one for each of ``values`` (for a set: elements).
    ``bounds`` are the lowest numbers of a number's stretches.
    """

    id: str
    kind: str
    values: tuple[str, ...]
    words: tuple[str, ...] = ()
    na: bool = False
    title: str = ""
    group: str = ""
    question: str = ""
    help: str = ""
    why: str = ""
    source: tuple[Citation, ...] = ()
    frame: bool = False
    needs_grade: str = ""
    unit: str = ""
    empty: str = ""
    low: int = 0
    high: int = 0
    bounds: tuple[int, ...] = ()

    @property
    def ordered(self) -> bool:
        """Whether 'at least' and 'at most' mean something."""
        return self.kind in ("scale", "number", "flag")

    @property
    def size(self) -> int:
        """The number of atoms, without ``n/a``."""
        if self.kind == "set":
            return 1 << len(self.values)
        return len(self.bounds) if self.kind == "number" else len(self.values)

    @property
    def na_bit(self) -> int:
        """The mask of ``n/a``, 0 where it is not admitted."""
        return 1 << self.size if self.na else 0

    @property
    def proper(self) -> int:
        """The mask of every value but ``n/a``."""
        return (1 << self.size) - 1

    @property
    def full(self) -> int:
        """The mask of every value: what is possible when nothing is known."""
        return self.proper | self.na_bit

    def bit(self, value: str) -> int:
        """The mask of one named value (for sets use :meth:`subset`); KeyError if there is none."""
        if value == NOT_APPLICABLE and self.na:
            return self.na_bit
        try:
            return 1 << self.values.index(value)
        except ValueError:
            raise KeyError(value) from None

    def subset(self, has: Iterable[str], may: Iterable[str] = ()) -> int:
        """For a set: the mask of all subsets that hold ``has`` and beyond it only ``may``."""
        must = sum(1 << self.values.index(e) for e in set(has))
        free = sum(1 << self.values.index(e) for e in set(may)) & ~must
        mask, extra = 0, free
        while True:
            mask |= 1 << (must | extra)
            if not extra:
                return mask
            extra = (extra - 1) & free

    def number(self, low: int | None, high: int | None, *, whole: bool = False) -> int:
        """For a number: the mask of the stretches that ``low..high`` touches, or wholly covers."""
        mask = 0
        for i, start in enumerate(self.bounds):
            end = self.bounds[i + 1] - 1 if i + 1 < len(self.bounds) else self.high
            first, last = (end, start) if whole else (start, end)
            if (high is None or first <= high) and (low is None or last >= low):
                mask |= 1 << i
        return mask

    def names(self, mask: int) -> list[str]:
        """The possible values by name, in order; subsets as ``a+b``, stretches as ``a..b``."""
        return [self._atom_name(i) for i in bits(mask)]

    def say(self, mask: int) -> str:
        """What is known, in words that stand in a sentence."""
        topic = self.title.lower() or self.id.replace("_", " ")
        if mask == self.full:
            return f"nothing known about {topic}"
        if mask == self.na_bit and mask:
            return f"{topic}: not applicable"
        if self.kind == "set" and mask & self.proper == mask:
            return self._say_set(mask, topic)
        return join([self._atom_words(i, topic) for i in bits(mask)], "or")

    def _say_set(self, mask: int, topic: str) -> str:
        atoms = bits(mask)
        surely, perhaps = atoms[0], 0
        for atom in atoms:
            surely &= atom
            perhaps |= atom
        known = [self.words[i] for i in bits(surely)]
        open_ = [self.words[i] for i in bits(perhaps & ~surely)]
        said = join(known, "and") if known else self._nothing(topic)
        return f"{said} (and perhaps {join(open_, 'or')})" if open_ else said

    def _atom_name(self, index: int) -> str:
        if index == self.size:
            return NOT_APPLICABLE
        if self.kind == "set":
            return "+".join(self.values[i] for i in bits(index)) or "none"
        if self.kind == "number":
            low, high = self._stretch(index)
            return f"{low}..{high}"
        return self.values[index]

    def _atom_words(self, index: int, topic: str) -> str:
        if index == self.size:
            return f"{topic}: not applicable"
        if self.kind == "number":
            low, high = self._stretch(index)
            return f"{low} to {high} {self.unit}".rstrip()
        if self.kind == "set":
            return join([self.words[i] for i in bits(index)], "and") or self._nothing(topic)
        return self.words[index]

    def _nothing(self, topic: str) -> str:
        return self.empty or f"{topic}: none"

    def _stretch(self, index: int) -> tuple[int, int]:
        last = self.bounds[index + 1] - 1 if index + 1 < len(self.bounds) else self.high
        return self.bounds[index], last


def bits(mask: int) -> list[int]:
    """The indices of the set bits, ascending."""
    return list(_bits(mask))


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def single(mask: int) -> bool:
    """Whether exactly one value is possible."""
    return mask != 0 and mask & (mask - 1) == 0


def join(parts: Sequence[str], word: str) -> str:
    """'a, b or c'."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"
