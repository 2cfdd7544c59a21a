"""dss sweep: advice on thousands to hundreds of millions of profiles."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from ..options import emit, kb_options

if TYPE_CHECKING:
    from ..kb import KnowledgeBase
    from ..plan import Ranges
    from ..summary import Tally
    from ..sweep_job import Job
    from ..tables import Table

EXTRAS = {"numpy": "sweep", "pyarrow": "sweep", "scipy": "sweep", "distributed": "cluster", "dask": "cluster"}
PRINTED = ("html", "md")


@click.command("sweep")
@click.argument("source", metavar="SOURCE")
@click.option("--vary", multiple=True, metavar="NAME[=PHRASE]",
              help="Vary an attribute (or all that match, as 'time_*') over its values, or over those "
                   "that the phrase allows.")
@click.option("--unknowns", is_flag=True, help="Vary every fact that the profile leaves open.")
@click.option("--samples", type=click.IntRange(1, 10**12), metavar="N",
              help="Draw N profiles instead of taking all.")
@click.option("--method", type=click.Choice(["hypercube", "sobol"]), default="hypercube", show_default=True,
              help="How to draw them.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=0, show_default=True,
              help="The seed to draw by.")
@click.option("--out", metavar="FILE", help="Write every profile's advice to a .csv, .jsonl or .parquet.")
@click.option("--scores", is_flag=True, help="Write every action's score too.")
@click.option("--jobs", type=click.IntRange(1, 512), default=1, show_default=True, help="Processes to use.")
@click.option("--resume", is_flag=True, help="Go on with a sweep that was stopped.")
@click.option("--strict", is_flag=True, help="Stop at the first bad row.")
@click.option("--cluster", metavar="ADDRESS", help="Let the workers of a Dask scheduler do it.")
@click.option("--format", "-f", "fmt", type=click.Choice(["text", "json", *PRINTED]), default="text",
              show_default=True, help="How to print the summary.")
@kb_options
def command(source: str, out: str | None, strict: bool, jobs: int, resume: bool, cluster: str | None,
            fmt: str, **given: Any) -> int:
    """Judge every profile of SOURCE and summarise: a folder of profiles, a table (.csv, .jsonl,
    .parquet; one profile a row, a column an attribute), or one profile with ranges to vary.

    Exit status: 0 all judged, 1 some rows were bad or there was none.
    """
    import gc

    gc.enable()
    try:
        return _run(source, out, strict, jobs, resume, cluster, fmt, given)
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name not in EXTRAS:
            raise
        raise click.ClickException(f"this needs {name}, which is not installed: "
                                   f"pip install 'crisis-dss[{EXTRAS[name]}]'") from None


def _run(source: str, out: str | None, strict: bool, jobs: int, resume: bool, cluster: str | None, fmt: str,
         given: dict[str, Any]) -> int:
    from pathlib import Path

    from ..kb import load_kb
    from ..sweep import sweep
    from ..sweep_job import Job
    from ..sweep_output import Output
    from ..sweep_rows import WRITERS

    suffix = Path(out).suffix.lower() if out is not None else ""
    if out is not None and suffix not in WRITERS:
        raise click.UsageError(f"--out ends in {', '.join(WRITERS)}")
    if resume and not out:
        raise click.UsageError("--resume goes on with the sweep of an --out FILE")
    _check_options(out, cluster, given)
    kb = load_kb(given["kb_folder"], drafts=given["draft"], cases=False)
    job = Job(_source(kb, source, given), suffix, given["scores"], given["kb_folder"], given["draft"],
              kb.digest)
    if cluster and (suffix != ".parquet" or out is None):
        raise click.UsageError("--cluster writes a folder of Parquet parts: --out NAME.parquet")
    bar = _Bar(job.total)
    try:
        if cluster and out is not None:
            from ..cluster import sweep_on

            tally = sweep_on(job, kb, cluster, out, resume=resume, strict=strict, progress=bar.show,
                             report=bar.report)
        else:
            output = Output(job, out, resume=resume) if out else None
            tally = sweep(job, kb, output, jobs=jobs, strict=strict, progress=bar.show, report=bar.report)
    except KeyboardInterrupt:
        bar.clear()
        rest = "--resume goes on." if out else "Nothing was written."
        click.echo(f"Stopped after {bar.count:,} profiles. {rest}", err=True)
        return 130
    bar.finish()
    _print(kb, job, tally, fmt)
    if not tally.profiles and not tally.bad:
        click.echo(f"Error: {source} holds no profile: there was nothing to judge", err=True)
        return 1
    return 1 if tally.bad else 0


def _check_options(out: str | None, cluster: str | None, given: dict[str, Any]) -> None:
    """Raise a usage error for options that would do nothing."""
    from click.core import ParameterSource

    context = click.get_current_context()
    typed = {n for n in ("method", "seed", "jobs")
             if context.get_parameter_source(n) is not ParameterSource.DEFAULT}
    for name in ("method", "seed"):
        if name in typed and not given["samples"]:
            raise click.UsageError(f"--{name} tells how to draw --samples N, which is not given")
    if given["scores"] and out is None:
        raise click.UsageError("--scores adds to what --out FILE holds, which is not given")
    if cluster and "jobs" in typed:
        raise click.UsageError("--jobs is for this machine; with --cluster the workers do it")


def _source(kb: KnowledgeBase, source: str, given: dict[str, Any]) -> Ranges | Table:
    from pathlib import Path

    from ..options import read_profile
    from ..plan import HYPERCUBE, SOBOL, plan_of, ranges_of
    from ..tables import PROFILES, Table, check_table

    if source != "-" and (Path(source).suffix not in PROFILES or Path(source).is_dir()):
        if given["vary"] or given["unknowns"] or given["samples"]:
            raise click.UsageError("--vary, --unknowns and --samples take one profile, not a table or "
                                   "a folder")
        check_table(kb, source)
        return Table(source)
    base = read_profile(kb, source)
    ranges = ranges_of(kb, base, given["vary"], given["unknowns"])
    method = SOBOL if given["method"] == "sobol" else HYPERCUBE
    return plan_of(base, ranges, given["samples"] or 0, method, given["seed"])


def _print(kb: KnowledgeBase, job: Job, tally: Tally, fmt: str) -> None:
    from ..render import Page, renderer
    from ..render.sweep_page import sweep_page
    from ..sweep_summary import summarise

    data = summarise(kb, job, tally)
    if fmt in PRINTED:
        click.echo(renderer(fmt)([data], Page()), nl=False)
    else:
        emit(data, fmt, lambda: sweep_page(data))


class _Bar:
    """The line on standard error that tells how far a sweep is."""

    def __init__(self, total: int | None) -> None:
        self.total = total
        self.start = time.monotonic()
        self.shown = sys.stderr.isatty()
        self.count = 0
        self.first = -1

    def show(self, tally: Tally) -> None:
        """Tell how many profiles are done, how fast, and how long it will take."""
        self.count = tally.profiles + tally.bad
        self.first = self.count if self.first < 0 else self.first
        if self.shown:
            self.clear()
            click.echo(self._line(), err=True, nl=False)

    def _line(self) -> str:
        seconds = max(time.monotonic() - self.start, 1e-9)
        rate = (self.count - self.first) / seconds
        said = f"{self.count:,}" + (f" of {self.total:,}" if self.total else "") + " profiles"
        if rate:
            said += f" · {rate:,.0f}/s"
            if self.total and self.count < self.total:
                said += f" · {_duration((self.total - self.count) / rate)} left"
        return said

    def report(self, issue: Any) -> None:
        """Tell a bad row's problem."""
        from ..issues import render

        self.clear()
        click.echo(render(issue), err=True)

    def clear(self) -> None:
        """Wipe the line."""
        if self.shown:
            click.echo("\r\033[K", err=True, nl=False)

    def finish(self) -> None:
        """Say how it went."""
        self.clear()
        seconds = time.monotonic() - self.start
        click.echo(f"{self._line()} · {_duration(seconds)}", err=True)


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = int(seconds + 30) // 60
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
