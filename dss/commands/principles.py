"""dss principles: what the rules speak for, with their points and rules."""

from __future__ import annotations

from typing import Any

import click

from ..options import emit, ids, json_option, kb_options, page_for


@click.command("principles")
@click.argument("name", required=False, default="", metavar="[ID]",
                shell_complete=ids("principles"))
@json_option
@kb_options
def command(name: str, fmt: str, kb_folder: str | None, draft: bool) -> None:
    """List the principles with the number of their rules, or show the principle ID with its rules."""
    from ..browse import principle_data
    from ..kb import load_kb
    from ..options import known
    from ..render.browse_page import entry, table

    kb = load_kb(kb_folder, drafts=draft)
    if name:
        known(name, kb.principles, "principle", "ID")
        p = principle_data(kb, name)
        emit(p, fmt, lambda: entry(p["title"], name, [
            ("Statement", p["statement"]), ("Points", " ".join(p["points"])),
            ("Rules", [f"{r}: {kb.rules[r].title}" for r in p["rules"]])], page_for("never")))
        return
    found: list[dict[str, Any]] = [principle_data(kb, p) for p in kb.principles]
    rows = [[p["id"], len(p["rules"]), p["statement"]] for p in found]
    emit(found, fmt, lambda: table(["Principle", "Rules", "Statement"], rows, page_for("never"),
                                   f"{len(found)} principles, {len(kb.rules)} rules"))
