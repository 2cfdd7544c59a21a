"""dss assess: advice on one or several crisis profiles."""

from __future__ import annotations

from typing import Any

import click

from ..options import color_option, format_option, kb_options, page_for, read_profile


@click.command("assess")
@click.argument("profiles", nargs=-1, required=True, metavar="PROFILE...")
@format_option()
@click.option("--verbose", "-v", is_flag=True, help="Every reason, objective and stopping condition.")
@color_option
@kb_options
def command(profiles: tuple[str, ...], fmt: str, verbose: bool, color: str, kb_folder: str | None,
            draft: bool) -> int:
    """Recommend a mix of military and diplomatic actions for each PROFILE ('-' reads standard input).

    Exit status: 0 advice given, 1 a profile has problems, 3 too little is known.
    """
    from ..assessment import assess
    from ..issues import InvalidInput, render
    from ..kb import load_kb
    from ..render import renderer

    kb = load_kb(kb_folder, drafts=draft)
    documents: list[dict[str, Any]] = []
    statuses = {0}
    for name in profiles:
        try:
            situation = read_profile(kb, name)
        except InvalidInput as error:
            statuses.add(1)
            for issue in error.issues:
                click.echo(render(issue) + "\n", err=True)
            documents.append({"schema": "dss/problems/1", "problems": [i.as_data() for i in error.issues]})
            continue
        assessment = assess(kb, situation)
        documents.append(assessment.as_data())
        statuses.add(3 if assessment.advice.cautious else 0)
    shown = [d for d in documents if fmt != "text" or not d["schema"].startswith("dss/problems")]
    if shown:
        page = page_for(color, verbose)
        click.echo(renderer(fmt)(shown, page), nl=False, color=page.color)
    return min(statuses - {0}, default=0)

