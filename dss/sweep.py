"""Sweeps: advice on very many profiles, a part at a time, in one process or several.

A part is worked out on its own and its rows go to the output in order, so that memory
stays flat. A journal beside the output says which parts are done; a sweep that was
stopped goes on behind the last of them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from .column_advice import advise_block
from .issues import InvalidInput, Issue, Place
from .kb import KnowledgeBase, Sources, load_kb
from .plan import Ranges
from .summary import Tally, count
from .sweep_rows import WRITERS, Told, header, joined, told, varied_columns
from .tables import Group, Row, Table

PART = 262_144
"""Profiles of a plan that are worked out at a time."""
VERSION = 1


@dataclass(frozen=True)
class Job:
    """What to sweep and what to tell; small enough to send to other processes.

    ``suffix`` is the output's kind (``.csv``, ``.jsonl``, ``.parquet``, or nothing for a
    summary alone); ``scores`` adds every action's score to the rows.
    """

    source: Ranges | Table
    suffix: str = ""
    scores: bool = False
    kb_folder: str | Sources | None = None
    drafts: bool = False
    digest: str = ""
    part: int = PART

    @property
    def total(self) -> int | None:
        """How many profiles there are, where that is known beforehand."""
        return self.source.total if isinstance(self.source, Ranges) else None

    @property
    def kinds(self) -> tuple[int, ...]:
        """How many values each range takes."""
        return tuple(len(r.masks) for r in self.source.ranges) if isinstance(self.source, Ranges) else ()

    def parts(self) -> Iterator[Any]:
        """What each part is worked out from, in order."""
        if isinstance(self.source, Table):
            return iter(self.source.parts())
        return ((at, min(at + self.part, self.source.total)) for at in range(0, self.source.total, self.part))

    @property
    def fingerprint(self) -> str:
        """What must be the same for a stopped sweep to go on."""
        said = repr((VERSION, self.source, self.suffix, self.scores, self.digest, self.part))
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True)
class Done:
    """One part worked out: its rows as they are written, its counts, and what was bad."""

    payload: bytes
    names: tuple[str, ...]
    tally: dict[str, Any]
    issues: tuple[Issue, ...]


@lru_cache(maxsize=1)
def _loaded(folder: str | Sources | None, drafts: bool, digest: str) -> KnowledgeBase:
    kb = load_kb(folder, drafts=drafts)
    if digest and kb.digest != digest:
        said = "the knowledge base has changed since the sweep began"
        raise InvalidInput([Issue("SW020", said, Place(kb.id))])
    return kb


def work(job: Job, part: Any, kb: KnowledgeBase | None = None) -> Done:
    """Work out one part."""
    kb = kb or _loaded(job.kb_folder, job.drafts, job.digest)
    if isinstance(job.source, Ranges):
        return _work_range(job, job.source, part, kb)
    return _work_rows(job, job.source, part, kb)


def _work_range(job: Job, plan: Ranges, part: tuple[int, int], kb: KnowledgeBase) -> Done:
    codes = plan.codes(*part)
    advised = advise_block(kb, plan.block(kb, codes))
    tally = count(kb, advised, codes, job.kinds).as_data()
    if not job.suffix:
        return Done(b"", (), tally, ())
    columns = varied_columns(kb, plan, part[0], codes) | told(kb, advised, job.scores)
    return Done(WRITERS[job.suffix](columns, tally), tuple(columns), tally, ())


def _work_rows(job: Job, table: Table, part: Sequence[Row] | Group, kb: KnowledgeBase) -> Done:
    read = table.read(kb, part)
    tally = Tally.empty(kb)
    parts: list[Told] = []
    for block in read.blocks:
        advised = advise_block(kb, block)
        tally.add(count(kb, advised))
        if job.suffix:
            parts.append(told(kb, advised, job.scores))
    tally.bad = read.bad
    if not parts:
        return Done(b"", (), tally.as_data(), read.issues)
    import numpy as np

    columns: Told = {"row": np.array(read.labels)} | joined(parts)
    return Done(WRITERS[job.suffix](columns, tally.as_data()), tuple(columns), tally.as_data(), read.issues)


class Output:
    """Where rows go: a file (for Parquet a folder of parts) with a journal of what is done.

    With ``resume`` it goes on where the journal ends. Raises InvalidInput when it cannot.
    """

    def __init__(self, job: Job, path: str, *, resume: bool = False) -> None:
        self.path = Path(path)
        self.suffix = job.suffix
        self.journal = Path(f"{path}.progress")
        self.done: list[dict[str, Any]] = []
        self.end = 0
        if self.journal.exists() != resume:
            message, hint = (("there is no unfinished sweep to go on with", "") if resume else
                             ("an unfinished sweep is there already", "--resume goes on with it; or remove "
                              f"{self.journal}"))
            raise InvalidInput([Issue("SW021", message, Place(path), (hint,) if hint else ())])
        if resume:
            self._read_journal(job)
        self._prepare(resume)
        if not resume:
            self._note({"sweep": job.fingerprint})

    def _read_journal(self, job: Job) -> None:
        head, *lines = self.journal.read_text(encoding="utf-8").split("\n")
        if json.loads(head) != {"sweep": job.fingerprint}:
            hint = "give the same profile, ranges, options and knowledge base"
            raise InvalidInput([Issue("SW022", "the unfinished sweep there is a different one",
                                      Place(str(self.path)), (hint,))])
        for line in lines[:-1]:
            self.done.append(json.loads(line))
            self.end = self.done[-1]["end"]
        kept = "".join(line + "\n" for line in (head, *lines[:-1]))
        self.journal.write_text(kept, encoding="utf-8")

    def _prepare(self, resume: bool) -> None:
        if self.suffix == ".parquet":
            self.path.mkdir(exist_ok=True)
            for old in () if resume else self.path.glob("part-*.parquet"):
                old.unlink()
            return
        with self.path.open("r+b" if self.done else "wb") as file:
            file.truncate(self.end)

    def write(self, number: int, done: Done) -> None:
        """Add a part's rows, then note it as done."""
        if self.suffix == ".parquet":
            if done.payload:
                write_part(self.path, number, done.payload)
        else:
            with self.path.open("ab") as file:
                if not self.end:
                    file.write(header(done.names, self.suffix))
                file.write(done.payload)
                file.flush()
                os.fsync(file.fileno())
                self.end = file.tell()
        self._note({"end": self.end, "tally": done.tally})

    def _note(self, entry: dict[str, Any]) -> None:
        with self.journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def finish(self) -> None:
        """All parts are done: the journal has served."""
        self.journal.unlink()


