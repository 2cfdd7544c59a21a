"""How many questions the questionnaire asks until the posture is settled: python tests/benchmarks/ask.py

Each example is typed in as the questions come, and what its file leaves open is put off. The
time is the longest that any next question took, over all questions of an example.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from pathlib import Path

from tabulate import tabulate

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "ask"))

from typist import replies  # noqa: E402

from dss import load_kb  # noqa: E402
from dss.interview import begin, reply  # noqa: E402
from dss.kb import KnowledgeBase  # noqa: E402
from dss.outlook import Outlook  # noqa: E402
from dss.savefile import plain_profile  # noqa: E402
from dss.stages import DONE, SETTLED  # noqa: E402


def play(kb: KnowledgeBase, path: Path) -> tuple[str, int, int | None, str, float, str]:
    """Name, questions the file answers, questions until settled, posture then and in the end, time."""
    profile = plain_profile(path.read_bytes())
    state = begin(kb, {})
    slowest, settled, posture = 0.0, None, ""
    times = []
    while state.place.kind != DONE:
        if state.place.kind == SETTLED:
            settled, posture = len(state.trail) + len(state.later), state.outlook.advice.posture
            break
        assert len(times) < 1000, f"{path.stem}: the questions do not end at {state.place}"
        for text in replies(state, profile):
            start = time.process_time()
            state = reply(state, text).state
            times.append(1000 * (time.process_time() - start))
    slowest = max(times)
    final = Outlook(kb, profile).advice.posture
    asked = settled if settled is not None else len(state.trail) + len(state.later)
    stated = sum(1 for k in profile if k in kb.words.position)
    return path.stem, stated, asked, posture or "not settled", slowest, "same" if posture == final else final


def main() -> None:
    """Print a line for each example, and the medians."""
    gc.disable()  # as the command does
    kb = load_kb(sys.argv[1] if len(sys.argv) > 1 else None)
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "examples"
    rows = [play(kb, path) for path in sorted(folder.glob("*.yaml"))]
    print(f"{len(kb.rules)} rules, {kb.attributes} attributes, {len(rows)} examples\n")
    print(tabulate([(n, s, a, p, f"{ms:.0f}", end) for n, s, a, p, ms, end in rows],
                   ["example", "stated", "asked", "settled on", "slowest ms (CPU)", "in the end"],
                   disable_numparse=True))
    print(f"\nmedian questions until settled: {statistics.median(r[2] or 0 for r in rows)}; "
          f"settled: {sum(r[3] != 'not settled' for r in rows)} of {len(rows)}; "
          f"slowest next question, median {statistics.median(r[4] for r in rows):.0f} ms, "
          f"worst {max(r[4] for r in rows):.0f} ms (CPU)")


if __name__ == "__main__":
    main()
