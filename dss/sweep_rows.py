"""A sweep's rows: what is told of each profile, as CSV, JSONL or Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .column_advice import Advised
from .compose import POSTURE_UNIT
from .kb import KnowledgeBase
from .plan import Codes, Ranges
from .planes import Numbers, Plane, unpack, weighted
from .weigh import UNIT

STATUS = ("advice", "too-little-known")
LISTS = ("mix", "forbidden", "barred")


@dataclass(frozen=True)
class Named:
    """A column of few different values: ``names[codes[i]]`` is that of row ``i``."""

    codes: NDArray[Any]
    names: tuple[str, ...]

    def tolist(self) -> list[str]:
        """The values themselves."""
        return [self.names[c] for c in self.codes.tolist()]


@dataclass(frozen=True)
class Several:
    """A column of lists: ``flags[k, i]`` tells whether ``names[k]`` is in that of row ``i``."""

    flags: NDArray[np.uint8]
    names: tuple[str, ...]

    def tolist(self) -> list[str]:
        """The lists, each as names joined by spaces."""
        if not self.flags.shape[1]:
            return []
        octets = np.ascontiguousarray(np.packbits(self.flags, axis=0).T)
        keys = octets.view(np.dtype((np.void, octets.shape[1]))).ravel().tolist()
        said = {key: " ".join(self.names[i] for i in np.flatnonzero(
            np.unpackbits(np.frombuffer(key, np.uint8), count=len(self.names)))) for key in set(keys)}
        return [said[key] for key in keys]


@dataclass(frozen=True)
class Texts:
    """A column of texts, each as long as it is."""

    values: tuple[str, ...]

    def tolist(self) -> list[str]:
        """The texts themselves."""
        return list(self.values)


Told = dict[str, "Named | Several | Texts | NDArray[Any]"]


def varied_columns(kb: KnowledgeBase, plan: Ranges, start: int, codes: Sequence[Codes]) -> Told:
    """A plan's rows: their number and the values varied."""
    out: Told = {"row": np.arange(start, start + len(codes[0]))}
    for r, code in zip(plan.ranges, codes, strict=True):
        names = tuple(kb.variables[r.at].names(mask)[0] for mask in r.masks)
        out[kb.variables[r.at].id] = Named(code, names)
    return out


def told(kb: KnowledgeBase, advised: Advised, scores: bool) -> Told:
    """What is advised on each profile of a block.

    ``score`` and the scores of actions are points, ``hard_share`` is percent, each rounded once.
    """
    rows, weighed = advised.block.rows, advised.weighed
    found = np.stack([_filled(weighed.postures[p], rows) for p in kb.postures])
    own = np.take_along_axis(found, advised.posture[None, :rows].astype(np.intp), 0)[0]
    held = {a: plane for a, plane in advised.members.items() if plane is not False}
    out: Told = {
        "status": Named(advised.cautious[:rows].astype(np.uint8), STATUS),
        "posture": Named(advised.posture[:rows], tuple(kb.postures)),
        "score": hundredths(own, weighed.posture_unit, POSTURE_UNIT),
        "hard_share": _hard_share(kb, held, advised.block.size)[:rows],
        "escalation": _filled(weighted([(kb.actions[a].escalation, p) for a, p in held.items()],
                                       advised.block.size), rows),
        "mix": _several({a: held.get(a, False) for a in kb.actions}, rows),
        "forbidden": _several({a: s.forbidden for a, s in weighed.standing.items()}, rows),
        "barred": _several({a: s.barred for a, s in weighed.standing.items()}, rows),
    }
    if scores:
        out |= {f"score:{a}": hundredths(_filled(weighed.score(a), rows), weighed.unit, UNIT)
                for a in [*kb.actions]}
    return out


def _filled(numbers: Numbers, rows: int) -> NDArray[np.int64]:
    return np.broadcast_to(np.asarray(numbers, np.int64), rows) if isinstance(numbers, int) else (
        numbers[:rows].astype(np.int64))


def hundredths(numbers: NDArray[np.int64], unit: int, point: int) -> NDArray[np.float64]:
    """Scores as points with two decimals, half away from zero."""
    whole = (np.abs(numbers) * (unit * 200) + point) // (2 * point)
    out: NDArray[np.float64] = np.sign(numbers) * whole / 100
    return out


