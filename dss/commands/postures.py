"""dss postures: the archetypes of a mix, with the rules that speak of them."""

from __future__ import annotations

from typing import Any

import click

from ..options import emit, ids, json_option, kb_options, page_for


@click.command("postures")
@click.argument("name", required=False, default="", metavar="[ID]",
                shell_complete=ids("postures"))
@json_option
@kb_options
def command(name: str, fmt: str, kb_folder: str | None, draft: bool) -> None:
    """List the postures, or show the posture ID with its actions and rules."""
    from ..browse import posture_data
    from ..kb import load_kb
    from ..options import known
    from ..render.browse_page import entry, table

    kb = load_kb(kb_folder, drafts=draft)
    if name:
        known(name, kb.postures, "posture", "ID")
        p = posture_data(kb, name)
        emit(
            p,
            fmt,
            lambda: entry(
                p["title"],
                name,
                [
                    ("Purpose", p["purpose"]),
                    ("Band of hard power", f"{p['band'][0]} to {p['band'][1]} %"),
                    ("Core", [kb.actions[a].title for a in p["core"]]),
                    ("At home", [kb.actions[a].title for a in p["fits"]]),
                    ("Against it", p["counter_argument"]),
                    ("Review in", p["review_in"]),
                    ("Spoken for by", p["favoured_by"]),
                    ("Spoken against by", p["disfavoured_by"]),
                ],
                page_for("never"),
            ),
        )
        return
    found: list[dict[str, Any]] = [posture_data(kb, p) for p in kb.postures]
    rows = [[p["id"], f"{p['band'][0]}-{p['band'][1]}", len(p["favoured_by"]), p["purpose"]] for p in found]
    emit(found, fmt, lambda: table(["Posture", "Band", "Rules", "Purpose"], rows, page_for("never"),
                                   f"{len(found)} postures"))
