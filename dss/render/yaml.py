"""The contract as YAML: one document for one profile, a list for several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..source import dump
from . import Page


def render(documents: Sequence[dict[str, Any]], page: Page) -> str:  # noqa: ARG001
    """Block-style YAML in the contract's order."""
    return dump(documents[0] if len(documents) == 1 else list(documents))
