"""The report as one self-contained HTML page: no script, no network, for screen and A4 paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import groupby
from typing import Any

from . import Page
from .blocks_page import (
    Block,
    Bullets,
    Cell,
    Entry,
    Figure,
    Fold,
    Item,
    Measure,
    Report,
    Section,
    Summary,
    Table,
    Text,
)
from .outline_page import outline
from .proofs_page import WHO
from .style_page import STYLE
from .svg_page import idents, picture

_MAJOR = ("facts",)
_SHORT, _MANY, _NARROW = 80, 6, 3


def render(documents: Sequence[dict[str, Any]], page: Page) -> str:  # noqa: ARG001
    """One page with an article for each assessment."""
    bodies, titles = [], []
    for n, d in enumerate(documents, 1):
        prefix = "" if len(documents) == 1 else f"r{n}-"
        if d["schema"].startswith("dss/problems"):
            titles.append("Problems")
            bodies.append(_problems(d))
        else:
            report = outline(d)
            titles.append(report.title)
            bodies.append(_Article(prefix).article(report))
    return (
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="generator" content="dss">\n'
        f"<title>{escape('; '.join(titles))}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(bodies) + "\n</main>\n</body>\n</html>\n"
    )


def _problems(d: dict[str, Any]) -> str:
    items = "".join(f"<li><code>{escape(p['file'])}:{p['line']}</code> {escape(p['message'])}</li>"
                    for p in d["problems"])
    return f"<article><h1>The profile has problems</h1><ul>{items}</ul></article>"


class _Article:
    """Writes one report; ``prefix`` keeps its ids apart from those of others in the page."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.ident = idents(f"{prefix}picture-")

    def article(self, report: Report) -> str:
        p = self.prefix
        meta = "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in report.facts)
        links = "".join(f'<li><a href="#{p}{s.id}">{escape(s.title)}</a></li>' for s in report.sections)
        return "\n".join(
            [
                f'<a class="skip" href="#{p}{report.sections[0].id}">Skip to the advice</a>',
                f'<article aria-labelledby="{p}title">',
                '<header><p class="kicker">Decision support</p>'
                f'<h1 id="{p}title">{escape(report.title)}</h1>'
                + (f'<dl class="meta">{meta}</dl>' if meta else "")
                + "</header>",
                self._summary(report.summary) if report.summary else "",
                f'<nav aria-label="Contents"><ol>{links}</ol></nav>',
                *(self._section(s) for s in report.sections),
                "<footer>" + "".join(f"<p>{escape(t)}</p>" for t in report.foot) + "</footer>",
                "</article>",
            ]
        )

    def _summary(self, s: Summary) -> str:
        points = [("Must not be done", s.bans, "ban"), ("The strongest argument against", s.against, ""),
                  ("What would change it first", s.change, ""), ("What to find out first", s.question, "")]
        told = "".join(f'<dt{_class(c)}>{k}</dt><dd>{escape(v)}</dd>' for k, v, c in points if v)
        do = "".join(
            f"<div><h4>{k}</h4>{_list(v)}</div>"
            for k, v in (("Do now", s.now), ("Follow with", s.later), ("Find out first", s.ask))
            if v
        )
        return (
            f'<section class="summary" aria-labelledby="{self.prefix}summary">'
            f'<h2 id="{self.prefix}summary">Summary for the decision maker</h2>'
            f'<div><div class="verdict"><p class="kicker">{escape(s.verdict)}</p><h3>{escape(s.posture)}</h3>'
            f"<p>{escape(s.purpose)}</p></div>"
            f'<div class="do">{do}</div></div>'
            f'<div><dl class="measures">{"".join(map(_measure, s.measures))}</dl>'
            f'<dl class="points">{told}</dl></div></section>'
        )

    def _section(self, s: Section) -> str:
        major = " class=major" if s.id in _MAJOR else ""
        return (f'<section id="{self.prefix}{s.id}" aria-labelledby="{self.prefix}{s.id}-h"{major}>'
                f'<h2 id="{self.prefix}{s.id}-h">{escape(s.title)}</h2>\n'
                + "\n".join(self._blocks(s.blocks)) + "</section>")

    def _blocks(self, blocks: Sequence[Block]) -> Iterator[str]:
        """Blocks in order; entries that follow each other stand in a grid."""
        for entries, run in groupby(blocks, lambda b: isinstance(b, Entry)):
            written = "\n".join(map(self.block, run))
            yield f'<div class="entries">{written}</div>' if entries else written

    def block(self, block: Block) -> str:
        """One block as HTML."""
        write: dict[type, Callable[[Any], str]] = {
            Text: _paragraph, Bullets: _bullets, Table: _table, Figure: self._figure, Fold: self._fold,
            Entry: self._entry,
        }
        return write[type(block)](block)

    def _figure(self, f: Figure) -> str:
        return (
            f"<figure><figcaption><strong>{escape(f.title)}</strong><p>{escape(f.says)}</p></figcaption>"
            f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(f.title)}">'
            f"{picture(f, self.ident())}</div>"
            '<details class="data"><summary>The same as a table</summary>'
            f"{_table(f.table)}</details></figure>"
        )

    def _fold(self, f: Fold) -> str:
        return (f'<details class="proofs"><summary>{escape(f.title)}</summary>'
                + "".join(map(self.block, f.blocks)) + "</details>")

    def _entry(self, e: Entry) -> str:
        facts = f'<p class="facts">{escape(" · ".join(e.facts))}</p>' if e.facts else ""
        return (f'<div class="entry" id="{self.prefix}{escape(e.id)}"><h3>{escape(e.title)}</h3>{facts}'
                + "".join(map(self.block, e.blocks)) + "</div>")


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _measure(m: Measure) -> str:
    return (f'<div><dt>{escape(m.label)}</dt><dd class="value">{escape(m.value)}</dd>'
            f'<dd class="note">{escape(m.note)}</dd></div>')


