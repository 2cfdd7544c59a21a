"""Where a sweep writes: never over what is read, and on with a stopped sweep only where that is sound."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from running import NATO, ROOT, clean_environment, dss

from dss import KnowledgeBase
from dss.issues import InvalidInput
from dss.sweep import sweep
from dss.sweep_job import Job
from dss.sweep_output import Output
from dss.tables import Table

ROWS = "trust\n" + "high\n" * 40
VARY = ("--vary", "escalation_risk", "--vary", "off_ramp")


def refused(*arguments: str | Path) -> str:
    """What a command that exits with 1 tells."""
    result = dss("sweep", *arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    return result.stderr


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize(("source", "out"), [
    ("t.csv", "t.csv"), ("t.csv", "there/../t.csv"), ("t.csv", "link.csv"), ("link.csv", "t.csv"),
    ("t.csv", "hard.csv"), ("there", "there/o.csv"), ("there", "there/deep/o.csv"),
    ("there", "there/o.parquet"), ("t.parquet", "t.parquet"), ("named.parquet", "named.parquet"),
    ("named.parquet/part-000000.parquet", "named.parquet"), ("t.csv", "foreign.parquet"),
    ("t.csv", "named.parquet"), ("t.csv", "t.parquet"),
])
def test_what_is_there_is_not_overwritten(source: str, out: str, tmp_path: Path,
                                          monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(ROWS)
    Path("link.csv").symlink_to("t.csv")
    Path("hard.csv").hardlink_to("t.csv")
    table = pyarrow.table({"trust": ["high"]})
    pyarrow.parquet.write_table(table, "t.parquet")
    Path("there/deep").mkdir(parents=True)
    Path("there/a.yaml").write_bytes(NATO.read_bytes())
    for folder, name in (("foreign", "notes.txt"), ("named", "part-000000.parquet")):
        Path(f"{folder}.parquet").mkdir()
        pyarrow.parquet.write_table(table, f"{folder}.parquet/{name}")
    before = everything(tmp_path)
    assert "SW023" in refused(source, "--out", out)
    assert everything(tmp_path) == before


def test_the_parts_of_an_earlier_sweep_give_way(tmp_path: Path) -> None:
    out = tmp_path / "o.parquet"
    for _ in range(2):
        assert dss("sweep", NATO, *VARY, "--out", out).exit_code == 0
        (out / "part-000007.123.partial").write_bytes(b"torn")
    assert [p.name for p in sorted(out.iterdir())] == ["part-000000.parquet", "part-000007.123.partial"]
    assert dss("sweep", NATO, *VARY, "--out", out).exit_code == 0
    assert [p.name for p in out.iterdir()] == ["part-000000.parquet"]


def stopped(kb: KnowledgeBase, source: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A sweep of a table that was stopped after two parts of ten rows."""
    monkeypatch.setattr("dss.tables.PART", 10)
    job = Job(Table(str(source)), out.suffix, digest=kb.digest)

    def stop(tally: object) -> None:
        if getattr(tally, "profiles", 0) >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(job, kb, Output(job, str(out)), progress=stop)
    return job


def longer(path: Path) -> None:
    path.write_text(ROWS + "low\n")


