"""A file whose name is not what it holds

What it finds: a file of rules, actions or attributes whose name differs from its principle,
line or group; and a precedent whose name differs from its id.

Why it matters: people look for a rule by the name of the file.

How to mend it: rename the file, or correct its first line.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..source import Mapping_, Scalar
from . import Flaw, Study, flaw

CODE = "KB130"

KEYS = {"rules": "principle", "actions": "line", "attributes": "group", "precedents": "id"}


def check(study: Study) -> Iterator[Flaw]:
    """Each file that is named otherwise than its content."""
    for path, node in study.written.files.nodes.items():
        folder, _, name = path.removesuffix(".yaml").partition("/")
        key = KEYS.get(folder)
        said = node.get(key) if key and isinstance(node, Mapping_) else None
        if isinstance(said, Scalar) and said.text != name:
            yield flaw(CODE, f"this file is named '{name}', but its {key} is '{said.text}'", said.place,
                       "rename the file, or correct this line")