def _paragraph(t: Text) -> str:
    lead = f"<strong>{escape(t.lead)}</strong>" if t.lead else ""
    body = f"<strong>{escape(t.text)}</strong>" if t.role == "strong" else escape(t.text)
    return f"<p{_class({'quiet': 'quiet', 'paper': 'quiet paper'}.get(t.role, ''))}>{lead}{body}</p>"


def _list(texts: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(t)}</li>" for t in texts) + "</ul>"


def _bullets(b: Bullets) -> str:
    proof = any(i.kind for i in b.items)
    short = len(b.items) > _MANY and all(len(i.text) < _SHORT for i in b.items)
    title = f"<h3>{escape(b.title)}</h3>" if b.title else ""
    cls = _class("proof" if proof else "two" if short else "")
    return f"{title}<ul{cls}>{''.join(map(_item, b.items))}</ul>"


def _item(i: Item) -> str:
    tag = f'<span class="tag {i.kind}">{WHO[i.kind]}</span>' if i.kind else ""
    lead = f"<strong>{escape(i.lead)}</strong>" if i.lead else ""
    inner = f"<ul>{''.join(map(_item, i.items))}</ul>" if i.items else ""
    return f"<li>{tag}{lead}{escape(i.text)}{inner}</li>"


def _table(t: Table) -> str:
    shares = "".join(f'<col style="width:{s}%">' for s in t.shares)
    head = "".join(f'<th scope="col"{_class("n" if i in t.numbers else "")}>{escape(h)}</th>'
                   for i, h in enumerate(t.head))
    rows = "".join("<tr>" + "".join(_cell(t, i, c) for i, c in enumerate(row)) + "</tr>" for row in t.rows)
    wide = _class(" ".join(["wide"] * (len(t.head) >= _NARROW) + ["set"] * bool(t.shares)))
    return (
        f"<table{wide}><caption>{escape(t.caption)}</caption>"
        + (f"<colgroup>{shares}</colgroup>" if shares else "")
        + f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _cell(t: Table, i: int, cell: Cell) -> str:
    body = escape(cell) if isinstance(cell, str) else _list(cell) if cell else ""
    if i == 0:
        return f'<th scope="row"{_class("n" if i in t.numbers else "")}>{body}</th>'
    named = f' data-head="{escape(t.head[i])}"' if len(t.head) >= _NARROW else ""
    return f'<td{_class("n" if i in t.numbers else "")}{named}>{body}</td>'
