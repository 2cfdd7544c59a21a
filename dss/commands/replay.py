"""dss replay: reproduce a recorded assessment, or say what differs."""

from __future__ import annotations

from pathlib import Path

import click

from ..options import kb_options


@click.command("replay")
@click.argument("record", metavar="RECORD")
@kb_options
def command(record: str, kb_folder: str | None, draft: bool) -> int:
    """Judge the profile in RECORD again and compare with what was recorded, byte for byte.

    A record's seal detects corruption, not forgery. Exit status 1 when anything differs.
    """
    from ..issues import Problems
    from ..kb import load_kb
    from ..record import MOST_DIFFERENCES, replay
    from ..situation import read_file

    problems = Problems()
    data = read_file(Path(record), record, problems, limit=1 << 26)
    problems.raise_if_any()
    found = replay(load_kb(kb_folder, drafts=draft, cases=False), data)
    for said in (*found.faults, *found.changed):
        click.echo(said[:1].upper() + said[1:] + ".")
    if found.identical:
        click.echo("Reproduced byte for byte. The seal detects corruption; it cannot detect forgery.")
        return 0
    if not found.faults:
        count = len(found.differences)
        click.echo(f"{count} {'difference' if count == 1 else 'differences'} in the result." if count
                   else "The result itself is the same.")
        for said in found.differences[:MOST_DIFFERENCES]:
            click.echo(f"  {said}")
        if len(found.differences) > MOST_DIFFERENCES:
            click.echo(f"  and {len(found.differences) - MOST_DIFFERENCES} more")
    return 1
