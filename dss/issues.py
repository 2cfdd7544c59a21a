"""Problems in what a user or author wrote: what, where, and what to type instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A stretch of one line of one input.

    ``line`` and ``column`` count from 1; ``line`` is 0 for input that has no
    lines (a dict given to the library), and ``text`` is then the path to the value.
    """

    file: str
    line: int = 0
    column: int = 0
    width: int = 1
    text: str = ""

    def __str__(self) -> str:
        if not self.line:
            return f"{self.file}: {self.text}" if self.text else self.file
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem: a stable ``code``, a sentence, the place, and hints in reading order."""

    code: str
    message: str
    place: Place
    hints: tuple[str, ...] = ()
    also: tuple[Place, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """The problem as JSON-ready data."""
        return {
            "code": self.code,
            "message": self.message,
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "hints": list(self.hints),
            "also": [{"file": p.file, "line": p.line, "column": p.column} for p in self.also],
        }


class InvalidInput(Exception):
    """Raised with every problem found, sorted by file and line; nothing was changed or lost."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues: tuple[Issue, ...] = tuple(
            sorted(issues, key=lambda i: (i.place.file, i.place.line, i.place.column, i.code, i.message))
        )
        super().__init__("\n\n".join(render(issue) for issue in self.issues))


class Problems:
    """Collects problems while reading goes on, so that one run reports them all."""

    def __init__(self) -> None:
        self.found: list[Issue] = []

    def add(
        self, code: str, message: str, place: Place, *hints: str, also: Sequence[Place] = ()
    ) -> None:
        """Note one problem; empty hints are dropped."""
        self.found.append(Issue(code, message, place, tuple(h for h in hints if h), tuple(also)))

    def raise_if_any(self) -> None:
        """Raise :class:`InvalidInput` if anything was noted."""
        if self.found:
            raise InvalidInput(self.found)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint naming the closest known word, or an empty string."""
    names = list(known)
    folded = {name.replace("_", "-").lower(): name for name in names}
    match = difflib.get_close_matches(word.replace("_", "-").lower(), folded, n=1, cutoff=0.6)
    return f"did you mean '{folded[match[0]]}'?" if match else ""


def listing(prefix: str, names: Iterable[str], limit: int = 24) -> str:
    """A hint that lists the allowed names, shortened when there are many."""
    known = list(names)
    shown = ", ".join(known[:limit])
    more = f", and {len(known) - limit} more" if len(known) > limit else ""
    return f"{prefix}: {shown}{more}" if known else f"{prefix}: (none is defined)"


def render(issue: Issue) -> str:
    """The problem as a terminal shows it: place, line, marker, hints."""
    out = [f"{issue.place}: {issue.code} {issue.message}"]
    out += _excerpt(issue.place)
    for other in issue.also:
        out.append(f"  also {other}")
        out += _excerpt(other)
    margin = " " * _margin(issue.place)
    out += [f"{margin} = {hint}" for hint in issue.hints]
    return "\n".join(out)


def _margin(place: Place) -> int:
    return len(str(place.line)) + 3 if place.line else 3


def _excerpt(place: Place) -> list[str]:
    if not place.line:
        return []
    text = "".join(c if c.isprintable() else " " for c in place.text)
    column = max(place.column, 1)
    start = max(0, column - 60) if len(text) > 100 else 0
    text = text[start : start + 100]
    column -= start
    width = max(1, min(place.width, len(text) - column + 1))
    margin = _margin(place)
    return [
        f"{place.line:>{margin}} | {text}".rstrip(),
        f"{' ' * margin} | {' ' * (column - 1)}{'^' * width}",
    ]
