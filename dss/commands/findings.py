"""dss findings: what is derived from the answers, and by which rules."""

from __future__ import annotations

from typing import Any

import click

from ..options import emit, ids, json_option, kb_options, page_for


@click.command("findings")
@click.argument("name", required=False, default="", metavar="[ID]",
                shell_complete=ids("findings"))
@json_option
@kb_options
def command(name: str, fmt: str, kb_folder: str | None, draft: bool) -> None:
    """List the findings, or show the finding ID with the rules that conclude and read it."""
    from ..browse import variable_data
    from ..kb import load_kb
    from ..options import known
    from ..render.browse_page import citation, entry, table

    kb = load_kb(kb_folder, drafts=draft)
    names = [kb.variables[at].id for at in kb.findings]
    if name:
        known(name, names, "finding", "ID")
        a = variable_data(kb, kb.at(name), kb.variables[kb.at(name)])
        emit(a, fmt, lambda: entry(a["title"], name, [
            ("Why it matters", a["why"]), ("Values", [f"{v['value']}: {v['words']}" for v in a["values"]]),
            ("Otherwise", a["otherwise"]), ("Resolved by", a["resolve"]),
            ("Rests on", [citation(s) for s in a["source"]]), ("Concluded by", a["concluded_by"]),
            ("Read by", a["read_by"])], page_for("never")))
        return
    found: list[dict[str, Any]] = [variable_data(kb, at, kb.variables[at]) for at in kb.findings]
    rows = [[a["id"], a["otherwise"] or a["resolve"], len(a["concluded_by"]), len(a["read_by"]), a["why"]]
            for a in found]
    emit(found, fmt, lambda: table(["Finding", "Otherwise", "By", "Read", "Why it matters"], rows,
                                   page_for("never"), f"{len(found)} findings"))
