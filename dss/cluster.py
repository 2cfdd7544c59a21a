"""Sweeps on a cluster: the parts of one sweep worked out by the workers of a Dask scheduler.

A worker writes its part whole or not at all, under the part's own number, with its counts
inside. So a part that is done twice, because a worker died or was slow, is there once; and
what is there already need not be done again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from .issues import InvalidInput, Issue, Place
from .kb import KnowledgeBase
from .summary import Tally
from .sweep import done_or_raise, tell_bad
from .sweep_job import Done, Job, Refused, tried
from .sweep_output import Output, part_path, tally_in, write_part

MOST_WAITING = 4
"""Parts handed out beforehand for each thread of a worker."""
RETRIES = 10
"""How often a part is tried again when its worker is lost."""


def sweep_on(job: Job, kb: KnowledgeBase, address: str, out: str, *, resume: bool = False,
             strict: bool = False, progress: Callable[[Tally], None] = lambda _: None,
             report: Callable[[Issue], None] = lambda _: None) -> Tally:
    """Sweep on the scheduler at ``address`` into the folder ``out``, which all workers share.

    Raises InvalidInput when the scheduler cannot be reached, with ``strict`` at the first bad row, and
    what :class:`~dss.sweep_output.Output` raises.
    """
    import distributed

    dask: Any = distributed
    try:
        client = dask.Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        said = str(error).splitlines()[0]
        hint = "start one with 'dask scheduler', workers with 'dask worker ADDRESS'"
        raise InvalidInput([Issue("SW030", f"the scheduler cannot be reached: {said}", Place(address),
                                  (hint,))]) from None
    output = Output(job, out, resume=resume)
    folder = Path(out).resolve()
    tally = Tally.empty(kb, job.kinds)
    small = replace(job, kb_folder=_absolute(job.kb_folder))
    parts = enumerate(small.parts())
    with client:
        def hand_out() -> Any:
            for number, part in parts:
                if not _there(folder, number, tally, progress):
                    return client.submit(part_done, small, number, part, str(folder), pure=False,
                                         retries=RETRIES)
            return None

        room = max(1, sum(client.nthreads().values())) * MOST_WAITING
        waiting = dask.as_completed([f for f in (hand_out() for _ in range(room)) if f is not None],
                               loop=client.loop)
        try:
            for future in waiting:
                done = done_or_raise(future.result())
                tell_bad(done, strict, report)
                output.begun = True
                tally.add(Tally(**done.tally))
                progress(tally)
                further = hand_out()
                if further is not None:
                    waiting.add(further)
        except InvalidInput:
            output.abandon()
            raise
    output.finish()
    return tally


def part_done(job: Job, number: int, part: Any, folder: str) -> Done | Refused:
    """On a worker: work out a part and put it in place; its rows do not go back."""
    done = tried(job, part)
    if isinstance(done, Refused):
        return done
    write_part(Path(folder), number, done.payload)
    return replace(done, payload=b"")


def _there(folder: Path, number: int, tally: Tally, progress: Callable[[Tally], None]) -> bool:
    """Whether a part is in place already; its counts are then added."""
    counts = tally_in(part_path(folder, number))
    if counts is None:
        return False
    tally.add(Tally(**counts))
    progress(tally)
    return True


def _absolute(folder: Any) -> Any:
    return str(Path(folder).resolve()) if isinstance(folder, str) else folder
