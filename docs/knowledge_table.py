"""Writes the measured parts of docs/knowledge.md: run it after the knowledge base has changed.

``python docs/knowledge_table.py`` rewrites the blocks between the markers,
``python docs/knowledge_table.py --check`` only says whether they are fresh (exit 1 if not).
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from dss import KnowledgeBase, assess, load_kb, load_situation
from dss.advice import advise
from dss.compose import decimal
from dss.evaluate import evaluate

HERE = Path(__file__).resolve().parent
PAGE = HERE / "knowledge.md"
EXAMPLES = HERE.parent / "examples"
PROFILES, SEED, IN_SET = 2000, 1, 0.25
SHOWN = 12
"""How many of the most frequent actions are listed."""

Answers = Mapping[str, object]
KNOWN: Answers = {"attribution_confidence": "almost-certain", "information_confidence": "high",
                  "legal_basis_strength": "clear", "demand_scope": "undo-an-act"}
MANDATE: Answers = {**KNOWN, "legal_bases": ["un-chapter-vii"], "peaceful_means_tried": "exhausted",
                    "security_council_status": "resolution-with-force"}
LAWFUL: tuple[Answers, ...] = (
    {**MANDATE, "mandate_purpose": "restore-peace"},
    {**MANDATE, "mandate_purpose": "protection-of-civilians", "atrocity_risk": "very-high"},
    {**KNOWN, "legal_bases": ["article-51-individual"], "own_role": "party", "armed_attack": "occurred",
     "attack_ongoing": "yes", "security_council_status": "seized"},
)
"""Answers that make force lawful, taken in turn; all else stays random."""


def escalation_table(kb: KnowledgeBase) -> str:
    """For each example the recommended posture, its share of hard power and effect on escalation."""
    rows = [("Example", "Recommended posture", "Actions", "Hard power, %", "Band, %", "Escalation")]
    for path in sorted(EXAMPLES.glob("*.yaml")):
        a = assess(kb, load_situation(kb, path))
        mix = a.advice.mixes[0]
        posture = kb.postures[mix.posture]
        squares, total = a.hard_share(mix)
        rows.append((path.stem, posture.title, str(len(mix.actions)), decimal(squares, total, 0),
                     f"{posture.band[0]} to {posture.band[1]}", f"{a.escalation(mix):+d}"))
    return markdown(rows)


def frequency_table(kb: KnowledgeBase) -> str:
    """How often each posture leads, and the commonest actions, over random complete profiles."""
    postures, actions = advised(kb, ({},))
    lawful, _ = advised(kb, LAWFUL)
    order = [p for p, _ in ranked(postures)] + [p for p, _ in ranked(lawful) if p not in postures]
    led = [(kb.postures[p].title, percent(postures[p]), percent(lawful[p])) for p in order]
    taken = [(kb.actions[a].title, percent(n)) for a, n in ranked(actions)[:SHOWN]]
    never = sorted(set(kb.actions) - set(actions))
    return "\n\n".join((
        markdown([("Recommended posture", "% of profiles", "% with a lawful basis set"), *led]),
        markdown([("Action in the recommended mix", "% of profiles"), *taken]),
        f"In none of the first {PROFILES} mixes: {', '.join(never)}.",
    ))


def advised(kb: KnowledgeBase, given: Sequence[Answers]) -> tuple[Counter[str], Counter[str]]:
    """How often each posture is recommended and each action is in the recommended mix."""
    postures: Counter[str] = Counter()
    actions: Counter[str] = Counter()
    for masks in random_profiles(kb, given):
        advice = advise(kb, evaluate(kb, masks, None), {})
        postures[advice.posture] += 1
        actions.update(advice.mixes[0].actions)
    return postures, actions


def random_profiles(kb: KnowledgeBase, given: Sequence[Answers]) -> Iterator[list[int]]:
    """Complete profiles: each answer drawn evenly, each element of a set with one chance in four.

    The answers ``given``, taken in turn, replace what was drawn.
    """
    rng = random.Random(SEED)
    fixed = [{kb.at(k): load_situation(kb, dict(answers)).masks[kb.at(k)] for k in answers}
             for answers in given]
    for number in range(PROFILES):
        masks = [
            1 << sum(1 << i for i in range(len(v.values)) if rng.random() < IN_SET)
            if v.kind == "set" else 1 << rng.randrange(v.size)
            for v in kb.variables[: kb.attributes]
        ]
        yield [fixed[number % len(fixed)].get(at, mask) for at, mask in enumerate(masks)]


def ranked(counted: Counter[str]) -> list[tuple[str, int]]:
    """The commonest first; equal counts by id, so that the page never depends on chance."""
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def percent(count: int) -> str:
    """A count out of all profiles, in percent."""
    return decimal(100 * count, PROFILES, 1)


def markdown(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows as a Markdown table, the first as its head."""
    head, *body = rows
    lines = [head, tuple("---" for _ in head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def renewed(page: str, kb: KnowledgeBase) -> str:
    """The page with every measured block made anew."""
    for name, text in (("table", escalation_table(kb)), ("frequencies", frequency_table(kb))):
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        before, rest = page.split(begin)
        page = f"{before}{begin}\n{text}\n{end}{rest.split(end)[1]}"
    return page


def main() -> int:
    """Rewrite the page, or with --check say whether it is fresh."""
    page = PAGE.read_text(encoding="utf-8")
    fresh = renewed(page, load_kb())
    if "--check" in sys.argv[1:]:
        return int(fresh != page)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
