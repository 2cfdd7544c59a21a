"""Output formats: one module each, found by its name; each turns contract data into text.

``layout`` is shared by them, and modules whose names end in ``_page`` lay out other answers.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """How wide the page is, whether colour may be used, and how much detail is wanted."""

    width: int = 80
    color: bool = False
    verbose: bool = False


Renderer = Callable[[Sequence[dict[str, Any]], Page], "str | bytes"]
"""Contract data in, a document out: text, or bytes for a format that is not text."""


def extra(module: str, package: str, name: str) -> Any:
    """A module of an optional dependency; raises InvalidInput saying what to install."""
    from ..issues import InvalidInput, Issue, Place

    try:
        return import_module(module)
    except ImportError:
        raise InvalidInput(
            [
                Issue(
                    "EX001",
                    f"this report needs {package}, which is not installed",
                    Place(name),
                    (f"pip install 'crisis-dss[{name}]'",),
                )
            ]
        ) from None


def formats() -> list[str]:
    """The names of all formats."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__)
                  if m.name != "layout" and not m.name.endswith("_page"))


def is_text(name: str) -> bool:
    """Whether a format gives text; its module says ``BINARY = True`` where it gives bytes."""
    return not getattr(import_module(f".{name}", __name__), "BINARY", False)


def renderer(name: str) -> Renderer:
    """The function of a format: a list of assessments in, one text out."""
    module = import_module(f".{name}", __name__)
    found: Renderer = module.render
    return found
