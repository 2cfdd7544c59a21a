"""Tables as they come: torn, doubled, not quite UTF-8; what is bad is told and the rest is judged."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from profiles import sample
from running import dss

from dss import KnowledgeBase
from dss.sweep import sweep
from dss.sweep_job import Job, work
from dss.sweep_output import Output
from dss.tables import Table


def number_attribute(kb: KnowledgeBase) -> str:
    return next(v.id for v in kb.variables[: kb.attributes] if v.kind == "number")


@pytest.mark.parametrize(("lines", "rows", "said"), [
    ([b'{"id": "\\ud800"}'], ["A", "Z"], "line 2: SW011 the row holds half a letter"),
    ([b'{"trust": "\\udc80"}'], ["A", "Z"], "line 2: SW011 the row holds half a letter"),
    ([b'{"trust": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"], ["A", "Z"], "line 2"),
    ([b'{"trust": ' + b"[" * 700 + b"]" * 700 + b"}"], ["A", "Z"], "line 2"),
    ([b'{"trust": "high\xe9"}'], ["A", "Z"], "line 2: SW011 the row is not UTF-8"),
    ([b'{"trust": "high", "trust": "low"}'], ["A", "Z"], "line 2: IN010 'trust' is given twice"),
    ([b"", b"  ", b'{"id": "B"}'], ["A", "B", "Z"], "3 profiles"),
])
def test_a_bad_line_does_not_end_a_jsonl_table(lines: list[bytes], rows: list[str], said: str,
                                               tmp_path: Path) -> None:
    table = tmp_path / "t.jsonl"
    table.write_bytes(b"\n".join([b'{"id": "A"}', *lines, b'{"id": "Z"}', b""]))
    result = dss("sweep", table, "--out", tmp_path / "o.jsonl")
    found = [json.loads(line)["row"] for line in (tmp_path / "o.jsonl").read_text().splitlines()]
    assert found == rows
    assert said in result.stderr
    assert result.exit_code == int(len(rows) == 2)


@pytest.mark.parametrize(("lines", "rows", "said"), [
    ([b"B,high\xe9"], ["A", "Z"], "line 3: SW011 the row is not UTF-8"),
    ([b"B," + b"x" * 140_000], ["A", "Z"], "line 3, trust: PR012"),
    ([b"B" * 140_000 + b",high"], ["A", "B" * 140_000, "Z"], "3 profiles"),
    ([b"B," + b"x" * 1_200_000], ["A", "Z"], "line 3: SW011 this is not CSV: field larger"),
    ([b'B,"high"x'], ["A", "Z"], "line 3: SW011 this is not CSV"),
    ([b'B,"high'], ["A"], "line 3: SW011 a quote that opens here is not closed"),
    ([b'B,"high', b'C,"low"'], ["A"], "line 3: SW011 a quote that opens here is not closed"),
    ([b'"B",high'], ["A", "B", "Z"], "3 profiles"),
])
def test_a_bad_line_of_a_csv_table_is_told(lines: list[bytes], rows: list[str], said: str,
                                           tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_bytes(b"\n".join([b"id,trust", b"A,low", *lines, b"Z,low", b""]))
    result = dss("sweep", table, "--out", tmp_path / "o.jsonl")
    found = [json.loads(line)["row"] for line in (tmp_path / "o.jsonl").read_text().splitlines()]
    assert found == rows
    assert said in result.stderr
    assert result.exit_code == int(len(rows) < 3)


def test_a_list_and_the_text_that_looks_like_it_are_told_apart(kb: KnowledgeBase, tmp_path: Path) -> None:
    table = tmp_path / "t.jsonl"
    name, value = next((v.id, v.values[0]) for v in kb.variables[: kb.attributes] if v.kind == "set")
    lines = [{name: [value]}, {name: json.dumps([value])}] * 2
    for given in (lines, lines[::-1]):
        table.write_text("".join(json.dumps(line) + "\n" for line in given))
        result = dss("sweep", table)
        assert result.stdout.startswith("2 profiles")
        assert "2 rows could not be read" in result.stdout


def test_the_first_rows_may_all_be_bad(kb: KnowledgeBase, tmp_path: Path,
                                       monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dss.tables.PART", 2)
    table = tmp_path / "t.csv"
    table.write_text("trust\nx\nx\nhigh\n")
    for suffix in (".csv", ".jsonl", ".parquet"):
        job = Job(Table(str(table)), suffix, digest=kb.digest)
        sweep(job, kb, Output(job, str(tmp_path / f"o{suffix}")))
    header, row = (tmp_path / "o.csv").read_text().splitlines()
    assert header.startswith("row,status,posture,")
    assert row.startswith("line 4,")
    first, second = (pyarrow.parquet.ParquetFile(p) for p in sorted((tmp_path / "o.parquet").iterdir()))
    assert (first.metadata.num_rows, second.metadata.num_rows) == (0, 1)
    assert first.schema_arrow.equals(second.schema_arrow)
    assert pyarrow.parquet.read_table(tmp_path / "o.parquet").num_rows == 1
    assert len((tmp_path / "o.jsonl").read_text().splitlines()) == 1


def test_a_damaged_parquet_file_is_named(tmp_path: Path) -> None:
    table = tmp_path / "t.parquet"
    columns = {"trust": ["high", "low"] * 500, "id": [str(i) for i in range(1000)]}
    pyarrow.parquet.write_table(pyarrow.table(columns), table, use_dictionary=False)
    data = bytearray(table.read_bytes())
    data[4:200] = bytes(196)
    table.write_bytes(data)
    for jobs in ("1", "2"):
        result = dss("sweep", table, "--jobs", jobs)
        assert result.exit_code == 1
        assert "SW010 the table cannot be read" in result.stderr
        assert "t.parquet" in result.stderr


def test_null_members_and_whole_floats_are_taken(kb: KnowledgeBase, tmp_path: Path) -> None:
    number = number_attribute(kb)
    rows: list[dict[str, Any]] = [{"trust": {"value": "high", "note": None}, number: 9000.0},
                                  {"trust": {"value": "low", "note": "told"}, number: None}]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "t.parquet")
    (tmp_path / "t.csv").write_text(f"{number}\n9000.0\n9000\n")
    (tmp_path / "t.jsonl").write_text(f'{{"{number}": 9000.0}}\n{{"{number}": {{"value": 9000.0}}}}\n')
    for kind in ("parquet", "csv", "jsonl"):
        result = dss("sweep", tmp_path / f"t.{kind}")
        assert result.exit_code == 0, result.stderr
    (tmp_path / "t.csv").write_text(f"{number}\n9000.5\n")
    assert dss("sweep", tmp_path / "t.csv").exit_code == 1


def test_a_long_label_takes_no_room_from_the_others(kb: KnowledgeBase, tmp_path: Path) -> None:
    table = tmp_path / "t.jsonl"
    lengths = [200_000 if i == 5 else 1 for i in range(8000)]
    table.write_text("".join(json.dumps({"id": "x" * n}) + "\n" for n in lengths))
    job = Job(Table(str(table)), ".csv", digest=kb.digest)
    part = next(job.parts())
    tracemalloc.start()
    assert b"x" * 200_000 in work(job, part, kb).payload
    assert tracemalloc.get_traced_memory()[1] < 2**28
    tracemalloc.stop()


def test_rows_with_the_same_weights_are_judged_together(kb: KnowledgeBase, tmp_path: Path) -> None:
    table = tmp_path / "t.jsonl"
    principle = next(iter(kb.principles))
    lines = [{"id": str(i), **sample(kb, i), "weights": {principle: str(i % 2)}} for i in range(60)]
    table.write_text("".join(json.dumps(line) + "\n" for line in lines))
    read = Table(str(table)).read(kb, next(iter(Table(str(table)).parts())))
    assert [block.rows for block in read.blocks] == [30, 30]
    assert list(read.labels) == [str(i) for i in range(60)]
    assert list(read.order) == [i // 2 + 30 * (i % 2) for i in range(60)]


def test_names_in_capitals_are_taken(tmp_path: Path) -> None:
    (tmp_path / "T.CSV").write_text("trust\nhigh\n")
    assert dss("sweep", tmp_path / "T.CSV", "--out", tmp_path / "O.JSONL").exit_code == 0
    assert json.loads((tmp_path / "O.JSONL").read_text())["row"] == "line 2"
