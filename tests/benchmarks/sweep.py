"""How fast sweeps and inference are, beside their peers: python tests/benchmarks/sweep.py [--long]

Everything in one run on the packaged knowledge base. Rates are profiles per second of
processor time, threads included, so that what else the machine does counts less: the best
of several rounds in which all contestants take turns. Whole sweeps and two processes are
timed by the clock; processes are compared by the median of interleaved runs. ``--long`` adds 10^7 profiles.
``--plot FILE.svg`` draws the rates.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from peers import checked, known_situations
from tabulate import tabulate

from dss import KnowledgeBase, Situation, load_kb, load_situation
from dss.advice import advise
from dss.column_advice import advise_block
from dss.columns import Block, Column, Inferred
from dss.engine import Engine
from dss.evaluate import evaluate_situation
from dss.issues import Problems
from dss.order import dependence_order
from dss.plan import HYPERCUBE, Ranges, plan_of, ranges_of
from dss.sweep import sweep
from dss.sweep_job import PART, Job, work

ROUNDS, SECONDS = 5, 0.3
PROCESSES = 40 * PART
ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
Act = Callable[[], int]
"""Does some work and says how many profiles it was."""


def rates(contestants: Mapping[str, Act]) -> dict[str, float]:
    """Profiles a processor second of each: the best of rounds in which they take turns."""
    best = dict.fromkeys(contestants, 0.0)
    for act in contestants.values():
        act()
    for _ in range(ROUNDS):
        for name, act in contestants.items():
            done, start = 0, time.process_time()
            while time.process_time() - start < SECONDS:
                done += act()
            best[name] = max(best[name], done / (time.process_time() - start))
    return best


def each(situations: list[Any], act: Callable[[Any], object]) -> Act:
    """Act on one after the other, a dozen at a time."""
    at = 0

    def go() -> int:
        nonlocal at
        for _ in range(12):
            act(situations[at % len(situations)])
            at += 1
        return 12

    return go


def everything_open(kb: KnowledgeBase, total: int) -> Ranges:
    """A hypercube over all values of all attributes."""
    base = load_situation(kb, {})
    return plan_of(base, ranges_of(kb, base, [], True), total, HYPERCUBE, 0)


def part(kb: KnowledgeBase) -> Act:
    """Work out one part of a sweep: draw, infer, weigh, choose, compose, count."""
    return swept(kb, everything_open(kb, PART))


def block(kb: KnowledgeBase, rows: int, unknown: float) -> Block:
    """Random profiles, each fact unknown with a probability."""
    choose = np.random.default_rng(1)
    columns = []
    for variable in kb.variables[: kb.attributes]:
        atoms = variable.size + variable.na
        codes = choose.integers(0, atoms, rows)
        codes[choose.random(rows) < unknown] = atoms
        columns.append(Column((*(1 << k for k in range(atoms)), variable.full), codes.astype(np.uint16)))
    return Block(rows, rows, tuple(columns), {at: Column((3,)) for at in kb.words.about_partners}, {})


def matching(kb: KnowledgeBase) -> dict[str, float]:
    """All that say which rules fire, on the same fully known profiles."""
    situations = known_situations(kb, 60)
    matchers, inputs = checked(kb, situations)
    engine, stock = Engine(kb), Engine(kb, stock_matcher=True)
    for situation in situations[:4]:
        assert engine.run(situation) == stock.run(situation)
    contestants: dict[str, Act] = {
        "experta, its stock matcher": each(situations, stock.run),
        **{f"{name}": each(inputs, match) for name, match in matchers.items()},
        "experta, our matcher (the run of record)": each(situations, engine.run),
        "plain evaluator": each(situations, lambda s: evaluate_situation(s, kb)),
        "columns, inference alone": inferring(kb),
        "sweep, with scores, posture and mix": part(kb),
    }
    return rates(contestants)


def inferring(kb: KnowledgeBase) -> Act:
    """Infer a block by columns."""
    given = block(kb, PART, 0)

    def go() -> int:
        Inferred(kb, given)
        return PART

    return go


def advising(kb: KnowledgeBase) -> dict[str, float]:
    """Advice in full: by columns with more and more unknown, and one profile at a time."""
    situations = known_situations(kb, 40)

    def of(unknown: float) -> Act:
        given = block(kb, PART, unknown)

        def go() -> int:
            advise_block(kb, given)
            return PART

        return go

    def plainly(situation: Situation) -> object:
        return advise(kb, evaluate_situation(situation, kb), {})

    return rates({"one by one, plainly": each(situations, plainly),
                  **{f"by columns, {100 * u:.0f} % unknown": of(u) for u in (0, 0.02, 0.1, 0.5)}})


def kb_of(kb: KnowledgeBase, rules: int) -> KnowledgeBase:
    """A knowledge base of so many rules: the first ones, or all and copies of them."""
    originals = list(kb.rules.values())
    chosen = [replace(originals[i % len(originals)], id=f"{originals[i % len(originals)].id}-{i}")
              for i in range(rules)]
    named = {rule.id: rule for rule in chosen}
    return replace(kb, rules=named, steps=dependence_order(named, kb.findings, kb.variables, Problems()))


def growth_with_rules(kb: KnowledgeBase) -> list[list[str]]:
    """Rates from 50 to 800 rules."""
    situations = known_situations(kb, 20)
    out = []
    for rules in (50, 100, 200, 400, 800):
        other = kb_of(kb, rules)
        engine = Engine(other)
        found = rates({"experta": each(situations, engine.run), "sweep": part(other),
                       "plain": each(situations, lambda s, k=other: evaluate_situation(s, k))})
        out.append([f"{rules}", *(shown(found[n]) for n in ("experta", "plain", "sweep"))])
    return out


def swept(kb: KnowledgeBase, plan: Ranges) -> Act:
    """Work out a plan's first part."""
    def go() -> int:
        work(Job(plan), (0, PART), kb)
        return PART

    return go


