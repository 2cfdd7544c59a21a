"""dss new: a commented profile to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from ..options import kb_options


@click.command("new")
@click.argument("file", required=False, metavar="[FILE]")
@click.option("--short", is_flag=True, help="Only the dozen questions that frame any crisis.")
@click.option("--force", is_flag=True, help="Overwrite FILE if it exists.")
@kb_options
def command(file: str | None, short: bool, force: bool, kb_folder: str | None, draft: bool) -> None:
    """Write a commented profile with every question to FILE, or to standard output."""
    from ..kb import load_kb
    from ..template import blank_profile

    text = blank_profile(load_kb(kb_folder, drafts=draft, cases=False), frame_only=short)
    if file is None or file == "-":
        click.echo(text, nl=False)
        return
    try:
        with Path(file).open("w" if force else "x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise click.ClickException(f"{file} exists; choose another name, or --force") from None
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from None
    click.echo(f"Wrote {file}. Fill it in, then: dss assess {file}", err=True)
