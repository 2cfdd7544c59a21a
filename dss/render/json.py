"""The contract as JSON: one object for one profile, an array for several."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from . import Page


def render(documents: Sequence[dict[str, Any]], page: Page) -> str:  # noqa: ARG001
    """Indented JSON with a final newline; the same data gives the same bytes."""
    body: Any = documents[0] if len(documents) == 1 else list(documents)
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"
