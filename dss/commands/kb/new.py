"""dss kb new: a rule, action, attribute, precedent or whole pack to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...options import kb_options, known

if TYPE_CHECKING:
    from ...kb import KnowledgeBase


@click.command("new")
@click.argument("kind", type=click.Choice(["rule", "action", "attribute", "precedent", "pack"]))
@click.argument("name", metavar="ID")
@click.option("--in", "home", default="", metavar="NAME",
              help="The principle of a rule, the line of an action, the group of an attribute.")
@click.option(
    "--source",
    default="",
    metavar="WORK",
    help="The work it cites; the last in the bibliography if left out.",
)
@kb_options
def command(kind: str, name: str, home: str, source: str, kb_folder: str | None, draft: bool) -> None:  # noqa: ARG001
    """Write a new rule, action, attribute or precedent into the knowledge base, or a pack into the folder ID.

    What is written loads at once; a rule is a draft. Replace every TODO: 'dss kb check'
    names those that are left. Then take out 'status: draft' and run 'dss kb test ID'.
    """
    from ...fields import ID
    from ...home import kb_home
    from ...kb import load_kb
    from ...scaffold import precedent_text, write_pack

    if kind == "pack":
        folder = Path(name)
        if folder.exists() and any(folder.iterdir()):
            raise click.ClickException(f"{name} exists and is not empty; choose another name.")
        write_pack(folder, folder.name)
        click.echo(f"Wrote a knowledge base to {name}. Try: dss kb check --kb {name}", err=True)
        return
    if not ID.fullmatch(name) or ("_" in name) != (kind == "attribute" and "_" in name) or (
            kind == "attribute" and "-" in name):
        joined = "underscores" if kind == "attribute" else "hyphens"
        raise click.BadParameter(f"'{name}' is not lower-case words joined by {joined}.", param_hint="ID")
    kb = load_kb(kb_folder, drafts=True)
    known(source, kb.works, "source", "--source")
    work = source or list(kb.works)[-1]
    root = kb_home(kb_folder)
    if kind == "precedent":
        file = root / "precedents" / f"{name}.yaml"
        if file.exists():
            raise click.ClickException(f"{file} exists.")
        file.parent.mkdir(exist_ok=True)
        file.write_text(precedent_text(kb, name), encoding="utf-8")
        click.echo(f"Wrote {file}.", err=True)
        return
    _into_file(kb, root, kind, name, home, work)


def _into_file(kb: KnowledgeBase, root: Path, kind: str, name: str, home: str, work: str) -> None:
    from ...issues import Problems
    from ...kb import LINES
    from ...scaffold import action_text, attribute_text, inserted, new_file, rule_text, with_schema_line
    from ...source import read_text

    taken = {"rule": kb.rules, "action": kb.actions, "attribute": kb.words.position}[kind]
    if name in taken:
        raise click.ClickException(f"There is already a {kind} '{name}'.")
    homes = {"rule": list(kb.principles), "action": list(LINES), "attribute": [g.id for g in kb.groups]}[kind]
    what = {"rule": "principle", "action": "line", "attribute": "group"}[kind]
    if not home:
        raise click.UsageError(f"Say the {what} with --in: {', '.join(homes)}")
    if kind != "attribute":
        known(home, homes, what, "--in")
    folder = f"{kind}s"
    file = root / folder / f"{home}.yaml"
    before = file.read_text(encoding="utf-8") if file.exists() else new_file(folder, home)
    entry = {"rule": lambda: rule_text(kb, name, work), "action": lambda: action_text(name, work),
             "attribute": lambda: attribute_text(name, work)}[kind]()
    problems = Problems()
    node = read_text(str(file), before.encode(), problems)
    problems.raise_if_any()
    assert node is not None
    text = with_schema_line(inserted(before, node, folder, entry), f"{folder}/{home}.yaml")
    file.write_text(text, encoding="utf-8")
    line = next(i for i, t in enumerate(text.splitlines(), 1) if t.strip() in (f"- id: {name}", f"{name}:"))
    click.echo(
        f"Wrote {kind} '{name}' to {file}:{line}. Replace every {'TODO'}, then: dss kb check", err=True
    )
