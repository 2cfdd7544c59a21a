"""Prose that needs a second look

What it finds: in titles, reasons, questions and other prose: a word written twice, a
placeholder, a bracket or quotation mark that is not closed, two spaces after a line is
folded, a sentence of more than 45 words; a reason or caution that does not end as a
sentence does; a title that ends with a full stop.

Why it matters: these texts are read aloud in meetings.

How to mend it: rewrite the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..source import Mapping_, Node, Scalar, Sequence_
from . import Flaw, Study, flaw

CODE = "KB118"

SENTENCES = (
    "because",
    "caution",
    "statement",
    "why",
    "question",
    "purpose",
    "counter_argument",
    "definition",
    "objective",
    "text",
)
OTHERS = ("help", "note", "title")
LONGEST_SENTENCE = 45


def check(study: Study) -> Iterator[Flaw]:
    """Each smell in each text."""
    for path, node in study.written.files.nodes.items():
        if path.startswith(("rules/", "actions/", "attributes/")) or "/" not in path:
            for name, text in _texts(node):
                for part, message, hint in smells(name, " ".join(text.text.split())):
                    yield flaw(CODE, message, text.place_of(part) if part else text.place, hint)


def _texts(node: Node) -> Iterator[tuple[str, Scalar]]:
    if isinstance(node, Sequence_):
        for item in node.items:
            yield from _texts(item)
    elif isinstance(node, Mapping_):
        for key, value in node:
            if key.text in (*SENTENCES, *OTHERS) and isinstance(value, Scalar):
                yield key.text, value
            elif key.text not in ("cases", "values", "points", "cuts", "scales"):
                yield from _texts(value)


def smells(name: str, text: str) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a text: the part to point at, the message, the hint."""
    found = re.search(r"\b(\w+) \1\b", text, re.IGNORECASE)
    if found and found[1].lower() not in ("that", "had") and not found[1].isdigit():
        yield found[0], f"'{found[1]}' stands twice", "drop one"
    if found := re.search(r"\b(TODO|TBD|FIXME|XXX|lorem ipsum)\b|…$|\?\?\?", text):
        yield found[0], f"'{found[0]}' is a placeholder", "write the text"
    for opening, closing in ("()", "[]", "{}", "“”"):
        if text.count(opening) != text.count(closing):
            yield "", f"a '{opening}' or '{closing}' has no counterpart", "close it, or take it out"
    for sentence in re.split(r"(?<=[.;:?!]) ", text):
        if len(sentence.split()) > LONGEST_SENTENCE:
            yield (sentence.split()[0], f"a sentence of {len(sentence.split())} words",
                   f"no more than {LONGEST_SENTENCE}; make it two")
    if name in SENTENCES and text and text[-1] not in ".?!…”'\")":
        yield "", f"this {name.replace('_', ' ')} does not end as a sentence does", "end it with a full stop"
    if name == "title" and text.endswith("."):
        yield "", "a title ends without a full stop", "take it out"
