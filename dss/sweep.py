"""Sweeps: advice on very many profiles, a part at a time, in one process or several.

A part is worked out on its own and its rows go to the output in order, so that memory
stays flat. A journal beside the output says which parts are done; a sweep that was
stopped goes on behind the last of them.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread

from .issues import InvalidInput, Issue, Place
from .kb import KnowledgeBase
from .summary import Tally
from .sweep_job import Done, Job, Refused, tried, work
from .sweep_output import Output


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


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that leave Ctrl-C to this one, and stop with it."""
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _begin_worker)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


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
