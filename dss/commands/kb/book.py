"""dss kb book: the knowledge base as a book to read, principle by principle, law first."""

from __future__ import annotations

from pathlib import Path

import click

from ...options import kb_options


@click.command("book")
@click.argument("folder", default="docs/book", type=click.Path(file_okay=False), metavar="[FOLDER]")
@click.option(
    "--check", is_flag=True, help="Write nothing; exit 1 when a page in FOLDER is missing or stale."
)
@kb_options
def command(folder: str, check: bool, kb_folder: str | None, draft: bool) -> int:
    """Write the knowledge base as Markdown pages into FOLDER (docs/book)."""
    from ...book import book
    from ...kb import load_kb

    home = Path(folder)
    pages = book(load_kb(kb_folder, drafts=draft))
    kept = {file.name for file in home.glob("*.md")} if home.is_dir() else set()
    stale = [
        n
        for n, text in pages.items()
        if not (home / n).exists() or (home / n).read_text(encoding="utf-8") != text
    ]
    left = sorted(kept - set(pages))
    if check:
        for name in [*stale, *left]:
            click.echo(f"{home / name} is missing or stale; run: dss kb book {folder}", err=True)
        return 1 if stale or left else 0
    home.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (home / name).write_text(text, encoding="utf-8")
    for name in left:
        (home / name).unlink()
    click.echo(f"Wrote {len(pages)} pages to {folder}.", err=True)
    return 0
