"""Where a knowledge base lies on disk, for the tools that write into it."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def kb_home(folder: str | None) -> Path:
    """The folder named, or that of the packaged knowledge base."""
    return Path(folder) if folder is not None else Path(str(resources.files("kb_rules")))
