"""dss attributes: what is asked about a crisis and its partners."""

from __future__ import annotations

from typing import Any

import click

from ..options import emit, ids, json_option, kb_options, page_for


@click.command("attributes")
@click.argument("name", required=False, default="", metavar="[ID]",
                shell_complete=ids("attributes"))
@click.option("--group", "-g", default="", metavar="ID", help="Only attributes of this group.")
@json_option
@kb_options
def command(name: str, group: str, fmt: str, kb_folder: str | None, draft: bool) -> None:
    """List what is asked, or show the attribute ID with its values and the rules that read it."""
    from ..browse import variable_data
    from ..kb import load_kb
    from ..options import known
    from ..render.browse_page import citation, entry, table

    kb = load_kb(kb_folder, drafts=draft)
    asked = [(kb.at(v.id), v) for v in kb.variables[: kb.attributes]]
    if name:
        known(name, [v.id for _, v in asked], "attribute", "ID")
        a = variable_data(kb, kb.at(name), kb.variables[kb.at(name)])
        emit(a, fmt, lambda: entry(a["title"], f"{name} ({a['group']}, {a['type']})", [
            ("Question", a["question"]), ("Help", a["help"]), ("Why it matters", a["why"]),
            ("Values", [f"{v['value']}: {v['words']}" for v in a["values"]]),
            ("Rests on", [citation(s) for s in a["source"]]), ("Read by", a["read_by"])], page_for("never")))
        return
    known(group, [g.id for g in kb.groups], "group", "-g")
    found: list[dict[str, Any]] = [variable_data(kb, at, v) for at, v in asked if group in ("", v.group)]
    rows = [[a["id"], a["group"], a["type"], len(a["read_by"]), a["question"]] for a in found]
    emit(
        found,
        fmt,
        lambda: table(
            ["Attribute", "Group", "Type", "Rules", "Question"],
            rows,
            page_for("never"),
            f"{len(found)} of {kb.attributes} attributes",
        ),
    )
