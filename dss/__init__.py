"""dss: advice on military diplomacy in crises, by rules that can be questioned.

>>> from dss import load_kb, assess
>>> kb = load_kb()
>>> assess(kb, {"crisis_type": "natural-disaster"}).status
'too-little-known'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from .assessment import Assessment, assess
    from .issues import InvalidInput, Issue
    from .kb import KnowledgeBase, load_kb
    from .situation import Situation, load_situation
    from .trace import Trace

_HOMES = {
    "Assessment": "assessment", "assess": "assessment",
    "InvalidInput": "issues", "Issue": "issues",
    "KnowledgeBase": "kb", "load_kb": "kb",
    "Situation": "situation", "load_situation": "situation",
    "Trace": "trace",
}

__all__ = [
    "Assessment", "InvalidInput", "Issue", "KnowledgeBase", "Situation", "Trace",
    "__version__", "assess", "load_kb", "load_situation",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'dss' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{home}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
