"""dss assess: advice on one or several crisis profiles."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from ..options import (
    color_option,
    format_option,
    ids,
    kb_options,
    page_for,
    parse_weights,
    profile_argument,
    read_profile,
    spare_inputs,
    write_report,
)

if TYPE_CHECKING:
    from ..assessment import Assessment


@click.command("assess")
@profile_argument("profiles", nargs=-1, metavar="PROFILE...")
@format_option()
@click.option("--output", "-o", "out", metavar="FILE", help="Write the report to FILE.")
@click.option("--template", metavar="FILE",
              help="Fill a Jinja2 template of your own, with the fields of --format json as its variables.")
@click.option("--verbose", "-v", is_flag=True, help="Every reason, objective and stopping condition.")
@click.option("--weight", "-w", "weights", multiple=True, metavar="PRINCIPLE=N",
              shell_complete=ids("principles"),
              help="Weigh a principle N times (0 to 5); what is forbidden stays so.")
@click.option("--robust", is_flag=True,
              help="Test the posture over every completion and under varied judgement.")
@click.option("--record", "record_to", metavar="FILE",
              help="Store a sealed record that 'dss replay' reproduces.")
@color_option
@kb_options
def command(
    profiles: tuple[str, ...],
    fmt: str,
    out: str | None,
    template: str | None,
    verbose: bool,
    weights: tuple[str, ...],
    robust: bool,
    record_to: str | None,
    color: str,
    kb_folder: str | None,
    draft: bool,
) -> int:
    """Recommend a mix of military and diplomatic actions for each PROFILE ('-' reads standard input).

    Exit status: 0 advice given, 1 a profile has problems, 3 too little is known.
    """
    from ..assessment import assess
    from ..issues import InvalidInput, render
    from ..kb import load_kb
    from ..render import renderer
    from ..render.template_page import render_template

    if record_to is not None and len(profiles) > 1:
        raise click.UsageError("--record takes one profile")
    read = [*profiles, *([template] if template is not None else [])]
    spare_inputs(out, read, "--output")
    spare_inputs(record_to, read, "--record")
    kb = load_kb(kb_folder, drafts=draft, cases=False)
    set_weights = parse_weights(kb, weights)
    documents: list[dict[str, Any]] = []
    statuses = {0}
    for name in profiles:
        try:
            assessment = assess(kb, read_profile(kb, name).weighted(set_weights))
        except InvalidInput as error:
            statuses.add(1)
            for issue in error.issues:
                click.echo(render(issue) + "\n", err=True)
            documents.append({"schema": "dss/problems/1", "problems": [i.as_data() for i in error.issues]})
            continue
        if record_to is not None:
            _record(assessment, record_to)
        documents.append(assessment.as_data(extended=fmt != "text" or template is not None))
        if robust:
            documents[-1]["robustness"] |= _robust(assessment)
        statuses.add(3 if assessment.advice.cautious else 0)
    plain = fmt == "text" or template is not None
    shown = [d for d in documents if not plain or not d["schema"].startswith("dss/problems")]
    if shown:
        page = page_for(color, verbose)
        made = renderer(fmt)(shown, page) if template is None else render_template(template, shown)
        write_report(made, out, page)
    return min(statuses - {0}, default=0)


def _record(assessment: Assessment, path: str) -> None:
    from pathlib import Path

    from ..record import write_record

    try:
        write_record(assessment, Path(path))
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from None
    click.echo(f"Recorded in {path}. Its seal detects corruption, not forgery.", err=True)


def _robust(assessment: Assessment) -> dict[str, Any]:
    from ..robust import FULL_LIMIT, robustness
    from ..views import robustness_data

    with click.progressbar(length=FULL_LIMIT, label="Testing completions", file=sys.stderr,
                           hidden=not sys.stderr.isatty()) as bar:
        return robustness_data(assessment, robustness(assessment, bar.update))
