"""A sweep's job: what is swept and what is told, and the working out of one part of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .column_advice import advise_block
from .columns import block_of
from .issues import InvalidInput, Issue, Place
from .kb import KnowledgeBase, Sources, load_kb
from .plan import Ranges
from .row_reader import Row
from .situation import load_situation
from .summary import Tally, count
from .sweep_rows import WRITERS, Texts, Told, joined, told, varied_columns
from .tables import Files, Group, Table

PART = 262_144
"""Profiles of a plan that are worked out at a time."""
VERSION = 2


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
