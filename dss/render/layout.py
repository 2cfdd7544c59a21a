"""Laying out plain text: wrapped paragraphs, headings, tables that fit the page."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from . import Page

BOLD, RED, DIM, RESET = "\x1b[1m", "\x1b[31m", "\x1b[2m", "\x1b[0m"
_HEAD_PADDING = 2  # tabulate makes a column at least this much wider than its title


class Sheet:
    """Collects the lines of one report."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.width = max(40, page.width)
        self.lines: list[str] = []

    def title(self, text: str) -> None:
        """The report's title, underlined."""
        wrapped = textwrap.wrap(text, self.width)
        self.lines += [self._style(line, BOLD) for line in wrapped]
        self.lines.append("=" * max(map(len, wrapped), default=0))

    def heading(self, text: str) -> None:
        """A section's heading after an empty line."""
        self.lines += ["", self._style(text.upper(), BOLD)]

    def strong(self, text: str, indent: int = 0) -> None:
        """A paragraph that stands out."""
        for line in textwrap.wrap(text, self.width - indent):
            self.lines.append(" " * indent + self._style(line, BOLD))

    def dim(self, text: str, indent: int = 0) -> None:
        """A paragraph that stands back."""
        for line in textwrap.wrap(text, self.width - indent):
            self.lines.append(" " * indent + self._style(line, DIM))

    def text(self, text: str, indent: int = 0, hanging: int = 0, first: str = "") -> None:
        """A wrapped paragraph; ``first`` begins it and later lines hang by ``hanging`` more."""
        pad = " " * indent
        self.lines += textwrap.wrap(
            first + text, self.width, initial_indent=pad, subsequent_indent=pad + " " * hanging,
            break_on_hyphens=False,
        ) or [""]

    def bullet(self, text: str, indent: int = 2) -> None:
        """A list item."""
        self.text(text, indent, 2, "- ")

    def blank(self) -> None:
        """An empty line, never two."""
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[int]) -> None:
        """A table that fits the page; ``shares`` are the columns' parts of the width left over."""
        from tabulate import tabulate

        columns = len(head)
        room = self.width - 2 * (columns - 1) - 2
        least = [len(title) + _HEAD_PADDING for title in head]
        needed = [max(least[i], *(len(row[i]) for row in rows)) if rows else least[i] for i in range(columns)]
        widths = _share(needed, least, shares, room)
        text = tabulate(rows, head, tablefmt="simple", maxcolwidths=list(widths),
                        disable_numparse=True)
        self.lines += ["  " + line.rstrip() for line in text.splitlines()]

    def _style(self, text: str, code: str) -> str:
        return f"{code}{text}{RESET}" if self.page.color else text

    def __str__(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines) + "\n"


def _share(needed: Sequence[int], least: Sequence[int], shares: Sequence[int], room: int) -> list[int]:
    """Column widths that fill ``room``: by ``shares``, none under ``least`` or over ``needed``."""
    if sum(needed) <= room:
        return list(needed)
    widths = [max(low, min(n, room * s // sum(shares)))
              for n, low, s in zip(needed, least, shares, strict=True)]
    for i in sorted(range(len(widths)), key=lambda i: least[i] - widths[i]):
        widths[i] -= min(max(sum(widths) - room, 0), widths[i] - least[i])
    for i, n in enumerate(needed):
        widths[i] += min(max(room - sum(widths), 0), n - widths[i])
    return widths


def signed(n: int) -> str:
    """A number with its sign, zero without."""
    return f"{n:+d}" if n else "0"
