"""A title that stands twice

What it finds: two rules, actions, postures, attributes, findings or safeguards of one kind
with the same title.

Why it matters: reports name things by their titles; the reader cannot tell the two apart.

How to mend it: say in the title what makes the difference.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..source import Scalar
from ..written import Entry
from . import Flaw, Study, flaw

CODE = "KB128"

KINDS = ("rule", "action", "posture", "attribute", "finding", "safeguard", "principle", "invariant")


def check(study: Study) -> Iterator[Flaw]:
    """Each title that an earlier entry of its kind has."""
    for kind in KINDS:
        seen: dict[str, Entry] = {}
        for entry in study.written.of(kind):
            title = entry.get("title")
            if not isinstance(title, Scalar):
                continue
            first = seen.setdefault(" ".join(title.text.lower().split()), entry)
            if first is not entry:
                yield flaw(CODE, f"{kind} '{entry.id}' has the title of {kind} '{first.id}'", title.place,
                           "say what makes the difference", also=[first.key("title")])
