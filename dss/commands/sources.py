"""dss sources: the bibliography, with what cites each work."""

from __future__ import annotations

from typing import Any

import click

from ..options import emit, ids, json_option, kb_options, page_for


@click.command("sources")
@click.argument("name", required=False, default="", metavar="[ID]",
                shell_complete=ids("works"))
@json_option
@kb_options
def command(name: str, fmt: str, kb_folder: str | None, draft: bool) -> None:
    """List the works, or show the work ID with everything that cites it."""
    from ..browse import source_data
    from ..kb import load_kb
    from ..options import known
    from ..render.browse_page import entry, table

    kb = load_kb(kb_folder, drafts=draft)
    if name:
        known(name, kb.works, "source", "ID")
        s = source_data(kb, name)
        emit(
            s,
            fmt,
            lambda: entry(
                s["title"],
                f"{name} ({s['kind']})",
                [
                    ("Author", s["author"]),
                    ("Year", s["year"]),
                    ("Where", s["where"]),
                    ("Cited by rules", s["rules"]),
                    ("Cited by attributes and findings", s["variables"]),
                    ("Cited by actions", s["actions"]),
                ],
                page_for("never"),
            ),
        )
        return
    found: list[dict[str, Any]] = [source_data(kb, s) for s in kb.works]
    rows = [
        [s["id"], s["kind"], len(s["rules"]) + len(s["variables"]) + len(s["actions"]), s["title"]]
        for s in found
    ]
    emit(found, fmt, lambda: table(["Source", "Kind", "Cited", "Title"], rows, page_for("never"),
                                   f"{len(found)} works"))
