"""The ``dss`` command: finds its verbs in ``dss/commands`` and turns problems into messages."""

from __future__ import annotations

import gc
import io
import sys

import click

from .verbs import Verbs
from .version import __version__

OK, PROBLEMS, USAGE, TOO_LITTLE_KNOWN = 0, 1, 2, 3


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="dss")
def cli() -> None:
    """Advice on military diplomacy in a crisis: lawful, explained, offline.

    Begin with 'dss new crisis.yaml', fill it in, then 'dss assess crisis.yaml'.
    """


def main() -> None:
    """Run the command line; every problem becomes a message and an exit code."""
    gc.disable()  # a verb lives for a moment: collecting cycles would cost a quarter of it
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows '?'
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        status = done.exit_code
    except click.Abort:
        click.echo("Stopped.", err=True)
        status = 130
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except SystemExit as left:  # click leaves with status 1 when the reader of a pipe has left
        if not isinstance(left.__context__, BrokenPipeError):
            raise
        status = OK
    except Exception as error:
        from .issues import InvalidInput

        if not isinstance(error, InvalidInput):
            raise
        click.echo(str(error), err=True)
        status = PROBLEMS
    sys.exit(status if isinstance(status, int) else OK)
