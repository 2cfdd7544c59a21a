"""How fast it is, in ratios measured in one run: python tests/benchmarks/bench.py

Start-up is the median of 15 processes each. Inference is timed warm, over the examples in turn,
for at least a second each; figures are profiles a second, best of three rounds.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tabulate import tabulate

from dss import assess, load_kb, load_situation
from dss.engine import Engine
from dss.evaluate import evaluate_situation

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
NATO = ROOT / "examples" / "nato-crimea-2014.yaml"
PROCESSES, ROUNDS, SECONDS = 15, 3, 1.0


def milliseconds(commands: dict[str, list[str]]) -> dict[str, float]:
    """The median wall time of each command; the commands take turns, so that all share the weather."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(PROCESSES):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, *command], stdout=subprocess.DEVNULL, check=True, cwd=ROOT)
            times[name].append(1000 * (time.perf_counter() - start))
    return {name: statistics.median(found) for name, found in times.items()}


def rate(act: Callable[[int], object], seconds: float = SECONDS) -> float:
    """How often a second ``act`` can be done, warm: the best of three rounds."""
    act(0)
    best = 0.0
    for _ in range(ROUNDS):
        done, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds / ROUNDS or done < 3:
            act(done)
            done += 1
        best = max(best, done / (time.perf_counter() - start))
    return best


def main() -> None:
    """Measure everything and print two tables."""
    kb = load_kb()
    situations = [load_situation(kb, example) for example in EXAMPLES]
    engine, stock = Engine(kb), Engine(kb, stock_matcher=True)
    for situation in situations[:3]:
        assert engine.run(situation).inference == stock.run(situation).inference
        assert engine.run(situation).inference == evaluate_situation(situation, kb)

    starts = milliseconds({
        "python -c pass": ["-c", "pass"],
        "dss --help": ["-m", "dss", "--help"],
        "dss assess, end to end": ["-m", "dss", "assess", str(NATO)],
    })
    bare = starts["python -c pass"]
    print(f"Python {sys.version.split()[0]}, {len(kb.rules)} rules, {kb.attributes} attributes, "
          f"{len(situations)} examples\n")
    print(tabulate([[name, f"{ms:.0f}", f"{ms / bare:.1f}"] for name, ms in starts.items()],
                   ["process", "ms (median)", "times bare Python"], disable_numparse=True))

    def each(act: Callable[..., object]) -> Callable[[int], object]:
        return lambda i: act(situations[i % len(situations)])

    rates = {
        "inference, experta (ours: the run of record)": rate(each(engine.run)),
        "inference, experta with its stock matcher": rate(each(stock.run)),
        "inference, plain Python (the definition)": rate(each(lambda s: evaluate_situation(s, kb))),
        "full assessment with every single-answer flip": rate(each(lambda s: assess(kb, s).as_data())),
    }
    first = rates["inference, experta (ours: the run of record)"]
    print()
    print(tabulate([[name, f"{r:,.0f}" if r >= 20 else f"{r:.1f}", f"{r / first:.2f}"]
                    for name, r in rates.items()],
                   ["warm", "profiles/s", "times ours"], disable_numparse=True))


if __name__ == "__main__":
    main()
