"""Sweeps: advice on very many profiles, a part at a time, in one process or several.

A part is worked out on its own and its rows go to the output in order, so that memory
stays flat. A journal beside the output says which parts are done; a sweep that was
stopped goes on behind the last of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any

from .column_advice import advise_block
from .columns import block_of
from .issues import InvalidInput, Issue, Place
from .kb import KnowledgeBase, Sources, load_kb
from .plan import Ranges
from .situation import load_situation
from .summary import Tally, count
from .sweep_rows import TALLY, WRITERS, Texts, Told, header, joined, told, varied_columns
from .tables import Files, Group, Row, Table

PART = 262_144
"""Profiles of a plan that are worked out at a time."""
VERSION = 2
_PART_NAME = re.compile(r"part-\d{6,}\.(parquet|\d+\.partial)")


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
        state = self.source.state() if isinstance(self.source, Table) else ()
        said = repr((VERSION, self.source, state, self.suffix, self.scores, self.digest, self.part))
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True)
class Done:
    """One part worked out: its rows as they are written, its counts, and each bad row's problems."""

    payload: bytes
    names: tuple[str, ...]
    tally: dict[str, Any]
    bad: tuple[tuple[Issue, ...], ...]


@dataclass(frozen=True)
class Refused:
    """A part that cannot be worked out, and why."""

    issues: tuple[Issue, ...]


@lru_cache(maxsize=1)
def _loaded(folder: str | Sources | None, drafts: bool, digest: str) -> KnowledgeBase:
    kb = load_kb(folder, drafts=drafts, cases=False)
    if digest and kb.digest != digest:
        said = "the knowledge base has changed since the sweep began"
        raise InvalidInput([Issue("SW020", said, Place(kb.id))])
    return kb


def tried(job: Job, part: Any) -> Done | Refused:
    """:func:`work` in another process: what it raises comes back as data."""
    try:
        return work(job, part)
    except InvalidInput as error:
        return Refused(error.issues)


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


def _work_rows(job: Job, table: Table, part: Sequence[Row] | Files | Group, kb: KnowledgeBase) -> Done:
    read = table.read(kb, part)
    tally = Tally.empty(kb)
    parts: list[Told] = []
    for block in read.blocks:
        advised = advise_block(kb, block)
        tally.add(count(kb, advised))
        if job.suffix:
            parts.append(told(kb, advised, job.scores))
    tally.bad = len(read.bad)
    if not job.suffix:
        return Done(b"", (), tally.as_data(), read.bad)
    if not parts:  # no row is good: the columns of any profile, of which no row is then taken
        parts.append(told(kb, advise_block(kb, block_of(kb, [load_situation(kb, {})])), job.scores))
    columns: Told = {"row": Texts(read.labels)} | joined(parts, read.order)
    return Done(WRITERS[job.suffix](columns, tally.as_data()), tuple(columns), tally.as_data(), read.bad)


class Output:
    """Where rows go: a file (for Parquet a folder of parts) with a journal of what is done.

    With ``resume`` it goes on where the journal ends. Raises InvalidInput when it cannot, or when it
    would overwrite what is read or what no sweep has written.
    """

    def __init__(self, job: Job, path: str, *, resume: bool = False) -> None:
        self.path = Path(path)
        self.suffix = job.suffix
        self.journal = Path(f"{path}.progress")
        self.done: list[dict[str, Any]] = []
        self.end = 0
        self.begun = False
        _check_place(job, self.path)
        if self.journal.exists() != resume:
            message, hint = (("there is no unfinished sweep to go on with", "") if resume else
                             ("an unfinished sweep is there already", "--resume goes on with it; or remove "
                              f"{self.journal}"))
            raise self._refusal("SW021", message, hint)
        if self.suffix == ".parquet":
            self._check_folder(resume)
        if resume:
            self._read_journal(job)
        self._prepare(resume)
        if not resume:
            self._note({"sweep": job.fingerprint})

    def _refusal(self, code: str, message: str, hint: str) -> InvalidInput:
        return InvalidInput([Issue(code, message, Place(str(self.path)), (hint,) if hint else ())])

    def _check_folder(self, resume: bool) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise self._refusal("SW023", "there is a file of this name, where a folder of parts is to be",
                                "name another output")
        for file in sorted(self.path.iterdir()) if self.path.exists() else ():
            named = _PART_NAME.fullmatch(file.name)
            if not named or not (resume or named[1] != "parquet" or tally_in(file) is not None):
                raise self._refusal("SW023", f"the folder holds '{file.name}', which no sweep has written",
                                    "name another output")

    def _read_journal(self, job: Job) -> None:
        again = f"remove {self.journal} and begin anew"
        try:
            head, *lines = self.journal.read_text(encoding="utf-8").split("\n")
            begun = json.loads(head)["sweep"]
            done = [json.loads(line) for line in lines[:-1]]
            for entry in done:
                Tally(**entry["tally"])
            end = int(done[-1]["end"]) if done else 0
        except (ValueError, KeyError, TypeError):
            raise self._refusal("SW024", "the journal of that sweep cannot be read", again) from None
        if begun != job.fingerprint:
            raise self._refusal("SW022", "the unfinished sweep there is a different one",
                                "give the same profile, table, ranges, options and knowledge base")
        if not self._holds(done, end):
            raise self._refusal("SW024", "rows that the journal tells of are not there", again)
        self.done, self.end = done, end
        kept = "".join(line + "\n" for line in (head, *lines[:-1]))
        self.journal.write_text(kept, encoding="utf-8")

    def _holds(self, done: Sequence[dict[str, Any]], end: int) -> bool:
        """Whether what the journal tells of has been written."""
        if self.suffix == ".parquet":
            return all(tally_in(part_path(self.path, n)) == entry["tally"] for n, entry in enumerate(done))
        return not done or (self.path.is_file() and self.path.stat().st_size >= end)

    def _prepare(self, resume: bool) -> None:
        if self.suffix == ".parquet":
            self.path.mkdir(exist_ok=True)
            for old in () if resume else self.path.glob("part-*"):
                old.unlink()
            return
        with self.path.open("r+b" if self.done else "wb") as file:
            file.truncate(self.end)

    def write(self, number: int, done: Done) -> None:
        """Add a part's rows, then note it as done."""
        self.begun = True
        if self.suffix == ".parquet":
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

    def abandon(self) -> None:
        """If nothing is done yet, leave nothing that would have to be resumed."""
        if self.done or self.begun:
            return
        self.journal.unlink(missing_ok=True)
        with suppress(OSError):
            if self.suffix == ".parquet":
                self.path.rmdir()
            elif not self.path.stat().st_size:
                self.path.unlink()


