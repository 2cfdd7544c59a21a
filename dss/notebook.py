"""How an assessment, a trace and a situation show themselves in a notebook: compact, with plain tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

Row = Sequence[str]
_NOT_FACTS = ("schema", "title", "you", "story", "sources", "weights", "as_of")


def assessment_html(d: Mapping[str, Any]) -> str:
    """The contract in short: the mix by line and horizon, what is barred, what would change it."""
    mix = d["mixes"][0]
    low, high = mix["band"]
    lines = dict.fromkeys(a["line"] for a in mix["actions"])
    rows = [
        [
            line,
            *(
                "; ".join(a["title"] for a in mix["actions"] if (a["line"], a["horizon"]) == (line, when))
                for when in ("immediate", "follow-on")
            ),
        ]
        for line in lines
    ]
    facts = [
        f"{mix['hard_share']:.0f} % hard power (band {low} to {high} %)",
        f"escalation {mix['escalation']:+d}",
        f"{len(d['forbidden'])} actions forbidden or barred",
        f"{len(d['tipping'])} single answers would tip it",
        f"{len(d['unknown'])} facts unknown",
    ]
    verdict = "Too little is known" if d["status"] == "too-little-known" else "Recommended"
    return "".join([
        f"<h4>{escape(d['profile']['title'])}</h4>",
        f"<p>{verdict}: <strong>{escape(mix['title'])}</strong>. {escape(mix['purpose'])}</p>",
        _table(("Line", "Immediate", "Follow-on"), rows), f"<p>{escape('; '.join(facts))}.</p>",
        f"<p><small>{escape(d['disclaimer'])} {escape(d['kb']['id'])} {escape(d['kb']['version'])}, "
        f"{escape(d['kb']['digest'][:12])}</small></p>",
    ])


def trace_html(fired: Sequence[Row], open_: Sequence[Row], defeated: Sequence[Row]) -> str:
    """The rules that hold, are open, or are overridden: id, principle, title or reason."""
    parts = (("hold", fired), ("are open", open_), ("are overridden", defeated))
    return "".join(
        f"<details{' open' if what == 'hold' else ''}><summary>{len(rows)} rules {what}</summary>"
        f"{_table(('Rule', 'Principle', 'In words'), rows)}</details>"
        for what, rows in parts if rows)


def situation_html(title: str, story: str, data: bytes) -> str:
    """The facts as they were given."""
    from .issues import Problems
    from .source import Mapping_, read_text

    node = read_text("", data, Problems())
    rows = [[key.text, *_said(value)] for key, value in node if key.text not in _NOT_FACTS] if isinstance(
        node, Mapping_) else []
    return f"<h4>{escape(title)}</h4><p>{escape(story)}</p>{_table(('Fact', 'Reported', 'Grade'), rows)}"


def _said(node: Any) -> tuple[str, str]:
    """What a fact says and how it is graded."""
    from .source import Mapping_, Scalar, Sequence_

    if isinstance(node, Mapping_) and (value := node.get("value")) is not None:
        grade = node.get("grade")
        return _said(value)[0], grade.text if isinstance(grade, Scalar) else ""
    if isinstance(node, Mapping_):
        return "; ".join(f"{key.text}: {_said(value)[0]}" for key, value in node), ""
    if isinstance(node, Sequence_):
        return ", ".join(_said(item)[0] for item in node.items), ""
    return node.text, ""


def _table(head: Row, rows: Iterable[Row]) -> str:
    titles = "".join(f"<th scope='col' style='text-align:left'>{escape(h)}</th>" for h in head)
    body = "".join("<tr>" + "".join(f"<td style='text-align:left'>{escape(c)}</td>" for c in row) + "</tr>"
                   for row in rows)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"
