"""The precedents nearest to a situation, as a page of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import Page
from .layout import Sheet
from .text import percent

_SHOWN_DIFFERENCES = 6


def render(title: str, found: Sequence[dict[str, Any]], page: Page) -> str:
    """Each precedent: what happened, what was done, what came of it and who claims it."""
    sheet = Sheet(page)
    sheet.title(f"Precedents for: {title}")
    if not found:
        sheet.text("No precedent shares enough known facts to be compared.")
    for p in found:
        sheet.blank()
        sheet.strong(p["title"])
        sheet.text(f"{percent(p['similarity'])} % alike over {p['shared']} shared facts.")
        sheet.text(p["story"])
        sheet.blank()
        sheet.text("; ".join(x["title"] for x in p["done"]) + ".", 0, 2, "Done: ")
        sheet.text(f"{p['posture_title']}.", 0, 2, "Nearest posture: ")
        sheet.text(f"{p['outcome']} (Judged: {p['result'].replace('-', ' ')}.)", 0, 2, "Outcome: ")
        for claim in p["claims"]:
            who = "the founding article" if claim["by"] == "article" else claim["by"]
            where = f" [{claim['source']}]" if claim["source"] else ""
            sheet.bullet(f"Claimed by {who}: {claim['claim']}{where}")
        sheet.text(p["lesson"], 0, 2, "Lesson, with care: ")
        if p["differs"]:
            sheet.text("Where it differs most:")
        for x in p["differs"][:_SHOWN_DIFFERENCES]:
            sheet.bullet(f"{x['title']}: here {x['here_says']}, there {x['there_says']}")
    sheet.blank()
    sheet.text("Similarity is Gower's coefficient over facts known on both sides. Precedents inform; they "
               "change no score. Claims about cause and effect are claims.")
    return str(sheet)