def _check_place(job: Job, out: Path) -> None:
    """Raise InvalidInput when the output would overwrite what is read."""
    source = Path(job.source.path if isinstance(job.source, Table) else job.source.base.name)
    if not source.exists():
        return
    here, there = out.resolve(), source.resolve()
    said = ""
    if here == there or (out.exists() and out.samefile(source)):
        said = "the output is what is read"
    elif there in here.parents:
        said = "the output lies in the folder that is read"
    elif here in there.parents:
        said = "what is read lies in the output's folder"
    if said:
        raise InvalidInput([Issue("SW023", said, Place(str(out)), ("name another output",))])


def part_path(folder: Path, number: int) -> Path:
    """Where a Parquet part stands."""
    return folder / f"part-{number:06d}.parquet"


def tally_in(file: Path) -> dict[str, Any] | None:
    """The counts that a Parquet part carries; None when it is no part, or not whole."""
    import pyarrow.parquet

    try:
        found = (pyarrow.parquet.read_schema(file).metadata or {}).get(TALLY.encode())
        return dict(json.loads(found)) if found is not None else None
    except (OSError, ValueError, pyarrow.ArrowException):
        return None


def write_part(folder: Path, number: int, payload: bytes) -> None:
    """Put one Parquet part in place, whole or not at all."""
    final = part_path(folder, number)
    partial = final.with_suffix(f".{os.getpid()}.partial")
    partial.write_bytes(payload)
    partial.replace(final)


def sweep(job: Job, kb: KnowledgeBase, output: Output | None = None, *, jobs: int = 1, strict: bool = False,
          progress: Callable[[Tally], None] = lambda _: None,
          report: Callable[[Issue], None] = lambda _: None) -> Tally:
    """Work out every part that is not done, in order; gives the counts over all of them.

    ``report`` hears of each problem of a bad row; with ``strict`` the first bad row stops the sweep
    (raises InvalidInput). ``progress`` hears of the counts after every part.
    """
    tally = Tally.empty(kb, job.kinds)
    finished = output.done if output else []
    for entry in finished:
        tally.add(Tally(**entry["tally"]))
    progress(tally)
    try:
        with ExitStack() as stack:
            for number, done in enumerate(_each(job, kb, jobs, len(finished), stack), len(finished)):
                tell_bad(done, strict, report)
                if output:
                    output.write(number, done)
                tally.add(Tally(**done.tally))
                progress(tally)
    except BrokenProcessPool:
        place, hints = (Place(str(output.path)), ("--resume goes on",)) if output else (Place("--jobs"), ())
        raise InvalidInput([Issue("SW025", "a worker process was lost", place, hints)]) from None
    except InvalidInput:
        if output:
            output.abandon()
        raise
    if output:
        output.finish()
    return tally


def tell_bad(done: Done, strict: bool, report: Callable[[Issue], None]) -> None:
    """Report every bad row of a part; with ``strict`` raise InvalidInput at the first."""
    if strict and done.bad:
        raise InvalidInput(done.bad[0])
    for problems in done.bad:
        for issue in problems:
            report(issue)


def _each(job: Job, kb: KnowledgeBase, jobs: int, skip: int, stack: ExitStack) -> Iterator[Done]:
    parts = (part for number, part in enumerate(job.parts()) if number >= skip)
    if jobs == 1:
        yield from (work(job, part, kb) for part in parts)
        return
    pool = stack.enter_context(_pool(jobs))
    waiting: deque[Future[Done | Refused]] = deque()
    for part in parts:
        waiting.append(pool.submit(tried, job, part))
        if len(waiting) > 2 * jobs:
            yield done_or_raise(waiting.popleft().result())
    while waiting:
        yield done_or_raise(waiting.popleft().result())


def done_or_raise(found: Done | Refused) -> Done:
    """A part that was worked out elsewhere. Raises InvalidInput with what was wrong there."""
    if isinstance(found, Refused):
        raise InvalidInput(found.issues)
    return found


class _pool(AbstractContextManager["ProcessPoolExecutor"]):
    """Processes that leave Ctrl-C to this one, and stop with it."""

    def __init__(self, jobs: int) -> None:
        self.pool = ProcessPoolExecutor(jobs, get_context("spawn"), _begin_worker)

    def __enter__(self) -> ProcessPoolExecutor:
        return self.pool

    def __exit__(self, *_: object) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)


def _begin_worker() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        Thread(target=_leave_with, args=(parent.join,), daemon=True).start()


def _leave_with(wait: Callable[[], None]) -> None:
    """End this process when ``wait`` returns: when the process that started it is gone."""
    wait()
    os._exit(1)
