"""dss kb check: static analysis, each finding with its place and a profile that shows it."""

from __future__ import annotations

import click

from ...options import kb_options


@click.command("check")
@click.option("--format", "-f", "fmt", type=click.Choice(["text", "json", "sarif", "github"]), default="text",
              show_default=True, help="How to print the findings.")
@click.option("--only", "-o", multiple=True, metavar="CODE", help="Run only this check (repeatable).")
@click.option("--explain", metavar="CODE", help="Explain a check or an error code, and stop.")
@click.option("--list", "listed", is_flag=True, help="List all checks, and stop.")
@kb_options
def command(fmt: str, only: tuple[str, ...], explain: str | None, listed: bool, kb_folder: str | None,
            draft: bool) -> int:
    """Check the knowledge base: what can never happen, what contradicts, what nothing reads or tests.

    Exit status 1 when anything is found. Each finding has a code; see --explain CODE.
    """
    from ...checks import checks
    from ...checks._pages import explanation, listing_of_checks
    from ...checks._report import report, study_folder

    if explain is not None:
        page = explanation(explain.upper())
        if page is None:
            raise click.UsageError(f"There is no code '{explain}'. See 'dss kb check --list'.")
        click.echo(page, nl=False)
        return 0
    if listed:
        click.echo(listing_of_checks(), nl=False)
        return 0
    known = {check.code for check in checks()}
    for code in only:
        if code.upper() not in known:
            raise click.UsageError(f"There is no check '{code}'. See 'dss kb check --list'.")
    found = study_folder(kb_folder, draft, [code.upper() for code in only])
    click.echo(report(found, fmt), nl=False)
    return 1 if found.flaws else 0
