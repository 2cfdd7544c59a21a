"""dss kb schemas: write the JSON Schemas of the knowledge base's files, or check that they are fresh."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ...options import kb_options


@click.command("schemas")
@click.argument("folder", default="docs/schemas", type=click.Path(file_okay=False), metavar="[FOLDER]")
@click.option(
    "--check", is_flag=True, help="Write nothing; exit 1 when a schema in FOLDER is missing or stale."
)
@kb_options
def command(folder: str, check: bool, kb_folder: str | None, draft: bool) -> int:
    """Write a JSON Schema for each kind of file into FOLDER (docs/schemas), with this knowledge base's names.

    An editor with YAML support then completes attributes, values, actions and works:
    'dss kb new' puts the line that names the schema on top of what it makes.
    """
    from ...kb import load_kb
    from ...kbschema import kb_schemas

    home = Path(folder)
    stale = []
    for name, schema in kb_schemas(load_kb(kb_folder, drafts=draft)).items():
        file = home / f"{name}.schema.json"
        text = json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
        if check:
            if not file.exists() or file.read_text(encoding="utf-8") != text:
                stale.append(str(file))
            continue
        home.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for stale_file in stale:
        click.echo(f"{stale_file} is missing or stale; run: dss kb schemas {folder}", err=True)
    return 1 if stale else 0