def touched(path: Path) -> None:
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize("change", [longer, touched])
def test_a_changed_table_is_not_gone_on_with(change: Callable[[Path], None], kb: KnowledgeBase,
                                             tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = tmp_path / "t.csv", tmp_path / "o.csv"
    source.write_text(ROWS)
    stopped(kb, source, out, monkeypatch)
    change(source)
    before = everything(tmp_path)
    assert "SW022" in refused(source, "--out", out, "--resume")
    assert everything(tmp_path) == before


def test_a_folder_that_has_changed_is_told_from_what_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(NATO.read_bytes())
    (tmp_path / "notes.txt").write_text("x")
    job = Job(Table(str(tmp_path)))
    first = job.fingerprint
    (tmp_path / "notes.txt").write_text("other")
    assert job.fingerprint == first
    (tmp_path / "b.yaml").write_bytes(NATO.read_bytes())
    assert job.fingerprint != first


def empty(path: Path) -> None:
    path.write_bytes(b"")


def garbage(path: Path) -> None:
    path.write_bytes(b"\xff\x00[]")


def a_list(path: Path) -> None:
    path.write_text("[1, 2]\n")


def entry_without_counts(path: Path) -> None:
    path.write_text(path.read_text().splitlines()[0] + '\n{"end": 3}\n')


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
@pytest.mark.parametrize("spoil", [empty, garbage, a_list, entry_without_counts])
def test_a_spoilt_journal_is_told(spoil: Callable[[Path], None], suffix: str, kb: KnowledgeBase,
                                  tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = tmp_path / "t.csv", tmp_path / f"o{suffix}"
    source.write_text(ROWS)
    stopped(kb, source, out, monkeypatch)
    spoil(Path(f"{out}.progress"))
    before = everything(tmp_path)
    assert "SW024 the journal of that sweep cannot be read" in refused(source, "--out", out, "--resume")
    assert everything(tmp_path) == before


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
@pytest.mark.parametrize("missing", [True, False])
def test_rows_that_are_gone_are_told(missing: bool, suffix: str, kb: KnowledgeBase, tmp_path: Path,
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = tmp_path / "t.csv", tmp_path / f"o{suffix}"
    source.write_text(ROWS)
    job = stopped(kb, source, out, monkeypatch)
    file = out / "part-000001.parquet" if out.is_dir() else out
    whole = file.read_bytes()
    if missing:
        file.unlink()
    else:
        file.write_bytes(whole[:-20])
    before = everything(tmp_path)
    with pytest.raises(InvalidInput, match="SW024 rows that the journal tells of are not there"):
        Output(job, str(out), resume=True)
    assert everything(tmp_path) == before
    file.write_bytes(whole)
    assert sweep(job, kb, Output(job, str(out), resume=True)).profiles == 40


def test_strict_tells_the_first_bad_row_and_leaves_nothing_to_resume(tmp_path: Path) -> None:
    source, out = tmp_path / "t.csv", tmp_path / "o.csv"
    source.write_text("trust,off_ramp\nhigh,\nhihg,nix\nlwo,\n")
    told = refused(source, "--strict", "--out", out)
    assert "line 3, trust" in told
    assert "line 3, off_ramp" in told
    assert "line 4" not in told
    assert os.listdir(tmp_path) == ["t.csv"]
    assert dss("sweep", source, "--out", out).exit_code == 1
    assert len(out.read_text().splitlines()) == 2


def test_strict_later_on_leaves_what_is_done(kb: KnowledgeBase, tmp_path: Path,
                                             monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dss.tables.PART", 10)
    source, out = tmp_path / "t.csv", tmp_path / "o.csv"
    source.write_text(ROWS + "hihg\n")
    job = Job(Table(str(source)), ".csv", digest=kb.digest)
    with pytest.raises(InvalidInput):
        sweep(job, kb, Output(job, str(out)), strict=True)
    assert sweep(job, kb, Output(job, str(out), resume=True)).bad == 1
    assert len(out.read_text().splitlines()) == 41


class Dying(Job):
    """A sweep whose worker processes are lost."""

    def __reduce__(self) -> tuple[Callable[[int], None], tuple[int]]:
        return os._exit, (9,)


def test_a_lost_worker_process_is_told(kb: KnowledgeBase, tmp_path: Path) -> None:
    source, out = tmp_path / "t.csv", tmp_path / "o.csv"
    source.write_text(ROWS)
    job = Dying(Table(str(source)), ".csv", digest=kb.digest)
    with pytest.raises(InvalidInput, match=r"(?s)SW025 a worker process was lost.*--resume goes on"):
        sweep(job, kb, Output(job, str(out)), jobs=2)
    job = Job(Table(str(source)), ".csv", digest=kb.digest)
    assert sweep(job, kb, Output(job, str(out), resume=True)).profiles == 40


def test_several_processes_give_the_same_bytes_of_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                          kb: KnowledgeBase) -> None:
    monkeypatch.setattr("dss.tables.PART", 5)
    source = tmp_path / "t.jsonl"
    name, value = next((v.id, v.values[0]) for v in kb.variables[: kb.attributes] if v.kind == "set")
    rows = [{name: [value]}, {name: json.dumps([value])}, {"trust": "high"}] * 15
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    job = Job(Table(str(source)), ".csv", digest=kb.digest)
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    told: list[list[object]] = [[], []]
    assert (sweep(job, kb, Output(job, str(one)), report=told[0].append)
            == sweep(job, kb, Output(job, str(two)), jobs=2, report=told[1].append))
    assert one.read_bytes() == two.read_bytes()
    assert told[0] == told[1]


PARENT = """
import time
from multiprocessing import get_context
from concurrent.futures import ProcessPoolExecutor
from dss.sweep import _begin_worker
import os

if __name__ == "__main__":
    pool = ProcessPoolExecutor(1, get_context("spawn"), _begin_worker)
    print(pool.submit(os.getpid).result(), flush=True)
    pool.submit(time.sleep, 600)
    time.sleep(600)
"""


def test_workers_leave_when_the_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True,
                              env=clean_environment(PYTHONPATH=str(ROOT)))
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    time.sleep(0.2)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + 20
    while is_running(worker):
        assert time.monotonic() < end
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    """Whether a process is there and has not ended (an ended one may wait for its parent to ask)."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")
    except (ProcessLookupError, FileNotFoundError):
        return False
