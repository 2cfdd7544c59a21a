"""What to sweep: a folder of profiles, or a table with one profile a row.

A cell is written as in a profile. Equal cells are read once. A bad row is put aside with
its problems and the rest goes on.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Any

from .columns import Block, block_of, column_of, full_words
from .issues import InvalidInput, Issue, Place, Problems, nearest
from .kb import KnowledgeBase
from .situation import KEYS, Situation, load_situation, start_masks
from .source import MAX_BYTES

PART = 8192
"""How many rows are read at a time."""
PROFILES = (".yaml", ".yml", ".json")
TABLES = (".csv", ".jsonl", ".parquet")
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


@dataclass(frozen=True)
class Files:
    """Some of a folder's profiles, read by whoever works them out."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """One row group of a Parquet file, read by whoever works it out; ``first`` counts from 1."""

    file: str
    number: int
    first: int

    def rows(self) -> Iterator[Row]:
        """Its rows. Raises InvalidInput when the file is damaged."""
        import pyarrow.parquet

        at = self.first
        try:
            with pyarrow.parquet.ParquetFile(self.file) as file:
                for batch in file.iter_batches(PART, [self.number]):
                    for row in batch.to_pylist():
                        yield f"{Path(self.file).name} row {at}", _without_nulls(row)
                        at += 1
        except (OSError, ValueError, pyarrow.ArrowException) as error:
            raise _unreadable(self.file, error) from None


@dataclass(frozen=True)
class Table:
    """A CSV, JSONL or Parquet file, or a folder of profiles."""

    path: str

    @property
    def kind(self) -> str:
        """How the name ends, in small letters."""
        return Path(self.path).suffix.lower()

    def files(self) -> list[Path]:
        """What is read, in order."""
        path = Path(self.path)
        if not path.is_dir():
            return [path]
        kinds = (".parquet",) if self.kind == ".parquet" else PROFILES
        return sorted(p for p in path.iterdir() if p.suffix in kinds)

    def state(self) -> tuple[tuple[str, int, int], ...]:
        """Each file's name, size and time: they tell whether the table has changed."""
        try:
            found = [(str(p.resolve()), p.stat()) for p in self.files()]
        except OSError as error:
            raise _unreadable(self.path, error) from None
        return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in found)

    def check(self, kb: KnowledgeBase) -> None:
        """Raise InvalidInput when the columns of a CSV or Parquet file are not those of a profile."""
        problems = Problems()
        for file, names in self._headers():
            for name, times in Counter(names).items():
                if times > 1:
                    problems.add("IN010", f"column '{name}' is given twice", Place(file))
                if not _is_known(kb, name):
                    problems.found.append(_unknown(kb, name, file))
        problems.raise_if_any()

    def _headers(self) -> Iterator[tuple[str, Sequence[str]]]:
        if self.kind == ".parquet":
            import pyarrow.parquet

            for file in self.files():
                try:
                    names = pyarrow.parquet.read_schema(file).names
                except (OSError, ValueError, pyarrow.ArrowException) as error:
                    raise _unreadable(str(file), error) from None
                yield str(file), names
        elif self.kind == ".csv" and not Path(self.path).is_dir():
            try:
                with _open_csv(Path(self.path)) as file:
                    yield self.path, _csv_header(csv.reader(file, strict=True))
            except (OSError, ValueError, csv.Error) as error:
                raise _unreadable(self.path, error) from None

    def parts(self) -> Iterator[list[Row] | Files | Group]:
        """The rows, a part at a time, at least one part. Raises InvalidInput for a file that
        cannot be read at all."""
        some = False
        try:
            for part in self._parts():
                some = True
                yield part
        except (OSError, ValueError, csv.Error) as error:
            raise _unreadable(self.path, error) from None
        if not some:
            yield []

    def _parts(self) -> Iterator[list[Row] | Files | Group]:
        if self.kind == ".parquet":
            for file in self.files():
                yield from _groups(file)
        elif Path(self.path).is_dir():
            names = iter(str(p) for p in self.files())
            while some := tuple(islice(names, PART)):
                yield Files(some)
        else:
            rows = {".csv": _csv_rows, ".jsonl": _jsonl_rows}[self.kind](Path(self.path))
            while part := list(islice(rows, PART)):
                yield part

    def read(self, kb: KnowledgeBase, part: Sequence[Row] | Files | Group) -> Part:
        """Read a part into blocks. Raises InvalidInput when the file is damaged."""
        if isinstance(part, Files):
            return _read_profiles(kb, part.names)
        reader = _reader(kb, self.path)
        if not isinstance(part, Group):
            return reader.read(part)
        rows, found = part.rows(), []
        while some := list(islice(rows, PART)):
            found.append(reader.read(some))
        return _one_after_other(found)


def _one_after_other(parts: Sequence[Part]) -> Part:
    order: list[int] = []
    for part in parts:
        before = len(order)
        order += (before + at for at in part.order)
    return Part(tuple(b for p in parts for b in p.blocks), tuple(order),
                tuple(x for p in parts for x in p.labels), tuple(i for p in parts for i in p.bad))


def _unreadable(file: str, error: Exception) -> InvalidInput:
    if isinstance(error, OSError) and error.strerror:
        said = error.strerror
    else:
        said = "it is not UTF-8" if isinstance(error, UnicodeError) else str(error)
    return InvalidInput([Issue("SW010", f"the table cannot be read: {said}", Place(file))])


