"""dss schema: the JSON Schema of a profile."""

from __future__ import annotations

import click

from ..options import kb_options


@click.command("schema")
@kb_options
def command(kb_folder: str | None, draft: bool) -> None:
    """Print the JSON Schema of a profile, generated from the knowledge base.

    Editors with YAML support complete and check profiles by it: save it beside your
    profiles and put '# yaml-language-server: $schema=profile.schema.json' on their first line.
    """
    import json

    from ..kb import load_kb
    from ..template import profile_schema

    schema = profile_schema(load_kb(kb_folder, drafts=draft, cases=False))
    click.echo(json.dumps(schema, indent=2, ensure_ascii=False))