def write_part(folder: Path, number: int, payload: bytes) -> None:
    """Put one Parquet part in place, whole or not at all."""
    final = folder / f"part-{number:06d}.parquet"
    partial = final.with_suffix(f".{os.getpid()}.partial")
    partial.write_bytes(payload)
    partial.replace(final)


def sweep(job: Job, kb: KnowledgeBase, output: Output | None = None, *, jobs: int = 1, strict: bool = False,
          progress: Callable[[Tally], None] = lambda _: None,
          report: Callable[[Issue], None] = lambda _: None) -> Tally:
    """Work out every part that is not done, in order; gives the counts over all of them.

    ``report`` hears of each problem of a bad row; with ``strict`` the first stops the sweep
    (raises InvalidInput). ``progress`` hears of the counts after every part.
    """
    tally = Tally.empty(kb, job.kinds)
    finished = output.done if output else []
    for entry in finished:
        tally.add(Tally(**entry["tally"]))
    progress(tally)
    with ExitStack() as stack:
        for number, done in enumerate(_each(job, kb, jobs, len(finished), stack), len(finished)):
            if strict and done.issues:
                raise InvalidInput(done.issues)
            for issue in done.issues:
                report(issue)
            if output:
                output.write(number, done)
            tally.add(Tally(**done.tally))
            progress(tally)
    if output:
        output.finish()
    return tally


def _each(job: Job, kb: KnowledgeBase, jobs: int, skip: int, stack: ExitStack) -> Iterator[Done]:
    parts = (part for number, part in enumerate(job.parts()) if number >= skip)
    if jobs == 1:
        yield from (work(job, part, kb) for part in parts)
        return
    pool = stack.enter_context(_pool(jobs))
    waiting: deque[Future[Done]] = deque()
    for part in parts:
        waiting.append(pool.submit(work, job, part))
        if len(waiting) > 2 * jobs:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


class _pool(AbstractContextManager["ProcessPoolExecutor"]):
    """Processes that leave Ctrl-C to this one, and stop with it."""

    def __init__(self, jobs: int) -> None:
        self.pool = ProcessPoolExecutor(jobs, get_context("spawn"), _ignore_interrupts)

    def __enter__(self) -> ProcessPoolExecutor:
        return self.pool

    def __exit__(self, *_: object) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)


def _ignore_interrupts() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
