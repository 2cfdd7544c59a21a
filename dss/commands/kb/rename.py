"""dss kb rename: rename an id in every file, comments and layout untouched."""

from __future__ import annotations

from pathlib import Path

import click

from ...options import kb_options


@click.command("rename")
@click.argument("old")
@click.argument("new")
@click.option(
    "--kind", default="", metavar="KIND", help="Which OLD is meant, if several things have this id."
)
@click.option("--profiles", multiple=True, metavar="PATH", type=click.Path(exists=True),
              help="Rename in these profiles (or folders of them) too.")
@click.option("--dry-run", is_flag=True, help="Only show the lines that would change.")
@kb_options
def command(old: str, new: str, kind: str, profiles: tuple[str, ...], dry_run: bool, kb_folder: str | None,
            draft: bool) -> None:  # noqa: ARG001
    """Rename the attribute, finding, action, posture, rule, principle, safeguard or source OLD to NEW.

    The result is read again before anything is written: nothing changes unless all files hold together.
    """
    from ...fields import ID
    from ...home import kb_home
    from ...issues import Problems
    from ...kb import read_files
    from ...rename import difference, kinds_of, rename, rename_in_profile
    from ...written import Written

    problems = Problems()
    root = kb_home(kb_folder)
    files = read_files(str(root), problems)
    problems.raise_if_any()
    kinds = kinds_of(Written(files), old)
    chosen = kind or (kinds[0] if len(kinds) == 1 else "")
    if chosen not in kinds:
        what = f"'{old}' is the id of several things; add --kind: {', '.join(kinds)}" if kinds else (
            f"nothing has the id '{old}'")
        raise click.UsageError(what[:1].upper() + what[1:])
    if not ID.fullmatch(new) or kinds_of(Written(files), new):
        raise click.UsageError(f"'{new}' is taken, or not lower-case words joined by hyphens or underscores.")
    found = rename(files, root, chosen, old, new)
    for path in (p for name in profiles for p in _profiles(Path(name))):
        rename_in_profile(found, path, chosen, old, new)
    before = {name: Path(name).read_text(encoding="utf-8") for name in found.texts}
    for name, text in found.texts.items():
        for line in difference(before[name], text, name) if dry_run else ():
            click.echo(line)
    if dry_run:
        return
    _write(root, found.texts, found.moved, before)
    total = sum(found.places.values())
    click.echo(f"Renamed {chosen} '{old}' to '{new}': {total} places in {len(found.texts)} files.", err=True)
    for source, target in found.moved.items():
        click.echo(f"Moved {source} to {target}.", err=True)


def _profiles(path: Path) -> list[Path]:
    return sorted(path.glob("*.yaml")) if path.is_dir() else [path]


def _write(root: Path, texts: dict[str, str], moved: dict[str, str], before: dict[str, str]) -> None:
    """Write all files, and put them back if the knowledge base cannot be read any more."""
    from ...issues import InvalidInput
    from ...kb import load_kb

    def put(contents: dict[str, str]) -> None:
        for name, text in contents.items():
            Path(name).write_bytes(text.encode())

    put(texts)
    for source, target in moved.items():
        Path(source).rename(target)
    try:
        load_kb(str(root), drafts=True)
    except InvalidInput:
        for source, target in moved.items():
            Path(target).rename(source)
        put(before)
        raise