def _hard_share(kb: KnowledgeBase, members: Mapping[str, Plane], size: int) -> NDArray[np.int64]:
    """Sum of hard squared over sum of hard, 0 where there is none."""
    hards = {a: kb.actions[a].hard for a in members}
    squares = _filled(weighted([(hards[a] ** 2, p) for a, p in members.items()], size), size)
    sums = _filled(weighted([(hards[a], p) for a, p in members.items()], size), size)
    out: NDArray[np.int64] = (2 * squares + sums) // np.maximum(2 * sums, 1)
    return out


def _several(planes: Mapping[str, Plane], rows: int) -> Several:
    """Which of the named planes hold in each row."""
    flags = [unpack(plane, rows) for plane in planes.values()] or [np.zeros(rows, np.uint8)]
    return Several(np.stack(flags), tuple(planes) or ("",))


def joined(parts: Sequence[Told], order: Sequence[int]) -> Told:
    """Several blocks' rows one after the other, then put in order: row ``i`` is that at ``order[i]``."""
    at = np.array(order, np.intp)
    return {name: _ordered([p[name] for p in parts], at) for name in parts[0]}


def _ordered(columns: Sequence[Any], at: NDArray[np.intp]) -> Named | Several | NDArray[Any]:
    """One column of several blocks; its names are the same in each."""
    first = columns[0]
    if isinstance(first, Named):
        return Named(np.concatenate([c.codes for c in columns])[at], first.names)
    if isinstance(first, Several):
        return Several(np.concatenate([c.flags for c in columns], axis=1)[:, at], first.names)
    found: NDArray[Any] = np.concatenate(columns)[at]
    return found


def write_csv(columns: Told, tally: Mapping[str, Any]) -> bytes:  # noqa: ARG001
    """Rows as CSV without the header; lists are joined by spaces."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(zip(*(c.tolist() for c in columns.values()), strict=True))
    return text.getvalue().encode()


def write_jsonl(columns: Told, tally: Mapping[str, Any]) -> bytes:  # noqa: ARG001
    """Rows as JSON objects, one a line."""
    names = list(columns)
    lines = []
    for row in zip(*(c.tolist() for c in columns.values()), strict=True):
        data = dict(zip(names, row, strict=True))
        for name in LISTS:
            data[name] = data[name].split()
        lines.append(json.dumps(data, ensure_ascii=False))
    return "".join(line + "\n" for line in lines).encode()


def write_parquet(columns: Told, tally: Mapping[str, Any]) -> bytes:
    """Rows as one Parquet file, which also carries the part's ``tally``."""
    import pyarrow
    import pyarrow.parquet

    arrays = [_array(column) for column in columns.values()]
    table = pyarrow.table(arrays, list(columns)).replace_schema_metadata({TALLY: json.dumps(tally)})
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _array(column: Named | Several | Texts | NDArray[Any]) -> Any:
    """A column as Arrow keeps it: words by number, lists as lists."""
    import pyarrow

    if isinstance(column, Named):
        return pyarrow.DictionaryArray.from_arrays(column.codes.astype(np.int32), list(column.names))
    if isinstance(column, Several):
        where, which = np.nonzero(np.ascontiguousarray(column.flags.T))
        ends = np.searchsorted(where, np.arange(column.flags.shape[1] + 1)).astype(np.int32)
        words = pyarrow.DictionaryArray.from_arrays(which.astype(np.int32), list(column.names))
        return pyarrow.ListArray.from_arrays(ends, words)
    if isinstance(column, Texts):
        return pyarrow.array(column.values, pyarrow.string())
    return pyarrow.array(column)


TALLY = "dss:tally"
WRITERS: Mapping[str, Callable[[Told, Mapping[str, Any]], bytes]] = {
    ".csv": write_csv, ".jsonl": write_jsonl, ".parquet": write_parquet,
}


def header(names: Sequence[str], suffix: str) -> bytes:
    """What stands before the first row of a file."""
    return (",".join(names) + "\n").encode() if suffix == ".csv" else b""
