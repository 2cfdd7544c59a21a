"""Pictures of a report as inline SVG: coloured by the page's style, titled for screen readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from itertools import count
from textwrap import wrap
from typing import Any

from .blocks_page import Figure
from .layout import signed

Data = Any
_LEGIBLE = 640
"""Pixels below which a picture is not shrunk but scrolled."""
_WIDTH, _LABEL, _ROW, _CELL, _GLYPH, _SMALL = 920, 268, 26, 40, 6.6, 5.8


def picture(figure: Figure, ident: str) -> str:
    """The figure as an <svg> element; ``ident`` must be unique in the page."""
    draw: Mapping[str, Callable[[Data], tuple[int, int, str]]] = {
        "matrix": _matrix, "bars": _bars, "balance": _balance, "ladder": _ladder, "tornado": _tornado,
    }
    width, height, body = draw[figure.name](figure.data)
    return (f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
            f'style="min-width:{min(width, _LEGIBLE)}px" '
            f'aria-labelledby="{ident}-t {ident}-d"><title id="{ident}-t">{escape(figure.title)}</title>'
            f'<desc id="{ident}-d">{escape(figure.says)}</desc>{body}</svg>')


def _text(x: float, y: float, text: str, cls: str = "", anchor: str = "") -> str:
    marks = (f' class="{cls}"' if cls else "") + (f' text-anchor="{anchor}"' if anchor else "")
    return f'<text x="{x:g}" y="{y:g}"{marks}>{escape(text)}</text>'


def _rect(x: float, y: float, width: float, height: float, cls: str, more: str = "", title: str = "") -> str:
    said = f"<title>{escape(title)}</title>" if title else ""
    return (f'<rect x="{x:g}" y="{y:g}" width="{max(width, 0):g}" height="{height:g}" class="{cls}"{more}>'
            f"{said}</rect>")


def _line(x1: float, y1: float, x2: float, y2: float, cls: str) -> str:
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" class="{cls}"/>'


def _label(x: float, y: float, text: str, width: float, anchor: str = "") -> str:
    """A label in one line, or in two smaller ones."""
    room = int(width / _GLYPH)
    if len(text) <= room:
        return _text(x, y + 4, text, "", anchor)
    lines = wrap(text, int(room * 1.12))[:2]
    return "".join(_text(x, y - 2 + 12 * i, line, "s", anchor) for i, line in enumerate(lines))


def _matrix(data: Data) -> tuple[int, int, str]:
    top = 148
    most = max([abs(c) for row in data["rows"] for c in row["cells"]] or [1])
    right = _LABEL + _CELL * len(data["columns"])
    out = []
    for i, title in enumerate(data["columns"]):
        x = _LABEL + _CELL * i + _CELL / 2
        lines = wrap(title, 24)[:2]
        spans = "".join(
            f'<tspan x="0" dy="{0 if n == 0 else 13}">{escape(t)}</tspan>' for n, t in enumerate(lines)
        )
        shift = 4 - 6.5 * (len(lines) - 1)
        out.append(
            f'<text transform="translate({x + shift:g} {top - 8}) rotate(-90)" class="s">{spans}</text>'
        )
    out.append(_text(right + 34, top - 8, "Total", "b", "middle"))
    for n, row in enumerate(data["rows"]):
        y = top + _ROW * n
        if n % 2 == 0:
            out.append(_rect(0, y, right + 68, _ROW, "stripe"))
        out.append(_label(8, y + _ROW / 2, row["title"], _LABEL - 12))
        for i, points in enumerate(row["cells"]):
            out.append(_square(_LABEL + _CELL * i, y, points, most))
        out.append(_text(right + 34, y + 17, f"{row['total']:g}", "b", "middle"))
    return right + 68, top + _ROW * len(data["rows"]) + 2, "".join(out)


def _square(x: float, y: float, points: float, most: float) -> str:
    if not points:
        return f'<circle cx="{x + _CELL / 2:g}" cy="{y + _ROW / 2:g}" r="1.5" class="dot"/>'
    depth = 0.25 + 0.75 * abs(points) / most
    cls, ink = ("for", "on" if depth > 0.6 else "") if points > 0 else ("against", "")
    shade = f' fill-opacity="{depth:.2f}"' if points > 0 else ""
    return (_rect(x + 3, y + 3, _CELL - 6, _ROW - 6, cls, f' rx="3"{shade}')
            + _text(x + _CELL / 2, y + 17, f"{points:g}", f"s {ink}".strip(), "middle"))


def _bars(data: Data) -> tuple[int, int, str]:
    width, room = _WIDTH, _WIDTH - _LABEL - 60
    lefts = [-sum(n for _, n in row["parts"] if n < 0) for row in data]
    rights = [sum(n for _, n in row["parts"] if n > 0) for row in data]
    left, right = max(lefts, default=0), max(rights, default=1)
    scale = room / max(left + right, 1)
    zero = _LABEL + left * scale
    out = [_line(zero, 0, zero, _ROW * len(data), "axis")]
    for n, row in enumerate(data):
        y = _ROW * n
        out.append(_label(8, y + _ROW / 2, row["title"], _LABEL - 16))
        ends = [zero, zero]
        for i, (name, points) in enumerate(row["parts"]):
            size = abs(points) * scale
            x = ends[0] if points > 0 else ends[1] - size
            shade = f' fill-opacity="{max(0.35, 1 - 0.2 * i):.2f}"' if points > 0 else ""
            out.append(_rect(x + 1, y + 4, size - 2, _ROW - 8, "for" if points > 0 else "against",
                             f' rx="2"{shade}', f"{name} {points:+g}"))
            if len(name) * _SMALL + 14 < size:
                out.append(_text(x + 8, y + 17, name, "s on" if points > 0 and i < 3 else "s"))
            ends[points < 0] = x + size if points > 0 else x
        out.append(_text(ends[0] + 8, y + 17, f"{row['total']:g}", "b"))
    return width, _ROW * len(data) + 2, "".join(out)


def _balance(data: Data) -> tuple[int, int, str]:
    width, left, span = _WIDTH, 20, _WIDTH - 40
    at = left + span * data["share"] / 100
    low, high = left + span * data["low"] / 100, left + span * data["high"] / 100
    anchor = "start" if data["share"] < 8 else "end" if data["share"] > 92 else "middle"
    return width, 96, "".join([
        _rect(left, 38, span, 18, "track", ' rx="3"'), _rect(low, 38, high - low, 18, "band"),
        *(_line(left + span * n / 100, 56, left + span * n / 100, 61, "axis") for n in range(0, 101, 10)),
        *(_text(left + span * n / 100, 75, f"{n} %", "s q", "middle") for n in (0, 25, 50, 75, 100)),
        _line(at, 30, at, 62, "mark"), f'<path d="M{at - 7:g} 24 h14 l-7 9 z" class="for"/>',
        _text(at, 18, f"{data['share']} % hard", "b", anchor),
        _text(left, 92, "soft", "s q"), _text(left + span, 92, "hard", "s q", "end"),
        _text((low + high) / 2, 92, f"band {data['low']} to {data['high']} %", "s q", "middle"),
    ])


def _ladder(data: Data) -> tuple[int, int, str]:
    width, y, out = _WIDTH, 0, []
    for rung in data:
        n = rung["rung"]
        lines = wrap("; ".join(rung["titles"]), 112) or [""]
        height = 12 + 16 * len(lines)
        cls = "for" if n < 0 else "against" if n > 0 else "track"
        if rung["titles"]:
            size = 34 + 6 * abs(n)
            out.append(_rect(88 - size / 2, y + 4, size, height - 8, cls,
                             f' rx="3" fill-opacity="{0.3 + 0.23 * abs(n) if n < 0 else 1:.2f}"'))
        ink = "b on" if n < -1 and rung["titles"] else "b"
        out.append(_text(88, y + height / 2 + 4, signed(n), ink if rung["titles"] else "q", "middle"))
        out += [_text(128, y + 18 + 16 * i, line) for i, line in enumerate(lines)]
        out.append(_line(0, y + height, width, y + height, "rule"))
        y += height
    return width, y + 2, "".join([_text(8, 18, "heightens", "s q"), _text(8, y - 10, "calms", "s q"), *out])


def _tornado(data: Data) -> tuple[int, int, str]:
    width, left, right = _WIDTH, 292, _WIDTH - 20
    leads = [a["lead"] for row in data["rows"] for a in row["answers"] if a["lead"] is not None]
    least, most = min([0, data["lead"], *leads]), max([0, data["lead"], *leads])
    least -= max(most - least, 1) * 0.22  # room for what cannot be taken at all
    scale = (right - left - 24) / max(most - least, 1)

    def x(value: float | None) -> float:
        return left + 12 if value is None else left + 12 + (value - least) * scale

    rows, bottom = [], 40
    for row in data["rows"]:
        rows.append(_tornado_row(row, bottom, x, data["lead"], width))
        bottom += 40
    zero, now = x(0), x(data["lead"])
    return (
        width,
        bottom + 26,
        "".join(
            [
                _rect(left, 32, zero - left, bottom - 30, "danger"),
                _text((left + zero) / 2, 12, "another posture leads", "s q", "middle"),
                _text(now, 12, f"now {data['lead']:+g}", "s b", "middle"),
                *rows,
                _line(zero, 22, zero, bottom + 4, "axis"),
                _line(now, 18, now, bottom + 4, "mark"),
                _text(zero, bottom + 20, "0", "s q", "middle"),
                _text(left + 4, bottom + 20, "cannot be taken", "s q"),
                _text(right, bottom + 20, "lead, points", "s q", "end"),
            ]
        ),
    )


def _tornado_row(row: Data, y: float, x: Callable[[float | None], float], lead: float, width: float) -> str:
    spots: dict[float, list[str]] = {}
    for answer in row["answers"]:
        spots.setdefault(x(answer["lead"]), []).append(answer["answer"])
    low, high = min([*spots, x(lead)]), max([*spots, x(lead)])
    tips = any(a["tips"] for a in row["answers"])
    out = [_line(0, y - 3, width, y - 3, "rule"),
           _label(8, y + 10, row["title"], 274), _text(8, y + 27, _short(f"now {row['from']}", 48), "s q"),
           _rect(low, y + 3, high - low, 14, "against solid" if tips else "for", ' rx="2"',
                 "; ".join(f"{a['answer']}: {a['outcome']}" for a in row["answers"]))]
    out += [f'<circle cx="{at:g}" cy="{y + 10:g}" r="4" class="spot"/>' for at in spots]
    said = "; ".join(_unique(a for names in spots.values() for a in names))
    said = _short(f"if {said}", 84)
    if len(said) * _SMALL + 320 < low:
        out.append(_text(low - 10, y + 14, said, "s", "end"))
    else:
        out.append(_text(low, y + 30, said, "s"))
    return "".join(out)


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip(" ,;") + "…"


def idents(prefix: str) -> Callable[[], str]:
    """A source of names that are unique in a page."""
    numbers = count(1)
    return lambda: f"{prefix}{next(numbers)}"
