"""Rows of tables and files of profiles, read into blocks of profiles ready to be judged.

A cell is written as in a profile. Equal cells are read once. A bad row is put aside with
its problems and the rest goes on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any

from .columns import Block, block_of, column_of, full_words
from .issues import InvalidInput, Issue, Place, nearest
from .kb import KnowledgeBase
from .situation import KEYS, Situation, load_situation, start_masks

_LABELS = ("id", "title")
_MOST_KEPT = 50_000
_PASSED = (*_LABELS, *(k for k in KEYS if k not in ("partners", "weights", "schema")))

Row = tuple[str, "Mapping[str, Any] | Issue"]
"""Where a row stands, and its cells, or why it cannot be read."""


@dataclass(frozen=True)
class Part:
    """Profiles ready to be judged.

    Those of a block have the same weights, so that blocks need not follow the order of the rows:
    ``order[i]`` is where row ``i`` stands in the blocks one after the other. ``labels`` are by row;
    ``bad`` holds the problems of each bad row.
    """

    blocks: tuple[Block, ...]
    order: tuple[int, ...]
    labels: tuple[str, ...]
    bad: tuple[tuple[Issue, ...], ...]


def one_after_other(parts: Sequence[Part]) -> Part:
    """Several parts as one."""
    order: list[int] = []
    for part in parts:
        before = len(order)
        order += (before + at for at in part.order)
    return Part(tuple(b for p in parts for b in p.blocks), tuple(order),
                tuple(x for p in parts for x in p.labels), tuple(i for p in parts for i in p.bad))


def is_known(kb: KnowledgeBase, name: str) -> bool:
    """Whether a profile may have this key."""
    return kb.words.position.get(name, kb.attributes) < kb.attributes or name in KEYS or name in _LABELS


def unknown_column(kb: KnowledgeBase, name: str, file: str) -> Issue:
    """What is said of a column that a profile does not have."""
    said = f"'{name}' is not an attribute" if name else "a column has no name"
    near = nearest(name, [*(v.id for v in kb.variables[: kb.attributes]), "weights", "partners", *_PASSED])
    return Issue("PR011", said, Place(file), (near,) if near else ())


def read_profiles(kb: KnowledgeBase, names: Sequence[str]) -> Part:
    """Read profiles, each a file of its own."""
    found: list[Situation] = []
    bad: list[tuple[Issue, ...]] = []
    for name in names:
        try:
            found.append(load_situation(kb, name))
        except InvalidInput as error:
            bad.append(error.issues)
    groups, order = _by_weights([s.weights for s in found])
    blocks = tuple(block_of(kb, [found[i] for i in group]) for group in groups)
    return Part(blocks, order, tuple(s.name for s in found), tuple(bad))


def _by_weights(weights: Sequence[Mapping[str, int]]) -> tuple[list[list[int]], tuple[int, ...]]:
    """Rows grouped by their weights, and where each row then stands."""
    groups: dict[tuple[tuple[str, int], ...], list[int]] = {}
    for i, given in enumerate(weights):
        groups.setdefault(tuple(sorted(given.items())), []).append(i)
    order = [0] * len(weights)
    for place, i in enumerate(i for group in groups.values() for i in group):
        order[i] = place
    return list(groups.values()), tuple(order)


@dataclass
class _Said:
    """A row read: masks by attribute, the partners as written, the weights."""

    masks: dict[int, int]
    partners: str
    weights: dict[str, int]


def _label(place: str, cells: Mapping[str, Any]) -> str:
    return str(next((cells[k] for k in _LABELS if k in cells), place))


@lru_cache(maxsize=1)
def reader_of(kb: KnowledgeBase, path: str) -> RowReader:
    """The reader of a table's rows; of a CSV file all cells are text."""
    return RowReader(kb, path, text=path.lower().endswith(".csv"))


