"""Draws docs/assess.svg: the first lines of a real report, from the colours the program sends.

Run it after the report has changed: python docs/picture.py
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent
PICTURE = HERE / "assess.svg"
COMMAND = ("assess", "examples/nato-crimea-2014.yaml")
LINES, COLUMNS = 45, 80
LINE_HEIGHT, CHARACTER, MARGIN = 17, 7.85, 16
STYLES = {"1": "b", "2": "d", "31": "r", "32": "g", "33": "y", "36": "c"}


def report() -> str:
    """The report as a terminal of 80 columns receives it."""
    command = [sys.executable, "-m", "dss", *COMMAND, "--color", "always"]
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "PYTHONUTF8": "1"}
    return subprocess.run(command, cwd=HERE.parent, env=environment, check=True, capture_output=True,
                          encoding="utf-8").stdout


def spans(line: str) -> str:
    """One line with its ANSI codes turned into styled spans."""
    out, style = "", ""
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if code := re.fullmatch(r"\x1b\[([0-9;]*)m", part):
            style = " ".join(STYLES[c] for c in code[1].split(";") if c in STYLES)
        elif part:
            out += f'<tspan class="{style}">{escape(part)}</tspan>' if style else escape(part)
    return out


def draw(text: str) -> str:
    """The picture of a report's first lines under the command that makes it."""
    lines = [f"\x1b[2m$\x1b[0m \x1b[1mdss {' '.join(COMMAND)}\x1b[0m", *text.splitlines()[:LINES], "\x1b[2m…"]
    width, height = round(COLUMNS * CHARACTER) + 2 * MARGIN, len(lines) * LINE_HEIGHT + 2 * MARGIN
    rows = "\n".join(
        f'<text x="{MARGIN}" y="{MARGIN + i * LINE_HEIGHT - 4}" xml:space="preserve">{spans(line)}</text>'
        for i, line in enumerate(lines, 1) if line
    )
    size = f'viewBox="0 0 {width} {height}" width="{width}"'
    return f"""<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">
<title>What dss prints for {escape(COMMAND[-1])}</title>
<style>
rect {{ fill: #16181d; }}
text {{ font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #d7dae0; }}
.b {{ font-weight: bold; fill: #ffffff; }} .d {{ fill: #8b919d; }}
.r {{ fill: #ff7b72; }} .g {{ fill: #7ee787; }} .y {{ fill: #e3b341; }} .c {{ fill: #79c0ff; }}
</style>
<rect width="{width}" height="{height}" rx="8"/>
{rows}
</svg>
"""


if __name__ == "__main__":
    PICTURE.write_text(draw(report()), encoding="utf-8")
