"""What a printed report is made of: sections of a few kinds of blocks, in no format yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Union

Cell = Union[str, tuple[str, ...]]  # noqa: UP007  (read at run time on 3.10)
"""One text, or several that stand under each other."""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; ``lead`` is set off before it, ``role`` is '', 'strong', 'quiet', or 'paper'
    (for paper alone)."""

    text: str
    lead: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A list item with what it rests on; ``kind`` is the kind of a proof's statement."""

    text: str
    lead: str = ""
    kind: str = ""
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; ``title`` stands over it."""

    items: tuple[Item, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``numbers`` are the columns set to the right, ``shares`` the columns' widths."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: frozenset[int] = frozenset()
    shares: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture: ``name`` says which, ``data`` what it shows, ``table`` says the same in words."""

    name: str
    title: str
    says: str
    data: Any
    table: Table


@dataclass(frozen=True, slots=True)
class Fold:
    """Detail that a reader may open."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A titled part of a section; ``facts`` are short properties of what it is about."""

    id: str
    title: str
    facts: tuple[str, ...]
    blocks: tuple[Block, ...]


Block = Union[Text, Bullets, Table, Figure, Fold, Entry]  # noqa: UP007


@dataclass(frozen=True, slots=True)
class Section:
    """A section under a heading of its own."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A key figure: what it is, its value, and a remark."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What a decision maker reads first."""

    verdict: str
    posture: str
    purpose: str
    now: tuple[str, ...]
    later: tuple[str, ...]
    ask: tuple[str, ...]
    bans: str
    against: str
    change: str
    question: str
    measures: tuple[Measure, ...]
    share: tuple[float, int, int]


@dataclass(frozen=True, slots=True)
class Report:
    """One document, laid out: ``facts`` stand under its title, ``foot`` at its end."""

    title: str
    facts: tuple[tuple[str, str], ...]
    summary: Summary | None
    sections: tuple[Section, ...]
    foot: tuple[str, ...] = field(default=())
