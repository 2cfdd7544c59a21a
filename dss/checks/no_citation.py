"""Something without a citation

What it finds: a rule, finding, attribute, invariant or safeguard that cites no work, and a
coercive or forceful action that cites none and has no note either.

Why it matters: a reviewer must be able to see on whose word a statement rests; where it is
a judgement of the project, that must be said too.

How to mend it: add 'source: {work: …, at: …}'; for a judgement name the work that stands
for your own judgements.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..source import Sequence_
from ..written import Entry
from . import Flaw, Study, flaw

CODE = "KB114"

KINDS = ("rule", "finding", "attribute", "partner-attribute", "invariant")


def check(study: Study) -> Iterator[Flaw]:
    """Each entry without a citation."""
    for kind in KINDS:
        for entry in study.written.of(kind):
            if _bare(entry):
                yield flaw(CODE, f"{kind.replace('-', ' ')} '{entry.id}' cites nothing", entry.key("source"),
                           "source: {work: …, at: …}")
    for action in study.kb.actions.values():
        if action.guarded and not action.source and not action.note:
            yield flaw(
                CODE,
                f"action '{action.id}' is coercive, but cites nothing and has no note",
                action.place,
                "source: {work: …, at: …}, or a note that says whose judgement it is",
            )


def _bare(entry: Entry) -> bool:
    node = entry.get("source")
    return node is None or (isinstance(node, Sequence_) and not node.items)
