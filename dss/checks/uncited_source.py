"""A source that nothing cites

What it finds: a work in the bibliography that no file cites.

Why it matters: a bibliography is read as the list of what the advice rests on.

How to mend it: cite it where it belongs, or take it out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..source import Mapping_, Node, Scalar, Sequence_
from . import Flaw, Study, flaw

CODE = "KB123"


def check(study: Study) -> Iterator[Flaw]:
    """Each work that is never cited."""
    cited = {work for node in study.written.files.nodes.values() for work in _cited(node)}
    for entry in study.written.of("source"):
        if entry.id not in cited:
            yield flaw(CODE, f"nothing cites the source '{entry.id}'", entry.place,
                       "cite it where it belongs, or take it out")


def _cited(node: Node) -> Iterator[str]:
    if isinstance(node, Sequence_):
        for item in node.items:
            yield from _cited(item)
    elif isinstance(node, Mapping_):
        for key, value in node:
            if key.text == "work" and isinstance(value, Scalar):
                yield value.text
            yield from _cited(value)
