"""A sweep on a Dask scheduler and two workers, each a process of its own; one is killed midway."""

from __future__ import annotations

import os
import pickle
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from running import NATO, ROOT, clean_environment, dss

from dss import KnowledgeBase, load_situation
from dss.cluster import part_done, sweep_on
from dss.issues import InvalidInput
from dss.plan import HYPERCUBE, plan_of, ranges_of
from dss.summary import Tally
from dss.sweep import sweep
from dss.sweep_job import Job, Refused
from dss.sweep_output import Output
from dss.tables import Group, Table

PARTS, PART = 60, 2048
CODE = "from distributed.cli.{what} import main; main()"


@contextmanager
def running(what: str, *arguments: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A scheduler or a worker, stopped at the end."""
    log = (folder / f"{what}-{time.monotonic_ns()}.log").open("wb")
    started = subprocess.Popen(
        [sys.executable, "-c", CODE.format(what=f"dask_{what}"), *arguments], stdout=log, stderr=log,
        cwd=folder, env=clean_environment(PYTHONPATH=str(ROOT)))
    try:
        yield started
    finally:
        if started.poll() is None:
            started.kill()
        started.wait()
        log.close()


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler and its two workers, without a process above them that restarts them."""
    file = folder / "scheduler.json"
    with running("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(file), folder=folder):
        wait(file.exists)
        address = ""
        while not address:
            found = re.search(r'"address": "(tcp://[^"]+)"', file.read_text())
            address = found[1] if found else ""
        workers = ("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
        with running(*workers, folder=folder) as one, running(*workers, folder=folder) as two:
            yield address, [one, two]


def wait(ready: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.05)


def asked(kb: KnowledgeBase, parts: int = PARTS) -> Job:
    base = load_situation(kb, NATO)
    plan = plan_of(base, ranges_of(kb, base, ["*"], False), PART * parts, HYPERCUBE, 8)
    return Job(plan, ".parquet", digest=kb.digest, part=PART)


@pytest.mark.slow
def test_a_worker_killed_midway_loses_and_doubles_nothing(kb: KnowledgeBase, tmp_path: Path) -> None:
    job, out, plain = asked(kb), tmp_path / "cluster.parquet", tmp_path / "plain.parquet"
    killed: list[int] = []
    with cluster(tmp_path) as (address, workers):
        from distributed import Client

        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)

        def kill(tally: Tally) -> None:
            if not killed and tally.profiles >= PART * 6:
                os.kill(workers[0].pid, signal.SIGKILL)
                killed.append(tally.profiles)

        tally = sweep_on(job, kb, address, str(out), progress=kill)
        assert workers[0].wait(timeout=30) == -signal.SIGKILL
        assert killed[0] < PART * PARTS
    assert tally == sweep(job, kb, Output(job, str(plain)))
    assert sorted(p.name for p in out.glob("*.parquet")) == sorted(p.name for p in plain.iterdir())
    ours, theirs = (pyarrow.parquet.read_table(f).to_pylist() for f in (out, plain))
    assert ours == theirs
    assert [row["row"] for row in ours] == list(range(PART * PARTS))


@pytest.mark.slow
def test_a_stopped_cluster_sweep_does_only_what_is_missing(kb: KnowledgeBase, tmp_path: Path) -> None:
    job, out = asked(kb, 6), tmp_path / "o.parquet"
    whole = sweep(job, kb)

    def stop(tally: Tally) -> None:
        if tally.profiles >= PART * 3:
            raise KeyboardInterrupt

    with cluster(tmp_path) as (address, _):
        with pytest.raises(KeyboardInterrupt):
            sweep_on(job, kb, address, str(out), progress=stop)
        before = {p.name: p.stat().st_mtime_ns for p in out.glob("*.parquet")}
        assert len(before) >= 3
        assert sweep_on(job, kb, address, str(out), resume=True) == whole
    after = {p.name: p.stat().st_mtime_ns for p in out.glob("*.parquet")}
    assert len(after) == 6
    assert {name: after[name] for name in before} == before


@pytest.mark.slow
def test_strict_stops_a_cluster_sweep_at_a_bad_row(kb: KnowledgeBase, tmp_path: Path) -> None:
    table, out = tmp_path / "bad.jsonl", tmp_path / "o.parquet"
    table.write_text('{"escalation_risk": "hgh"}\n{"escalation_risk": "high"}\n')
    job = Job(Table(str(table)), ".parquet", digest=kb.digest)
    with cluster(tmp_path) as (address, _), pytest.raises(InvalidInput) as told:
        sweep_on(job, kb, address, str(out), strict=True)
    assert [i.code for i in told.value.issues] == ["PR012"]


def test_what_a_worker_refuses_comes_back_as_data(kb: KnowledgeBase, tmp_path: Path) -> None:
    damaged = tmp_path / "t.parquet"
    damaged.write_bytes(b"PAR1")
    job = Job(Table(str(damaged)), ".parquet", digest=kb.digest)
    found = pickle.loads(pickle.dumps(part_done(job, 0, Group(str(damaged), 0, 1), str(tmp_path))))
    assert isinstance(found, Refused)
    assert [(i.code, i.place.file) for i in found.issues] == [("SW010", str(damaged))]


def test_a_scheduler_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = dss("sweep", NATO, "--vary", "escalation_risk", "--cluster", "nonsense://nowhere", "--out",
                 tmp_path / "o.parquet")
    assert result.exit_code == 1
    assert "SW030 the scheduler cannot be reached" in result.stderr
