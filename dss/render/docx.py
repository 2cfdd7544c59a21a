"""The report as a Word document, for staffs that live in it (extra ``docx``)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from . import Page, extra
from .blocks_page import (
    Block,
    Bullets,
    Cell,
    Entry,
    Figure,
    Fold,
    Item,
    Report,
    Section,
    Summary,
    Table,
    Text,
)
from .outline_page import outline

BINARY = True
_TABLE, _QUIET, _DEEPEST = "Light List Accent 1", "Subtle Emphasis", 3
_LONGEST_PROPERTY = 255
_MARGIN, _WIDTH = 2.0, 17.0
"""Centimetres: the margins, and what they leave of A4."""


def render(documents: Sequence[dict[str, Any]], page: Page) -> bytes:  # noqa: ARG001
    """One document; every report begins on a page of its own."""
    word = extra("docx", "python-docx", "docx").Document()
    writer = _Writer(word)
    writer.set_up()
    for n, d in enumerate(documents):
        if n:
            word.add_page_break()
        if d["schema"].startswith("dss/problems"):
            word.add_heading("The profile has problems", 0)
            for p in d["problems"]:
                word.add_paragraph(f"{p['file']}:{p['line']}: {p['message']}", style="List Bullet")
        else:
            writer.report(outline(d))
    out = io.BytesIO()
    word.save(out)
    return _undated(out)


class _Writer:
    """Writes blocks with the styles of the document, so that a staff's own template restyles it."""

    def __init__(self, word: Any) -> None:
        self.word = word

    def set_up(self) -> None:
        """A4 with its margins, and the language of the text."""
        from datetime import datetime

        shared = extra("docx.shared", "python-docx", "docx")
        section = self.word.sections[0]
        section.page_width, section.page_height = shared.Cm(21), shared.Cm(29.7)
        for side in ("left", "right", "top", "bottom"):
            setattr(section, f"{side}_margin", shared.Cm(_MARGIN))
        self.word.styles["Normal"].font.size = shared.Pt(10)
        properties = self.word.core_properties
        properties.language, properties.author = "en-GB", "dss"
        properties.created = properties.modified = datetime(2000, 1, 1)  # the same input, the same bytes

    def report(self, report: Report) -> None:
        self.word.core_properties.title = report.title[:_LONGEST_PROPERTY]
        self.word.add_heading(report.title, 0)
        for key, value in report.facts:
            self.paragraph(value, f"{key}: ")
        if report.summary:
            self.summary(report.summary)
        for section in report.sections:
            self.section(section)
        for text in report.foot:
            self.paragraph(text, style=_QUIET)

    def summary(self, s: Summary) -> None:
        self.word.add_heading("Summary for the decision maker", 1)
        self.paragraph(f"{s.posture}. {s.purpose}", f"{s.verdict}: ")
        for title, actions in (("Do now", s.now), ("Follow with", s.later), ("Find out first", s.ask)):
            if actions:
                self.word.add_heading(title, 3)
                self.bullets(Bullets(tuple(Item(a) for a in actions)))
        for title, text in (("Must not be done", s.bans), ("The strongest argument against", s.against),
                            ("What would change it first", s.change), ("What to find out first", s.question)):
            if text:
                self.paragraph(text, f"{title}: ")
        rows = tuple((m.label, m.value, m.note) for m in s.measures)
        self.table(Table("", ("Measure", "Value", "Remark"), rows, shares=(25, 20, 55)))

    def section(self, section: Section) -> None:
        self.word.add_heading(section.title, 1)
        for block in section.blocks:
            self.block(block)

    def block(self, block: Block) -> None:
        write: dict[type, Callable[[Any], None]] = {
            Text: self.text, Bullets: self.bullets, Table: self.table, Figure: self.figure, Fold: self.fold,
            Entry: self.entry,
        }
        write[type(block)](block)

    def paragraph(self, text: str, lead: str = "", style: str = "", bold: bool = False) -> None:
        paragraph = self.word.add_paragraph()
        if lead:
            paragraph.add_run(lead).bold = True
        run = paragraph.add_run(text)
        run.bold = bold
        if style:
            run.style = style

    def text(self, t: Text) -> None:
        if t.role != "paper":
            self.paragraph(t.text, t.lead, _QUIET if t.role == "quiet" else "", t.role == "strong")

    def bullets(self, b: Bullets) -> None:
        if b.title:
            self.word.add_heading(b.title, 3)
        for item in b.items:
            self.item(item, 1)

    def item(self, item: Item, depth: int) -> None:
        level = min(depth, _DEEPEST)
        paragraph = self.word.add_paragraph(style="List Bullet" + (f" {level}" if level > 1 else ""))
        if item.lead:
            paragraph.add_run(item.lead).bold = True
        paragraph.add_run(item.text)
        for inner in item.items:
            self.item(inner, depth + 1)

    def table(self, t: Table) -> None:
        if t.caption:
            self.word.add_paragraph(t.caption, style="Caption")
        table = self.word.add_table(rows=1, cols=len(t.head), style=_TABLE)
        for cell, text in zip(table.rows[0].cells, t.head, strict=True):
            cell.text = text
        for row in t.rows:
            for cell, value in zip(table.add_row().cells, row, strict=True):
                cell.text = _lines(value)
        self.shape(table, t)

    def shape(self, table: Any, t: Table) -> None:
        """Column widths, numbers to the right, and a head that repeats on every page."""
        shared = extra("docx.shared", "python-docx", "docx")
        right = extra("docx.enum.text", "python-docx", "docx").WD_ALIGN_PARAGRAPH.RIGHT
        oxml = extra("docx.oxml", "python-docx", "docx")
        table.rows[0]._tr.get_or_add_trPr().append(oxml.OxmlElement("w:tblHeader"))
        table.autofit = not t.shares
        for i, share in enumerate(t.shares):
            table.columns[i].width = shared.Cm(_WIDTH * share / 100)
            for cell in table.columns[i].cells:
                cell.width = shared.Cm(_WIDTH * share / 100)
        for i in t.numbers:
            for cell in table.columns[i].cells:
                cell.paragraphs[0].alignment = right

    def figure(self, f: Figure) -> None:
        self.word.add_heading(f.title, 2)
        self.paragraph(f.says)
        self.table(f.table)

    def fold(self, f: Fold) -> None:
        self.word.add_heading(f.title, 4)
        for block in f.blocks:
            self.block(block)

    def entry(self, e: Entry) -> None:
        self.word.add_heading(e.title, 2)
        if e.facts:
            self.paragraph(" · ".join(e.facts), style=_QUIET)
        for block in e.blocks:
            self.block(block)


def _undated(archive: io.BytesIO) -> bytes:
    """The archive without the time at which it was made: the same input gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(zipfile.ZipInfo(part), old.read(part), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _lines(cell: Cell) -> str:
    return cell if isinstance(cell, str) else "\n".join(cell)
