"""dss kb diff: what changed between two knowledge bases, in words, and whose advice changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...options import emit, json_option

if TYPE_CHECKING:
    from ...kbdiff import Change, Shift


@click.command("diff")
@click.argument("old", type=click.Path(exists=True, file_okay=False))
@click.argument("new", type=click.Path(exists=True, file_okay=False))
@click.option(
    "--profiles",
    multiple=True,
    metavar="PATH",
    type=click.Path(exists=True),
    help="Profiles (or folders of them) whose advice is compared. Default: the folder 'examples' beside "
    "NEW, if there is one.",
)
@click.option("--draft", is_flag=True, help="Let draft rules take part.")
@json_option
def command(old: str, new: str, profiles: tuple[str, ...], draft: bool, fmt: str) -> int:
    """Say in words what changed from the knowledge base in OLD to that in NEW.

    Exit status 1 when anything changed, as diff does.
    """
    from ...kb import load_kb
    from ...kbdiff import changes, shifts

    before, after = load_kb(old, drafts=draft), load_kb(new, drafts=draft)
    paths = [Path(p) for p in profiles] or [Path(new).resolve().parent / "examples"]
    files = [
        f for p in paths for f in (sorted(p.glob("*.yaml")) if p.is_dir() else [p] if p.exists() else [])
    ]
    found, moved = changes(before, after), shifts(before, after, files)
    emit(
        {
            "schema": "dss/kb-diff/1",
            "old": {"id": before.id, "version": before.version, "digest": before.digest},
            "new": {"id": after.id, "version": after.version, "digest": after.digest},
            "changes": [
                {"kind": c.kind, "id": c.id, "what": c.what, "details": list(c.details)} for c in found
            ],
            "advice": [{"profile": s.profile, "title": s.title, "details": list(s.details)} for s in moved],
        },
        fmt,
        lambda: _text(found, moved),
    )
    return 1 if found or any(s.details for s in moved) else 0


def _text(found: list[Change], moved: list[Shift]) -> str:
    out = []
    for change in found:
        out.append(f"{change.kind} {change.id}: {change.what}")
        out += [f"  {detail}" for detail in change.details if detail]
    out.append(f"{len(found)} {'change' if len(found) == 1 else 'changes'}." if found else "Nothing changed.")
    touched = [s for s in moved if s.details]
    for shift in touched:
        out += ["", f"{shift.title} ({shift.profile})", *(f"  {detail}" for detail in shift.details)]
    if moved:
        out += ["", f"The advice on {len(touched)} of {len(moved)} profiles changes."]
    return "\n".join(out) + "\n"
