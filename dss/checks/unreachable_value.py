"""A value that a finding can never take

What it finds: a value of a finding that no profile leads to: no rule concludes it and it is
not 'otherwise', the rules that do can never fire or always lose, or the sum of a scorecard
never reaches it. The search over profiles is exact.

Why it matters: rules that ask for the value are dead, and its words are never read.

How to mend it: take the value out, or mend the rules or cuts.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import ESTABLISHED
from ..evaluate import Inference
from ..source import Mapping_
from ..terms import bits
from ..witness import Goal
from . import Flaw, Study, flaw

CODE = "KB120"


def check(study: Study) -> Iterator[Flaw]:
    """Each value of a finding that no profile leads to."""
    for entry in study.written.of("finding"):
        at = study.kb.at(entry.id)
        if study.kb.findings[at].scorecard is None and not study.find.concluding[at]:
            continue
        variable = study.kb.variables[at]
        values = entry.get("values")
        for i in bits(variable.proper):
            if study.never(_takes(study, at, 1 << i), f"{entry.id} being {variable.values[i]}"):
                place = next((k.place for k, _ in values if k.text == variable.values[i]), entry.place) if (
                    isinstance(values, Mapping_)) else entry.place
                yield flaw(CODE, f"the finding '{entry.id}' can never be '{variable.values[i]}'", place,
                           "no rule concludes it where it counts, or no sum reaches it")


def _takes(study: Study, at: int, bit: int) -> Goal:
    """The finding has the value, be it presumed."""
    exact = study.find.holds((((at, bit),),))

    def verdict(inference: Inference) -> int:
        return ESTABLISHED if inference.value[at] == bit else exact.verdict(inference)

    return Goal(verdict, exact.hangs_on)
