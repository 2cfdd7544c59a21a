"""How long explanations take: python tests/benchmarks/flips.py [rounds]

Warm medians of processor time in milliseconds for each example: every change of one answer that tipping facts
are found by (the budget is 150), every single change that why-not tries, and one why.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tabulate import tabulate

from dss import Assessment, assess, load_kb
from dss.advice import Flip, flips
from dss.changes import single_changes
from dss.explain import why

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.yaml"))
BUDGET, ROUNDS = 150, 7


def median(act: Callable[[], object], rounds: int) -> float:
    """The median time of an act in milliseconds, after one round to warm up."""
    act()
    times = []
    for _ in range(rounds):
        start = time.process_time()
        act()
        times.append(1000 * (time.process_time() - start))
    return statistics.median(times)


def all_flips(a: Assessment) -> list[Flip]:
    """Every change of one answer by which tipping facts are found."""
    return list(flips(a.kb, a.trace.inference, a.advice, a.situation.weights))


def main(rounds: int) -> None:
    """Measure every example and print a table."""
    kb = load_kb()
    rows = []
    for example in EXAMPLES:
        a = assess(kb, example)
        flip = partial(all_flips, a)
        rows.append([example.stem, len(flip()), median(flip, rounds), len(single_changes(a)),
                     median(partial(single_changes, a), rounds),
                     median(partial(why, a, a.advice.mixes[0].actions[0]), rounds)])
    print(tabulate(rows, ["example", "flips", "ms", "single changes", "ms", "why, ms"], floatfmt=".1f"))
    worst = max(float(row[2]) for row in rows)
    print(f"\nslowest: {worst:.0f} ms for all flips of an example (budget {BUDGET} ms, {kb.id} with "
          f"{len(kb.rules)} rules)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