def _is_known(kb: KnowledgeBase, name: str) -> bool:
    """Whether a profile may have this key."""
    return kb.words.position.get(name, kb.attributes) < kb.attributes or name in KEYS or name in _LABELS


def _unknown(kb: KnowledgeBase, name: str, file: str) -> Issue:
    said = f"'{name}' is not an attribute" if name else "a column has no name"
    near = nearest(name, [*(v.id for v in kb.variables[: kb.attributes]), "weights", "partners", *_PASSED])
    return Issue("PR011", said, Place(file), (near,) if near else ())


def _without_nulls(cell: Any) -> Any:
    """A cell, or a row of cells, without the members that are null."""
    if isinstance(cell, dict):
        return {k: _without_nulls(v) for k, v in cell.items() if v is not None}
    return [_without_nulls(v) for v in cell] if isinstance(cell, list) else cell


def _groups(file: Path) -> Iterator[Group]:
    """The row groups of a Parquet file."""
    import pyarrow.parquet

    first = 1
    try:
        metadata = pyarrow.parquet.read_metadata(file)
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        raise _unreadable(str(file), error) from None
    for number in range(metadata.num_row_groups):
        yield Group(str(file.resolve()), number, first)
        first += metadata.row_group(number).num_rows


def _open_csv(path: Path) -> Any:
    return path.open(newline="", encoding="utf-8-sig", errors="surrogateescape")


def _csv_header(reader: Iterator[list[str]]) -> list[str]:
    """The first row that is not blank. Raises ValueError when it is not UTF-8."""
    found = next((row for row in reader if row), [])
    "".join(found).encode()
    return found


def _csv_rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV file. A row that cannot be taken apart is bad; if it goes over several
    lines a quote was not closed, and where rows begin is then unknown up to the end."""
    csv.field_size_limit(max(csv.field_size_limit(), MAX_BYTES))
    with _open_csv(path) as file:
        reader = csv.reader(file, strict=True)
        names = _csv_header(reader)
        while True:
            before = reader.line_num
            try:
                row = next(reader, None)
            except csv.Error as error:
                lost = reader.line_num > before + 1 or "unexpected end" in str(error)
                said = ("a quote that opens here is not closed where it should be; from here on nothing "
                        "was read" if lost else f"this is not CSV: {error}")
                yield f"line {before + 1}", Issue("SW011", said, Place(str(path)))
                if lost:
                    return
                continue
            if row is None:
                return
            if row:
                yield f"line {reader.line_num}", _csv_row(names, row, str(path))


def _csv_row(names: Sequence[str], row: Sequence[str], file: str) -> Mapping[str, Any] | Issue:
    if len(row) != len(names):
        many = "more" if len(row) > len(names) else "fewer"
        return Issue("SW011", f"the row has {many} cells than the header", Place(file))
    if not _is_text(row):
        return Issue("SW011", "the row is not UTF-8", Place(file))
    return {k: v for k, v in zip(names, row, strict=True) if v}


def _is_text(texts: Iterable[str]) -> bool:
    """Whether texts can be written again; what could not be decoded, or half a letter, cannot."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return False
    return True


def _jsonl_rows(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield f"line {number}", _jsonl_row(line, number, str(path))


def _jsonl_row(line: bytes, number: int, file: str) -> Mapping[str, Any] | Issue:
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        found = json.loads(text, object_pairs_hook=_once_each)
        if "\\u" in text and not _is_text([json.dumps(found, ensure_ascii=False)]):
            return Issue("SW011", "the row holds half a letter (a lone surrogate)", Place(file))
    except _Twice as error:
        return Issue("IN010", f"'{error}' is given twice", Place(file))
    except UnicodeDecodeError:
        return Issue("SW011", "the row is not UTF-8", Place(file))
    except ValueError as error:
        return Issue("SW011", f"this is not JSON: {error}", Place(file))
    except RecursionError:
        return Issue("SW011", "the row is nested too deep", Place(file))
    if not isinstance(found, dict):
        return Issue("SW011", "a row is a JSON object", Place(file))
    return {k: v for k, v in found.items() if v is not None}


class _Twice(Exception):
    """A key that an object has twice."""


def _once_each(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Twice(next(k for k, times in Counter(k for k, _ in pairs).items() if times > 1))
    return found


def _read_profiles(kb: KnowledgeBase, names: Sequence[str]) -> Part:
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
def _reader(kb: KnowledgeBase, path: str) -> _Reader:
    return _Reader(kb, path, text=path.lower().endswith(".csv"))


@dataclass
class _Reader:
    """Reads rows part by part; what equal cells say is kept between parts."""

    kb: KnowledgeBase
    file: str
    text: bool
    seen: dict[tuple[str, str, str], Situation | InvalidInput] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def read(self, rows: Sequence[Row]) -> Part:
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
            self._note(place, _unknown(self.kb, name, self.file))

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


def check_table(kb: KnowledgeBase, path: str) -> None:
    """Raise InvalidInput when ``path`` is neither a folder nor a table that can be read, or when its
    columns are not those of a profile."""
    problems = Problems()
    file = Path(path)
    if not file.exists():
        near = nearest(file.name, [p.name for p in file.parent.iterdir()] if file.parent.is_dir() else [])
        problems.add("IN020", "there is no such file", Place(path), near)
    elif not file.is_dir() and file.suffix.lower() not in TABLES:
        problems.add("SW012", f"a table ends in {', '.join(TABLES)}", Place(path))
    problems.raise_if_any()
    Table(path).check(kb)
