"""A point of the founding article that nothing carries

What it finds: a core point under a principle that no rule and no invariant covers.

Why it matters: the knowledge base claims to put the article into rules.

How to mend it: write the rule, or name the point under 'covers' of the rule that carries it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..coverage import coverage
from ..written import scalars
from . import Flaw, Study, flaw

CODE = "KB117"


def check(study: Study) -> Iterator[Flaw]:
    """Each core point without a carrier."""
    for point in coverage(study.kb):
        if not point.carried:
            entry = study.written.entries["principle", point.principle]
            place = next((s.place for s in scalars(entry.body) if s.text == point.point), entry.place)
            yield flaw(
                CODE,
                f"nothing carries the point {point.point} of principle '{point.principle}'",
                place,
                "write the rule, or name the point under 'covers' of the rule that carries it",
            )
