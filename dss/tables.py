"""What to sweep: a folder of profiles, or a table with one profile a row, taken apart into rows."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from .issues import InvalidInput, Issue, Place, Problems, nearest
from .kb import KnowledgeBase
from .row_reader import Part, Row, is_known, one_after_other, read_profiles, reader_of, unknown_column
from .source import MAX_BYTES

PART = 8192
"""How many rows are read at a time."""
PROFILES = (".yaml", ".yml", ".json")
TABLES = (".csv", ".jsonl", ".parquet")


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
                if not is_known(kb, name):
                    problems.found.append(unknown_column(kb, name, file))
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
            return read_profiles(kb, part.names)
        reader = reader_of(kb, self.path)
        if not isinstance(part, Group):
            return reader.read(part)
        rows, found = part.rows(), []
        while some := list(islice(rows, PART)):
            found.append(reader.read(some))
        return one_after_other(found)


def _unreadable(file: str, error: Exception) -> InvalidInput:
    if isinstance(error, OSError) and error.strerror:
        said = error.strerror
    else:
        said = "it is not UTF-8" if isinstance(error, UnicodeError) else str(error)
    return InvalidInput([Issue("SW010", f"the table cannot be read: {said}", Place(file))])


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
