"""The ``dss`` command: finds its verbs in ``dss/commands`` and turns problems into messages."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import NoReturn

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
        status = cli.main(prog_name="dss", standalone_mode=False)
    except click.exceptions.Exit as done:
        status = done.exit_code
    except click.Abort:
        click.echo("Stopped.", err=True)
        status = 130
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except SystemExit:  # so click leaves, not standalone, only when the reader of a pipe has left
        status = OK
    except OSError as error:
        click.echo(f"Error: the result cannot be written: {error.strerror}", err=True)
        status = PROBLEMS
    except Exception as error:
        from .issues import InvalidInput

        if not isinstance(error, InvalidInput):
            raise
        click.echo(str(error), err=True)
        status = PROBLEMS
    _leave(status if isinstance(status, int) else OK)


def _leave(status: int) -> NoReturn:
    """End at once when all is written: taking down what was loaded would only cost time."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError as error:
        status = OK if isinstance(error, BrokenPipeError) else PROBLEMS
    os._exit(status)
