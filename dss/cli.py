"""The ``dss`` command: finds its verbs in ``dss/commands`` and turns problems into messages."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

import click

from . import commands
from .version import __version__

OK, PROBLEMS, USAGE, TOO_LITTLE_KNOWN = 0, 1, 2, 3


class Verbs(click.Group):
    """A group whose commands are the modules of ``dss/commands``, imported when needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The verbs, sorted."""
        files = os.listdir(commands.__path__[0])
        return sorted(name[:-3].replace("_", "-") for name in files
                      if name.endswith(".py") and not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb's command, or None."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"{commands.__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest verb named when there is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from .issues import nearest

            hint = nearest(args[0], self.list_commands(ctx))
            if hint and hint not in error.message:
                said = f"{error.message.rstrip('.')}. {hint[0].upper()}{hint[1:]}"
                raise click.UsageError(said, ctx) from error
            raise


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="dss")
def cli() -> None:
    """Advice on military diplomacy in a crisis: lawful, explained, offline.

    Begin with 'dss new crisis.yaml', fill it in, then 'dss assess crisis.yaml'.
    """


def main() -> None:
    """Run the command line; every problem becomes a message and an exit code."""
    gc.disable()  # a verb lives for a moment: collecting cycles would cost a quarter of it
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
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = OK
    except Exception as error:
        from .issues import InvalidInput

        if not isinstance(error, InvalidInput):
            raise
        click.echo(str(error), err=True)
        status = PROBLEMS
    sys.exit(status if isinstance(status, int) else OK)
