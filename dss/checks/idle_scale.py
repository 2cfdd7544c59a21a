"""A shared scale that no attribute uses

What it finds: a scale in scales.yaml that no attribute names.

Why it matters: whoever changes it believes that something follows.

How to mend it: use it, or take it out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..source import Mapping_, Scalar
from . import Flaw, Study, flaw

CODE = "KB129"


def check(study: Study) -> Iterator[Flaw]:
    """Each shared scale without a use."""
    top = study.written.files.nodes.get("scales.yaml")
    scales = top.get("scales") if isinstance(top, Mapping_) else None
    entries = [*study.written.of("attribute"), *study.written.of("partner-attribute")]
    used = {node.text for entry in entries if isinstance(node := entry.get("scale"), Scalar)}
    for key, _ in scales if isinstance(scales, Mapping_) else ():
        if key.text not in used:
            yield flaw(CODE, f"no attribute uses the scale '{key.text}'", key.place, "use it, or take it out")