def growth_with_partners(kb: KnowledgeBase) -> list[list[str]]:
    """Rates with 0 to 15 partners in the profile."""
    example = max((load_situation(kb, e) for e in EXAMPLES), key=lambda s: len(s.partners or ()))
    partners = example.partners or ()
    out = []
    for count in (0, 1, 5, 10, 15):
        listed = tuple(replace(partners[i % len(partners)], name=f"P{i}") for i in range(count))
        given = replace(example, partners=listed)
        base = plan_of(given, ranges_of(kb, given, ["*"], False), PART, HYPERCUBE, 0)
        engine = Engine(kb)

        found = rates({"experta": each([given], engine.run), "sweep": swept(kb, base),
                       "plain": each([given], lambda s: evaluate_situation(s, kb))})
        out.append([f"{count}", *(shown(found[n]) for n in ("experta", "plain", "sweep"))])
    return out


def growth_with_profiles(most: int) -> list[list[str]]:
    """Whole sweeps as the command runs them, each a process: seconds, rate, and most memory."""
    out = []
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "open.yaml"
        profile.write_text("title: nothing known\n")
        for power in range(3, most + 1):
            command = [sys.executable, "-m", "dss", "sweep", str(profile), "--unknowns", "--samples",
                       str(10**power)]
            start = time.perf_counter()
            memory = peak_memory(command)
            seconds = time.perf_counter() - start
            out.append([f"10^{power}", f"{seconds:.1f}", shown(10**power / seconds), f"{memory:.0f}"])
    return out


def peak_memory(command: list[str]) -> float:
    """The most memory a command used, in MB."""
    script = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, "
              "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); "
              "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    done = subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True,
                          check=True)
    return int(done.stdout) / 1024


def two_processes(kb: KnowledgeBase, total: int, runs: int = 3) -> tuple[float, float, float]:
    """Seconds with one process and with two (medians of interleaved runs), and their ratio."""
    job = Job(everything_open(kb, total), digest=kb.digest)
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(runs):
        for jobs, found in times.items():
            start = time.perf_counter()
            sweep(job, kb, jobs=jobs)
            found.append(time.perf_counter() - start)
    one, two = (statistics.median(found) for found in times.values())
    return one, two, one / two


def shown(rate: float) -> str:
    """A rate as the tables show it."""
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.1f}"


def plot(found: Mapping[str, float], file: str) -> None:
    """Draw the rates, on a logarithmic scale."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "dss"
    from matplotlib import pyplot

    ranked = sorted(found.items(), key=lambda pair: pair[1])
    figure, axes = pyplot.subplots(figsize=(8, 3.6), layout="constrained")
    ours = ("sweep", "columns", "experta, our", "plain")
    bars = axes.barh([n for n, _ in ranked], [r for _, r in ranked],
                     color=["#2b6cb0" if n.startswith(ours) else "#a0aec0" for n, _ in ranked])
    axes.bar_label(bars, [shown(r) for _, r in ranked], padding=3, fontsize=8)
    axes.set_xscale("log")
    axes.set_xlim(right=max(found.values()) * 8)
    axes.set_xlabel("profiles per second of processor time (logarithmic)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, metadata={"Date": None})


def main(arguments: list[str]) -> None:
    """Measure everything and print the tables."""
    kb = load_kb()
    load = os.getloadavg()[0]
    print(f"Python {sys.version.split()[0]}, NumPy {np.__version__}, {os.cpu_count()} cores, "
          f"load {load:.1f}; {len(kb.rules)} rules, {kb.attributes} attributes\n")
    found = matching(kb)
    clips = found["clipspy"]
    print(tabulate([[n, shown(r), f"{r / clips:,.2f}"] for n, r in found.items()],
                   ["which rules fire, warm", "profiles/s (CPU)", "times clipspy"], "github",
                   disable_numparse=True))
    if "--plot" in arguments:
        plot(found, arguments[arguments.index("--plot") + 1])
    print("\n" + tabulate([[n, shown(r)] for n, r in advising(kb).items()],
                          ["advice, mix included", "profiles/s (CPU)"], "github", disable_numparse=True))
    heads = ["experta, ours", "plain", "sweep"]
    print("\n" + tabulate(growth_with_rules(kb), ["rules", *heads], "github", disable_numparse=True))
    print("\n" + tabulate(growth_with_partners(kb), ["partners", *heads], "github", disable_numparse=True))
    one, two, ratio = two_processes(kb, PROCESSES)
    print(f"\n{PROCESSES:,} profiles: one process {one:.1f} s, two {two:.1f} s, {ratio:.2f} times "
          f"(medians of interleaved runs; load {os.getloadavg()[0]:.1f})")
    heads = ["profiles", "seconds, start-up and summary included", "profiles/s", "most memory, MB"]
    print("\n" + tabulate(growth_with_profiles(7 if "--long" in arguments else 6), heads, "github",
                          disable_numparse=True))


if __name__ == "__main__":
    main(sys.argv[1:])
