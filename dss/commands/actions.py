"""dss actions: what can be recommended, with the rules that speak of it."""

from __future__ import annotations

from typing import Any

import click

from ..options import emit, ids, json_option, kb_options, page_for


@click.command("actions")
@click.argument("name", required=False, default="", metavar="[ID]",
                shell_complete=ids("actions"))
@click.option("--line", default="", metavar="LINE", help="Only actions of this line of effort.")
@click.option("--class", "cls", default="", type=click.Choice(["", "cooperative", "coercive", "force"]),
              show_choices=False, metavar="CLASS", help="Only cooperative, coercive or force.")
@json_option
@kb_options
def command(name: str, line: str, cls: str, fmt: str, kb_folder: str | None, draft: bool) -> None:
    """List the actions, or show the action ID with everything that speaks of it."""
    from ..browse import action_data
    from ..kb import load_kb
    from ..options import known
    from ..render.browse_page import citation, entry, table

    kb = load_kb(kb_folder, drafts=draft)
    if name:
        known(name, kb.actions, "action", "ID")
        a = action_data(kb, kb.actions[name])
        emit(
            a,
            fmt,
            lambda: entry(
                a["title"],
                f"{name} ({a['line']}, {a['class']})",
                [
                    ("Definition", a["definition"]),
                    ("Objective", a["objective"]),
                    ("Hard power", f"{a['hard']} %"),
                    ("Escalation", f"{a['escalation']:+d}"),
                    ("Reversibility", a["reversibility"]),
                    ("Lead time", a["lead_time"]),
                    ("Needs", a["needs"]),
                    ("Of these known", a["needs_known"]),
                    ("Pointless when", a["pointless_when"]),
                    ("Never with", ", ".join(a["excludes"])),
                    ("Shows that it works", a["indicators"]),
                    ("Stops if", a["stops_if"]),
                    ("Rests on", [citation(s) for s in a["source"]]),
                    ("Note", a["note"]),
                    ("Spoken for by", a["favoured_by"]),
                    ("Spoken against by", a["disfavoured_by"]),
                    ("Forbidden by", a["forbidden_by"]),
                    ("In postures", a["postures"]),
                ],
                page_for("never"),
            ),
        )
        return
    known(line, {a.line for a in kb.actions.values()}, "line", "--line")
    found: list[dict[str, Any]] = [action_data(kb, a) for a in kb.actions.values()
                                   if line in ("", a.line) and cls in ("", a.cls)]
    rows = [[a["id"], a["line"], a["class"], a["hard"], f"{a['escalation']:+d}", a["title"]] for a in found]
    emit(
        found,
        fmt,
        lambda: table(
            ["Action", "Line", "Class", "Hard", "Esc", "Title"],
            rows,
            page_for("never"),
            f"{len(found)} of {len(kb.actions)} actions",
        ),
    )
