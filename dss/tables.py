"""What to sweep: a folder of profiles, or a table with one profile a row.

A cell is written as in a profile. Equal cells are read once. A bad row is put aside with
its problems and the rest goes on.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from .columns import Block, block_of, column_of, full_words
from .issues import InvalidInput, Issue, Place, Problems, nearest
from .kb import KnowledgeBase
from .situation import KEYS, SCHEMA, Situation, load_situation, start_masks

PART = 8192
"""How many rows are read at a time."""
PROFILES = (".yaml", ".yml", ".json")
TABLES = (".csv", ".jsonl", ".parquet")
_LABELS = ("id", "title")
_MOST_KEPT = 50_000
_PASSED = (*_LABELS, *(k for k in KEYS if k not in ("partners", "weights", "schema")))

Row = tuple[str, Mapping[str, Any]]
"""Where a row stands, and its cells."""


@dataclass(frozen=True)
class Part:
    """Profiles ready to be judged: blocks in order, a label for each profile, and what was bad."""

    blocks: tuple[Block, ...]
    labels: tuple[str, ...]
    issues: tuple[Issue, ...]
    bad: int


@dataclass(frozen=True)
class Group:
    """One row group of a Parquet file, read by whoever works it out; ``first`` counts from 1."""

    file: str
    number: int
    first: int

    def rows(self) -> Iterator[Row]:
        """Its rows."""
        import pyarrow.parquet

        at = self.first
        with pyarrow.parquet.ParquetFile(self.file) as file:
            for batch in file.iter_batches(PART, [self.number]):
                for row in batch.to_pylist():
                    yield f"{Path(self.file).name} row {at}", {k: v for k, v in row.items() if v is not None}
                    at += 1


@dataclass(frozen=True)
class Table:
    """A CSV, JSONL or Parquet file, or a folder of profiles."""

    path: str

    def parts(self) -> Iterator[list[Row] | Group]:
        """The rows, a part at a time. Raises InvalidInput for a file that cannot be read at all."""
        try:
            if Path(self.path).suffix == ".parquet":
                yield from _groups(Path(self.path))
                return
            rows = self._rows()
            while part := list(islice(rows, PART)):
                yield part
        except (OSError, ValueError, csv.Error) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            issue = Issue("SW010", f"the table cannot be read: {said}", Place(self.path))
            raise InvalidInput([issue]) from None

    def _rows(self) -> Iterator[Row]:
        path = Path(self.path)
        if path.is_dir():
            return ((str(p), {}) for p in sorted(path.iterdir()) if p.suffix in PROFILES)
        return {".csv": _csv_rows, ".jsonl": _jsonl_rows}[path.suffix](path)

    def read(self, kb: KnowledgeBase, part: Sequence[Row] | Group) -> Part:
        """Read a part into blocks."""
        if not isinstance(part, Group):
            if part and not part[0][1] and part[0][0].endswith(PROFILES):
                return _read_profiles(kb, [place for place, _ in part])
            return _reader(kb, self.path).read(part)
        rows, found = part.rows(), []
        while some := list(islice(rows, PART)):
            found.append(_reader(kb, self.path).read(some))
        return Part(tuple(b for p in found for b in p.blocks), tuple(x for p in found for x in p.labels),
                    tuple(i for p in found for i in p.issues), sum(p.bad for p in found))


def _groups(path: Path) -> Iterator[Group]:
    """The row groups of a Parquet file, or of all files in a folder."""
    import pyarrow.parquet

    for file in sorted(path.glob("*.parquet")) if path.is_dir() else [path]:
        first = 1
        metadata = pyarrow.parquet.read_metadata(file)
        for number in range(metadata.num_row_groups):
            yield Group(str(file.resolve()), number, first)
            first += metadata.row_group(number).num_rows


def _csv_rows(path: Path) -> Iterator[Row]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, restkey="?")
        for row in reader:
            yield f"line {reader.line_num}", {k: v for k, v in row.items() if v not in ("", None)}


def _jsonl_rows(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                found = json.loads(line)
            except ValueError as error:
                found = {"?": f"this is not JSON: {error}"}
            if not isinstance(found, dict):
                found = {"?": "a row is a JSON object"}
            yield f"line {number}", {k: v for k, v in found.items() if v is not None}


def _read_profiles(kb: KnowledgeBase, names: Sequence[str]) -> Part:
    found: list[Situation] = []
    issues: list[Issue] = []
    for name in names:
        try:
            found.append(load_situation(kb, name))
        except InvalidInput as error:
            issues += error.issues
    runs = [list(run) for _, run in groupby(found, key=lambda s: sorted(s.weights.items()))]
    return Part(tuple(block_of(kb, run) for run in runs), tuple(s.name for s in found), tuple(issues),
                len(names) - len(found))


@dataclass
class _Said:
    """A row read: masks by attribute, the partners as written, the weights."""

    masks: dict[int, int]
    partners: str
    weights: dict[str, int]


def _label(place: str, cells: Mapping[str, Any]) -> str:
    return str(next((cells[k] for k in _LABELS if k in cells), place))


@lru_cache(maxsize=1)
def _reader(kb: KnowledgeBase, path: str) -> _Reader:
    return _Reader(kb, path, text=path.endswith(".csv"))


@dataclass
class _Reader:
    """Reads rows part by part; what equal cells say is kept between parts."""

    kb: KnowledgeBase
    file: str
    text: bool
    seen: dict[tuple[str, str, str], Situation | InvalidInput] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def read(self, rows: Sequence[Row]) -> Part:
        self.issues = []
        if len(self.seen) > _MOST_KEPT:
            self.seen.clear()
        kept = [(row, said) for row in rows if (said := self._row(*row)) is not None]
        runs = groupby((said for _, said in kept), key=lambda said: sorted(said.weights.items()))
        blocks = tuple(self._block(list(run)) for _, run in runs)
        labels = tuple(_label(*row) for row, _ in kept)
        return Part(blocks, labels, tuple(self.issues), len(rows) - len(kept))

    def _row(self, place: str, cells: Mapping[str, Any]) -> _Said | None:
        """What a row says; None if it is bad."""
        before = len(self.issues)
        out = _Said({}, self._written(cells["partners"]) if "partners" in cells else "", {})
        names = dict.fromkeys(cells)
        if out.partners:
            names |= dict.fromkeys(self.kb.variables[at].id for at in self.kb.aggregates)
        for name in names:
            self._cell(place, name, cells, out)
        return out if len(self.issues) == before else None

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
        elif name == "?":
            said = cells[name] if isinstance(cells[name], str) else "the row has more cells than the header"
            self._note(place, Issue("SW011", said, Place(self.file)))
        elif name not in _PASSED and not (name == "schema" and cells[name] == SCHEMA):
            hint = nearest(name, [v.id for v in self.kb.variables[: self.kb.attributes]])
            self._note(place, Issue("PR011", f"'{name}' is not an attribute", Place(self.file),
                                    (hint,) if hint else ()))

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
        given = {k: v for k, v in ((name, cell), ("partners", partners)) if v is not None}
        source: Any = given
        if self.text:
            source = "\n".join(f"{k}: {' '.join(v.split())}" for k, v in given.items()).encode()
        try:
            return load_situation(self.kb, source, name=self.file)
        except InvalidInput as error:
            return error

    def _written(self, cell: Any) -> str:
        return cell if isinstance(cell, str) else json.dumps(cell, sort_keys=True, default=str)

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


def check_table(path: str) -> None:
    """Raise InvalidInput when ``path`` is neither a folder nor a table that can be read."""
    problems = Problems()
    file = Path(path)
    if not file.exists():
        near = nearest(file.name, [p.name for p in file.parent.iterdir()] if file.parent.is_dir() else [])
        problems.add("IN020", "there is no such file", Place(path), near)
    elif not file.is_dir() and file.suffix not in TABLES:
        problems.add("SW012", f"a table ends in {', '.join(TABLES)}", Place(path))
    problems.raise_if_any()
