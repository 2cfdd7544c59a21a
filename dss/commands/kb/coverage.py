"""dss kb coverage: what carries each core point of the founding article."""

from __future__ import annotations

import click

from ...options import kb_options


@click.command("coverage")
@click.option("--format", "-f", "fmt", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="How to print the result.")
@kb_options
def command(fmt: str, kb_folder: str | None, draft: bool) -> int:
    """Show, point by point, the rules and invariants that carry the founding article.

    Exit status 1 when a core point has none.
    """
    from ...coverage import coverage
    from ...kb import load_kb

    kb = load_kb(kb_folder, drafts=draft)
    found = coverage(kb)
    bare = [c.point for c in found if not c.carried]
    if fmt == "json":
        import json

        click.echo(json.dumps({
            "schema": "dss/coverage/1", "kb": {"id": kb.id, "version": kb.version, "digest": kb.digest},
            "core": len(found), "carried": len(found) - len(bare), "missing": bare,
            "points": [{"point": c.point, "principle": c.principle, "rules": list(c.rules),
                        "invariants": list(c.invariants), "restated_as": list(c.restated_as)} for c in found],
        }, indent=2))
    else:
        from tabulate import tabulate

        rows = [[c.point, c.principle, "\n".join([*c.rules, *(f"invariant: {i}" for i in c.invariants)]) or
                 "NOTHING", " ".join(c.restated_as)] for c in found]
        click.echo(tabulate(rows, ["Point", "Principle", "Carried by", "Restated as"], tablefmt="simple"))
        restated = sum(len(c.restated_as) for c in found)
        click.echo(f"\n{len(found) - len(bare)} of {len(found)} core points carried by {len(kb.rules)} rules "
                   f"and {len(kb.invariants)} invariants; {restated} restatements map to them.")
    return 1 if bare else 0