@dataclass
class RowReader:
    """Reads rows part by part; what equal cells say is kept between parts."""

    kb: KnowledgeBase
    file: str
    text: bool
    seen: dict[tuple[str, str, str], Situation | InvalidInput] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def read(self, rows: Sequence[Row]) -> Part:
        """Read rows into blocks, the bad ones put aside."""
        if len(self.seen) > _MOST_KEPT:
            self.seen.clear()
        said: list[_Said] = []
        labels: list[str] = []
        bad: list[tuple[Issue, ...]] = []
        for place, cells in rows:
            self.issues = []
            row = self._row(place, cells)
            if self.issues or row is None or isinstance(cells, Issue):
                bad.append(tuple(self.issues))
                continue
            said.append(row)
            labels.append(_label(place, cells))
        groups, order = _by_weights([row.weights for row in said])
        blocks = tuple(self._block([said[i] for i in group]) for group in groups)
        return Part(blocks, order, tuple(labels), tuple(bad))

    def _row(self, place: str, cells: Mapping[str, Any] | Issue) -> _Said | None:
        """What a row says; its problems are noted."""
        if isinstance(cells, Issue):
            self._note(place, cells)
            return None
        try:
            return self._cells(place, cells)
        except RecursionError:
            self._note(place, Issue("SW011", "the row is nested too deep", Place(self.file)))
            return None

    def _cells(self, place: str, cells: Mapping[str, Any]) -> _Said:
        out = _Said({}, self._written(cells["partners"]) if "partners" in cells else "", {})
        names = dict.fromkeys(cells)
        if out.partners:
            names |= dict.fromkeys(self.kb.variables[at].id for at in self.kb.aggregates)
        for name in names:
            self._cell(place, name, cells, out)
        return out

    def _cell(self, place: str, name: str, cells: Mapping[str, Any], out: _Said) -> None:
        at = self.kb.words.position.get(name, self.kb.attributes)
        if at < self.kb.attributes:
            found = self._said(place, name, cells, out.partners if at in self.kb.aggregates else "")
            out.masks[at] = found.masks[at] if found is not None else 0
        elif name == "weights":
            found = self._said(place, name, cells, "")
            out.weights |= found.weights if found is not None else {}
        elif name == "partners":
            self._said(place, "", cells, out.partners)
        elif name == "schema":
            self._said(place, name, cells, "")
        elif name not in _PASSED:
            self._note(place, unknown_column(self.kb, name, self.file))

    def _said(self, place: str, name: str, cells: Mapping[str, Any], partners: str) -> Situation | None:
        """What a cell says, read together with the partner list where that matters."""
        cell = cells.get(name)
        key = (name, "" if cell is None else self._written(cell), partners)
        if key not in self.seen:
            self.seen[key] = self._load(name, cell, cells.get("partners") if partners else None)
        found = self.seen[key]
        if isinstance(found, InvalidInput):
            for issue in found.issues:
                self._note(f"{place}, {name or 'partners'}", issue)
            return None
        return found

    def _load(self, name: str, cell: Any, partners: Any) -> Situation | InvalidInput:
        if self.kb.words.position.get(name, self.kb.attributes) < self.kb.attributes:
            cell = _whole(cell) if self.kb.variables[self.kb.words.position[name]].kind == "number" else cell
        given = {k: v for k, v in ((name, cell), ("partners", partners)) if v is not None}
        source: Any = given
        if self.text:
            source = "\n".join(f"{k}: {' '.join(v.split())}" for k, v in given.items()).encode()
        try:
            return load_situation(self.kb, source, name=self.file)
        except InvalidInput as error:
            return error

    def _written(self, cell: Any) -> str:
        """A cell as a key: text and data that are written alike differ."""
        return f"={cell}" if isinstance(cell, str) else json.dumps(cell, sort_keys=True, default=repr)

    def _note(self, place: str, issue: Issue) -> None:
        self.issues.append(Issue(issue.code, issue.message, Place(self.file, text=place), issue.hints))

    def _block(self, said: Sequence[_Said]) -> Block:
        size = full_words(len(said))
        filled = [*said, *[said[-1]] * (size - len(said))]
        columns = []
        for at in range(self.kb.attributes):
            full = self.kb.variables[at].full
            columns.append(column_of([row.masks.get(at, full) for row in filled]))
        answers = {partners: self._answers(partners) for partners in {row.partners for row in said}}
        questions = {}
        for at in self.kb.words.about_partners:
            questions[at] = column_of([answers[row.partners][at] for row in filled])
        return Block(len(said), size, tuple(columns), questions, said[0].weights)

    def _answers(self, partners: str) -> Sequence[int]:
        found = self.seen.get(("", "", partners))
        listed = found.partners if isinstance(found, Situation) else None
        return start_masks(self.kb, [v.full for v in self.kb.variables[: self.kb.attributes]], listed)[0]


def _whole(cell: Any) -> Any:
    """A number that tables write as 9000.0 as a whole number; anything else as it is."""
    if isinstance(cell, dict):
        return {k: _whole(v) if k == "value" else v for k, v in cell.items()}
    if isinstance(cell, str):
        whole, point, rest = cell.strip().partition(".")
        return whole if point and rest and not rest.strip("0") and whole.isdecimal() else cell
    if isinstance(cell, (float, Decimal)) and isfinite(cell) and cell == int(cell):
        return int(cell)
    return cell
